"""The small cast that tests know by name: Muebles del Norte, the line of five areas, and a stranger.

client ← sales ← logistics ← production ← administration

Fede    facilitator, no area          Ana     leads sales, and is the voice of the client
Luis    leads logistics               Víctor  member of logistics
Marta   leads production              Paula   leads administration
Vera    viewer                        Olga    facilitator of another organization
"""

from __future__ import annotations

from dataclasses import dataclass

from areas.access import Actor
from areas.models import Area, Link, Membership, Organization
from areas.words import Kind, Role
from tests import build


@dataclass(frozen=True)
class Cast:
    company: build.Company
    client: Area
    sales: Area
    logistics: Area
    production: Area
    administration: Area
    # Each link is named for its customer: `to_client` is sales serving the client.
    to_client: Link
    to_sales: Link
    to_logistics: Link
    to_production: Link
    fede: Membership
    ana: Membership
    luis: Membership
    victor: Membership
    marta: Membership
    paula: Membership
    vera: Membership
    olga: Membership

    @property
    def organization(self) -> Organization:
        return self.company.organization

    @property
    def elsewhere(self) -> Organization:
        """Olga's organization."""
        return self.olga.organization

    def actor(self, name: str) -> Actor:
        """`cast.actor("ana")`: the person as who acts, with fresh rights."""
        member = getattr(self, name)
        assert isinstance(member, Membership)
        return build.actor(member)


def muebles_del_norte() -> Cast:
    """Everybody at their place, nothing asked yet. Spanish, Mexico City."""
    org = build.company("Muebles del Norte", founder="Fede")
    sales = build.area(org, "Ventas", Kind.SALES)
    logistics = build.area(org, "Logística", Kind.LOGISTICS)
    production = build.area(org, "Producción", Kind.PRODUCTION)
    administration = build.area(org, "Administración", Kind.ADMINISTRATION)
    other = build.company("Harbour Lights", founder="Olga", country="GB", zone="Europe/London", language="en")
    return Cast(
        company=org,
        client=org.client,
        sales=sales,
        logistics=logistics,
        production=production,
        administration=administration,
        to_client=build.link(org, org.client, sales),
        to_sales=build.link(org, sales, logistics),
        to_logistics=build.link(org, logistics, production),
        to_production=build.link(org, production, administration),
        fede=org.founder,
        ana=build.person(org, "Ana", leads=[sales], voice=True),
        luis=build.person(org, "Luis", leads=[logistics]),
        victor=build.person(org, "Víctor", works_in=[logistics]),
        marta=build.person(org, "Marta", leads=[production]),
        paula=build.person(org, "Paula", leads=[administration]),
        vera=build.person(org, "Vera", role=Role.VIEWER),
        olga=other.founder,
    )
