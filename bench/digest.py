"""The Monday digest of 10,000 people: gathered, rendered, claimed and sent over one connection by one worker.

Beside it in the same run: rendering the same letters and nothing else, and a bare loop of smtplib over the same bytes.
"""

from __future__ import annotations

import smtplib
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.core.mail import get_connection
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from areas.models import Area, AreaPart, Membership, Organization, User
from areas.words import Part
from areas.working import edition
from bench.company import Company, make
from bench.figures import figure, say
from bench.ground import Ground, listens
from config.embedded import free_port
from config.processes import wait_until
from contracts.digest import writing
from contracts.digest.periods import span, weekly
from contracts.digest.reading import Gathered, scope_of
from contracts.digest.words import Teller
from contracts.models import Digest
from post import letters
from post.models import Letter

PEOPLE = 10_000
ALONE = 2_000
AROUND = ("BEGIN", "ROLLBACK", "SAVEPOINT", "RELEASE SAVEPOINT")

# Twenty weeks of each promise: the next one is due this week, one in nine was late, one in forty is not there at all,
# one in twelve of last week's waits for its verdict.
FILL = """
INSERT INTO contracts_occurrence (ref, commitment_id, organization_id, link_id, owes_id, owed_id, slot, calendar_id,
    starts_at, planned_at, due_at, delivered_at, deliveries, note, judged_at, judge_by, on_time, worked, easy,
    settled_at, ladder, rung, version)
SELECT 'd' || lpad((c.id * 100 + w)::text, 11, '0'), c.id, c.organization_id, c.link_id, c.owes_id, c.owed_id, w::text,
    %(calendar)s, due.at - interval '7 days', due.at, due.at, delivered.at, 0, '', judged.at,
    delivered.at + interval '3 days', judged.at IS NOT NULL, CASE WHEN judged.at IS NOT NULL THEN TRUE END, TRUE,
    judged.at, 'delivery', 0, 1
FROM contracts_commitment c
CROSS JOIN generate_series(0, 19) w
CROSS JOIN LATERAL (SELECT %(now)s - (w * 7 - 1 - c.id %% 5) * interval '1 day' AS at) due
CROSS JOIN LATERAL (SELECT CASE WHEN w > 0 AND due.at < %(now)s AND (c.id * 7 + w * 13) %% 40 > 0
    THEN due.at + CASE WHEN (c.id + w) %% 9 = 0 THEN interval '5 hours' ELSE interval '-5 hours' END
    END AS at) delivered
CROSS JOIN LATERAL (SELECT CASE WHEN w > 2 OR c.id %% 12 > 0 THEN delivered.at + interval '6 hours' END AS at) judged
WHERE w > 0 OR c.id %% 3 = 0
"""


def people(company: Company, joined_at: datetime) -> None:
    """Each in an area, one in five in two; one in three reads English."""
    areas = list(Area.objects.filter(organization=company.organization).exclude(kind="client").order_by("pk"))
    users = User.objects.bulk_create(
        User(email=f"p{n}@example.com", name=f"Persona {n}", language="" if n % 3 else "en", password="!")
        for n in range(PEOPLE - 1)
    )
    members = Membership.objects.bulk_create(
        Membership(organization=company.organization, user=user, joined_at=joined_at) for user in users
    )
    AreaPart.objects.bulk_create(
        AreaPart(membership=member, area=areas[(n + step) % len(areas)], part=Part.LEAD if n % 4 else Part.MEMBER)
        for n, member in enumerate(members)
        for step in ((0, 7) if n % 5 == 1 else (0,))
    )
    Membership.objects.filter(organization=company.organization).update(joined_at=joined_at)


