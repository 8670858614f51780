from collections.abc import Sequence

import pytest
from babel.messages.catalog import Catalog, Message

from config import translations


def message(ids: str | tuple[str, str], string: str | tuple[str, ...]) -> Message:
    catalog = Catalog(locale="es")
    added = catalog.add(ids, string)
    assert added is not None
    return added


@pytest.mark.parametrize(
    ("ids", "string", "told"),
    [
        ("Hello %(name)s", "Hola %(name)s", []),
        ("Hello %(name)s", "Hola", ["other placeholders"]),
        ("Hello", "Hola %(name)s", ["other placeholders"]),
        ("Hello %(name)s", "Hola %(nombre)s", ["other placeholders"]),
        ("Hello %(name)s", "Hola %(name)s %s", ["unnamed placeholder"]),
        (("%(n)s area", "%(n)s areas"), ("Un área", "%(n)s áreas"), []),
        (("%(n)s area", "%(n)s areas"), ("%(n)s área", "Áreas"), ["other placeholders"]),
        ("<b>Now</b>", "<b>Ya</b>", []),
        ("<b>Now</b>", "Ya", ["other tags"]),
    ],
)
def test_a_translation_keeps_placeholders_and_tags(
    ids: str | tuple[str, str], string: str | tuple[str, ...], told: Sequence[str]
) -> None:
    found = translations.differences(message(ids, string))

    assert len(found) == len(told)
    assert all(sentence.startswith(beginning) for sentence, beginning in zip(found, told, strict=True))


def test_sentences_are_found_in_code_and_in_templates() -> None:
    names = {name for found in translations.messages(translations.extracted()) for name, _line in found.locations}

    assert any(name.endswith(".py") for name in names)
    assert any(name.endswith(".html") for name in names)


def test_the_source_language_is_its_own_translation() -> None:
    found = Catalog()
    found.add(("%(n)s area", "%(n)s areas"), locations=[("x.py", 0)])
    found.add("A sentence that nobody has written yet", locations=[("x.py", 0)])

    filled = translations.updated(translations.SOURCE, found)

    assert {tuple(translations.forms(m)) for m in translations.messages(filled)} == {
        ("%(n)s area", "%(n)s areas"),
        ("A sentence that nobody has written yet",),
    }


def test_what_is_written_is_read_back_the_same() -> None:
    for language in translations.LANGUAGES:
        assert translations.render(translations.stored(language)) == translations.path_of(language).read_bytes()
