"""The words of a wall: names that are not endless, and a request as a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from areas.models import Organization
from requests.models import Ask, Terms
from requests.states import State
from requests.wording import differences, sentence
from workshops.room import AskNow, Room
from workshops.wall.nouns import Item

# Characters of a name inside a sentence, of the names beside an area.
NAME, NAMES = 34, 60
# Characters that turn the direction of what stands around them.
TURNS = frozenset({"R", "AL", "RLE", "RLO", "LRO", "RLI", "LRI", "FSI", "PDF", "PDI"})


def short(text: str, most: int = NAME) -> str:
    """A name for the middle of a sentence: not endless, and not turning the sentence around it."""
    cut = text
    if len(text) > most:
        cut = text[: most - 1]
        words = (cut if text[most - 1] == " " else cut.rpartition(" ")[0]).rstrip(" ,;:")
        cut = f"{words if len(words) > most / 2 else cut.rstrip()}…"
    if any(unicodedata.bidirectional(sign) in TURNS for sign in cut):
        return f"\N{FIRST STRONG ISOLATE}{cut}\N{POP DIRECTIONAL ISOLATE}"
    return cut


def either(names: Iterable[str], together: str) -> str:
    """The names as far as they are said in one breath, else the word for all of them."""
    known = list(dict.fromkeys(names))
    *first, last = [short(name) for name in known]
    if not first:
        return last
    said = pgettext("two or three areas", "%(first)s or %(last)s") % {"first": ", ".join(first), "last": last}
    return said if len(said) <= NAME else together


def names_said(names: Sequence[str], most: int = NAMES) -> str:
    """The names that fit, and how many more."""
    shown: list[str] = []
    for name in names:
        if shown and len(", ".join([*shown, name])) > most:
            break
        shown.append(short(name))
    left = len(names) - len(shown)
    said = ", ".join(shown)
    if not left:
        return said
    return ngettext("%(names)s and one more", "%(names)s and %(n)s more", left) % {"names": said, "n": left}


def word_of(ask: Ask) -> str:
    """The state of a request in the word that the wall has for it."""
    match ask.state:
        case State.ASKED:
            return pgettext("request", "new")
        case State.COUNTERED:
            return pgettext("request", "counter-offer")
        case State.DECLINED:
            return pgettext("request", "declined")
        case _:
            return pgettext("request", "accepted")


def items_between(asks: Iterable[AskNow], room: Room) -> list[Item]:
    """Requests as lines that name both areas."""
    return [item_of(one, room.workshop.scene, {}, _between(one)) for one in asks]


def _between(one: AskNow) -> str:
    names = {"asker": short(one.ask.asker.name), "performer": short(one.ask.performer.name)}
    return _("%(asker)s asks %(performer)s") % names


def item_of(one: AskNow, scene: Organization, before: dict[int, Terms], who: str) -> Item:
    ask = one.ask
    changes: list[tuple[str, str]] = []
    text = str(ask)
    if ask.state == State.COUNTERED and ask.terms and ask.pk in before:
        found = [each for each in differences(before[ask.pk], ask.terms, scene) if each.field != "satisfaction"]
        changes = [(each.before, each.after) for each in found]
        if any(each.field == "outcome" for each in found):
            text = ""
    when = sentence(ask.terms, scene) if ask.terms and not changes else ""
    return Item(
        ident=f"ask-{ask.ref}",
        key=f"{ask.state}-{ask.version}",
        text=text,
        pill="agreed" if ask.state == State.REPLACED else ask.state,
        word=word_of(ask),
        detail=who or when,
        said=(one.words or one.alternative) if ask.state in (State.COUNTERED, State.DECLINED) else "",
        changes=tuple(changes[:2]),
    )


def earlier_terms(asks: Iterable[AskNow]) -> dict[int, Terms]:
    """Of each counter-offer the wording that it answers. One query, none if there are no counter-offers."""
    wanted = {one.ask.pk: one.ask.terms.n - 1 for one in asks if one.ask.state == State.COUNTERED and one.ask.terms}
    if not wanted:
        return {}
    return {terms.ask_id: terms for terms in Terms.objects.filter(ask__in=wanted) if terms.n == wanted[terms.ask_id]}


def asked_by(one: AskNow, links: int) -> str:
    return pgettext("request", "from %(area)s") % {"area": short(one.ask.asker.name)} if links > 1 else ""


def asked_of(one: AskNow, links: int) -> str:
    return pgettext("request", "of %(area)s") % {"area": short(one.ask.performer.name)} if links > 1 else ""
