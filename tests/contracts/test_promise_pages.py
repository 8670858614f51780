"""The pages about deliveries as browsers meet them: forms, conflicts, fragments, the client's link, pasted values."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import TimestampSigner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from areas.models import Membership
from contracts import by_link, keeping
from contracts.models import Commitment, Occurrence
from contracts.words import Deed, Voice
from post.models import Letter
from tests import asks, build, promises
from tests.cast import Cast, muebles_del_norte
from tests.contracts.test_sheet import words

HTMX = {"HX-Request": "true"}
YES = {"on_time": "yes", "worked": "yes", "easy": "yes"}


@pytest.fixture
def cast(db: None) -> Cast:
    return muebles_del_norte()


@pytest.fixture
def began() -> datetime:
    """Far enough back that something has fallen due, whatever the day of the run."""
    return timezone.now() - timedelta(days=60)


@pytest.fixture
def plan(cast: Cast, began: datetime) -> Commitment:
    """Each week since two months, owed by Luis's logistics to Ana's sales."""
    return promises.promise(cast, terms=asks.weekly("Plan semanal", first_on=began.date()), now=began)


@pytest.fixture
def measured(cast: Cast, began: datetime) -> Commitment:
    return promises.promise(cast, terms=asks.measured(first_on=began.date()), now=began)


def browser(member: Membership) -> Client:
    member.user.language = "en"
    member.user.save(update_fields=["language"])
    client = Client()
    client.force_login(member.user)
    return client


def address(row: Occurrence | Commitment, verb: str) -> str:
    return reverse(f"contracts:{verb}", kwargs={"org": row.organization.ref, "ref": row.ref})


def text(answer: Any) -> str:
    return words(answer.content.decode())


def post(member: Membership, row: Occurrence | Commitment, verb: str, **data: Any) -> Any:
    """`htmx=True` from the dialog of a page."""
    headers = HTMX if data.pop("htmx", False) else {}
    if isinstance(row, Occurrence):
        data.setdefault("version", row.version)
    return browser(member).post(address(row, verb), data, headers=headers)


def _queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# Done ----------------------------------------------------------------------------------------------------------------


def test_done_is_one_press_and_counts_from_now(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    page = browser(cast.victor).get(address(row, "deliver"))
    assert "Is it done?" in text(page)
    before = timezone.now()

    answer = post(cast.victor, row, "deliver")

    assert answer.status_code == 302
    assert answer["Location"].startswith(address(plan, "promise"))
    row.refresh_from_db()
    assert row.delivered_at is not None
    assert before <= row.delivered_at <= timezone.now()


def test_in_the_dialog_it_is_told_by_a_signal_and_nothing_is_swapped(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    fragment = browser(cast.luis).get(address(row, "deliver"), headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert 'hx-target="#act"' in fragment

    answer = post(cast.luis, row, "deliver", htmx=True)

    assert answer.status_code == 204
    assert "Ventas" in json.loads(answer["HX-Trigger"])["done"]["sentence"]


def test_an_earlier_moment_is_kept_as_when_it_was_so(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    tz = cast.organization.tz
    at = row.due_at - timedelta(hours=2)
    local = at.astimezone(tz)

    post(cast.luis, row, "deliver", on=local.date().isoformat(), hour=local.strftime("%H:%M"), note="Con el correo.")

    fact = row.facts.get(deed=Deed.DELIVERED)
    assert fact.at == local.replace(second=0, microsecond=0)
    assert fact.noted_at > fact.at
    page = text(browser(cast.ana).get(address(plan, "promise")))
    assert "written down" in page
    assert "Con el correo." in page


def test_the_future_is_refused_beside_its_field_and_the_words_stay(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    tomorrow = timezone.now().astimezone(cast.organization.tz).date() + timedelta(days=1)

    answer = post(cast.luis, row, "deliver", on=tomorrow.isoformat(), note="Dos cajas van después.")

    assert answer.status_code == 422
    assert "This moment has not come yet." in text(answer)
    assert "Dos cajas van después." in text(answer)
    assert not row.facts.filter(deed=Deed.DELIVERED).exists()


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({}, "say the number"),
        ({"numerator": "5"}, "of how many in all"),
        ({"denominator": "5"}, "Say how many of them"),
        ({"numerator": "0", "denominator": "0"}, "Of none there is no share"),
        ({"numerator": "19", "denominator": "20", "value": "50"}, "not the share of the two figures"),
        ({"value": "muchos"}, "Write a figure"),
    ],
)
def test_a_measured_promise_wants_its_number(
    cast: Cast, measured: Commitment, figures: dict[str, str], sentence: str
) -> None:
    row = promises.fresh(promises.first(measured))

    answer = post(cast.luis, row, "deliver", **figures)

    assert answer.status_code == 422
    assert sentence in text(answer)


@pytest.mark.parametrize(
    ("figures", "value", "met"),
    [
        ({"numerator": "388", "denominator": "400"}, Decimal(97), True),
        ({"numerator": "37", "denominator": "40"}, Decimal("92.5"), False),
        ({"value": "95,5"}, Decimal("95.5"), True),
    ],
)
def test_a_share_is_counted_or_said(
    cast: Cast, measured: Commitment, figures: dict[str, str], value: Decimal, met: bool
) -> None:
    row = promises.fresh(promises.first(measured))

    assert post(cast.luis, row, "deliver", **figures).status_code == 302

    row.refresh_from_db()
    assert (row.value, row.met) == (value, met)


def test_who_comes_second_sees_what_the_first_did_and_keeps_the_words(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    promises.deliver(cast, row, by=cast.victor, note="Por la mañana.")

    answer = post(cast.luis, row, "deliver", note="Yo también lo hice.")

    assert answer.status_code == 409
    said = text(answer)
    assert "Víctor" in said
    assert "Yo también lo hice." in said
    assert row.facts.filter(deed=Deed.DELIVERED).count() == 1


def test_a_facilitator_writes_down_who_said_it(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    assert post(cast.fede, row, "deliver").status_code == 422

    assert post(cast.fede, row, "deliver", said_by="Víctor").status_code == 302

    fact = row.facts.get(deed=Deed.DELIVERED)
    assert (fact.by, fact.recorded_by) == (cast.victor, cast.fede)


@pytest.mark.parametrize("verb", ["deliver", "retract", "judge", "waive", "reconsider"])
def test_readers_and_the_other_side_are_turned_away(cast: Cast, plan: Commitment, verb: str) -> None:
    row = promises.deliver(cast, promises.first(plan))
    for member in (cast.vera, cast.marta):
        assert post(member, row, verb).status_code == 403
        assert browser(member).get(address(row, verb)).status_code == 403
    assert post(cast.olga, row, verb).status_code == 404


# How it was ----------------------------------------------------------------------------------------------------------


def test_the_verdict_is_read_back_before_it_counts(cast: Cast, plan: Commitment) -> None:
    row = promises.first(plan)
    row = promises.deliver(cast, row, at=row.due_at - timedelta(hours=1), now=timezone.now())

    answer = post(cast.ana, row, "judge", **{**YES, "easy": "no"})

    assert answer.status_code == 200
    said = text(answer)
    assert "You say: it came on time, it worked, it was not easy." in said
    assert "Then this delivery counts as kept." in said
    row.refresh_from_db()
    assert row.judged_at is None

    assert post(cast.ana, row, "judge", **{**YES, "easy": "no"}, confirmed="yes").status_code == 302
    row.refresh_from_db()
    assert (row.on_time, row.worked, row.easy) == (True, True, False)


def test_changing_the_answers_brings_them_back(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan), now=timezone.now())

    page = post(cast.ana, row, "judge", **YES, words="Bien.", again="yes").content.decode()

    assert 'id="judge-read"' in page
    assert page.count("checked") == 3
    assert "Bien." in page


def test_did_not_work_needs_words_and_says_that_it_goes_back(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan), now=timezone.now())
    no = {**YES, "worked": "no"}
    assert "Say what did not work" in text(post(cast.ana, row, "judge", **no))

    back = text(post(cast.ana, row, "judge", **no, words="Faltan direcciones."))
    assert "goes back to Logística with your words, due as before" in back

    post(cast.ana, row, "judge", **no, words="Faltan direcciones.", confirmed="yes")
    row = promises.fresh(row)
    assert row.delivered_at is None
    assert row.failed_at is not None
    assert "sent it back because it did not work" in text(browser(cast.luis).get(address(row, "deliver")))


def test_where_the_clock_saw_it_otherwise_it_says_so(cast: Cast, plan: Commitment) -> None:
    late = promises.deliver(cast, promises.first(plan), now=timezone.now())
    said = text(post(cast.ana, late, "judge", **YES))
    assert "By the clock it came late" in said
    assert "broken and repaired" in said

    row = promises.times(plan)[1]
    row = promises.deliver(cast, row, at=row.due_at, now=timezone.now())
    assert "By the clock it was in time" in text(post(cast.ana, row, "judge", **{**YES, "on_time": "no"}))


def test_questions_left_open_are_said_each_beside_itself(cast: Cast, plan: Commitment) -> None:
    row = promises.deliver(cast, promises.first(plan))

    answer = post(cast.ana, row, "judge", worked="yes")

    assert answer.status_code == 422
    assert answer.content.decode().count('class="errorlist"') == 2


def test_letting_go_and_taking_back_want_words_and_are_harmless_twice(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    assert post(cast.ana, row, "waive").status_code == 422
    assert post(cast.ana, row, "waive", words="El cliente no vino.").status_code == 302
    assert post(cast.ana, row, "waive", words="Otra vez.").status_code == 409
    assert row.facts.filter(deed=Deed.WAIVED).count() == 1

    row = promises.fresh(promises.times(plan)[1])
    row = promises.deliver(cast, row, now=timezone.now())
    assert post(cast.luis, row, "retract", words="Era otra semana.").status_code == 302
    assert post(cast.luis, row, "retract", words="Era otra semana.").status_code == 409
    row = promises.fresh(row)
    assert row.delivered_at is None


def test_a_mistaken_verdict_stays_readable_and_is_linked(cast: Cast, plan: Commitment) -> None:
    row = promises.judge(cast, promises.deliver(cast, promises.first(plan), now=timezone.now()), now=timezone.now())

    assert post(cast.ana, row, "reconsider", words="Miré otra orden.").status_code == 302

    page = browser(cast.vera).get(address(plan, "promise")).content.decode()
    assert "taken back later" in page
    assert "what it takes back" in page
    judged = row.facts.get(deed=Deed.JUDGED)
    assert f'href="#fact-{row.ref}-{judged.n}"' in page


# The real client -----------------------------------------------------------------------------------------------------


@pytest.fixture
def promised(cast: Cast, began: datetime) -> Commitment:
    """What sales promised the client; Nora, of production, is its voice."""
    terms = asks.weekly("Fecha cierta de entrega", first_on=began.date())
    return promises.promise(cast, cast.to_client, terms=terms, now=began)


@pytest.fixture
def given(cast: Cast, promised: Commitment) -> Occurrence:
    row = promises.first(promised)
    return promises.fresh(
        promises.deliver(cast, row, at=row.due_at - timedelta(hours=1), now=timezone.now(), note="Nota de la casa.")
    )


def test_the_client_answers_without_an_account(cast: Cast, given: Occurrence) -> None:
    path = by_link.path_for(given, "en")
    client = Client()
    page = client.get(path)
    assert page.status_code == 200
    said = text(page)
    assert "Ventas of Muebles del Norte promised you" in said
    assert "Fecha cierta de entrega" in said
    assert "no-store" in page["Cache-Control"]

    back = client.post(path, YES)
    assert "You say: it came on time, it worked, it was easy." in text(back)
    assert not given.facts.filter(deed=Deed.JUDGED).exists()

    answer = client.post(path, {**YES, "name": "Rosa", "confirmed": "yes"})
    assert answer.status_code == 302
    assert "Thank you" in text(client.get(answer["Location"]))
    fact = given.facts.get(deed=Deed.JUDGED)
    assert (fact.voice, fact.by_name, fact.by) == (Voice.CLIENT, "Rosa", None)
    told = text(browser(cast.vera).get(address(given.commitment, "promise")))
    assert "Rosa , the client, judged it behind a signed link." in told


def test_the_client_reads_in_the_language_of_the_link(given: Occurrence) -> None:
    assert 'lang="en"' in Client().get(by_link.path_for(given, "en")).content.decode()
    assert 'lang="es"' in Client().get(by_link.path_for(given, "es")).content.decode()


def test_nothing_else_of_the_organization_is_told_to_the_client(cast: Cast, given: Occurrence) -> None:
    page = Client().get(by_link.path_for(given, "en")).content.decode()
    for hidden in ("Ana", "Luis", "Logística", "Nota de la casa.", "Reducir los tiempos", cast.organization.ref):
        assert hidden not in page


def test_a_used_link_says_so_kindly(given: Occurrence) -> None:
    path = by_link.path_for(given, "en")
    Client().post(path, {**YES, "confirmed": "yes"})

    for answer in (Client().get(path), Client().post(path, {**YES, "confirmed": "yes"})):
        assert answer.status_code == 410
        assert "answered already" in text(answer)
    assert given.facts.filter(deed=Deed.JUDGED).count() == 1


def test_the_link_is_for_one_delivery_only(cast: Cast, given: Occurrence) -> None:
    path = by_link.path_for(given, "en")
    row = promises.retract(cast, given, now=timezone.now())
    assert Client().get(path).status_code == 410

    promises.deliver(cast, row, now=timezone.now())
    answer = Client().get(path)
    assert answer.status_code == 410
    assert "settled in another way" in text(answer) or "answered already" in text(answer)


def test_an_old_link_is_too_old(given: Occurrence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_link, "LASTS", timedelta(seconds=-1))

    answer = Client().get(by_link.path_for(given, "en"))

    assert answer.status_code == 410
    assert "too old" in text(answer)


@pytest.mark.parametrize("token", ["x", "a~b~c", "é" * 20, "x" * 2000])
def test_what_we_never_signed_leads_nowhere(given: Occurrence, token: str) -> None:
    answer = Client(headers={"accept-language": "en"}).get(reverse("contracts:client_verdict", args=[token]))
    assert answer.status_code == 404
    assert "This link is not right" in text(answer)


def test_a_signature_of_another_purpose_is_none(given: Occurrence) -> None:
    other = TimestampSigner(salt="contracts.unsubscribe", sep="~").sign_object([given.ref, 1, "en"])
    assert by_link.read(other) is None


def test_too_many_answers_are_asked_to_wait(given: Occurrence) -> None:
    path = by_link.path_for(given, "en")
    answers = [Client().post(path, {}).status_code for _ in range(32)]
    assert answers[:30] == [422] * 30
    assert answers[30:] == [429] * 2


def test_the_link_is_held_by_nobody_who_serves_the_client(cast: Cast, given: Occurrence) -> None:
    nora = promises.voice(cast)
    assert browser(cast.luis).get(address(given, "client_link")).status_code == 403
    # Ana leads sales and is a voice as well: the page tells her who sends it.
    assert (
        by_link.path_for(given, "es")[:8] not in browser(cast.ana).get(address(given, "client_link")).content.decode()
    )
    for member in (nora, cast.fede):
        assert "/v/" in browser(member).get(address(given, "client_link")).content.decode()


def test_the_link_goes_out_once_to_each_address(cast: Cast, given: Occurrence) -> None:
    said = {"language": "en", "email": "Rosa@client.example", "name": "Rosa", "words": "Gracias por su pedido."}
    for _again in range(2):
        assert post(cast.fede, given, "client_link", **said).status_code == 302

    letter = Letter.objects.get(kind="contracts.client")
    assert (letter.to_email, letter.language) == ("rosa@client.example", "en")
    assert "How was it? A question from Muebles del Norte" in letter.subject
    assert "/v/" in letter.text
    assert "Gracias por su pedido." in letter.text
    held = by_link.read(letter.text.partition("/v/")[2].split("/")[0])
    assert held is not None
    assert (held.occurrence.pk, held.language, held.over) == (given.pk, "en", "")

    assert "Write the address" in text(post(cast.fede, given, "client_link", language="en"))
    for n in range(4):
        post(cast.fede, given, "client_link", language="en", email=f"p{n}@client.example")
    assert post(cast.fede, given, "client_link", language="en", email="p9@client.example").status_code == 422
    assert Letter.objects.filter(kind="contracts.client").count() == 5


# The clock of an event -----------------------------------------------------------------------------------------------


def test_the_event_has_happened(cast: Cast, began: datetime) -> None:
    notice = promises.promise(cast, terms=asks.after_event(), now=began)
    page = text(browser(cast.luis).get(address(notice, "promise")))
    assert "The clock starts when this happens: «el retraso se conoce»" in page

    assert post(cast.ana, notice, "started", words="Pedido 4471").status_code == 302

    row = promises.first(notice)
    assert row.delivered_at is None
    assert "Pedido 4471" in text(browser(cast.luis).get(address(notice, "promise")))
    assert post(cast.vera, notice, "started").status_code == 403
    assert post(cast.olga, notice, "started").status_code == 404


# Many values ---------------------------------------------------------------------------------------------------------


def due_days(commitment: Commitment, n: int) -> list[date]:
    return [date.fromisoformat(row.slot) for row in promises.times(commitment)[:n]]


def test_values_are_looked_at_first_and_then_taken_over_together(cast: Cast, measured: Commitment) -> None:
    days = due_days(measured, 3)
    lines = ["fecha;valor", f"{days[0]:%d/%m/%Y};95,5", f"{days[1].isoformat()}\t91", "ayer;3"]
    pasted = "\n".join(lines)

    answer = post(cast.luis, measured, "values", text=pasted)

    assert answer.status_code == 200
    said = text(answer)
    assert "2 of 3 lines can be taken over." in said
    assert "«ayer» is no date." in said
    assert "off the target" in said
    assert not Occurrence.objects.filter(delivered_at__isnull=False).exists()

    bare = "\n".join(f"{day.isoformat()};{value}" for day, value in zip(days, ("95.5", "91"), strict=False))
    assert post(cast.luis, measured, "values", text=bare, confirmed="yes").status_code == 302
    values = Occurrence.objects.filter(delivered_at__isnull=False).order_by("due_at").values_list("value", "met")
    assert list(values) == [(Decimal("95.5"), True), (Decimal(91), False)]


def test_nothing_is_taken_over_if_one_line_went_wrong_meanwhile(cast: Cast, measured: Commitment) -> None:
    days = due_days(measured, 2)
    promises.deliver(cast, promises.first(measured), now=timezone.now())
    bare = "\n".join(f"{day.isoformat()};96" for day in days)

    answer = post(cast.luis, measured, "values", text=bare, confirmed="yes")

    assert answer.status_code == 409
    assert "nothing was taken over" in text(answer)
    assert Occurrence.objects.filter(delivered_at__isnull=False).count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_of_a_spreadsheet_is_read(cast: Cast, measured: Commitment, encoding: str) -> None:
    (day,) = due_days(measured, 1)
    data = f'día;"órdenes completas"\r\n{day.isoformat()};"97,25"\r\n'.encode(encoding)

    answer = post(cast.luis, measured, "values", file=SimpleUploadedFile("values.csv", data))

    assert answer.status_code == 200
    assert "1 of 1 lines can be taken over." in text(answer)
    assert f'value="{day.isoformat()};97.2500"' in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Paste at least one line"),
        ({"text": "fecha;valor"}, "There is no line with a date and a value"),
        ({"text": "\n".join(["2026-11-16;95"] * 1100)}, "At most 1,000 lines at once."),
    ],
)
def test_what_cannot_be_read_is_said(cast: Cast, measured: Commitment, data: dict[str, str], sentence: str) -> None:
    answer = post(cast.luis, measured, "values", **data)
    assert answer.status_code == 422
    assert sentence in text(answer)


def test_a_file_too_large_is_refused_and_never_written_to_disk(cast: Cast, measured: Commitment) -> None:
    large = SimpleUploadedFile("values.csv", b"2026-11-16;95\n" * 20_000)
    assert "too large" in text(post(cast.luis, measured, "values", file=large))
    huge = SimpleUploadedFile("values.csv", b"x" * 900_000)
    assert post(cast.luis, measured, "values", file=huge).status_code in (400, 422)


def test_values_of_an_unmeasured_promise_are_refused(cast: Cast, plan: Commitment) -> None:
    assert browser(cast.luis).get(address(plan, "values")).status_code == 403


# The page of a promise and the desk ----------------------------------------------------------------------------------


def test_the_page_shows_both_views_of_a_delivery_side_by_side(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    post(cast.luis, row, "deliver", self_worked="yes", self_easy="yes")
    promises.judge(cast, row, now=timezone.now(), easy=False, words="Costó abrirlo.")

    said = text(browser(cast.vera).get(address(plan, "promise")))

    assert "Logística thinks:" in said
    assert "The two sides see it differently: worth a talk." in said


@pytest.mark.parametrize(
    ("verb", "who"),
    [("deliver", "luis"), ("retract", "luis"), ("judge", "ana"), ("waive", "ana"), ("reconsider", "ana")],
)
def test_an_act_is_the_same_in_a_dialog_and_on_a_page_of_its_own(
    cast: Cast, plan: Commitment, verb: str, who: str
) -> None:
    row = promises.first(plan)
    if verb in ("retract", "judge", "reconsider"):
        promises.deliver(cast, row, now=timezone.now())
    if verb == "reconsider":
        promises.judge(cast, promises.fresh(row), now=timezone.now())
    client = browser(getattr(cast, who))
    page, dialog = (client.get(address(row, verb), headers=headers).content.decode() for headers in ({}, HTMX))
    assert dialog.strip().startswith('<section id="act"')
    assert "<html" not in dialog
    assert page.index("<title>") < page.index("<h1>") < page.index('<section id="act"')
    title = re.search(r'<h2 id="act-title".*?</h2>', dialog, re.S)
    button = re.search(r'<button class="btn[^>]*id="[a-z-]+"', dialog)
    assert title
    assert title[0] in page
    assert button
    assert button[0] in page


def test_a_dialog_says_of_a_day_that_is_over_that_it_was_due(cast: Cast, plan: Commitment) -> None:
    now = timezone.now()
    new = promises.promise(cast, terms=asks.weekly("Otro plan", first_on=now.date()), now=now)
    over, to_come = promises.first(plan), promises.last(new)
    assert over.due_at < now < to_come.due_at
    for row, said in ((over, "for Ventas was due "), (to_come, "for Ventas due ")):
        assert said in text(browser(cast.luis).get(address(row, "deliver")))


def test_why_it_is_late_is_told_from_the_start_of_the_clock(cast: Cast, plan: Commitment) -> None:
    promises.deliver(cast, promises.first(plan), now=timezone.now())

    said = text(browser(cast.vera).get(address(plan, "promise") + "?page=1"))

    assert "Why is this late or broken?" in said
    assert "The clock started (it was due" in said
    assert "of working time late." in said


def test_a_dependency_is_chosen_shown_and_ended(cast: Cast, plan: Commitment, began: datetime) -> None:
    orders = promises.requirement(cast, terms=asks.weekly("Órdenes completas", first_on=began.date()), now=began)
    plan = promises.commitment_of(plan.ask)
    page = browser(cast.luis).get(address(plan, "promise"))
    assert "It can only be kept while this is kept" in text(page)

    assert post(cast.luis, plan, "depend").status_code == 422
    assert post(cast.luis, plan, "depend", requirement=orders.ref).status_code == 302
    assert "the clock of this promise stands still" in text(browser(cast.vera).get(address(plan, "promise")))
    assert "What waits for this one" in text(browser(cast.vera).get(address(orders, "promise")))
    # Once is enough; the second time it is no choice any more.
    assert post(cast.luis, plan, "depend", requirement=orders.ref).status_code == 422

    for _again in range(2):
        assert post(cast.luis, plan, "undepend", requirement=orders.ref).status_code == 302
    assert not plan.depends_on.filter(ended_at=None).exists()


def test_the_page_asks_no_more_of_the_database_for_more_deliveries(
    cast: Cast,
    plan: Commitment,
) -> None:
    vera = browser(cast.vera)
    promises.deliver(cast, promises.first(plan), now=timezone.now())
    few = _queries(vera, address(plan, "promise"))
    for row in promises.times(plan)[1:5]:
        promises.judge(cast, promises.deliver(cast, row, now=timezone.now()), now=timezone.now())

    assert _queries(vera, address(plan, "promise")) == few


def test_the_desk_shows_what_one_owes_and_what_waits_for_an_answer(cast: Cast, plan: Commitment) -> None:
    desk = reverse("requests:desk", kwargs={"org": cast.organization.ref})
    first = promises.fresh(promises.first(plan))
    luis = browser(cast.luis).get(desk)
    assert f'href="{address(first, "deliver")}"' in luis.content.decode()
    assert "more times" in text(luis)
    assert address(first, "judge") not in luis.content.decode()

    promises.deliver(cast, first, now=timezone.now())

    ana = browser(cast.ana).get(desk)
    assert f'href="{address(first, "judge")}"' in ana.content.decode()
    vera = browser(cast.vera).get(desk)
    assert "Plan semanal" not in text(vera)


def test_a_facilitator_sees_what_the_client_has_not_answered(cast: Cast, given: Occurrence) -> None:
    desk = reverse("requests:desk", kwargs={"org": cast.organization.ref})
    page = browser(cast.fede).get(desk)
    assert "The client has not said how it was" in text(page)
    assert address(given, "client_link") in page.content.decode()
    assert address(given, "client_link") not in browser(cast.luis).get(desk).content.decode()


def test_the_desk_asks_no_more_of_the_database_for_more_deliveries(
    cast: Cast,
    plan: Commitment,
    began: datetime,
) -> None:
    desk = reverse("requests:desk", kwargs={"org": cast.organization.ref})
    luis = browser(cast.luis)
    few = _queries(luis, desk)
    for n in range(3):
        promises.promise(cast, terms=asks.weekly(f"Otro plan {n}", first_on=began.date()), now=began)

    assert _queries(luis, desk) == few


def test_deeds_are_wrong_by_other_methods(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.first(plan))
    luis = browser(cast.luis)
    for verb in ("deliver", "retract", "judge", "waive", "reconsider", "client_link"):
        assert luis.put(address(row, verb)).status_code == 405
    assert luis.get(address(plan, "undepend")).status_code == 405
    assert luis.post(address(plan, "promise")).status_code == 405


def test_of_a_version_before_nothing_is_lost_by_new_words(cast: Cast, plan: Commitment) -> None:
    later = promises.amended(cast, plan, terms=asks.weekly("Plan semanal y mensual"), now=timezone.now())

    said = text(browser(cast.vera).get(address(later, "promise")))
    assert "Before, it was promised in other words: «Plan semanal»." in said
    assert "See the words that took its place" in text(browser(cast.vera).get(address(plan, "promise")))


def test_a_moment_before_its_time_is_refused_by_the_deed_and_said(cast: Cast, plan: Commitment) -> None:
    row = promises.fresh(promises.last(plan))
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    answer = post(cast.luis, row, "deliver", on=long_ago.date().isoformat())
    assert answer.status_code == 422
    assert keeping.why_not_deliver(promises.fresh(row), build.actor(cast.luis)) is None
