"""Plans shared with customers: links are made, opened, revoked. A link is known by the digest of its token only."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from customer_success import queries
from customer_success.models import PlanShare, SuccessPlan

MOST_DAYS = 365


class ShareNotAllowed(Exception):
    """The link was not made or not revoked."""


def share_plan(*, plan: SuccessPlan, days: int, by: Any, now: datetime) -> tuple[PlanShare, str]:
    """Make a link that works for some days; its token, 256 random bits, is told this once."""
    if not 1 <= days <= MOST_DAYS:
        raise ShareNotAllowed(f"A link works for 1 to {MOST_DAYS} days.")
    token = secrets.token_urlsafe(32)
    share = PlanShare.objects.create(
        plan=plan, token_digest=_digest(token), created_at=now, created_by=by, expires_at=now + timedelta(days=days)
    )
    return share, token


def revoke_share(*, share: PlanShare, by: Any, now: datetime) -> None:
    """The link works no longer."""
    if not PlanShare.objects.filter(id=share.id, revoked_at=None).update(revoked_at=now, revoked_by=by):
        raise ShareNotAllowed("The link is revoked already.")


def open_share(*, token: str, now: datetime) -> queries.SharedPlan | None:
    """What the holder of a link sees; ``None`` for a link that is unknown, expired or revoked."""
    works = PlanShare.objects.filter(token_digest=_digest(token), revoked_at=None, expires_at__gt=now)
    if not works.update(last_opened_at=now):
        return None
    return queries.shared_plan(SuccessPlan.objects.select_related("customer").get(shares__in=works), now)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
