"""The catalogues of translations: extracted, checked, compiled. Babel does it; no system gettext is needed."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from config.env import ROOT

SOURCE = "en"
TRANSLATED = ("es",)
LANGUAGES = (*TRANSLATED, SOURCE)
ROOMS = ("post", "areas", "requests", "contracts", "workshops", "config")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NAMED = re.compile(r"%\((\w+)\)[sd]")
UNNAMED = re.compile(r"(?<!%)(?:%%)*%[sdifr]")
TAG = re.compile(r"</?\w+")


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
    yield from sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt", ".svg"})


def extracted() -> Catalog:
    catalog = Catalog(charset="utf-8")
    for path in sources():
        if "migrations" in path.parts:
            continue
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What templatize leaves of the markup is indented at will, which Python's tokenizer would refuse.
            text = "\n".join(line.strip() for line in templatize(text, origin=name).split("\n"))
        options = {"encoding": "utf-8"}
        found = extract("python", BytesIO(text.encode()), KEYWORDS, comment_tags=("Translators:",), options=options)
        for _line, ids, comments, context in found:
            catalog.add(ids, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def stored(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8", abort_invalid=True)


def messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (list, tuple)) else [message.string or ""]


def ids(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, (list, tuple)) else [message.id]


def updated(language: str, found: Catalog) -> Catalog:
    """What is stored, with the new sentences in and the gone ones out; a sentence of the source language is its own."""
    old = stored(language)
    fresh = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in messages(found):
        before = old.get(message.id, message.context)
        string: Any = before.string if before else None
        if language == SOURCE and not (before and all(forms(before))):
            string = message.id
        flags = {flag for flag in (before.flags if before else set()) if flag == "fuzzy"}
        fresh.add(
            message.id,
            string,
            locations=sorted({(name, 0) for name, _line in message.locations}),
            flags=flags | ({"python-format"} if any(NAMED.search(text) for text in ids(message)) else set()),
            auto_comments=message.auto_comments,
            user_comments=before.user_comments if before else (),
            context=message.context,
        )
    return fresh


def render(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, sort_output=True, include_lineno=False, omit_header=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalog.locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    return header.encode() + buffer.getvalue().strip() + b"\n"


def update_all() -> dict[str, tuple[int, int]]:
    """Write every catalogue anew; for each language how many sentences there are and how many of them wait."""
    found = extracted()
    counts = {}
    for language in LANGUAGES:
        catalog = updated(language, found)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(render(catalog))
        waiting = sum(1 for message in messages(catalog) if not all(forms(message)) or message.fuzzy)
        counts[language] = (len(catalog), waiting)
    return counts


def problems() -> list[str]:
    """Everything that keeps a reader of any language from a whole, right sentence."""
    found = extracted()
    wrong = [
        f"{where(message)}: {text!r} has an unnamed placeholder: write %(name)s."
        for message in messages(found)
        for text in ids(message)
        if UNNAMED.search(NAMED.sub("", text))
    ]
    for language in LANGUAGES:
        catalog = stored(language)
        known = {(message.id if isinstance(message.id, str) else message.id[0], message.context) for message in catalog}
        for message in messages(found):
            key = (ids(message)[0], message.context)
            have = catalog.get(message.id, message.context)
            if key not in known or have is None:
                wrong.append(f"{language}: missing {key[0]!r} ({where(message)})")
            elif have.fuzzy:
                wrong.append(f"{language}: fuzzy {key[0]!r}")
            elif not all(forms(have)) or len(forms(have)) != len(ids(message)):
                wrong.append(f"{language}: not translated {key[0]!r} ({where(message)})")
            else:
                wrong += [f"{language}: {sentence}" for sentence in differences(have)]
        wanted = {(ids(message)[0], message.context) for message in messages(found)}
        wrong += [
            f"{language}: no longer used {ids(message)[0]!r}"
            for message in messages(catalog)
            if (ids(message)[0], message.context) not in wanted
        ]
        wrong += [f"{language}: no longer used {key!r}" for key in catalog.obsolete]
    return wrong


def differences(message: Message) -> list[str]:
    """Placeholders and tags that the sentence and its translation do not share."""
    plural = ids(message)[-1]
    allowed = {name for text in ids(message) for name in NAMED.findall(text)}
    wrong = []
    for number, text in enumerate(forms(message)):
        names = set(NAMED.findall(text))
        # "One area" may leave the number out; the form for many may not.
        needed = set(NAMED.findall(plural)) if number == len(forms(message)) - 1 else set()
        if names - allowed or needed - names:
            wrong.append(f"other placeholders in {text!r} than in {plural!r}")
        if UNNAMED.search(NAMED.sub("", text)):
            wrong.append(f"unnamed placeholder in {text!r}")
        if sorted(TAG.findall(text)) != sorted(TAG.findall(ids(message)[min(number, len(ids(message)) - 1)])):
            wrong.append(f"other tags in {text!r} than in {plural!r}")
    return wrong


def where(message: Message) -> str:
    return ", ".join(sorted({name for name, _line in message.locations})[:3])


def compile_all(*, only_older: bool = False) -> list[Path]:
    done = []
    for language in LANGUAGES:
        source = path_of(language)
        target = source.with_suffix(".mo")
        if not source.exists():
            continue
        if only_older and target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        buffer = BytesIO()
        write_mo(buffer, stored(language))
        # Renamed into place: a process that starts meanwhile reads the old file or the new one, never half.
        fresh = target.with_suffix(".mo.new")
        fresh.write_bytes(buffer.getvalue())
        fresh.replace(target)
        done.append(target)
    return done
