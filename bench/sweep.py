"""The chase: 10,000 overdue of 1,000,000 occurrences, and none overdue; beside raw SQL that does the same in one go.

The floor flips a row, writes one event and one letter row per overdue occurrence, set-based, in one statement each.
Ours besides asks who is to be told, pauses what waits for a requirement, and gathers one letter per person.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median

from django.db import connection, transaction
from django.utils import timezone

from areas.models import Area, AreaPart, Membership, User
from areas.words import Part
from areas.working import edition
from bench.company import Company, make
from bench.figures import figure, percentile, say
from bench.ground import Ground
from contracts import chasing
from contracts.models import Commitment, Rung

OCCURRENCES = 1_000_000
OVERDUE = 10_000
BATCH = 1000
EMPTY_RUNS = 25

# Spread over the commitments; four of five are over and done, the rest lie ahead with their first rung to come.
FILL = """
INSERT INTO contracts_occurrence (ref, commitment_id, organization_id, link_id, owes_id, owed_id, slot, calendar_id,
    starts_at, planned_at, due_at, delivered_at, deliveries, note, judged_at, on_time, worked, easy, settled_at, ladder,
    rung, warn_at, escalate_at, chase_at, version)
SELECT 'b' || lpad(n::text, 11, '0'), c.id, c.organization_id, c.link_id, c.owes_id, c.owed_id, n::text, %(calendar)s,
    due.at - interval '7 days', due.at, due.at,
    CASE WHEN n %% 5 > 0 THEN due.at - interval '1 hour' END, CASE WHEN n %% 5 > 0 THEN 1 ELSE 0 END, '',
    CASE WHEN n %% 5 > 0 THEN due.at END, CASE WHEN n %% 5 > 0 THEN TRUE END, CASE WHEN n %% 5 > 0 THEN TRUE END,
    CASE WHEN n %% 5 > 0 THEN TRUE END, CASE WHEN n %% 5 > 0 THEN due.at END, 'delivery', 0,
    due.at - interval '2 days', due.at + interval '2 days',
    CASE WHEN n %% 5 = 0 THEN due.at - interval '2 days' END, 1
FROM generate_series(1, %(count)s) n
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many FROM contracts_commitment) c
    ON c.place = n %% c.many
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 5 > 0
    THEN %(now)s - (n %% 180 + 4) * interval '1 day' ELSE %(now)s + (n %% 60 + 10) * interval '1 day' END AS at) due
"""

# So many of those that lie ahead are overdue since an hour, warned of long ago.
LATE = """
UPDATE contracts_occurrence o SET due_at = %(due)s, planned_at = %(due)s, warn_at = %(due)s - interval '2 days',
    escalate_at = %(due)s + interval '2 days', chase_at = %(due)s, rung = 1, starts_at = %(due)s - interval '7 days'
