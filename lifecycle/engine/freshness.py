"""Rules do not fire on stale input: a source that went silent must not make its customers look idle."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle, RuleHold, TransitionRule
from lifecycle.queries import collecting_is_late, heeded_rules, stale_feeds, stale_metrics
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse

from .marks import mark_concerned


@transaction.atomic
def settle(*, lifecycle: Lifecycle, now: datetime) -> list[RuleHold]:
    """Hold the rules whose input is stale and let go those whose input is fresh again; returns those on hold.

    Whom such a rule concerns is looked at again: its time may have come meanwhile, or that of another rule.
    """
    feeds = stale_feeds(now)
    is_late = collecting_is_late(now)
    held = {hold.rule_id: hold for hold in RuleHold.objects.filter(rule__lifecycle=lifecycle).select_related("rule")}
    if not feeds and not is_late and not held:
        return []
    stale: dict[int, str] = {}
    for rule in heeded_rules(lifecycle):
        reasons = stale_metrics(metrics_of(parse(rule.conditions, CATALOGUE)), feeds, is_late=is_late)
        if reasons:
            stale[rule.id] = next(iter(reasons.values()))
    released = [hold for rule_id, hold in held.items() if rule_id not in stale]
    RuleHold.objects.filter(rule__in=[hold.rule_id for hold in released]).delete()
    begun = TransitionRule.objects.filter(id__in=stale.keys() - held.keys())
    mark_concerned([*(hold.rule for hold in released), *begun])  # another rule may come first, or first again
    for rule_id, reason in stale.items():
        RuleHold.objects.update_or_create(
            rule_id=rule_id, defaults={"reason": reason}, create_defaults={"reason": reason, "since": now}
        )
    return list(RuleHold.objects.filter(rule__in=stale).select_related("rule"))
