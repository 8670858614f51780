"""The stage on which a demo company plays its story: the moves of the app, at moments in the past, in few words.

Days are counted in weekdays from today (0): `-3` is three weekdays ago, `2` the day after tomorrow or, on a Thursday,
Monday. So nothing ever happens or falls due on a week-end, whatever the day on which the demo is loaded.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from areas import drawing, founding, inviting, journal
from areas.access import Actor, client_of
from areas.models import Area, AreaPart, Link, Membership, Organization, User
from areas.words import Part
from config.demo.cast import Cast, Person
from config.demo.weeks import Weeks
from contracts import depending, drafting
from contracts.access import contract_of
from contracts.models import Commitment, Contract
from contracts.words import Side
from requests import moves, problems
from requests.forms.terms import typed
from requests.models import Ask, ClientProblem, Terms
from requests.states import Direction
from requests.words import Compare, Every, Shape, Unit

Wording = dict[str, Any]
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)
WORKING_DAYS = 5

EMPTY: Wording = {
    "outcome": "",
    "satisfaction": "",
    "shape": Shape.ONCE,
    "due_on": None,
    "within": None,
    "within_unit": "",
    "event": "",
    "every": "",
    "interval": 1,
    "first_on": None,
    "nth": None,
    "due_time": None,
    "indicator": "",
    "compare": "",
    "target": None,
    "unit": "",
}


def weekday_from(today: date, days: int) -> date:
    """The day so many weekdays from today; a week-end counts as the Friday before it."""
    day = today - timedelta(days=max(0, today.weekday() - 4))
    step = timedelta(days=1 if days > 0 else -1)
    for _count in range(abs(days)):
        day += step
        while day.weekday() >= WORKING_DAYS:
            day += step
    return day


def clock(text: str) -> time:
    return time.fromisoformat(text)


class Stage:
    """One company while its story is told."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast = cast
        self.real_now = now
        self.now = now
        self.today = date.min
        self.actors: dict[str, Actor] = {}
        self.areas: dict[str, Area] = {}
        self.problems: dict[str, ClientProblem] = {}
        self.asks: dict[str, Ask] = {}
        self.organization: Organization
        self.weeks = Weeks(self)

    # Time -------------------------------------------------------------------------------------------------------------
    def at(self, days: int, hour: str) -> None:
        """What follows happens then; what was planned for the time before it has happened. A story goes forward, and
        its last page is not in the future.
        """
        moment = datetime.combine(self.day(days), clock(hour), self.organization.tz)
        if not (self.now <= moment < self.real_now):
            raise ValueError(f"{self.cast.name}: {days} {hour} is not between what came before and now")
        self.weeks.until(moment)
        self.now = moment

    def end(self) -> None:
        """The rest of what was planned, until now."""
        self.weeks.until(self.real_now)

    def day(self, days: int) -> date:
        return weekday_from(self.today, days)

    def weekday_of_week(self, weekday: int, weeks: int) -> date:
        """The Monday (…) of the week so many weeks from this one."""
        return self.today - timedelta(days=self.today.weekday()) + timedelta(days=weekday, weeks=weeks)

    # Company ----------------------------------------------------------------------------------------------------------
    def found(self, by: str, days: int, hour: str) -> None:
        """The company, its client and all its people, who come in by the deeds of an invitation that was accepted."""
        founder = next(person for person in self.cast.people if person.slug == by)
        # The organization's zone decides what day it is; before the organization there is only the cast to ask.
        blank = Organization(zone=self.cast.zone)
        self.today = self.real_now.astimezone(blank.tz).date()
        self.now = datetime.combine(self.day(days), clock(hour), blank.tz)
        actor = founding.found(
            self._user(founder),
            name=self.cast.name,
            country=self.cast.country,
            zone=self.cast.zone,
            language=self.cast.language,
            now=self.now,
        )
        self.organization = actor.organization
        Organization.objects.filter(pk=self.organization.pk).update(is_demo=True)
        self.organization.is_demo = True
        self.actors[by] = actor
        self.founder = actor
        client = client_of(self.organization)
        # The story names its client itself, whatever the catalogues call one.
        client.name = self.cast.client
        client.save(update_fields=["name"])
        self.areas["client"] = client
        self.weeks.tick()

    def area(self, key: str, name: str, kind: str, description: str) -> None:
        self.areas[key] = drawing.add_area(self.founder, name=name, kind=kind, description=description, now=self.now)

    def link(self, customer: str, supplier: str) -> None:
        drawing.draw_link(self.founder, self.areas[customer], self.areas[supplier], self.now)

    @transaction.atomic
    def gather(self) -> None:
        """Everybody else of the cast comes in, with their parts."""
        for person in self.cast.people:
            if person.slug in self.actors:
                continue
            membership = Membership.objects.create(
                organization=self.organization, user=self._user(person), role=person.role, joined_at=self.now
            )
            parts = [(self.areas[key], Part.LEAD) for key in person.leads]
            parts += [(self.areas[key], Part.MEMBER) for key in person.works_in]
            parts += [(self.areas["client"], Part.VOICE)] if person.voice else []
            for area, part in parts:
                AreaPart.objects.create(membership=membership, area=area, part=part)
            joined = parts[0][0] if parts else None
            journal.record(
                self.organization,
                "person.joined",
                by=membership,
                now=self.now,
                area=joined,
                subject=("person", membership.ref),
                facts={"name": membership.name, **({"area": joined.name} if joined else {})},
            )
            self.actors[person.slug] = Actor(membership)

    def invite(self, by: str, name: str, area: str, part: Part) -> None:
        """Somebody who has not come in yet; the letter waits in the mailbox."""
        email = f"{name.split()[0].lower()}@{self.cast.people[0].domain}"
        inviting.invite(self.actors[by], email=email, name=name, area=self.areas[area], part=part, now=self.now)

    def _user(self, person: Person) -> User:
        user = User.objects.create_user(person.email, person.name, date_joined=self.now, last_login=self.now)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    # Client problems --------------------------------------------------------------------------------------------------
    def problem(self, key: str, by: str, *, accountable: str, baseline: str, target: str, **said: str) -> None:
        """The first one is in focus."""
        fields = {
            **said,
            "accountable": self.areas[accountable],
            "baseline": Decimal(baseline),
            "target": Decimal(target),
        }
        self.problems[key] = problems.raise_problem(self.actors[by], fields=fields, now=self.now)

    def measure(self, key: str, by: str, value: str, note: str = "") -> None:
        on = self.now.astimezone(self.organization.tz).date()
        problems.measure(self.problems[key], self.actors[by], on=on, value=Decimal(value), note=note, now=self.now)

    # Terms ------------------------------------------------------------------------------------------------------------
    def once(self, outcome: str, by: int, *, at: str = "", done_when: str = "") -> Wording:
        due_time = clock(at) if at else None
        return {**EMPTY, "outcome": outcome, "satisfaction": done_when, "due_on": self.day(by), "due_time": due_time}

    def within(self, outcome: str, count: int, unit: Unit, event: str, *, done_when: str = "") -> Wording:
        after = {"within": count, "within_unit": unit, "event": event}
        return {**EMPTY, "outcome": outcome, "satisfaction": done_when, **after}

    def every(self, outcome: str, weekday: int, since: int, *, at: str = "", done_when: str = "") -> Wording:
        """Each week on that weekday, starting `since` weeks from this one."""
        rhythm = {"shape": Shape.RECURRING, "every": Every.WEEK, "first_on": self.weekday_of_week(weekday, since)}
        due_time = clock(at) if at else None
        return {**EMPTY, "outcome": outcome, "satisfaction": done_when, **rhythm, "due_time": due_time}

    def every_day(self, outcome: str, since: int, *, at: str = "", done_when: str = "") -> Wording:
        rhythm = {"shape": Shape.RECURRING, "every": Every.DAY, "first_on": self.day(since)}
        due_time = clock(at) if at else None
        return {**EMPTY, "outcome": outcome, "satisfaction": done_when, **rhythm, "due_time": due_time}

    def every_month(self, outcome: str, weekday: int, since: int, *, nth: int, done_when: str = "") -> Wording:
        """Each month on the n-th such weekday (-1: the last), starting in the month `since` months from this one."""
        month = self.today.month - 1 + since
        first = date(self.today.year + month // 12, month % 12 + 1, 1)
        days = [first + timedelta(days=n) for n in range(31)]
        fitting = [day for day in days if day.month == first.month and day.weekday() == weekday]
        first_on = fitting[nth - 1 if nth > 0 else nth]
        rhythm = {"shape": Shape.RECURRING, "every": Every.MONTH, "first_on": first_on, "nth": nth}
        return {**EMPTY, "outcome": outcome, "satisfaction": done_when, **rhythm}

    def measured(self, rhythm: Wording, indicator: str, compare: Compare, target: str, unit: str = "%") -> Wording:
        """The same promise with a number against a target, each time."""
        number = {"indicator": indicator, "compare": compare, "target": Decimal(target), "unit": unit}
        return {**rhythm, "shape": Shape.MEASURED, **number}

    # The conversation -------------------------------------------------------------------------------------------------
    def draft(
        self,
        key: str,
        by: str,
        asker: str,
        performer: str,
        terms: Wording,
        *,
        why: str,
        replaces: str = "",
        aloud: str = "",
    ) -> Ask:
        """Write an ask down. Whether it is a need or a requirement follows from the link between the two areas."""
        link, direction = self._lane(asker, performer)
        problem, cause = self.problems.get(why), self.asks.get(why)
        data = typed(Terms(**terms), self.organization)
        if replaces:
            old = self.asks[replaces]
            ask = moves.amend(old, self.actors[by], now=self.now, data=data, said_by=aloud)
        else:
            ask = moves.draft(
                self.actors[by],
                link,
                direction,
                data=data,
                problem=problem,
                cause=cause,
                now=self.now,
                said_by=aloud,
            )
        self.asks[key] = ask
        return ask

    def ask(
        self,
        key: str,
        by: str,
        asker: str,
        performer: str,
        terms: Wording,
        *,
        why: str = "",
        replaces: str = "",
        answer_by: int | None = None,
        words: str = "",
        aloud: str = "",
    ) -> None:
        """Draft and send. `answer_by` counts weekdays from today; without it the organization's policy decides."""
        ask = self.draft(key, by, asker, performer, terms, why=why, replaces=replaces, aloud=aloud)
        expected = moves.default_answer_by(self.organization, self.now) if answer_by is None else self.day(answer_by)
        moves.send(
            ask,
            self.actors[by],
            version=ask.version,
            terms=terms,
            problem=ask.problem,
            cause=ask.cause,
            answer_by=expected,
            words=words,
            said_by=aloud,
            now=self.now,
        )

    def acknowledge(self, key: str, by: str, answer_by: int, words: str = "") -> None:
        ask = self.asks[key]
        moves.acknowledge(
            ask, self.actors[by], version=ask.version, answer_by=self.day(answer_by), words=words, now=self.now
        )

    def agree(self, key: str, by: str, owner: str = "", words: str = "", aloud: str = "") -> None:
        ask = self.asks[key]
        moves.agree(
            ask,
            self.actors[by],
            version=ask.version,
            owner=self.actors[owner].membership if owner else None,
            words=words,
            said_by=aloud,
            now=self.now,
        )

    def counter(
        self, key: str, by: str, words: str, terms: Wording, *, owner: str = "", answer_by: int | None = None
    ) -> None:
        """Propose something else; `terms` are the fields that change."""
        ask = self.asks[key]
        assert ask.terms is not None
        expected = moves.default_answer_by(self.organization, self.now) if answer_by is None else self.day(answer_by)
        moves.counter(
            ask,
            self.actors[by],
            version=ask.version,
            terms={**ask.terms.promise(), **terms},
            words=words,
            answer_by=expected,
            owner=self.actors[owner].membership if owner else None,
            now=self.now,
        )

    def decline(self, key: str, by: str, words: str, *, alternative: str = "", redirect_to: str = "") -> None:
        """With `redirect_to` the onward ask is known afterwards as `<key>+`."""
        ask = self.asks[key]
        moves.decline(
            ask,
            self.actors[by],
            version=ask.version,
            words=words,
            alternative=alternative,
            redirect_to=self.areas[redirect_to] if redirect_to else None,
            now=self.now,
        )
        if redirect_to:
            self.asks[f"{key}+"] = Ask.objects.select_related(
                "organization", "link__customer", "link__supplier", "asker", "performer", "terms"
            ).get(redirected_from=ask)

    def withdraw(self, key: str, by: str, words: str) -> None:
        ask = self.asks[key]
        moves.withdraw(ask, self.actors[by], version=ask.version, words=words, now=self.now)

    def say(self, key: str, by: str, words: str, *, aloud: str = "", side: str = "") -> None:
        moves.say(self.asks[key], self.actors[by], words=words, said_by=aloud, side=side, now=self.now)

    def _lane(self, asker: str, performer: str) -> tuple[Link, Direction]:
        one, other = self.areas[asker], self.areas[performer]
        links = Link.objects.select_related("customer", "supplier").filter(organization=self.organization)
        need = links.filter(customer=one, supplier=other).first()
        if need:
            return need, Direction.NEED
        return links.get(customer=other, supplier=one), Direction.REQUIREMENT

    # Contracts --------------------------------------------------------------------------------------------------------
    def contract(self, customer: str, supplier: str) -> Contract:
        link = Link.objects.select_related("customer", "supplier").get(
            customer=self.areas[customer], supplier=self.areas[supplier]
        )
        contract = contract_of(link)
        contract.organization = self.organization
        return contract

    def sign(
        self, customer: str, supplier: str, by: str, words: str = "", *, aloud: str = "", review: int | None = None
    ) -> None:
        """Sign for the side that the person leads; a facilitator writes down for whoever said it aloud.

        With `review`, whoever signs last also sets the day of the next review.
        """
        contract = self.contract(customer, supplier)
        signer = next(actor for actor in self.actors.values() if actor.membership.name == (aloud or self._name(by)))
        side = Side.CUSTOMER if signer.may_decide_for(contract.link.customer) else Side.SUPPLIER
        drafting.sign(
            contract,
            side,
            self.actors[by],
            digest=drafting.proposal(contract).digest,
            words=words,
            said_by=aloud,
            now=self.now,
        )
        if review is not None:
            contract.refresh_from_db(fields=["version"])
            day = self.day(review)
            drafting.set_review(contract, self.actors[by], version=contract.version, review_on=day, now=self.now)

    def drop(self, key: str, by: str, words: str) -> None:
        """Propose that the next version ends this promise."""
        ask, actor = self.asks[key], self.actors[by]
        contract = self.contract(*self._ends(ask.link))
        side = Side.CUSTOMER if actor.may_decide_for(ask.link.customer) else Side.SUPPLIER
        drafting.propose_removal(contract, ask, actor, side=side, words=words, now=self.now)

    def shoes(self, customer: str, supplier: str, by: str, *, jobs: str, pains: str, gains: str) -> None:
        """The supplier writes, the customer corrects: the side follows from the person."""
        contract, actor = self.contract(customer, supplier), self.actors[by]
        last = drafting.last_shoes(contract)
        side = Side.CUSTOMER if actor.may_decide_for(contract.link.customer) else Side.SUPPLIER
        drafting.write_shoes(
            contract, actor, side=side, n=last.n if last else 0, jobs=jobs, pains=pains, gains=gains, now=self.now
        )

    def confirm_shoes(self, customer: str, supplier: str, by: str) -> None:
        contract = self.contract(customer, supplier)
        last = drafting.last_shoes(contract)
        assert last is not None
        drafting.confirm_shoes(contract, self.actors[by], n=last.n, now=self.now)

    # What becomes of promises -----------------------------------------------------------------------------------------
    def promise(self, key: str) -> Commitment:
        """The promise in force that this ask has become."""
        return Commitment.objects.select_related("organization", "clause", "ask", "link", "owes", "owed").get(
            ask=self.asks[key], ended_at__isnull=True
        )

    def keeps(self, key: str, by: str, judge: str, words: str, **says: str) -> None:
        """How each time of it goes from now on, oldest first: the words of config.demo.weeks, the last of them for the
        last time that has fallen due by now.
        """
        self.weeks.keeps(self.promise(key), self.actors[by], self.actors[judge], words, says)

    def happens(
        self,
        key: str,
        by: str,
        deliverer: str,
        judge: str,
        at: datetime,
        how: str,
        words: str,
        *,
        done_at: datetime | None = None,
    ) -> None:
        """At that moment the event happens from which the promise counts, and so it goes this time; delivered as
        usual a good hour before it is due, or `done_at`.
        """
        who, other, third = (self.actors[slug] for slug in (by, deliverer, judge))
        self.weeks.happens(self.promise(key), who, other, third, at, words, how, done_at)

    def moment(self, days: int, hour: str) -> datetime:
        """An instant of the story, to plan something for."""
        return datetime.combine(self.day(days), clock(hour), self.organization.tz)

    def due(self, key: str, back: int) -> datetime:
        """When it fell due for the last time (-1), the time before (-2), …"""
        return self.weeks.times(self.promise(key))[back].at

    def working_day(self, moment: datetime, days: int, hour: str) -> datetime:
        """That hour, so many working days later."""
        return self.weeks.on(
            self.weeks.calendar.working_day(moment.astimezone(self.organization.tz).date(), days), clock(hour)
        )

    def depend(self, key: str, on: str, by: str) -> None:
        """The promise waits while the other is overdue."""
        depending.depend(self.promise(key), self.promise(on), self.actors[by], now=self.now)

    def _ends(self, link: Link) -> tuple[str, str]:
        keys = {area.pk: key for key, area in self.areas.items()}
        return keys[link.customer_id], keys[link.supplier_id]

    def _name(self, slug: str) -> str:
        return self.actors[slug].membership.name
