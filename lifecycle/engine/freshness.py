"""Rules do not fire on stale input: a source that went silent must not make its customers look idle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.metrics.feeds import EVERY_ACTIVITY, events_of
from lifecycle.models import Collection, Feed, Lifecycle, RuleHold, TransitionRule
from lifecycle.queries import published_rules
from lifecycle.rules.calendar import end_of
from lifecycle.rules.nodes import metrics_of
from lifecycle.rules.parse import parse

from .rules import mark_concerned

# A source counts from when it has delivered over so long: one that sent once does not stop anything by its silence.
WATCHED_AFTER = timedelta(days=1)
COLLECTED_WITHIN = timedelta(hours=36)


def stale_feeds(now: datetime) -> list[Feed]:
    """The sources that have been silent for longer than they may."""
    return [
        feed
        for feed in Feed.objects.all()
        if feed.stale_after_hours is not None
        and feed.last_seen_at - feed.first_seen_at >= WATCHED_AFTER
        and now - feed.last_seen_at > timedelta(hours=feed.stale_after_hours)
    ]


def collecting_is_late(now: datetime) -> bool:
    """Whether days have not been collected for so long that what is collected is stale."""
    through = Collection.objects.values_list("through", flat=True).first()
    return through is not None and now - end_of(through) > COLLECTED_WITHIN


def why_stale(rule: TransitionRule, feeds: Iterable[Feed], *, is_late: bool) -> str | None:
    """A sentence about the stale input of a rule; ``None`` if all of it is fresh."""
    metrics = [CATALOGUE[name] for name in metrics_of(parse(rule.conditions, CATALOGUE))]
    for metric in metrics:
        names = events_of(metric)
        for feed in feeds:
            if (names and EVERY_ACTIVITY in names) or names.intersection(feed.event_names):
                return f"{feed.source} has been silent since {feed.last_seen_at:%Y-%m-%d %H:%M} UTC."
        if is_late and metric.is_collected:
            return f"{metric.label} is not up to date; metrics have not been collected for days."
    return None


@transaction.atomic
def settle(*, lifecycle: Lifecycle, now: datetime) -> list[RuleHold]:
    """Hold the rules whose input is stale and let go those whose input is fresh again; returns those on hold.

    Whom a rule concerns that is let go is looked at again: its time may have come meanwhile.
    """
    feeds = stale_feeds(now)
    is_late = collecting_is_late(now)
    held = {hold.rule_id: hold for hold in RuleHold.objects.filter(rule__lifecycle=lifecycle).select_related("rule")}
    if not feeds and not is_late and not held:
        return []
    reasons = {rule: why_stale(rule, feeds, is_late=is_late) for rule in published_rules(lifecycle)}
    stale = {rule.id: reason for rule, reason in reasons.items() if reason}
    released = [hold for rule_id, hold in held.items() if rule_id not in stale]
    RuleHold.objects.filter(rule__in=[hold.rule_id for hold in released]).delete()
    mark_concerned([hold.rule for hold in released])
    for rule_id, reason in stale.items():
        RuleHold.objects.update_or_create(
            rule_id=rule_id, defaults={"reason": reason}, create_defaults={"reason": reason, "since": now}
        )
    return list(RuleHold.objects.filter(rule__in=stale).select_related("rule"))
