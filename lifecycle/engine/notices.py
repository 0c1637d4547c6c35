"""Telling teams about moves: by email, one letter a team and run, and in their lists until it is done."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction

from lifecycle.models import Notice, Team

SHOWN = 100
log = logging.getLogger(__name__)


def mark_done(*, ids: Iterable[int], by: Any, now: datetime) -> int:
    """Take messages off the list; returns how many were on it."""
    return Notice.objects.filter(id__in=list(ids), done_at=None).update(done_at=now, done_by=by)


def mail_notices(*, now: datetime) -> int:
    """Send what was not sent yet, one letter a team; returns the number of letters.

    A letter and the note that it was sent are one transaction a team, and the note comes last: if something breaks in
    between, the letter may come twice, and never not at all. Two at once do not send the same, and a mailbox that
    refuses letters does not keep the other teams waiting: its letter is tried again the next time.
    """
    teams = Team.objects.filter(id__in=Notice.objects.filter(mailed_at=None).values("team"))
    return sum(_mail(team, now) for team in teams)


def _mail(team: Team, now: datetime) -> int:
    try:
        with transaction.atomic():
            waiting = Notice.objects.filter(team=team, mailed_at=None)
            locked = list(waiting.select_for_update(skip_locked=True).order_by("id").values_list("id", flat=True))
            if not locked:
                return 0
            Notice.objects.filter(id__in=locked).update(mailed_at=now)
            if not team.email:
                return 0
            related = ("customer", "transition__from_tag", "transition__to_tag", "transition__lifecycle")
            shown = Notice.objects.filter(id__in=locked[:SHOWN]).select_related(*related).order_by("id")
            _letter(team, list(shown), len(locked)).send()
            return 1
    except (OSError, SMTPException) as error:
        log.warning("No letter to %s: %s", team.name, error)
        return 0


def _letter(team: Team, notices: list[Notice], total: int) -> EmailMessage:
    what = "message" if any(notice.text for notice in notices) else "customer"
    number = f"{total:,} {what}{'s' if total > 1 else ''}{' moved' if what == 'customer' else ''}"
    lines = [_line(notice) for notice in notices]
    if total > len(notices):
        lines.append(f"and {total - len(notices):,} more; your list in Tenure has them all")
    return EmailMessage(subject=f"{team.name}: {number}", body="\n".join((f"{number}:", "", *lines)), to=[team.email])


def _line(notice: Notice) -> str:
    return f"- [{notice.get_priority_display()}] {notice.customer}: {notice.matter}"
