"""Where things stand: nothing lies on anything else, whatever the shape of the chain and the names in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.lettering import clusters, fitted, lines_of, shortened, text_width
from contracts.picture import ROOMY, SMALL, STAGE
from contracts.placing import Box, Edge, Node, Placing, Sizes, Spot, Thread, greedy_order, place

NAMES = st.one_of(
    st.sampled_from(
        [
            "Ventas",
            "Logística",
            "Servicios profesionales",
            "Aseguramiento de la calidad y mejora continua de los procesos de planta",
            "Desoxirribonucleicoesternocleidomastoideopalabrainterminable",
            "财务与会计部门以及国际结算中心",
            "دعم العملاء والخدمات",
            "👩‍👩‍👧‍👦🇲🇽 Familias 🇪🇸",
            "e\u0301l",
        ]
    ),
    st.text(min_size=1, max_size=80),
)


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    """Any chain: lines, trees, cycles, dense columns, back links over columns, areas apart, with links or without."""
    count = draw(st.integers(1, 26))
    columns = draw(st.integers(1, 6))
    nodes = [Node("0", draw(NAMES), 0)]
    for number in range(1, count):
        distance = draw(st.one_of(st.integers(1, columns), st.integers(1, columns), st.none()))
        nodes.append(Node(str(number), draw(NAMES), distance))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=3 * count, unique=True)
    )
    return nodes, [Edge(f"{a}-{b}", str(a), str(b)) for a, b in pairs if a != b]


def line(length: int = 5) -> tuple[list[Node], list[Edge]]:
    nodes = [Node(str(i), f"Area {i}", i) for i in range(length)]
    return nodes, [Edge(f"{i}", str(i), str(i + 1)) for i in range(length - 1)]


def points(knots: tuple[Spot, ...]) -> list[tuple[float, float]]:
    """Points along a run, as the picture draws it."""
    found: list[tuple[float, float]] = []
    for a, b in pairwise(knots):
        middle = (a.x + b.x) / 2
        for step in range(21):
            t = step / 20
            u = 1 - t
            x = u**3 * a.x + 3 * u * u * t * middle + 3 * u * t * t * middle + t**3 * b.x
            y = u**3 * a.y + 3 * u * u * t * a.y + 3 * u * t * t * b.y + t**3 * b.y
            found.append((x, y))
    return found


Rect = tuple[float, float, float, float]


def rect_of(box: Box) -> Rect:
    return box.x, box.y, box.x + box.width, box.y + box.height


def badge_of(thread: Thread, sizes: Sizes) -> Rect:
    x, y = thread.badge
    return (
        x - sizes.badge_width / 2,
        y - sizes.badge_height / 2,
        x + sizes.badge_width / 2,
        y + sizes.badge_height / 2,
    )


def apart(a: Rect, b: Rect, room: float = 0) -> bool:
    return a[2] + room <= b[0] or b[2] + room <= a[0] or a[3] + room <= b[1] or b[3] + room <= a[1]


def inside(point: tuple[float, float], rect: Rect, room: float = 1.5) -> bool:
    return rect[0] + room < point[0] < rect[2] - room and rect[1] + room < point[1] < rect[3] - room


def check(nodes: list[Node], edges: list[Edge], placing: Placing, sizes: Sizes) -> None:
    boxes = [rect_of(box) for box in placing.boxes]
    badges = [badge_of(thread, sizes) for thread in placing.threads]
    assert [box.key for box in placing.boxes] == [node.key for node in nodes]
    assert [thread.key for thread in placing.threads] == [edge.key for edge in edges]
    for rects, others, room in ((boxes, boxes, 4), (badges, badges, 2), (boxes, badges, 2)):
        for i, a in enumerate(rects):
            for j, b in enumerate(others):
                if rects is not others or i < j:
                    assert apart(a, b, room), (a, b)
    for rect in boxes + badges:
        assert rect[0] >= 0
        assert rect[1] >= 0
        assert rect[2] <= placing.width + 1
        assert rect[3] <= placing.height + 1
    for box in placing.boxes:
        assert len(box.lines) <= sizes.most_lines
        for text in box.lines:
            assert text_width(text, sizes.name) <= box.width - 2 * sizes.pad + 1.5
    by_key = {box.key: box for box in placing.boxes}
    for thread, edge in zip(placing.threads, edges, strict=True):
        for knot, area in ((thread.near[0], edge.customer), (thread.far[-1], edge.supplier)):
            box = by_key[area]
            assert knot.x in (box.x, box.x + box.width) or abs(knot.x - box.x - box.width) <= 1
            assert box.y <= knot.y <= box.y + box.height
        for point in points(thread.near) + points(thread.far):
            assert not any(inside(point, rect) for rect in boxes), (thread, point)
            assert not any(inside(point, rect) for rect in badges), (thread, point)


@pytest.mark.parametrize("sizes", [ROOMY, SMALL, STAGE], ids=["roomy", "small", "stage"])
@settings(max_examples=120, deadline=None)
@given(chain=chains())
def test_nothing_lies_on_anything_else(sizes: Sizes, chain: tuple[list[Node], list[Edge]]) -> None:
    nodes, edges = chain
    placing = place(nodes, edges, sizes)
    check(nodes, edges, placing, sizes)
    assert place(nodes, edges, sizes) == placing


def test_a_dense_column_behind_one_area() -> None:
    nodes = [Node("c", "Cliente", 0), Node("v", "Ventas", 1), *(Node(f"s{i}", f"Proveedor {i}", 2) for i in range(40))]
    edges = [Edge("cv", "c", "v"), *(Edge(f"v{i}", "v", f"s{i}") for i in range(40))]
    edges += [Edge(f"s{i}", f"s{i}", f"s{i + 1}") for i in range(39)]
    check(nodes, edges, place(nodes, edges), ROOMY)


def test_a_line_is_level_and_runs_from_left_to_right() -> None:
    nodes, edges = line()
    placing = place(nodes, edges)
    assert [box.x for box in placing.boxes] == sorted(box.x for box in placing.boxes)
    assert len({knot.y for thread in placing.threads for knot in thread.near + thread.far}) == 1


def test_a_tree_has_no_crossings() -> None:
    nodes = [Node("0", "Cliente", 0)]
    edges: list[Edge] = []
    for number in range(1, 31):
        parent = (number - 1) // 2
        nodes.append(Node(str(number), f"Area {number}", (nodes[parent].distance or 0) + 1))
        edges.append(Edge(str(number), str(parent), str(number)))
    shuffled = [nodes[0], *sorted(nodes[1:], key=lambda node: int(node.key) * 7919 % 31)]
    middles = {box.key: box.y + box.height / 2 for box in place(shuffled, edges).boxes}
    for a in edges:
        for b in edges:
            if nodes[int(a.customer)].distance == nodes[int(b.customer)].distance:
                before = middles[a.customer] - middles[b.customer]
                after = middles[a.supplier] - middles[b.supplier]
                assert before * after >= 0


def test_what_stands_apart_stands_below() -> None:
    nodes, edges = line()
    nodes += [Node("hr", "Recursos humanos", None), Node("it", "Tecnología", None), Node("x", "Archivo", None)]
    edges += [Edge("a", "hr", "it"), Edge("b", "it", "hr")]
    placing = place(nodes, edges)
    assert placing.apart_y is not None
    for box in placing.boxes:
        assert (box.y > placing.apart_y) == box.apart
    check(nodes, edges, placing, ROOMY)


def test_the_order_of_a_cycle_contradicts_one_link_only() -> None:
    ends = [(i, (i + 1) % 9) for i in range(9)]
    at = {node: place_ for place_, node in enumerate(greedy_order(9, ends))}
    assert sum(at[a] > at[b] for a, b in ends) == 1


def test_without_cycles_the_order_contradicts_nothing() -> None:
    ends = [(a, b) for a in range(12) for b in range(a + 1, 12, 2)]
    at = {node: place_ for place_, node in enumerate(greedy_order(12, ends))}
    assert all(at[a] < at[b] for a, b in ends)


def test_an_empty_chain() -> None:
    assert place([], []) == Placing(0, 0, [], [], None)


# Letters


def test_long_names_take_at_most_three_lines_and_stay_whole() -> None:
    name = "Aseguramiento de la calidad y mejora continua de los procesos de planta"
    width, lines = fitted(name, 124, 290, 18, 3)
    assert len(lines) <= 3
    assert " ".join(lines) == name
    assert max(text_width(text, 18) for text in lines) <= width


def test_a_word_that_is_too_long_is_hyphenated_between_syllables() -> None:
    lines = lines_of("Desoxirribonucleicoesternocleidomastoideo", 200, 18)
    assert len(lines) > 1
    assert all(text.endswith("-") for text in lines[:-1])
    assert "".join(text.removesuffix("-") for text in lines) == "Desoxirribonucleicoesternocleidomastoideo"
    assert all(len(text.strip("-")) >= 3 for text in lines)


@given(text=st.text(min_size=1, max_size=60))
def test_what_a_reader_sees_as_one_character_is_never_torn(text: str) -> None:
    whole = clusters(text)
    assert "".join(whole) == text
    for family in ("👩‍👩‍👧‍👦", "🇲🇽", "e\u0301"):
        assert clusters(f"a{family}b") == ["a", family, "b"]


@given(text=st.text(max_size=60), width=st.floats(40, 300))
def test_a_shortened_text_fits(text: str, width: float) -> None:
    assert text_width(shortened(text, width, 14), 14) <= width + 0.01
