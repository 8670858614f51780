"""A lead with two hundred promises and half a year behind each: desk and sheet under twenty people at once.

The promises stand in ten contracts of the lead's area, twenty in each; beside, a sheet that holds all of them, and
constant pages of the same sizes. Each of the twenty is a person of their own, with a desk and a view of the sheet that
are drawn for them alone; beside, the same while somebody does something each second, so that all of it is drawn anew.
How many messages a page that is drawn anew sends to the database is the same for a tenth of the promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from areas.models import AreaPart, Membership, Organization, User
from areas.words import Part
from bench.board import page
from bench.company import Company, make
from bench.figures import figure, say
from bench.ground import Ground
from bench.pages import load, measure, served
from contracts.at_hand import at_hand

PEOPLE = 20
LINKS = 10
PROMISES = 200
FEW = 20
GOAL = 150.0
MOST_QUERIES = 7
ROUNDS = 15


def lead(company: Company, n: int = 0) -> str:
    """The cookie of somebody who leads the area that promised everything, and is no facilitator."""
    user = User.objects.create_user(
        f"lead{company.user.pk}-{n}@example.com", "Luis Prieto", last_login=company.user.last_login
    )
    membership = Membership.objects.create(organization=company.organization, user=user)
    AreaPart.objects.create(membership=membership, area=company.links[0].supplier, part=Part.LEAD)
    return company.session(user)


def pages(company: Company) -> dict[str, str]:
    org = company.organization.ref
    return {"desk": f"/o/{org}/desk/", "sheet": f"/o/{org}/links/{company.links[0].ref}/"}


class Alone:
    """A browser in this process, without the web's own work."""

    def __init__(self, cookie: str) -> None:
        self.client = Client(headers={"host": "localhost"})
        self.client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    def queries(self, path: str) -> int:
        """Messages to the database of a page that is drawn anew."""
        page(self.client, path)
        at_hand.clear()
        with CaptureQueriesContext(connection) as captured:
            page(self.client, path)
        return len(captured)

    def takes(self, path: str, *, anew: bool) -> float:
        """Milliseconds of server time."""
        took = []
        for _ in range(ROUNDS):
            if anew:
                at_hand.clear()
            took.append(page(self.client, path)[0])
        return round(median(took), 1)


@override_settings(ALLOWED_HOSTS=["localhost"])
def alone(companies: dict[int, Company], cookies: dict[int, str], one_sheet: Company) -> dict[str, dict[str, float]]:
    """Messages with few promises and with many, and the time that a page takes for itself."""
    found: dict[str, dict[str, float]] = {name: {} for name in pages(one_sheet)}
    for count, company in companies.items():
        browser = Alone(cookies[count])
        for name, path in pages(company).items():
            found[name][f"queries_{count}"] = browser.queries(path)
            if count == PROMISES:
                found[name]["alone_drawn_anew_ms"] = browser.takes(path, anew=True)
                found[name]["alone_ms"] = browser.takes(path, anew=False)
    path = pages(one_sheet)["sheet"]
    found["sheet"]["alone_drawn_anew_with_all_on_it_ms"] = Alone(lead(one_sheet)).takes(path, anew=True)
    return found


@contextmanager
def acting(company: Company) -> Iterator[None]:
    """Somebody does something each second: the revision rises."""
    done = Event()

    def act() -> None:
        while not done.wait(1):
            Organization.objects.filter(pk=company.organization.pk).update(revision=F("revision") + 1)
        connection.close()

    thread = Thread(target=act)
    thread.start()
    yield
    done.set()
    thread.join()


def main(here: Ground) -> None:
    companies = {count: make(LINKS + 1, LINKS, count, seed=count, of_one=True) for count in (FEW, PROMISES)}
    one_sheet = make(2, 1, PROMISES, of_one=True)
    cookies = {count: lead(company) for count, company in companies.items()}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    counted = alone(companies, cookies, one_sheet)
    for name, known in counted.items():
        few, many = known.pop(f"queries_{FEW}"), known.pop(f"queries_{PROMISES}")
        holds = few == many and many <= MOST_QUERIES
        figure(f"{name}_queries", many, "messages", MOST_QUERIES, holds, {f"with_{FEW}_promises": few})
    company = companies[PROMISES]
    people = [cookies[PROMISES], *(lead(company, n) for n in range(1, PEOPLE))]
    cookie = " ".join(f"{settings.SESSION_COOKIE_NAME}={one}" for one in people)
    with served(here) as port:
        for name, path in pages(company).items():
            say(f"{name} …")
            found, beside = measure(here, port, company.organization.ref, path, cookie, PEOPLE)
            with acting(company):
                meanwhile = load(here, port, path, cookie, connections=PEOPLE)
            beside["with_a_deed_each_second_p95_ms"] = round(meanwhile.p95, 1)
            beside["with_a_deed_each_second_per_s"] = round(meanwhile.per_second)
            figure(f"{name}_p95_ms", found.p95, "ms", GOAL, found.p95 <= GOAL, beside | counted[name])
