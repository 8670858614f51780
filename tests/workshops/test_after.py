"""What remains of a workshop: its page for ever, what one takes along, letters to the leads, improvements followed."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from contracts.models import Commitment
from post.models import Letter
from requests.models import Ask
from requests.moves import Refused
from requests.states import Direction, State
from tests import asks
from tests.build import NOW, QueriesOf
from tests.cast import Cast
from tests.requests.screens import browser
from tests.workshops import play
from workshops import after, exports, mails, running, taking
from workshops.models import Takeaway, Workshop
from workshops.phases import Takes
from workshops.room import read_room

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast: Cast) -> Workshop:
    """Sales asked logistics for two things and a requirement came back; one need was declined; Luis and Ana, who have
    accounts, signed; logistics left its three.
    """
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
    luis = play.sit(room, "Luis", cast.logistics, membership=cast.luis)
    play.to(room, "voice")
    window = play.ask(ana, cast.to_sales, terms=asks.once("Ventana de entrega confirmada"))
    saturday = play.ask(ana, cast.to_sales, terms=asks.once("Reparto los sábados"))
    play.to(room, "chain:2")
    play.agree(luis, window)
    play.decline(luis, saturday, "Sin chofer los sábados.")
    orders = play.ask(luis, cast.to_sales, Direction.REQUIREMENT, terms=asks.once("Órdenes llenas correctamente"))
    play.to(room, "answers")
    play.agree(ana, orders)
    play.to(room, "agreements")
    play.sign(luis, cast.to_sales)
    play.sign(ana, cast.to_sales)
    play.to(room, "close")
    for kind, text in (
        (Takes.QUESTION, "¿Quién le avisa al cliente?"),
        (Takes.REFLECTION, "Nunca preguntamos."),
        (Takes.IMPROVEMENT, "Un tablero con las ventanas del día"),
    ):
        taking.take_away(play.seated(luis), kind, text, version=0, key=play.key(), now=NOW)
    room = play.fresh(room)
    after.finish(room, cast.actor("fede"), room.version, NOW)
    return play.fresh(room)


def page(room: Workshop, name: str = "workshop", **more: str) -> str:
    return reverse(f"workshops:{name}", kwargs={"org": room.organization.ref, "ref": room.ref, **more})


class TestPage:
    def test_is_folded_where_very_much_was_asked(self, cast: Cast, queries_of: QueriesOf) -> None:
        room = play.opened(cast)
        ana = play.sit(room, "Ana", cast.sales)
        luis = play.sit(room, "Luis", cast.logistics)
        play.to(room, "voice")
        made = [play.ask(ana, cast.to_sales, terms=asks.once(f"Petición {n}")) for n in range(10)]
        play.to(room, "chain:2")
        fede = browser(cast.fede)
        few = queries_of(fede, page(room))
        assert "story-link" not in fede.get(page(room)).content.decode()
        made += [play.ask(ana, cast.to_sales, terms=asks.once(f"Petición {n}")) for n in range(10, 26)]
        for one in made[:9]:
            play.decline(luis, one)
        play.agree(luis, made[10])

        answer = fede.get(page(room))
        text = answer.content.decode()
        assert queries_of(fede, page(room)) <= few + 3
        # Folded, with how it stands in its line; and nothing is left out.
        assert answer.context["links"][0][1] == [
            ("kept", "agreed", 1),
            ("broken", "declined", 9),
            ("open", "asked", 16),
        ]
        assert f'id="link-{cast.to_sales.ref}"' in text
        assert (len(answer.context["unmet"]), len(answer.context["unmet_more"])) == (6, 3)
        assert all(f"Petición {n}<" in text for n in range(26))

    def test_tells_the_whole_story_to_every_member(self, cast: Cast, held: Workshop) -> None:
        text = browser(cast.vera).get(page(held)).content.decode()

        for words in (
            "Reducir los tiempos de entrega",
            "Ventana de entrega confirmada",
            "Reparto los sábados",
            "Sin chofer los sábados.",
            "Órdenes llenas correctamente",
            "¿Quién le avisa al cliente?",
            "Un tablero con las ventanas del día",
        ):
            assert words in text
        # A reader makes no requests of improvements.
        assert page(held, "follow", takeaway=held.takeaways.get(kind="improvement").ref) not in text

    def test_exists_for_nobody_else(self, cast: Cast, held: Workshop) -> None:
        assert browser(cast.olga).get(page(held)).status_code == 404

    def test_shows_words_as_words(self, cast: Cast, held: Workshop) -> None:
        Takeaway.objects.filter(kind=Takes.QUESTION).update(text="<script>alert(1)</script>")

        text = browser(cast.fede).get(page(held)).content.decode()

        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text

    def test_asks_the_database_as_often_for_many_as_for_few(
        self, cast: Cast, held: Workshop, queries_of: QueriesOf
    ) -> None:
        client = browser(cast.vera)
        few = queries_of(client, page(held))
        room = play.opened(cast)
        ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
        play.to(room, "voice")
        for n in range(7):
            play.ask(ana, cast.to_sales, terms=asks.once(f"Cosa {n}"))
        play.to(room, "chain:2")
        luis = play.sit(room, "Luis", cast.logistics, membership=cast.luis)
        for one in Ask.objects.filter(terms__outcome__startswith="Cosa"):
            play.agree(luis, one)

        assert queries_of(client, page(room)) <= few


class TestClosing:
    def test_brings_what_was_signed_to_life(self, cast: Cast, held: Workshop) -> None:
        live = Commitment.objects.filter(link=cast.to_sales, ended_at=None)

        assert {one.clause.outcome for one in live} == {
            "Ventana de entrega confirmada",
            "Órdenes llenas correctamente",
        }
        # The first times that they fall due are ahead, with the moment of the first reminder.
        assert all(one.occurrences.filter(chase_at__isnull=False).exists() for one in live)

    def test_writes_each_lead_one_letter_with_the_own_sheets(self, cast: Cast, held: Workshop) -> None:
        letters = {letter.to_email: letter for letter in Letter.objects.filter(kind="workshop")}

        assert set(letters) == {cast.ana.user.email, cast.luis.user.email}
        text = letters[cast.luis.user.email].text
        owed = text.index("Lo que te deben")
        assert text.index("Ventana de entrega confirmada") < owed < text.index("Órdenes llenas correctamente")

    def test_does_not_write_twice(self, cast: Cast, held: Workshop) -> None:
        browser(cast.fede).post(page(held, "send_letters"))

        assert Letter.objects.filter(kind="workshop").count() == 2

    def test_is_once(self, cast: Cast, held: Workshop) -> None:
        with pytest.raises(running.Refused):
            after.finish(held, cast.actor("fede"), held.version, NOW)

    def test_of_a_rehearsal_writes_to_nobody(self, cast: Cast) -> None:
        room = play.opened(cast, is_rehearsal=True)

        assert after.finish(room, cast.actor("fede"), room.version, NOW) == 0
        assert not Letter.objects.filter(kind="workshop").exists()


def test_a_guests_signature_is_told_to_the_lead_who_confirms_it(cast: Cast) -> None:
    room = play.opened(cast)
    ana = play.sit(room, "Ana", cast.sales, membership=cast.ana)
    marta = play.sit(room, "Martín sin cuenta", cast.logistics)
    play.to(room, "voice")
    one = play.ask(ana, cast.to_sales)
    play.to(room, "chain:2")
    play.agree(marta, one)
    play.to(room, "agreements")
    play.sign(marta, cast.to_sales)
    play.sign(ana, cast.to_sales)
    room = play.fresh(room)

    told = mails.tell(read_room(room, NOW, with_contracts=True), {cast.logistics.pk: cast.logistics})

    assert told.to_confirm == 1
    assert "Martín sin cuenta" in told.sheets[0].stand
    assert not Commitment.objects.filter(link=cast.to_sales).exists()


class TestFollowing:
    def test_an_improvement_becomes_a_request_once(self, cast: Cast, held: Workshop) -> None:
        improvement = held.takeaways.get(kind=Takes.IMPROVEMENT)
        client = browser(cast.fede)

        client.post(page(held, "follow", takeaway=improvement.ref))
        client.post(page(held, "follow", takeaway=improvement.ref))

        one = Ask.objects.get(terms__outcome="Un tablero con las ventanas del día")
        # Logistics said it; sales, whom it serves, asks for it.
        assert (one.asker, one.performer, one.state) == (cast.sales, cast.logistics, State.ASKED)
        assert one.problem == held.problem
        improvement.refresh_from_db()
        assert improvement.ask == one

    def test_only_an_improvement(self, cast: Cast, held: Workshop) -> None:
        question = held.takeaways.get(kind=Takes.QUESTION)

        with pytest.raises(Refused):
            after.follow(question, cast.actor("fede"), NOW)

    def test_only_by_a_facilitator(self, cast: Cast, held: Workshop) -> None:
        improvement = held.takeaways.get(kind=Takes.IMPROVEMENT)

        answer = browser(cast.luis).post(page(held, "follow", takeaway=improvement.ref))

        assert answer.status_code == 403
        assert not Ask.objects.filter(terms__outcome="Un tablero con las ventanas del día").exists()

    def test_a_long_one_keeps_all_its_words(self, cast: Cast, held: Workshop) -> None:
        words = "mejorar " * 45
        Takeaway.objects.filter(kind=Takes.IMPROVEMENT).update(text=words.strip())

        one = after.follow(held.takeaways.get(kind=Takes.IMPROVEMENT), cast.actor("fede"), NOW)

        assert one.terms is not None
        assert len(one.terms.outcome) == 200
        assert one.terms.satisfaction == words.strip()


class TestExports:
    def test_markdown_tells_everything(self, cast: Cast, held: Workshop) -> None:
        answer = browser(cast.vera).get(page(held, "export_md"))
        text = answer.content.decode()

        assert answer["Content-Type"] == "text/markdown; charset=utf-8"
        assert text.startswith("# Taller de noviembre\n")
        for words in ("Reparto los sábados", "Sin chofer los sábados.", "Nunca preguntamos.", "Luis"):
            assert words in text

    def test_markdown_shows_markup_as_it_was_typed(self) -> None:
        assert exports.plain("# **hola** [x](y)\n> z") == r"\# \*\*hola\*\* \[x\](y) \> z"

    def test_table_has_a_row_per_request(self, cast: Cast, held: Workshop) -> None:
        text = browser(cast.vera).get(page(held, "export_csv")).content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))

        assert len({len(row) for row in rows}) == 1
        assert [row[5] for row in rows[1:]] == [
            "Ventana de entrega confirmada",
            "Reparto los sábados",
            "Órdenes llenas correctamente",
        ]

    @pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@sum(A1)", "\t=1"])
    def test_table_has_no_formulas(self, typed: str) -> None:
        assert exports.safe(typed) == f"'{typed}"

    def test_of_an_unfinished_one_says_so(self, cast: Cast) -> None:
        room = play.opened(cast)
        play.to(room, "voice")

        text = browser(cast.fede).get(page(room, "export_md")).content.decode()

        assert "Voz del cliente" in text or "Voice of the client" in text

    def test_of_a_rehearsal_are_marked(self, cast: Cast) -> None:
        room = play.opened(cast, is_rehearsal=True)

        text = browser(cast.fede).get(page(room, "export_md")).content.decode()

        assert "**" in text.splitlines()[2]

    def test_sheets_hold_each_contract_that_was_talked_about(self, cast: Cast, held: Workshop) -> None:
        text = browser(cast.vera).get(page(held, "sheets")).content.decode()

        assert text.count('<article class="paper') == 1
        assert "Ventana de entrega confirmada" in text
