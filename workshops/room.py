"""The room as it stands: what console, wall and phones show, read in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count
from django.utils.translation import gettext as _

from areas.chain import distances
from areas.models import Area, Link
from areas.rows import Prepared, Rows
from areas.words import Kind
from contracts.drafting import Line, fingerprint, lines_of
from contracts.models import Clause, Contract, Removal, Signature, Version
from contracts.words import Side
from requests.models import Ask, ClientProblem, Terms
from requests.states import OPEN, Direction, State
from workshops.models import Dots, Proposal, Seat, Takeaway, Workshop
from workshops.phases import DOTS_ON_ONE, Phase, Step, places, rounds, steps, turn, writes

FIRST, SECOND = "first", "second"

AREAS = Prepared("SELECT {area} FROM areas_area area WHERE organization_id = %(scene)s ORDER BY id", area=Area)
LINKS = Prepared("SELECT {link} FROM areas_link link WHERE organization_id = %(scene)s ORDER BY id", link=Link)
# Whoever sends on what was sent to them does so in the room, however often it goes on; where an answer at a desk sent
# it on once more, that belongs to it, too.
HERE = """
WITH touched AS MATERIALIZED (
    SELECT ask_id, max(seat_id) FILTER (WHERE verb = 'ask') AS seat_id, max(step) FILTER (WHERE verb = 'ask') AS step,
           bool_or(verb = 'ask') AS was_opened
    FROM workshops_deed WHERE workshop_id = %(workshop)s AND ask_id IS NOT NULL GROUP BY ask_id
), here AS MATERIALIZED (
    SELECT ask_id AS id FROM touched WHERE was_opened
    UNION
    SELECT ask.id FROM requests_ask ask JOIN touched ON ask.redirected_from_id = touched.ask_id
    UNION
    SELECT ask.id FROM requests_ask ask
    JOIN requests_ask before ON ask.redirected_from_id = before.id
    JOIN touched ON before.redirected_from_id = touched.ask_id
)"""
ASKS = Prepared(
    f"""{HERE}
    SELECT {{ask}}, {{terms}}, touched.seat_id, touched.step
    FROM here
    JOIN requests_ask ask ON ask.id = here.id
    LEFT JOIN requests_terms terms ON terms.id = ask.terms_id
    LEFT JOIN touched ON touched.ask_id = ask.id AND touched.was_opened
    WHERE ask.organization_id = %(scene)s AND ask.state NOT IN ('draft', 'withdrawn')
    ORDER BY ask.asked_at, ask.id
    """,
    ask=(Ask, tuple(field.attname for field in Ask._meta.concrete_fields if field.attname != "draft")),
    terms=Terms,
)
# The words of the last answer, and what was said beside it since.
ACTS = Prepared(
    f"""{HERE}
    SELECT DISTINCT ON (act.ask_id, act.verb = 'say') act.ask_id, act.verb = 'say', act.n,
           act.words, act.alternative, act.by_name
    FROM here JOIN requests_act act ON act.ask_id = here.id
    ORDER BY act.ask_id, act.verb = 'say', act.n DESC
    """
)


class Shape(NamedTuple):
    """The chain of a room. `place`: area pk → the round in which its turn comes; `rounds`: those that there are."""

    client: Area
    areas: list[Area]
    links: list[Link]
    place: dict[int, int]
    rounds: list[int]


@dataclass(frozen=True)
class StepNow:
    """One stop on the line at the foot of the wall. `state`: done, here or ahead."""

    step: Step
    label: str
    state: str
    minutes: int


@dataclass
class AreaNow:
    """An area with who sits for it. `turn`: now, before or after its turn."""

    area: Area
    place: int
    turn: str
    writes: bool
    people: int = 0
    ready: int = 0
    names: list[str] = field(default_factory=list)


@dataclass
class LinkNow:
    """A link with the asks of this workshop on it. `is_lit`: somebody asks on it in this step."""

    link: Link
    is_lit: bool = False
    needs: list[AskNow] = field(default_factory=list)
    requirements: list[AskNow] = field(default_factory=list)


@dataclass(frozen=True)
class AskNow:
    """An ask of this workshop with the words of the last answer; `seat` is who wrote it, `said` who said what beside it
    since then.
    """

    ask: Ask
    words: str
    alternative: str
    by_name: str
    seat: int | None
    step: str
    said: tuple[str, str] | None = None

    @property
    def is_open(self) -> bool:
        return self.ask.state in OPEN

    @property
    def is_unmet(self) -> bool:
        """A need that was declined and that nobody took over: it stands on the wall."""
        return self.ask.state == State.DECLINED and self.ask.direction == Direction.NEED


@dataclass
class ProposalNow:
    """A proposed problem with the dots of those that say the same."""

    proposal: Proposal
    also: list[Proposal] = field(default_factory=list)
    dots: int = 0
    people: int = 0

    def mine(self, seat: int, given: dict[tuple[int, int], int]) -> int:
        return min(DOTS_ON_ONE, sum(given.get((seat, one.pk), 0) for one in (self.proposal, *self.also)))


@dataclass
class ContractNow:
    """What a link's next version would say, and who signed it. `here`: signed provisionally, in the room."""

    link: Link
    contract: Contract | None
    n: int
    lines: list[Line]
    digest: str
    signed: dict[Side, Signature] = field(default_factory=dict)
    here: dict[Side, Signature] = field(default_factory=dict)
    in_force: Version | None = None

    @property
    def is_change(self) -> bool:
        return any(line.status != "kept" for line in self.lines)

    @property
    def needs(self) -> list[Line]:
        return [line for line in self.lines if line.direction == Direction.NEED]

    @property
    def requirements(self) -> list[Line]:
        return [line for line in self.lines if line.direction == Direction.REQUIREMENT]


