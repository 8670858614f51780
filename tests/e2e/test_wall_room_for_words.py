"""What people wrote stands on the wall whole wherever there is room, and is cut only where there is none."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import asks
from tests.cast import Cast
from tests.e2e.conftest import ComeIn
from tests.workshops import play
from workshops.models import Workshop

LONG = (
    "Órdenes de compra llenas correctamente, con talla, color, referencia del fabricante, dirección completa de quien "
    "recibe, horario en el que hay alguien y un teléfono que contesta"
)
REASON = "No tenemos quien lo revise antes de las doce, y el sistema no deja guardar a medias. " * 3
# The texts of visible lines that are cut although the list still has that much height free.
CUT_WITH_ROOM = """() => [...document.querySelectorAll("#wall .wall-list")].flatMap((list) => {
  const lines = [...list.children].filter((line) => line.checkVisibility());
  if (!lines.length) return [];
  const bottom = (one) => one.getBoundingClientRect().bottom;
  const left = bottom(list) - Math.max(...lines.map(bottom));
  return [...list.querySelectorAll(".wall-what, .wall-why")]
    .filter((text) => text.checkVisibility() && text.scrollHeight - text.clientHeight > 2)
    .filter((text) => text.scrollHeight - text.clientHeight <= left)
    .map((text) => `${Math.round(left)} px free: ${text.textContent.trim().slice(0, 60)}`);
})"""


def wall(cast: Cast, room: Workshop, come_in: ComeIn, size: tuple[int, int]) -> Page:
    width, height = size
    page = come_in(
        cast.vera,
        f"/o/{cast.organization.ref}/workshops/{room.ref}/projector/",
        viewport={"width": width, "height": height},
    )
    expect(page.locator(".wall-item").first).to_be_visible()
    return page


def test_a_line_is_cut_only_where_its_list_has_no_more_room(cast: Cast, come_in: ComeIn) -> None:
    now = timezone.now()
    room = play.opened(cast, now=now)
    ana, luis = play.sit(room, "Ana", cast.sales, now=now), play.sit(room, "Luis", cast.logistics, now=now)
    play.to(room, "voice", now=now)
    made = [play.ask(ana, cast.to_sales, terms=asks.once(f"Cosa {n}, que cabe"), now=now) for n in range(9)]
    play.to(room, "chain:2", now=now)
    play.ask(luis, cast.to_sales, "requirement", terms=asks.once(LONG), now=now)
    play.decline(luis, made[0], REASON, now=now)
    for size in ((1920, 1080), (1280, 720), (1024, 768)):
        page = wall(cast, room, come_in, size)
        assert page.evaluate(CUT_WITH_ROOM) == [], size
        # Alone in its card it is there to the last word; of the crowded card the rest is on further pages.
        alone = page.locator(".wall-card:visible .wall-what", has_text="Órdenes de compra")
        if alone.count():
            assert alone.evaluate("(text) => text.scrollHeight <= text.clientHeight + 2"), size
        assert page.locator(".wall-card:visible .wall-more:visible").count() >= 1
        page.keyboard.press("PageDown")
        assert page.evaluate(CUT_WITH_ROOM) == [], size
        page.close()
