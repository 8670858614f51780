"""All contracts of an organization at a glance: gathered in a fixed number of queries, whatever the number of links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from areas.access import Actor
from areas.models import Area, Link
from contracts.drafting import Proposal, fingerprint, lines_of
from contracts.models import Clause, Contract, Removal, Shoes, Signature, Version
from contracts.rates import Rate, kept_rates
from contracts.words import Side
from requests.models import Ask
from requests.states import OPEN, Direction, State


class Stand(models.TextChoices):
    """How far a link has come on its way to a contract."""

    IN_FORCE = "in_force", _("in force")
    CHANGING = "changing", _("in force, a change to sign")
    UNSIGNED = "unsigned", _("agreed, to sign")
    TALKING = "talking", _("being talked about")
    NONE = "none", _("nothing yet")


PILL = {
    Stand.IN_FORCE: "in_force",
    Stand.CHANGING: "soon",
    Stand.UNSIGNED: "unsigned",
    Stand.TALKING: "open",
    Stand.NONE: "neutral",
}


@dataclass
class Tally:
    """The asks of one lane, counted."""

    in_force: int = 0
    agreed: int = 0
    open: int = 0
    unmet: int = 0


@dataclass
class Shelved:
    """One link with how its contract stands."""

    link: Link
    contract: Contract | None
    version: Version | None = None
    proposed: Proposal | None = None
    signed: dict[str, Signature] = field(default_factory=dict)
    # Signed by a guest of a workshop: counts once it is confirmed.
    here: dict[str, Signature] = field(default_factory=dict)
    needs: Tally = field(default_factory=Tally)
    requirements: Tally = field(default_factory=Tally)
    unanswered: int = 0
    review_is_due: bool = False
    is_changing: bool = False
    rate: Rate = field(default_factory=Rate)

    @property
    def stand(self) -> Stand:
        if self.version:
            return Stand.CHANGING if self.is_changing else Stand.IN_FORCE
        if self.is_changing:
            return Stand.UNSIGNED
        return Stand.TALKING if self.needs.open or self.requirements.open else Stand.NONE

    @property
    def pill(self) -> str:
        return PILL[self.stand]

    @property
    def word(self) -> str:
        return str(self.stand.label)

    @property
    def unmet(self) -> int:
        return self.needs.unmet

    @property
    def rate_id(self) -> str:
        return f"rate-{self.link.ref}"

    def area_of(self, side: str) -> Area:
        return self.link.customer if side == Side.CUSTOMER else self.link.supplier

    @property
    def unsigned_areas(self) -> list[Area]:
        """Whose signature the proposed version waits for."""
        if not self.is_changing:
            return []
        return [self.area_of(side) for side in (Side.SUPPLIER, Side.CUSTOMER) if side not in self.signed]

    def waits_for_signature_of(self, actor: Actor) -> Side | None:
        """The side for which this person could sign now."""
        if self.link.ended_at or not self.is_changing:
            return None
        mine = {signature.by_id for signature in self.signed.values()}
        for side in (Side.SUPPLIER, Side.CUSTOMER):
            if side not in self.signed and actor.may_decide_for(self.area_of(side)):
                return None if actor.membership.pk in mine else side
        return None


def shelf(actor: Actor, now: datetime, links: Iterable[int] | None = None) -> list[Shelved]:
    """The contracts of the organization, or those of `links`, in the order of the names of their areas.

    Those of the whole organization come with their kept rates.
    """
    organization = actor.organization
    today = now.astimezone(organization.tz).date()
    found = Link.objects.filter(organization=organization).select_related("customer", "supplier", "contract")
    found = found.filter(Q(ended_at__isnull=True) | Q(contract__versions__in_force_at__isnull=False)).distinct()
    if links is not None:
        found = found.filter(pk__in=list(links))
    shelved: dict[int, Shelved] = {}
    for link in sorted(found, key=lambda link: (link.supplier.name.casefold(), link.customer.name.casefold())):
        contract: Contract | None = getattr(link, "contract", None)
        shelved[link.pk] = Shelved(link, contract)
        if contract and contract.review_on:
            shelved[link.pk].review_is_due = contract.review_on <= today
    _read_versions(shelved)
    agreed_outside = _count(shelved, today)
    _read_proposals(shelved, agreed_outside)
    if links is None:
        for link, rate in kept_rates(organization, now, by="link").items():
            if link in shelved:
                shelved[link].rate = rate
    return list(shelved.values())


def _read_versions(shelved: dict[int, Shelved]) -> None:
    versions = Version.objects.filter(
        contract__link__in=list(shelved), in_force_at__isnull=False, superseded_at__isnull=True
    ).select_related("contract")
    for version in versions:
        shelved[version.contract.link_id].version = version


def _count(shelved: dict[int, Shelved], today: date) -> set[int]:
    """Counts the asks; returns the links on which something agreed is not in force."""
    in_force = {
        ask: (link, lane)
        for link, ask, lane in Clause.objects.filter(
            in_version__in=[entry.version.pk for entry in shelved.values() if entry.version]
        ).values_list("in_version__contract__link_id", "ask_id", "lane")
    }
    for link, lane in in_force.values():
        _lane(shelved[link], lane).in_force += 1
    outside: set[int] = set()
    asks = Ask.objects.filter(link__in=list(shelved), state__in=(State.AGREED, State.DECLINED, *OPEN)).exclude(
        # What a signed version dropped stays agreed as a row, but is no longer part of anything.
        state=State.AGREED,
        removals__done_in__isnull=False,
        removals__taken_back_at__isnull=True,
    )
    for pk, link, lane, state, answer_by, replaces, met in asks.values_list(
        "pk",
        "link_id",
        "direction",
        "state",
        "answer_by",
        "replaces_id",
        models.Exists(
            Ask.objects.filter(redirected_from=models.OuterRef("pk"), state__in=(State.AGREED, State.DECLINED))
        ),
    ):
        entry = shelved[link]
        if state == State.AGREED:
            if pk not in in_force:
                outside.add(link)
                _lane(entry, lane).agreed += 1
        elif state == State.DECLINED:
            _lane(entry, lane).unmet += replaces is None and not met
        else:
            _lane(entry, lane).open += 1
            entry.unanswered += answer_by is not None and answer_by < today
    return outside


def _lane(entry: Shelved, direction: str) -> Tally:
    return entry.needs if direction == Direction.NEED else entry.requirements


def _read_proposals(shelved: dict[int, Shelved], outside: set[int]) -> None:
    """The proposals of those links on which something waits to be signed, with the signatures that count."""
    removals: dict[int, dict[int, Removal]] = defaultdict(dict)
    standing = Removal.objects.filter(contract__link__in=list(shelved), taken_back_at__isnull=True)
    for removal in standing.select_related("contract"):
        removals[removal.contract.link_id][removal.ask_id] = removal
    moving = outside | {link for link, one in removals.items() if any(r.done_in_id is None for r in one.values())}
    clauses: dict[int, dict[int, Clause]] = defaultdict(dict)
    versions = [entry.version.pk for link, entry in shelved.items() if entry.version and link in moving]
    for clause in Clause.objects.filter(in_version__in=versions).select_related("in_version__contract"):
        clauses[clause.in_version.contract.link_id][clause.ask_id] = clause
    asks: dict[int, dict[int, Ask]] = defaultdict(dict)
    agreed = Ask.objects.filter(link__in=moving, state__in=(State.AGREED, State.REPLACED)).select_related("terms")
    for ask in agreed.order_by("settled_at", "pk"):
        asks[ask.link_id][ask.pk] = ask
    signatures: dict[int, list[Signature]] = defaultdict(list)
    for signature in Signature.objects.filter(contract__link__in=moving).select_related("contract"):
        signatures[signature.contract.link_id].append(signature)
    for link in moving:
        entry = shelved[link]
        lines = lines_of(asks[link], clauses[link], removals[link])
        n = entry.version.n + 1 if entry.version else 1
        entry.proposed = Proposal(n=n, lines=lines, digest=fingerprint(n, lines), current=entry.version)
        entry.is_changing = entry.proposed.is_change
        now_given = [one for one in signatures[link] if one.n == n and one.digest == entry.proposed.digest]
        entry.signed = {one.side: one for one in now_given if not one.provisional}
        entry.here = {one.side: one for one in now_given if one.provisional}


# What waits for a person ---------------------------------------------------------------------------------------------


@dataclass
class Waiting:
    """What the contracts want from a person now."""

    to_sign: list[tuple[Shelved, Side, Signature | None]]
    to_confirm: list[Shoes]
    to_review: list[Shelved]

    @property
    def count(self) -> int:
        return len(self.to_sign) + len(self.to_confirm) + len(self.to_review)


def waiting_for(actor: Actor, now: datetime) -> Waiting:
    """Contracts to sign, shoes to confirm, reviews that are due, on the links of the areas for which one decides."""
    mine = list(actor.leads)
    if not mine:
        return Waiting([], [], [])
    links = list(
        Link.objects.filter(Q(customer__in=mine) | Q(supplier__in=mine), organization=actor.organization, ended_at=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    entries = shelf(actor, now, links)
    latest = Shoes.objects.filter(contract=models.OuterRef("contract")).order_by("-n").values("pk")[:1]
    unconfirmed = (
        Shoes.objects.filter(pk=models.Subquery(latest), confirmed_at__isnull=True)
        .filter(contract__link__in=links, contract__link__customer__in=mine)
        .select_related("contract__link__customer", "contract__link__supplier")
        .order_by("written_at")
    )
    return Waiting(
        to_sign=[
            (entry, side, entry.here.get(side)) for entry in entries if (side := entry.waits_for_signature_of(actor))
        ],
        to_confirm=list(unconfirmed),
        to_review=[entry for entry in entries if entry.review_is_due],
    )
