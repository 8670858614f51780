"""The way into a room by camera or by hand, and whether a phone could go it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import segno
from django.test import RequestFactory, override_settings

from post.near import lan_addresses
from workshops import qr
from workshops.models import Workshop

ADDRESS = "http://192.168.1.20:8000/w/KJ472M/"


def squares(svg: str) -> tuple[int, set[tuple[int, int]]]:
    """(side of the picture, the dark squares that its path fills), read from the markup as a browser would."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    path = next(one for one in root if one.tag == "path")
    dark: set[tuple[int, int]] = set()
    for x, y, wide, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path.attrib["d"]):
        assert wide == back
        dark |= {(int(x) + n, int(y)) for n in range(int(wide))}
    return side, dark


@pytest.mark.parametrize("text", [ADDRESS, "http://[fd00::1]:8000/w/ABCDEF/", "https://eslabon.example.com/w/ABCDEF/"])
def test_the_picture_holds_exactly_the_squares_of_the_code(text: str) -> None:
    matrix = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    side, dark = squares(qr.svg(text))
    assert side == len(matrix) + 8
    wanted = {(x + 4, y + 4) for y, row in enumerate(matrix) for x, value in enumerate(row) if value}
    assert dark == wanted


def test_it_is_dark_on_white_with_a_quiet_margin_in_any_colour_scheme() -> None:
    root = ElementTree.fromstring(qr.svg(ADDRESS))
    ground, code = list(root)
    assert (ground.tag, ground.attrib["fill"], code.attrib["fill"]) == ("rect", "#fff", "#000")
    assert ground.attrib["width"] == ground.attrib["height"] == root.attrib["viewBox"].split()[2]
    side, dark = squares(qr.svg(ADDRESS))
    assert all(4 <= x < side - 4 and 4 <= y < side - 4 for x, y in dark)
    assert "style" not in root.attrib


def test_the_picture_says_where_it_leads_and_escapes_it() -> None:
    assert ADDRESS in ElementTree.fromstring(qr.svg(ADDRESS)).attrib["aria-label"]
    nasty = ElementTree.fromstring(qr.svg('http://x/"><script>'))
    assert nasty.attrib["aria-label"].endswith('http://x/"><script>')


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST", "ana.localhost:8000", "localhost.", "127.0.0.1", "127.3.2.1:80",
     "[::1]:8000", "[::1]", "0.0.0.0:8000", "[::ffff:127.0.0.1]:80", "", "::broken::["],
)  # fmt: skip
def test_a_phone_does_not_get_to_this_computer_by_its_inner_names(host: str) -> None:
    assert qr.unreachable(host)


@pytest.mark.parametrize(
    "host", ["192.168.1.20:8000", "10.0.0.7", "eslabon.example.com", "eslabon.local:8000", "[fd00::1]:8000",
             "localhost.example.com", "notlocalhost"],
)  # fmt: skip
def test_a_phone_gets_to_names_and_addresses_of_the_network(host: str) -> None:
    assert not qr.unreachable(host)


@pytest.mark.urls("config.urls")
@override_settings(ALLOWED_HOSTS=["*"], BASE_URL="http://localhost:8000")
def test_the_address_is_that_of_the_page() -> None:
    workshop = Workshop(code="KJ472M")
    request = RequestFactory().get("/", headers={"host": "192.168.1.20:8000"})
    assert qr.join_url(request, workshop) == ADDRESS
    assert qr.spoken(qr.enter_url(request)) == "192.168.1.20:8000/w"
    here = RequestFactory().get("/", headers={"host": "localhost:8000"})
    assert qr.join_url(here, workshop) == "http://localhost:8000/w/KJ472M/"


@override_settings(ALLOWED_HOSTS=["*"], BASE_URL="https://eslabon.example.com")
def test_a_page_opened_on_the_machine_itself_still_shows_the_address_that_others_know() -> None:
    request = RequestFactory().get("/", headers={"host": "127.0.0.1:8000"})
    assert qr.join_url(request, Workshop(code="KJ472M")) == "https://eslabon.example.com/w/KJ472M/"


def test_addresses_of_the_network_are_never_inner_ones() -> None:
    found = lan_addresses()
    assert len(found) == len(set(found))
    assert not any(qr.unreachable(address) for address in found)


def test_without_any_network_there_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.net_if_addrs", dict)
    assert lan_addresses() == []
