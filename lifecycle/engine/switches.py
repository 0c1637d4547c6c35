"""Stopping automation, and letting it go on. Every evaluation asks the database, so a switch is seen at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from lifecycle.models import Lifecycle, Switch, SwitchKind, TransitionRule
from lifecycle.queries import heeded_rules, stopped

from .marks import mark_concerned

MAX_REASON = 500


class AutomationOff(RuntimeError):
    """Somebody switched off what was asked for; nothing was done, and what waits is kept."""


class SwitchRefused(ValueError):
    """The switch was not changed; the message says why."""


def require_on(lifecycle: Lifecycle) -> None:
    """Raises ``AutomationOff`` if automation is switched off for the lifecycle."""
    if reason := stopped(lifecycle):
        raise AutomationOff(reason)


def checked(reason: str) -> str:
    """Raises ``SwitchRefused``."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON or "\x00" in reason:
        raise SwitchRefused(f"A reason of 1 to {MAX_REASON} characters is needed; everybody will see it.")
    return reason


@transaction.atomic
def switch(
    *,
    kind: str,
    is_on: bool,
    reason: str,
    by: Any,
    now: datetime,
    lifecycle: Lifecycle | None = None,
    rule_key: str = "",
) -> Switch:
    """Turn something off or on, with a reason. Whom a rule concerns is looked at again.

    Raises ``SwitchRefused``.
    """
    reason = checked(reason)
    if (kind in {SwitchKind.LIFECYCLE, SwitchKind.RULE}) is not (lifecycle is not None):
        raise SwitchRefused("A lifecycle is named for a lifecycle or a rule, and only then.")
    rules = TransitionRule.objects.filter(lifecycle=lifecycle, key=rule_key)
    if kind == SwitchKind.RULE and not rules.exists():
        raise SwitchRefused(f"There is no rule {rule_key} in “{lifecycle}”.")
    changes = {"is_on": is_on, "reason": reason, "changed_at": now, "changed_by": by}
    changed, _ = Switch.objects.update_or_create(
        kind=kind, lifecycle=lifecycle, rule_key=rule_key if kind == SwitchKind.RULE else "", defaults=changes
    )
    if lifecycle is not None and kind == SwitchKind.RULE:  # off: another rule may come first now
        mark_concerned(rules & heeded_rules(lifecycle))
    return changed