@dataclass(frozen=True)
class Counts:
    """The answers to a mirror, once revealed: how many chose 0, 1, … 10."""

    each: list[int]

    @property
    def people(self) -> int:
        return sum(self.each)

    @property
    def mean(self) -> float | None:
        return sum(value * n for value, n in enumerate(self.each)) / self.people if self.people else None

    @property
    def most(self) -> int:
        return max(self.each, default=0)


@dataclass
class Room:
    """Everything of a workshop that a screen may show at `now`."""

    workshop: Workshop
    now: datetime
    client: Area
    areas: list[AreaNow]
    links: list[LinkNow]
    asks: list[AskNow]
    line: list[StepNow]
    answered: int
    proposals: list[ProposalNow]
    given: dict[tuple[int, int], int]
    takeaways: list[Takeaway]
    contracts: list[ContractNow]

    @property
    def step(self) -> Step | None:
        return self.workshop.at

    @property
    def problem(self) -> ClientProblem | None:
        return self.workshop.problem

    @property
    def people(self) -> int:
        return sum(area.people for area in self.areas)

    @property
    def ready(self) -> int:
        return sum(area.ready for area in self.areas)

    @property
    def peopled(self) -> list[AreaNow]:
        """The areas for which somebody sits here."""
        return [area for area in self.areas if area.people]

    @cached_property
    def _by_pk(self) -> dict[int, AreaNow]:
        return {one.area.pk: one for one in self.areas}

    def area(self, pk: int) -> AreaNow | None:
        return self._by_pk.get(pk)

    def here(self) -> StepNow | None:
        return next((one for one in self.line if one.state == "here"), None)

    def onward(self) -> StepNow | None:
        return next((one for one in self.line if one.state == "ahead"), None)

    def asks_to(self, pk: int) -> list[AskNow]:
        return [one for one in self.asks if one.ask.performer_id == pk]

    def asks_by(self, pk: int) -> list[AskNow]:
        return [one for one in self.asks if one.ask.asker_id == pk]

    def links_of(self, pk: int) -> list[LinkNow]:
        return [one for one in self.links if pk in (one.link.customer_id, one.link.supplier_id)]

    @property
    def open_asks(self) -> list[AskNow]:
        return [one for one in self.asks if one.is_open]

    @property
    def unmet(self) -> list[AskNow]:
        return unmet_of(self.asks)

    def is_revealed(self, step: Step | None = None) -> bool:
        here = step or self.step
        return here is not None and here.key in self.workshop.revealed

    def mirror(self, which: str) -> Counts | None:
        """The counts of a mirror, None while it is hidden."""
        counts = self.workshop.mirror.get(which)
        shown = Phase.MIRROR if which == FIRST else Phase.CLOSE
        return Counts(counts) if counts and shown.value in self.workshop.revealed else None

    @property
    def are_dots_shown(self) -> bool:
        return Phase.PROBLEM.value in self.workshop.revealed

    @property
    def which(self) -> str:
        """Which mirror is asked in this step."""
        return SECOND if self.step and self.step.phase == Phase.CLOSE else FIRST

    @property
    def has_running_timer(self) -> bool:
        return self.workshop.timer_ends_at is not None


