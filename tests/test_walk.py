"""Every address as every kind of person, against a table written by hand.

Nobody (not signed in), Olga (facilitator of another organization), Gus (invited, not yet in), Vera (viewer), Marta
(leads another area than the two of the link), Luis (leads the supplier of the link), Fede (facilitator).
A POST carries nothing: whoever may act is told what is missing (200, 400, 409) or sent on (302); the others are turned
away (403), and for strangers nothing is there (404).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from areas import inviting
from areas.models import User
from contracts import by_link, drafting
from contracts.digest import leaving
from contracts.words import Side
from tests import asks, build, promises
from tests.build import NOW
from tests.cast import Cast, muebles_del_norte
from tests.workshops import play
from workshops.models import Takeaway
from workshops.phases import Takes

PEOPLE = ("nobody", "olga", "gus", "vera", "marta", "luis", "fede")


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from names(entry, space + inner)
        elif isinstance(entry, URLPattern):
            yield space + (entry.name or str(entry.pattern))


# Address → whose arguments it takes, what GET answers, what an empty POST answers; one figure per person above.
TABLE: dict[str, tuple[str, str, str]] = {
    # nobody, olga, gus, vera, marta, luis, fede
    "favicon": ("-", "302 302 302 302 302 302 302", "405 405 405 405 405 405 405"),
    "robots": ("-", "200 200 200 200 200 200 200", "405 405 405 405 405 405 405"),
    "healthz": ("-", "200 200 200 200 200 200 200", "405 405 405 405 405 405 405"),
    "readyz": ("-", "503 503 503 503 503 503 503", "405 405 405 405 405 405 405"),
    "metrics": ("-", "404 404 404 404 404 404 404", "405 405 405 405 405 405 405"),
    "operations_all": ("-", "302 404 404 404 404 404 404", "302 405 405 405 405 405 405"),
    "operations_revive_any": ("letter", "302 405 405 405 405 405 405", "302 404 404 404 404 404 404"),
    "operations": ("org", "302 404 404 403 403 403 200", "302 404 404 403 403 403 405"),
    "operations_revive": ("org letter", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "contracts:board": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:projector": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:fragment": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:contracts": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:desk": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:bell": ("org", "302 404 404 200 200 200 200", "302 404 404 302 302 302 302"),
    "contracts:bell_count": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:wishes": ("org", "302 404 404 200 200 200 200", "302 404 404 422 422 422 422"),
    "contracts:ladder": ("org", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "contracts:digest_preview": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:digest_send": ("org", "302 404 404 405 405 405 405", "302 404 404 302 302 302 302"),
    "contracts:unsubscribe": ("leaving", "200 200 200 200 200 200 200", "302 302 302 302 302 302 302"),
    "contracts:sheet": ("link", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:shoes": ("link", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:confirm_shoes": ("link", "302 404 404 405 405 405 405", "302 404 404 403 403 403 403"),
    "contracts:review": ("link", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:sign": ("link", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:confirm_signature": ("link", "302 404 404 405 405 405 405", "302 404 404 403 403 302 302"),
    "contracts:remove": ("clause", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:keep": ("clause", "302 404 404 403 403 200 200", "302 404 404 403 403 302 302"),
    "contracts:versions": ("link", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:version": ("version", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:print": ("link", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:my_desk": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:promise": ("promise", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "contracts:promise_of": ("kept ask", "302 404 404 302 302 302 302", "302 404 404 405 405 405 405"),
    "contracts:started": ("event", "302 404 404 403 403 200 200", "302 404 404 403 403 302 422"),
    "contracts:values": ("measured", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:depend": ("promise", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:undepend": ("promise", "302 404 404 405 405 405 405", "302 404 404 403 403 302 302"),
    "contracts:deliver": ("delivery", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:retract": ("delivered", "302 404 404 403 403 200 200", "302 404 404 403 403 422 422"),
    "contracts:judge": ("delivered", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "contracts:waive": ("delivery", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "contracts:reconsider": ("judged", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "contracts:client_link": ("of client", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "contracts:client_verdict": ("token", "200 200 200 200 200 200 200", "422 422 422 422 422 422 422"),
    "workshops:list": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "workshops:new": ("org", "302 404 404 403 403 403 200", "302 404 404 403 403 403 302"),
    "workshops:from_nothing": ("-", "302 200 200 200 200 200 200", "302 422 422 422 422 422 422"),
    "workshops:console": ("workshop", "302 404 404 403 403 403 200", "302 404 404 403 403 403 405"),
    "workshops:console_now": ("workshop", "302 404 404 403 403 403 200", "302 404 404 403 403 403 405"),
    "workshops:console_act": ("press", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "workshops:record": ("workshop", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "workshops:choose": ("workshop", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "workshops:plan": ("workshop", "302 404 404 403 403 403 200", "302 404 404 403 403 403 409"),
    "workshops:hand": ("workshop", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "workshops:chain": ("workshop", "302 404 404 403 403 403 302", "302 404 404 403 403 403 302"),
    "workshops:closing": ("workshop", "302 404 404 403 403 403 200", "302 404 404 403 403 403 409"),
    "workshops:projector": ("workshop", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "workshops:projector_now": ("workshop", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "workshops:wall_by_code": ("code", "200 200 200 200 200 200 200", "405 405 405 405 405 405 405"),
    "workshops:wall_by_code_now": ("code", "200 200 200 200 200 200 200", "405 405 405 405 405 405 405"),
    "workshops:workshop": ("workshop", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "workshops:export_md": ("workshop", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "workshops:export_csv": ("workshop", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "workshops:sheets": ("workshop", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "workshops:send_letters": ("workshop", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "workshops:follow": ("left", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "workshops:enter": ("-", "200 200 200 200 200 200 200", "422 422 422 422 422 422 422"),
    "workshops:phone": ("code", "200 200 200 200 200 200 200", "405 405 405 405 405 405 405"),
    "workshops:phone_now": ("code", "410 410 410 410 410 410 410", "405 405 405 405 405 405 405"),
    "workshops:join": ("code", "302 302 302 302 302 302 302", "422 422 422 422 422 422 422"),
    "workshops:resume": ("code", "302 302 302 302 302 302 302", "422 422 422 422 422 422 422"),
    "workshops:bye": ("code", "302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    "workshops:phone_ask": ("coded link", "302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    "workshops:phone_answer": ("coded ask", "302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    "workshops:phone_sign": ("coded sheet", "302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    "workshops:phone_act": ("coded act", "302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    "requests:desk": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "requests:new": ("need", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "requests:keep": ("need", "302 404 404 405 405 405 405", "302 404 404 403 403 403 200"),
    "requests:ask": ("ask", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "requests:acknowledge": ("ask", "302 404 404 200 200 200 200", "302 404 404 403 403 422 422"),
    "requests:agree": ("ask", "302 404 404 200 200 200 200", "302 404 404 403 403 422 422"),
    "requests:counter": ("ask", "302 404 404 200 200 200 200", "302 404 404 403 403 422 422"),
    "requests:decline": ("ask", "302 404 404 200 200 200 200", "302 404 404 403 403 422 422"),
    "requests:withdraw": ("ask", "302 404 404 200 200 200 200", "302 404 404 403 403 422 422"),
    "requests:say": ("ask", "302 404 404 200 200 200 200", "302 404 404 403 403 422 422"),
    "requests:amend": ("agreed", "302 404 404 405 405 405 405", "302 404 404 403 403 302 302"),
    "requests:problems": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "requests:new_problem": ("org", "302 404 404 403 200 200 200", "302 404 404 403 422 422 422"),
    "requests:problem": ("problem", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "requests:edit_problem": ("problem", "302 404 404 403 403 403 200", "302 404 404 403 403 403 422"),
    "requests:focus_problem": ("problem", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "requests:measure_problem": ("problem", "302 404 404 405 405 405 405", "302 404 404 403 403 403 422"),
    "requests:close_problem": ("problem", "302 404 404 405 405 405 405", "302 404 404 403 403 403 302"),
    "requests:reopen_problem": ("problem", "302 404 404 405 405 405 405", "302 404 404 403 403 403 302"),
    "areas:home": ("-", "200 302 302 302 302 302 302", "405 405 405 405 405 405 405"),
    "areas:organizations": ("-", "302 200 200 200 200 200 200", "302 405 405 405 405 405 405"),
    "areas:welcome": ("-", "302 200 200 200 200 200 200", "302 200 200 200 200 200 200"),
    "areas:new_address": ("-", "302 200 200 200 200 200 200", "302 200 200 200 200 200 200"),
    "areas:profile": ("-", "302 200 200 200 200 200 200", "302 200 200 200 200 200 200"),
    "areas:invitation": ("invited", "302 404 200 404 404 404 404", "302 404 302 404 404 404 404"),
    "areas:new": ("-", "302 200 200 200 200 200 200", "302 200 200 200 200 200 200"),
    "areas:new_chain": ("org", "302 404 404 403 403 403 302", "302 404 404 403 403 403 302"),
    "areas:new_people": ("org", "302 404 404 403 403 403 200", "302 404 404 403 403 403 302"),
    "areas:chain": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "areas:add_area": ("org", "302 404 404 403 403 403 405", "302 404 404 403 403 403 422"),
    "areas:draw_link": ("org", "302 404 404 403 403 403 405", "302 404 404 403 403 403 422"),
    "areas:area": ("area", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "areas:edit_area": ("area", "302 404 404 403 403 403 200", "302 404 404 403 403 403 200"),
    "areas:archive_area": ("area", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "areas:restore_area": ("area", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "areas:remove_area": ("area", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "areas:assign": ("area", "302 404 404 403 403 403 405", "302 404 404 403 403 403 404"),
    "areas:end_link": ("link to end", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "areas:people": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "areas:invite": ("org", "302 404 404 403 403 403 405", "302 404 404 403 403 403 422"),
    "areas:set_role": ("person", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "areas:set_part": ("person", "302 404 404 403 403 403 405", "302 404 404 403 403 403 404"),
    "areas:remove_person": ("person", "302 404 404 403 403 403 200", "302 404 404 403 403 403 302"),
    "areas:resend_invitation": ("invitation", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "areas:withdraw_invitation": ("invitation", "302 404 404 403 403 403 405", "302 404 404 403 403 403 302"),
    "areas:settings": ("org", "302 404 404 403 403 403 200", "302 404 404 403 403 403 200"),
    "areas:calendar": ("org", "302 404 404 200 200 200 200", "302 404 404 403 403 403 422"),
    "areas:questions": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "areas:questions_in": ("language", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "areas:edit_questions": ("kind", "302 404 404 403 403 403 200", "302 404 404 403 403 403 200"),
    "areas:journal": ("org", "302 404 404 200 200 200 200", "302 404 404 405 405 405 405"),
    "areas:facilitator_guide": ("-", "200 200 200 200 200 200 200", "405 405 405 405 405 405 405"),
    "areas:guide": ("-", "200 200 200 200 200 200 200", "405 405 405 405 405 405 405"),
    "set_language": ("-", "405 405 405 405 405 405 405", "302 302 302 302 302 302 302"),
    "post:mailbox": ("-", "404 404 404 404 404 404 404", "404 404 404 404 404 404 404"),
    "post:mailbox_live": ("-", "404 404 404 404 404 404 404", "404 404 404 404 404 404 404"),
    "post:letter": ("invited", "404 404 404 404 404 404 404", "404 404 404 404 404 404 404"),
    "post:letter_html": ("invited", "404 404 404 404 404 404 404", "404 404 404 404 404 404 404"),
}

# Pages of the sign-in library: each asks for itself whether somebody is signed in.
LIBRARY = ("account_", "mfa_", "usersessions_")


class Place(NamedTuple):
    cast: Cast
    arguments: dict[str, dict[str, Any]]


@pytest.fixture
def place(db: None) -> Place:
    """One of everything, so that no address is 404 for want of a row."""
    cast = muebles_del_norte()
    asked = asks.asked(cast)
    agreed = asks.agreed(cast, terms=asks.weekly())
    contract = drafting.contract_of(cast.to_sales)
    asks.sign_both(cast, contract)
    weekly = promises.commitment_of(agreed)
    waiting, delivered, judged = promises.times(weekly)[:3]
    promises.deliver(cast, delivered)
    promises.judge(cast, promises.deliver(cast, judged))
    event = promises.promise(cast, terms=asks.after_event())
    measured = promises.promise(cast, terms=asks.measured())
    of_client = promises.deliver(cast, promises.first(promises.promise(cast, cast.to_client)))
    asks.agreed(cast, terms=asks.once("Otra cosa"))
    drafting.propose_removal(
        contract, agreed, cast.actor("luis"), side=Side.SUPPLIER, words="Ya no hace falta.", now=NOW
    )
    build.user("Gus")
    invitation = inviting.invite(cast.actor("fede"), email="gus@example.com", now=NOW)
    here = {"org": cast.organization.ref}
    letter = build.letter(organization_ref=cast.organization.ref, state="dead")
    assert asked.problem is not None
    room = play.opened(cast, now=timezone.now())
    left = Takeaway.objects.create(
        workshop=room, area=cast.production, kind=Takes.IMPROVEMENT, text="Avisar antes.", at=timezone.now()
    )
    coded = {"code": room.code}
    return Place(
        cast,
        {
            "-": {},
            "org": here,
            "link": {**here, "link": cast.to_sales.ref},
            "link to end": {**here, "ref": cast.to_production.ref},
            "need": {**here, "link": cast.to_sales.ref, "direction": "need"},
            "clause": {**here, "link": cast.to_sales.ref, "ask": agreed.ref},
            "version": {**here, "link": cast.to_sales.ref, "n": 1},
            "ask": {**here, "ref": asked.ref},
            "agreed": {**here, "ref": agreed.ref},
            "problem": {**here, "ref": asked.problem.ref},
            "area": {**here, "ref": cast.production.ref},
            "person": {**here, "ref": cast.victor.ref},
            "invitation": {**here, "ref": invitation.ref},
            "invited": {"ref": invitation.ref},
            "leaving": {"token": leaving.token_of(cast.victor.ref)},
            "letter": {"letter": letter.ref},
            "org letter": {**here, "letter": letter.ref},
            "promise": {**here, "ref": weekly.ref},
            "kept ask": {**here, "ask": agreed.ref},
            "event": {**here, "ref": event.ref},
            "measured": {**here, "ref": measured.ref},
            "delivery": {**here, "ref": waiting.ref},
            "delivered": {**here, "ref": delivered.ref},
            "judged": {**here, "ref": judged.ref},
            "of client": {**here, "ref": of_client.ref},
            "token": {"token": by_link.token_for(of_client, "es")},
            "language": {**here, "language": "es"},
            "kind": {**here, "language": "es", "kind": "sales"},
            "workshop": {**here, "ref": room.ref},
            "press": {**here, "ref": room.ref, "verb": "next"},
            "left": {**here, "ref": room.ref, "takeaway": left.ref},
            "code": coded,
            "coded link": {**coded, "link": cast.to_sales.ref, "direction": "need"},
            "coded sheet": {**coded, "link": cast.to_sales.ref},
            "coded ask": {**coded, "ask": asked.ref, "verb": "agree"},
            "coded act": {**coded, "verb": "ready"},
        },
    )


def knocks(place: Place, name: str, key: str, method: str) -> str:
    """What each person gets, as one row of figures. Whatever an act changes is undone before the next knocks."""
    figures = []
    for person in PEOPLE:
        client = Client(raise_request_exception=True, headers={"accept-language": "es"})
        if person != "nobody":
            client.force_login(User.objects.get(name=person.capitalize()))
        try:
            with transaction.atomic():
                answer = getattr(client, method)(reverse(name, kwargs=place.arguments[key]))
                figures.append(str(answer.status_code))
                raise Undone
        except Undone:
            pass
    return " ".join(figures)


class Undone(Exception):
    """Rolls back what one knock changed."""


def ours() -> set[str]:
    return {name for name in names(get_resolver()) if not name.startswith(LIBRARY)}


def test_every_address_stands_in_the_table() -> None:
    assert ours() == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_who_gets_what(place: Place, name: str) -> None:
    key, on_get, on_post = TABLE[name]
    assert (knocks(place, name, key, "get"), knocks(place, name, key, "post")) == (on_get, on_post)


def test_nothing_of_another_company_under_ones_own_address(place: Place) -> None:
    """Olga's own organization in the address and a row of Muebles del Norte behind it: nothing there."""
    client = Client()
    client.force_login(place.cast.olga.user)
    for name, (key, _get, _post) in TABLE.items():
        given = place.arguments[key]
        if "org" in given and given.keys() & {"link", "ref", "ask"}:
            address = reverse(name, kwargs={**given, "org": place.cast.elsewhere.ref})
            for method in ("get", "post"):
                assert getattr(client, method)(address).status_code in (404, 405), (name, method)


@pytest.mark.parametrize("address", ["/accounts/sessions/", "/accounts/passkeys/", "/accounts/passkeys/add/"])
def test_pages_of_ones_own_account_ask_for_sign_in(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
