"""Telling teams about moves: by email, one letter a team and run, and in their lists until it is done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction

from lifecycle.models import Notice, Team

AT_ONCE = 500
SHOWN = 100


def mark_done(*, ids: Iterable[int], by: Any, now: datetime) -> int:
    """Take messages off the list; returns how many were on it."""
    return Notice.objects.filter(id__in=list(ids), done_at=None).update(done_at=now, done_by=by)


def mail_notices(*, now: datetime) -> int:
    """Send what was not sent yet, one letter a team; returns the number of letters.

    A letter and the note that it was sent are one transaction, and the note comes last: if something breaks in
    between, the letter may come twice, and never not at all. Two at once do not send the same.
    """
    letters = 0
    while True:
        with transaction.atomic():
            waiting = Notice.objects.select_for_update(skip_locked=True, of=("self",)).filter(mailed_at=None)
            related = ("team", "customer", "transition__from_tag", "transition__to_tag", "transition__lifecycle")
            found = list(waiting.select_related(*related).order_by("id")[:AT_ONCE])
            if not found:
                return letters
            by_team = sorted(found, key=lambda notice: (notice.team_id, notice.id))
            for team, notices in groupby(by_team, key=lambda notice: notice.team):
                if team.email:
                    _letter(team, list(notices)).send()
                    letters += 1
            Notice.objects.filter(id__in=[notice.id for notice in found]).update(mailed_at=now)


def _letter(team: Team, notices: list[Notice]) -> EmailMessage:
    number = f"{len(notices)} customer{'s' if len(notices) > 1 else ''} moved"
    lines = [_line(notice) for notice in notices[:SHOWN]]
    if len(notices) > SHOWN:
        lines.append(f"and {len(notices) - SHOWN} more; your list in Tenure has them all")
    return EmailMessage(subject=f"{team.name}: {number}", body="\n".join((f"{number}:", "", *lines)), to=[team.email])


def _line(notice: Notice) -> str:
    move = notice.transition
    start = move.from_tag.name if move.from_tag else "no tag"
    return f"- [{notice.get_priority_display()}] {notice.customer}: {start} → {move.to_tag.name} ({move.lifecycle})"
