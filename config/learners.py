"""Real learners for the demo: a presentation of a course as events. What a click stands for: lifecycle/data/oulad."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings

from lifecycle.engine.ingest import ingest
from lifecycle.engine.intake import MAX_BATCH, SentEvent, check_batch

FOLDER = settings.BASE_DIR / "lifecycle/data/oulad"
SOURCE = "open university"
START = date(2013, 10, 5)
ASSESSMENTS = 5
LONGEST_MINUTES = 110
LESSON_CLICKS, POST_CLICKS, COMMENT_CLICKS = 20, 20, 5

Happening = tuple[str, dict[str, Any]]


def import_learners(now: datetime) -> int:
    """Store the events of all learners; once, however often it is called. Returns how many were new."""
    stored = 0
    batch: list[SentEvent] = []
    for number, event in enumerate(events(), start=1):
        batch.append(event)
        if number % MAX_BATCH == 0:
            stored += _store(batch, now)
            batch = []
    return stored + _store(batch, now)


def _store(batch: list[SentEvent], now: datetime) -> int:
    return ingest(batch=check_batch(batch, now=now), source=SOURCE, now=now, is_history=True).stored


def events() -> Iterator[SentEvent]:
    """Every event of the presentation, learner by learner within registrations and days."""
    with (FOLDER / "learners.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            learner = row["id_student"]
            if row["date_registration"]:
                yield _event(learner, "enrolled", _noon(row["date_registration"]), {})
            if row["date_unregistration"]:
                left = {"account_status": "cancelled"}
                yield _event(learner, "identify", _noon(row["date_unregistration"]), left)
    handed_in: Counter[str] = Counter()
    with gzip.open(FOLDER / "days.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            yield from _day(row, handed_in)


def _day(row: dict[str, str], handed_in: Counter[str]) -> Iterator[SentEvent]:
    learner = row["id_student"]
    happened = [*_clicked(row), *_assessed(row, handed_in)]
    minutes = min(int(row["clicks"]), LONGEST_MINUTES)
    begins = _noon(row["date"])
    for place, (name, properties) in enumerate(happened):
        at = begins + timedelta(seconds=60 * minutes * place // max(len(happened) - 1, 1))
        yield _event(learner, name, at, properties, place)


def _clicked(row: dict[str, str]) -> Iterator[Happening]:
    def clicks(kind: str) -> int:
        return int(row[f"clicks_{kind}"] or 0)

    if clicks("homepage"):
        yield "login", {}
    for kind in ("subpage", "url", "resource"):
        if clicks(kind):
            yield "page_view", {"kind": kind, "clicks": clicks(kind)}
    for kind in ("resource", "forumng", "quiz", "dataplus"):
        if clicks(kind):
            yield "feature_use", {"feature_id": kind, "clicks": clicks(kind)}
    if clicks("oucontent"):
        yield "lesson_started", {"clicks": clicks("oucontent")}
    if clicks("oucontent") >= LESSON_CLICKS:
        yield "lesson_completed", {}
    if clicks("forumng") >= POST_CLICKS:
        yield "forum_post", {}
    if clicks("forumng") >= COMMENT_CLICKS:
        yield "comment", {}


def _assessed(row: dict[str, str], handed_in: Counter[str]) -> Iterator[Happening]:
    learner, score = row["id_student"], row["mean_score"]
    for _ in range(int(row["assessments"])):
        handed_in[learner] += 1
        week = min(handed_in[learner], ASSESSMENTS)
        if score:
            yield "assessment_completed", {"score": float(score), "week": week}
        yield "module_completed", {"week": week}
        yield "curriculum_progress", {"percent": 100 * week // ASSESSMENTS}
        if week == ASSESSMENTS and score:
            yield "final_assessment_completed", {"score": float(score)}


def _noon(days: str) -> datetime:
    return datetime.combine(START + timedelta(days=int(days)), time(12), tzinfo=UTC)


def _event(learner: str, name: str, at: datetime, properties: dict[str, Any], place: int = 0) -> SentEvent:
    message_id = f"{learner}/{at:%Y-%m-%d}/{name}/{place}"
    return SentEvent(message_id=message_id, customer_id=learner, name=name, occurred_at=at, properties=properties)