def label_of(step: Step, chain: list[int]) -> str:
    """The step in a word or two: in the chain with its number."""
    if step.phase != Phase.CHAIN or len(chain) < 2:
        return str(step.phase.label)
    at = chain.index(step.round) + 1 if step.round in chain else step.round - 1
    return _("Chain %(n)s of %(all)s") % {"n": at, "all": len(chain)}


def shape_of(workshop: Workshop) -> Shape:
    """The chain of the scene as it is, in one message to the database."""
    links, areas = Rows.together(LINKS, AREAS, scene=workshop.scene_id)
    known = {area.pk: area for (area,) in areas}
    return _shape(list(known.values()), _linked(links, known).values())


def _linked(rows: Iterable[tuple[Link]], known: dict[int, Area]) -> dict[int, Link]:
    """Link pk → link with both areas, also of those that have ended."""
    found: dict[int, Link] = {}
    for (link,) in rows:
        # An area that nothing hangs on may be removed at this instant, with its links.
        if link.customer_id in known and link.supplier_id in known:
            link.customer, link.supplier = known[link.customer_id], known[link.supplier_id]
            found[link.pk] = link
    return found


def _shape(every: list[Area], every_link: Iterable[Link]) -> Shape:
    living = {area.pk for area in every if area.archived_at is None}
    links = [
        link
        for link in every_link
        if link.ended_at is None and link.customer_id in living and link.supplier_id in living
    ]
    client = next(area for area in every if area.pk in living and area.kind == Kind.CLIENT)
    far = distances(client.pk, [(link.customer_id, link.supplier_id) for link in links])
    place = places(far, sorted(living))
    areas = [area for area in every if area.pk in living and area.pk != client.pk]
    return Shape(client, sorted(areas, key=lambda area: (place[area.pk], area.pk)), links, place, rounds(place))


def line_of(workshop: Workshop, chain: list[int]) -> list[Step]:
    return steps(workshop.plan, chain)


def read_room(workshop: Workshop, now: datetime, *, with_contracts: bool = False) -> Room:
    """The whole room: at most sixteen queries, whatever the number of people, areas and asks.

    What can be signed is read from the agreements on, or `with_contracts`.
    """
    (client, areas, links, place, chain), asks = read_talk(workshop)
    here = workshop.at
    found: dict[int, AreaNow] = {
        area.pk: AreaNow(area, place[area.pk], turn(here, place[area.pk]), writes(here, place[area.pk]))
        for area in areas
    }
    for seat in Seat.objects.filter(workshop=workshop, left_at__isnull=True, removed_at__isnull=True):
        if seat.area_id in found:
            one = found[seat.area_id]
            one.people += 1
            one.ready += bool(workshop.step) and seat.ready_for == workshop.step
            one.names.append(seat.name)
    mine = {link.pk: LinkNow(link, is_lit=_is_lit(here, link, place)) for link in links}
    for now_asked in asks:
        lane = mine.setdefault(now_asked.ask.link_id, LinkNow(now_asked.ask.link))
        (lane.needs if now_asked.ask.direction == Direction.NEED else lane.requirements).append(now_asked)
    proposals, given = proposals_of(workshop)
    phase = here.phase if here else None
    return Room(
        workshop=workshop,
        now=now,
        client=client,
        areas=list(found.values()),
        links=list(mine.values()),
        asks=asks,
        line=_line(workshop, chain),
        answered=_answered(workshop),
        proposals=proposals,
        given=given,
        takeaways=list(Takeaway.objects.filter(workshop=workshop).select_related("area")),
        contracts=contracts_of(workshop, links, asks)
        if with_contracts or phase in (Phase.AGREEMENTS, Phase.CLOSE)
        else [],
    )