def rendering_alone(organization: Organization, now: datetime) -> tuple[float, float]:
    """Letters a second when nothing else is done, and how long one is in bytes of HTML."""
    moment = weekly(organization, now)
    when = span(organization, now, moment.since)
    readers = []
    for member in Membership.objects.filter(organization=organization).select_related("user")[:ALONE]:
        parts = list(member.parts.values_list("area_id", "part", "area__name"))
        scope = scope_of(member.role, [(area, part) for area, part, _name in parts])
        readers.append((member, scope, {area: name for area, _part, name in parts}))
    names = {area: name for _member, _scope, some in readers for area, name in some.items()}
    readings = Gathered(organization, when, None).of([scope for _member, scope, _names in readers], names)
    size = 0
    began = time.perf_counter()
    tellers: dict[str, Teller] = {}
    for member, scope, _names in readers:
        language = member.user.language or organization.language
        teller = tellers.setdefault(language, Teller(organization, when, language))
        # Each by itself: in the pipeline whoever reads the same shares the rendering.
        size += len(teller.render(readings[scope], f"https://example.com/u/{member.ref}/")[2])
    return len(readers) / (time.perf_counter() - began), size / len(readers)


def bare_smtp(port: int) -> float:
    """The same bytes through smtplib alone."""
    server = get_connection()
    sent = [
        (letter.to_email, b"\r\n".join(letters._message(letter, server).message().as_bytes().splitlines()))
        for letter in Letter.objects.order_by("pk")[:ALONE]
    ]
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        began = time.perf_counter()
        for to, message in sent:
            smtp.sendmail("eslabon@example.com", [to], message)
        return len(sent) / (time.perf_counter() - began)


def queries_per_batch(now: datetime) -> dict[str, float]:
    """Of batches of several sizes; nothing of them is kept."""
    found = {}
    [due] = writing.due_now(now)
    for size in (3, 60, 500):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            claimed, written = writing.Run(due, now).batch(size)
            transaction.set_rollback(True)
        if claimed != size or not written:
            raise SystemExit(f"a batch of {size} took {claimed} people and wrote {written} letters")
        statements = [one["sql"] for one in asked.captured_queries]
        # What stands around them is ours, for the sake of taking it back.
        found[f"people_{size}"] = float(sum(not one.startswith(AROUND) for one in statements))
    return found


def send_all(now: datetime) -> int:
    sent = 0
    while True:
        done = letters.deliver_due(now)
        sent += done.sent
        if done.failed or done.unreachable:
            raise SystemExit(f"{done}")
        if not done.more:
            return sent


def main(here: Ground) -> None:
    port, count = free_port(), here.folder / "accepted"
    here.run("sink", sys.executable, "-m", "bench.fast_sink", str(port), count)
    if not wait_until(lambda: listens(port), 10):
        raise SystemExit("the sink did not start")
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, DEMO=False):
        _measure(port, count)


def _measure(port: int, count: Path) -> None:
    say(f"{PEOPLE:,} people in 200 areas, 2,000 promises over twenty weeks …")
    company = make(200, 600, 2000)
    organization = company.organization
    now = weekly(organization, timezone.now()).at + timedelta(minutes=5)
    people(company, now - timedelta(days=100))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contracts_occurrence")
        cursor.execute(FILL, {"calendar": edition(organization, now).pk, "now": now})
        cursor.execute("ANALYZE")

    queries = queries_per_batch(now)
    most = max(queries.values())
    figure("digest_queries_per_batch", most, "queries", 6, most <= 6, queries)

    rendered, size = rendering_alone(organization, now)
    began = time.perf_counter()
    written = writing.write_due(now)
    wrote = time.perf_counter() - began
    sent = send_all(now)
    took = time.perf_counter() - began
    if not written == sent == Digest.objects.filter(letter__isnull=False).count():
        raise SystemExit(f"{written} letters were written and {sent} sent")
    bare = bare_smtp(port)
    if not wait_until(lambda: count.exists() and count.read_text() == str(sent + ALONE), 5):
        raise SystemExit(f"{sent} letters were sent and {int(count.read_text()) - ALONE} arrived")

    beside: dict[str, float | str] = {
        "people": PEOPLE,
        "letters": sent,
        "written_per_s": round(sent / wrote, 1),
        "sent_per_s": round(sent / (took - wrote), 1),
        "rendering_alone_per_s": round(rendered, 1),
        "bare_smtplib_per_s": round(bare, 1),
        "html_bytes": round(size),
    }
    figure("digest_pipeline_per_s", sent / took, "letters/s", None, None, beside)
    ratio = sent / took / rendered
    figure("digest_pipeline_to_render", ratio, "of rendering alone", 0.33, ratio >= 0.33, beside)