FROM (SELECT id FROM contracts_occurrence WHERE delivered_at IS NULL AND rung = 0 ORDER BY id LIMIT %(count)s) chosen
WHERE o.id = chosen.id
"""

FLOOR = (
    """
    CREATE TEMPORARY TABLE flipped ON COMMIT DROP AS
    WITH f AS (
        UPDATE contracts_occurrence SET rung = 2, chase_at = escalate_at WHERE chase_at <= %(now)s
        RETURNING id, organization_id, due_at)
    SELECT * FROM f
    """,
    """
    INSERT INTO contracts_rung (organization_id, kind, occurrence_id, round, n, due_at, at, noted_at)
    SELECT organization_id, 'delivery', id, 0, 2, due_at, due_at, %(now)s FROM flipped
    """,
    """
    INSERT INTO post_letter (ref, key, kind, organization_ref, to_email, to_name, language, composer, gathers, subject,
        text, html, headers, message_id, state, attempts, next_try_at, last_error, created_at)
    SELECT 'l' || lpad(id::text, 11, '0'), 'floor ' || id, 'bench', '', 'ana@example.com', 'Ana', 'es', '', '',
        'Aviso', 'Hola', '', '{}', 'm' || id, 'waiting', 0, %(now)s + interval '1 year', '', %(now)s FROM flipped
    """,
)


def people(company: Company) -> None:
    """A lead for each area, so that there is somebody to be told."""
    organization = company.organization
    areas = Area.objects.filter(organization=organization).exclude(kind="client")
    for n, area in enumerate(areas):
        user = User.objects.create_user(f"lead{n}@example.com", f"Persona {n}")
        membership = Membership.objects.create(organization=organization, user=user)
        AreaPart.objects.create(membership=membership, area=area, part=Part.LEAD)


def fill(company: Company, now: datetime) -> None:
    made = edition(company.organization, now)
    with connection.cursor() as cursor:
        # What the company has opened by itself would stand in the way.
        cursor.execute("TRUNCATE contracts_occurrence CASCADE")
        cursor.execute(FILL, {"calendar": made.pk, "count": OCCURRENCES, "now": now})
        cursor.execute("ANALYZE")
    assert Commitment.objects.exists()


def make_late(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LATE, {"due": now - timedelta(hours=1), "count": OVERDUE})
        if cursor.rowcount != OVERDUE:
            raise SystemExit(f"only {cursor.rowcount} occurrences are left to be late")
        cursor.execute("VACUUM ANALYZE contracts_occurrence")


def chase_all(now: datetime) -> int:
    """Batch after batch until nothing is due; how many rows."""
    return chasing.sweep(now, limit=BATCH).rows


def floor(now: datetime) -> float:
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in FLOOR:
            cursor.execute(statement, {"now": now})
    return time.perf_counter() - began


def ours(now: datetime) -> float:
    before = Rung.objects.count()
    began = time.perf_counter()
    rows = chase_all(now)
    took = time.perf_counter() - began
    written = Rung.objects.count() - before
    if rows != OVERDUE or written != OVERDUE:
        raise SystemExit(f"{rows} rows were chased and {written} rungs written, not {OVERDUE}")
    return took


@contextmanager
def a_person_acts(waits: list[float]) -> Iterator[None]:
    """Somebody writes a note on a row that is due, again and again, while the sweep goes over it."""
    over = threading.Event()

    def act() -> None:
        try:
            while not over.is_set():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT id FROM contracts_occurrence WHERE rung = 1 ORDER BY random() LIMIT 1")
                    found = cursor.fetchone()
                    if found is None:
                        return
                    began = time.perf_counter()
                    cursor.execute("UPDATE contracts_occurrence SET note = 'hecho' WHERE id = %s", [found[0]])
                    waits.append((time.perf_counter() - began) * 1000)
        finally:
            connection.close()

    person = threading.Thread(target=act)
    person.start()
    try:
        yield
    finally:
        over.set()
        person.join()


def workers(here: Ground, count: int) -> float:
    """Seconds that so many processes take together for all that is due."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.sweep_worker", str(BATCH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=here.environ,
        )
        for _ in range(count)
    ]
    for worker in running:
        assert worker.stdout
        if worker.stdout.readline().strip() != "ready":
            raise SystemExit("a worker did not start")
    began = time.perf_counter()
    for worker in running:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    rows = sum(int(worker.stdout.readline()) for worker in running if worker.stdout)
    took = time.perf_counter() - began
    for worker in running:
        worker.communicate()
    if rows != OVERDUE:
        raise SystemExit(f"{count} workers chased {rows} rows, not {OVERDUE}")
    return took


def main(here: Ground) -> None:
    now = timezone.now()
    company = make(20, 40, 400)
    people(company)
    say(f"{OCCURRENCES} occurrences …")
    fill(company, now)

    chase_all(now)
    empty: list[float] = []
    for _ in range(EMPTY_RUNS):
        began = time.perf_counter()
        chase_all(now)
        empty.append((time.perf_counter() - began) * 1000)
    figure("sweep_empty_ms", median(empty), "ms", 20, median(empty) <= 20, {"worst_ms": round(max(empty), 2)})

    say("raw SQL and ours …")
    ratios, raws, owns = [], [], []
    for _ in range(3):
        make_late(now)
        raws.append(floor(now))
        make_late(now)
        owns.append(ours(now))
        ratios.append(owns[-1] / raws[-1])
    ratio = median(ratios)
    beside = {
        "raw_sql_us_per_row": round(median(raws) / OVERDUE * 1e6, 1),
        "ours_us_per_row": round(median(owns) / OVERDUE * 1e6, 1),
        "rows": OVERDUE,
        "of": OCCURRENCES,
    }
    figure("sweep_ratio_to_raw_sql", ratio, "times", 2, ratio <= 2, beside)

    say("a person acts meanwhile …")
    make_late(now)
    waits: list[float] = []
    with a_person_acts(waits):
        ours(now)
    worst = max(waits)
    beside = {"p50_ms": round(median(waits), 2), "p99_ms": round(percentile(waits, 0.99), 2), "acts": len(waits)}
    figure("sweep_user_wait_ms", worst, "ms", 50, worst <= 50, beside)

    say("one worker and two …")
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for count, seconds in took.items():
            make_late(now)
            seconds.append(workers(here, count))
    speedup = median(took[1]) / median(took[2])
    beside = {"one_s": round(median(took[1]), 2), "two_s": round(median(took[2]), 2)}
    figure("sweep_two_workers_speedup", speedup, "times", 1.5, speedup >= 1.5, beside)