def _line(workshop: Workshop, chain: list[int]) -> list[StepNow]:
    here = workshop.at
    stops = line_of(workshop, chain)
    at = stops.index(here) if here in stops else -1
    return [
        StepNow(
            step,
            label_of(step, chain),
            "here" if n == at else "done" if n < at or workshop.closed_at else "ahead",
            workshop.minutes_for(step.phase),
        )
        for n, step in enumerate(stops)
    ]


def _is_lit(here: Step | None, link: Link, place: dict[int, int]) -> bool:
    """Somebody whose turn it is asks on this link: its customer needs, or its supplier requires."""
    if here is None or here.phase not in (Phase.VOICE, Phase.CHAIN):
        return False
    customer, supplier = place.get(link.customer_id, 0), place.get(link.supplier_id, 0)
    if turn(here, customer) == "now" and customer:
        return True
    return bool(here.phase == Phase.CHAIN and turn(here, supplier) == "now" and supplier and customer)


def _answered(workshop: Workshop) -> int:
    which = SECOND if workshop.step == Phase.CLOSE.value else FIRST
    return workshop.seats.filter(answered__contains=[which]).count()


def read_talk(workshop: Workshop) -> tuple[Shape, list[AskNow]]:
    """Chain and asks of the room, in one message to the database.

    Each statement sees what was done until then, so what others point to is read after them.
    """
    asks, acts, links, areas = Rows.together(ASKS, ACTS, LINKS, AREAS, workshop=workshop.pk, scene=workshop.scene_id)
    known = {area.pk: area for (area,) in areas}
    on = _linked(links, known)
    last: dict[int, tuple[int, str, str, str]] = {}
    beside: dict[int, tuple[str, str]] = {}
    for pk, is_beside, n, words, alternative, by_name in acts:
        if not is_beside:
            last[pk] = (n, words, alternative, by_name)
        elif n > last[pk][0]:
            beside[pk] = (by_name, words)
    found: list[AskNow] = []
    for ask, terms, seat, step in asks:
        ask.organization, ask.link, ask.terms = workshop.scene, on[ask.link_id], terms
        ask.asker, ask.performer = known[ask.asker_id], known[ask.performer_id]
        _n, words, alternative, by_name = last[ask.pk]
        found.append(AskNow(ask, words, alternative, by_name, seat, step or "", beside.get(ask.pk)))
    return _shape(list(known.values()), on.values()), found


def unmet_of(asks: Iterable[AskNow]) -> list[AskNow]:
    """Declined needs that nobody took over, however often they were sent on; each need once, where it stopped."""
    every = list(asks)
    before: dict[int, int | None] = {one.ask.pk: one.ask.redirected_from_id for one in every}
    settled: set[int] = set()
    for one in every:
        if one.ask.state not in OPEN:
            pk: int | None = one.ask.redirected_from_id
            # What was agreed settles all that it was sent on from; what was declined again stands for them.
            while pk and pk not in settled:
                settled.add(pk)
                pk = before.get(pk)
    return [one for one in every if one.is_unmet and one.ask.pk not in settled]


