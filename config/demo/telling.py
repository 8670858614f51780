"""Telling both stories: all of it or nothing, once."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import translation

from areas.models import Organization
from config.demo.cast import LANTERN, MUEBLES
from config.demo.lantern import play as play_lantern
from config.demo.muebles import play as play_muebles
from config.demo.stage import Stage

# Two starts at once: the second waits and then finds the companies. Any number that nobody else uses.
LOCK = 7_263_401


class NotEmpty(Exception):
    """Real organizations live here; invented ones stay away from them."""


@transaction.atomic
def tell(now: datetime) -> bool:
    """Load the demo companies. False if they are here already. Raises NotEmpty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # A deed reads one row with all that hangs on it: as written, or the planner thinks longer than it reads.
        cursor.execute("SET LOCAL join_collapse_limit = 1")
    if Organization.objects.filter(is_demo=True).exists():
        return False
    if Organization.objects.exists():
        raise NotEmpty("The demo loads into an empty database only; this one holds an organization already.")
    for cast, play in ((MUEBLES, play_muebles), (LANTERN, play_lantern)):
        with translation.override(cast.language):
            play(Stage(cast, now))
    return True
