"""Which input is stale at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.metrics.feeds import EVERY_ACTIVITY, events_of
from lifecycle.models import Collection, Feed
from lifecycle.rules.calendar import end_of

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


def stale_metrics(names: Iterable[str], feeds: Iterable[Feed], *, is_late: bool) -> Mapping[str, str]:
    """The metrics, of those named, that follow from stale input, each with a sentence that says why."""
    found: dict[str, str] = {}
    for name in names:
        metric = CATALOGUE[name]
        fed_by = events_of(metric)
        if is_late and metric.is_collected:
            found[name] = f"{metric.label} is not up to date; metrics have not been collected for days."
        for feed in feeds:
            if (fed_by and EVERY_ACTIVITY in fed_by) or fed_by.intersection(feed.event_names):
                found[name] = f"{feed.source} has been silent since {feed.last_seen_at:%Y-%m-%d %H:%M} UTC."
    return found