def proposals_of(workshop: Workshop) -> tuple[list[ProposalNow], dict[tuple[int, int], int]]:
    """(proposals with their dots, the most dotted first, (seat, proposal) → dots). Two queries."""
    every = list(Proposal.objects.filter(workshop=workshop, dropped_at__isnull=True).select_related("seat__area"))
    roots = {one.pk: ProposalNow(one) for one in every if one.same_as_id is None}
    root_of: dict[int, int] = {}
    for one in every:
        root = one.same_as_id or one.pk
        if root in roots:
            root_of[one.pk] = root
            if root != one.pk:
                roots[root].also.append(one)
    given: dict[tuple[int, int], int] = {}
    by_person: Counter[tuple[int, int]] = Counter()
    dots = Dots.objects.filter(proposal__in=list(root_of), seat__removed_at__isnull=True)
    for seat, proposal, n in dots.values_list("seat_id", "proposal_id", "n"):
        given[seat, proposal] = n
        by_person[seat, root_of[proposal]] += n
    for (_seat, root), n in by_person.items():
        roots[root].dots += min(DOTS_ON_ONE, n)
        roots[root].people += 1
    return sorted(roots.values(), key=lambda one: (-one.dots, one.proposal.at, one.proposal.pk)), given


def contracts_of(workshop: Workshop, links: Iterable[Link], asks: Iterable[AskNow]) -> list[ContractNow]:
    """What can be signed: each link on which this workshop agreed something. Five queries."""
    touched = {one.ask.link_id for one in asks if one.ask.state in (State.AGREED, State.REPLACED)}
    known = {link.pk: link for link in links if link.pk in touched}
    known |= {
        one.ask.link_id: one.ask.link for one in asks if one.ask.link_id in touched and one.ask.link_id not in known
    }
    contracts = {
        contract.link_id: contract for contract in Contract.objects.filter(link__in=known).prefetch_related(None)
    }
    versions = {
        version.contract_id: version
        for version in Version.objects.filter(
            contract__in=list(contracts.values()), in_force_at__isnull=False, superseded_at__isnull=True
        )
    }
    by_link: defaultdict[int, dict[int, Ask]] = defaultdict(dict)
    rows = Ask.objects.select_related("terms", "asker", "performer").filter(
        link__in=known, state__in=(State.AGREED, State.REPLACED)
    )
    for ask in rows.order_by("settled_at", "pk"):
        ask.link, ask.organization = known[ask.link_id], workshop.scene
        by_link[ask.link_id][ask.pk] = ask
    clauses: defaultdict[int, dict[int, Clause]] = defaultdict(dict)
    for clause in Clause.objects.filter(in_version__in=list(versions.values())).select_related("in_version"):
        clauses[clause.in_version.contract_id][clause.ask_id] = clause
    removals: defaultdict[int, dict[int, Removal]] = defaultdict(dict)
    for removal in Removal.objects.filter(contract__in=list(contracts.values()), taken_back_at__isnull=True):
        removals[removal.contract_id][removal.ask_id] = removal
    signatures: defaultdict[int, list[Signature]] = defaultdict(list)
    for signature in Signature.objects.filter(contract__in=list(contracts.values())).order_by("at", "pk"):
        signatures[signature.contract_id].append(signature)
    found: list[ContractNow] = []
    for pk, link in known.items():
        contract = contracts.get(pk)
        version = versions.get(contract.pk) if contract else None
        own = contract.pk if contract else 0
        lines = lines_of(by_link[pk], clauses[own], removals[own])
        n = version.n + 1 if version else 1
        one = ContractNow(link, contract, n, lines, fingerprint(n, lines), in_force=version)
        # Once all is in force, what was signed is the version itself.
        wanted = (n, one.digest) if one.is_change or version is None else (version.n, version.digest)
        for signature in signatures[own]:
            if (signature.n, signature.digest) == wanted:
                (one.here if signature.provisional else one.signed)[Side(signature.side)] = signature
        # What was confirmed since no longer waits for it.
        one.here = {side: signature for side, signature in one.here.items() if side not in one.signed}
        found.append(one)
    return found


def people_by_area(workshop: Workshop) -> dict[int, int]:
    """Area pk → people in. One query, for what shows nothing else."""
    rows = Seat.objects.filter(workshop=workshop, left_at__isnull=True, removed_at__isnull=True)
    return dict(rows.values_list("area_id").annotate(Count("pk")))
