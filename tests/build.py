"""Rows for tests, made by the same deeds that the screens call, so that a test stands on a state that can exist.

org = company()                          a founder, the client, nothing else
sales = area(org, "Ventas", Kind.SALES)
link(org, org.client, sales)             sales serves the client
ana = person(org, "Ana", leads=[sales])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client
from factory.declarations import Sequence, SubFactory
from factory.django import DjangoModelFactory

from areas import drawing, founding
from areas.access import Actor, client_of
from areas.models import Area, AreaPart, Link, Membership, Organization, User
from areas.words import Kind, Part, Role
from post import letters
from post.models import Letter

# What the fixture `queries_of` is: a browser and an address in, the number of queries out.
QueriesOf = Callable[[Client, str], int]

# A Monday morning in Mexico (UTC-6): tests that need a moment take this one, or freeze it.
NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)


class UserFactory(DjangoModelFactory[User]):
    """A person who has signed in once: name, proved address, no password."""

    class Meta:
        model = User

    name = Sequence(lambda n: f"Persona {n}")  # type: ignore[no-untyped-call]
    email = Sequence(lambda n: f"persona{n}@example.com")  # type: ignore[no-untyped-call]
    last_login = NOW

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        made = User.objects.create_user(**kwargs)
        EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
        return made


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = SubFactory(UserFactory)  # type: ignore[no-untyped-call]
    joined_at = NOW


@dataclass(frozen=True)
class Company:
    """An organization with the person who founded it."""

    organization: Organization
    founder: Membership
    client: Area
    areas: dict[str, Area] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        return self.organization.ref

    @property
    def actor(self) -> Actor:
        """The founder, a facilitator, as who acts."""
        return Actor(self.founder)


def user(name: str, **fields: Any) -> User:
    """A person with a proved address made from the name."""
    plain = name.lower().translate(str.maketrans("áéíóúñü ", "aeiounu."))
    return UserFactory.create(name=name, **{"email": f"{plain}@example.com", **fields})


def company(
    name: str = "Muebles del Norte",
    *,
    founder: str = "Fede",
    country: str = "MX",
    zone: str = "America/Mexico_City",
    language: str = "es",
    now: datetime = NOW,
) -> Company:
    """An organization with its client and its founder, a facilitator."""
    actor = founding.found(user(founder), name=name, country=country, zone=zone, language=language, now=now)
    return Company(actor.organization, actor.membership, client_of(actor.organization))


def area(org: Company, name: str, kind: str = Kind.OTHER, *, now: datetime = NOW) -> Area:
    """An area of the company, added by its founder."""
    made = drawing.add_area(org.actor, name=name, kind=kind, now=now)
    org.areas[name] = made
    return made


def link(org: Company, customer: Area, supplier: Area, *, now: datetime = NOW) -> Link:
    """supplier serves customer."""
    return drawing.draw_link(org.actor, customer, supplier, now)


def person(
    org: Company,
    name: str,
    *,
    role: str = Role.PARTICIPANT,
    leads: Iterable[Area] = (),
    works_in: Iterable[Area] = (),
    voice: bool = False,
    **fields: Any,
) -> Membership:
    """A member of the company with the parts named. Several names may sound alike: pass `email=`."""
    member = MembershipFactory.create(organization=org.organization, role=role, user=user(name, **fields))
    for one in leads:
        AreaPart.objects.create(membership=member, area=one, part=Part.LEAD)
    for one in works_in:
        AreaPart.objects.create(membership=member, area=one, part=Part.MEMBER)
    if voice:
        AreaPart.objects.create(membership=member, area=org.client, part=Part.VOICE)
    return member


def actor(member: Membership) -> Actor:
    """The person as who acts, with fresh rights."""
    return Actor(Membership.objects.select_related("organization", "user").get(pk=member.pk))


def letter(key: str = "letter", *, to: str = "ana@example.com", **columns: Any) -> Letter:
    """A letter in the outbox, by the deed; `columns` are then set as they are given."""
    written = letters.write(
        key=key, kind="test", to_email=to, to_name="Ana", language="es", subject="Aviso", text="Hola", now=NOW
    )
    Letter.objects.filter(pk=written.pk).update(**columns)
    written.refresh_from_db()
    return written
