"""The picture as markup: well-formed whatever the names, every link a real link, nothing that the CSP refuses."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.lettering import text_width
from contracts.picture import STAGE, STATES, AreaMark, LinkMark, Words, draw, sample

SVG = "{http://www.w3.org/2000/svg}"
WORDS = Words(title="The chain", apart="Not joined to the client yet")
NASTY = '<script>alert("x")</script> & \' "onload="'


def areas(*names: str) -> list[AreaMark]:
    return [
        AreaMark(f"a{i}", name, i, "client" if i == 0 else "kept", "94 % kept", f"{name}: 94 % kept", f"/a/{i}")
        for i, name in enumerate(names)
    ]


def link(state: str = "kept", number: int = 0, **more: str) -> LinkMark:
    values = {
        "needs": "4",
        "requirements": "1",
        "word": "agreed",
        "label": "Sales serves the client",
        "href": "/l/1",
        "why": "",
    }
    said = {**values, **more}
    return LinkMark(
        f"l{number}",
        f"a{number}",
        f"a{number + 1}",
        state,
        said["needs"],
        said["requirements"],
        said["word"],
        said["label"],
        said["href"],
        said["why"],
    )


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_every_link_is_a_link_with_a_sentence() -> None:
    root = parsed(draw(areas("Client", "Sales"), [link()], WORDS).svg)
    found = root.findall(f"{SVG}a")
    assert [a.get("id") for a in found] == ["link-l0", "area-a0", "area-a1"]
    assert found[0].get("href") == "/l/1"
    assert found[0].get("aria-label") == "Sales serves the client"
    assert "style" not in {name for element in root.iter() for name in element.attrib}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_own_shape_besides_its_colour(state: str) -> None:
    marks = [link(other) for other in STATES]
    drawn = {mark.state: parsed(draw(areas("Client", "Sales"), [mark], WORDS).svg) for mark in marks}
    icons = {
        name: next(path.get("d") for path in root.iter(f"{SVG}path") if path.get("class") == "icon")
        for name, root in drawn.items()
    }
    assert len(set(icons.values())) == len(STATES)
    rings = [path for path in drawn[state].iter(f"{SVG}path") if path.get("class") == "ring"]
    assert bool(rings) == (state == "broken")
    assert ElementTree.fromstring(sample(state)).get("aria-hidden") == "true"


def test_a_broken_link_has_a_gap_where_the_badge_is() -> None:
    def runs(state: str) -> int:
        root = parsed(draw(areas("Client", "Sales"), [link(state)], WORDS).svg)
        line = next(path for path in root.iter(f"{SVG}path") if path.get("class") == "line")
        return str(line.get("d")).count("M")

    assert runs("kept") == 1
    assert runs("broken") == 2


def test_what_was_kept_of_the_drawing_before_is_not_shown_again() -> None:
    names = areas("Client", "Sales", "Stock")
    calm = draw(names, [link(), link(number=1)], WORDS).svg
    broken = draw(names, [link("broken", label="Torn"), link(number=1)], WORDS).svg
    assert ('class="ring"' in calm, 'class="ring"' in broken) == (False, True)
    assert "Torn" in broken
    renamed = draw(
        [*names[:2], names[2]._replace(name="Store", label="Store: 3 late")], [link(), link(number=1)], WORDS
    )
    assert ("Store" in renamed.svg, "Stock" in renamed.svg) == (True, False)
    ailing = draw([names[0], names[1]._replace(state="broken", note="1 broken"), names[2]], [link()], WORDS).svg
    assert 'class="area broken"' in ailing
    assert draw(names, [link(), link(number=1)], WORDS).svg == calm


def test_why_is_the_description_of_its_link() -> None:
    svg = draw(areas("Client", "Sales"), [link("broken", why="Weekly plan, 4 days late\nSales → Client")], WORDS).svg
    (a,) = [a for a in parsed(svg).findall(f"{SVG}a") if a.get("id") == "link-l0"]
    title = a.find(f"{SVG}title")
    assert title is not None
    assert a.get("aria-describedby") == title.get("id") == "why-l0"
    assert title.text == "Weekly plan, 4 days late\nSales → Client"


@settings(max_examples=60, deadline=None)
@given(name=st.one_of(st.just(NASTY), st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)))
def test_whatever_a_name_holds_it_stays_text(name: str) -> None:
    mark = link("open", needs=name[:3], requirements=name[:2], word=name, label=name, why=name)
    svg = draw(areas(name, "Sales"), [mark], WORDS._replace(title=name, apart=name)).svg
    root = parsed(svg)
    assert "<script" not in svg
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "a",
        "g",
        "rect",
        "path",
        "text",
        "title",
    }


def test_the_same_chain_keeps_its_ids_and_places_when_only_a_state_changes() -> None:
    def boxes(state: str) -> list[tuple[str | None, str | None]]:
        root = parsed(draw(areas("Client", "Sales"), [link(state)], WORDS).svg)
        return [(a.get("id"), a.get("transform")) for a in root.findall(f"{SVG}a")]

    assert boxes("kept") == boxes("broken")


def test_letters_of_the_stage_are_large_enough_for_the_last_row() -> None:
    names = ["Client", "Sales", "Logistics", "Production", "Administration"]
    picture = draw(areas(*names), [link("kept", n) for n in range(4)], WORDS, sizes=STAGE)
    scale = min(1920 * 0.93 / picture.width, 1.0)
    assert picture.letters * scale >= 0.015 * 1080


def test_two_figures_stay_on_their_badge_and_move_nothing() -> None:
    def badge(needs: str) -> tuple[str | None, float, float]:
        root = parsed(draw(areas("Client", "Sales"), [link(needs=needs, word="now")], WORDS, sizes=STAGE).svg)
        group = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "badge")
        rect, texts = group.find(f"{SVG}rect"), group.findall(f"{SVG}text")
        assert rect is not None
        back = texts[1]
        end = float(back.get("x", 0)) + text_width(back.text or "", float(back.get("font-size", 0)))
        return root.get("viewBox"), float(rect.get("width", 0)), end

    one, ten, many = badge("9"), badge("10"), badge("120")
    assert one[:2] == ten[:2] == many[:2]
    assert max(ten[2], many[2]) <= one[2] + 0.1
