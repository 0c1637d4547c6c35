"""Which rules may act in a lifecycle at this moment, how far each is trusted, and whether anything may act at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from lifecycle.models import HistoryCheck, Lifecycle, ReviewPolicy, RuleHold, Switch, SwitchKind, TransitionRule
from lifecycle.rules.confidence import confidence

from .freshness import collecting_is_late, stale_feeds

DEFAULT_AUTO_APPLY = Decimal(ReviewPolicy._meta.get_field("auto_apply_confidence").default)

_RULES = """
SELECT r.id, r.key, r.priority, r.state = 'shadow', h.rule_id IS NOT NULL, COALESCE(t.approved, 0),
       COALESCE(t.rejected + t.reverted + t.rolled_back, 0), COALESCE(t.rejected + t.rolled_back, 0) > 0
FROM lifecycle_transitionrule AS r
LEFT JOIN lifecycle_ruletrust AS t ON t.rule_id = r.id
LEFT JOIN lifecycle_rulehold AS h ON h.rule_id = r.id
WHERE r.lifecycle_id = %s AND r.state IN ('published', 'shadow') AND NOT EXISTS (
    SELECT FROM lifecycle_switch AS s
    WHERE s.kind = 'rule' AND s.lifecycle_id = r.lifecycle_id AND s.rule_key = r.key AND NOT s.is_on)
"""

_POLICY = """
SELECT auto_apply_confidence, competing_confidence, high_value_spend, high_value_products, rapid_transitions,
       rapid_days, risk_indicators
FROM lifecycle_reviewpolicy WHERE lifecycle_id = %s
"""
# The names by which sql.statements.MOVE knows them, in the same order.
_THRESHOLDS = (
    "auto_apply",
    "competing",
    "valuable_spend",
    "valuable_products",
    "rapid",
    "rapid_days",
    "risk_indicators",
)
_ASKS_NOBODY: tuple[Any, ...] = (DEFAULT_AUTO_APPLY, None, None, [], None, None, None)

_OFF = """
SELECT s.kind, COALESCE(l.name, ''), u.username, s.changed_at, s.reason
FROM lifecycle_switch AS s JOIN auth_user AS u ON u.id = s.changed_by_id
LEFT JOIN lifecycle_lifecycle AS l ON l.id = s.lifecycle_id
WHERE NOT s.is_on AND (s.kind = 'STATUS_TAGS_ENABLED' OR NOT %(by_hand)s AND (
    s.kind = 'AUTOMATION_ENABLED' OR s.kind = 'lifecycle' AND s.lifecycle_id = %(lifecycle)s))
ORDER BY s.id LIMIT 1
"""
_NAMES = {"STATUS_TAGS_ENABLED": "Status tags were", "AUTOMATION_ENABLED": "All automation was"}


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    key: str
    priority: int
    is_shadow: bool = False
    is_held: bool = False
    good: int = 0
    bad: int = 0
    is_refused: bool = False

    @property
    def confidence(self) -> Decimal:
        return confidence(good=self.good, bad=self.bad)

    @property
    def rank(self) -> Rank:
        return Rank(self.priority, -self.confidence, self.id, self.key)


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Where a rule stands among the others: the first wins."""

    priority: int
    distrust: Decimal
    id: int
    key: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class InForce:
    """``ranks``: the rules in the order in which they win: priority, then confidence, then id.

    ``shadows``: for each rule in shadow, the rules in that order as if it were published. ``refused``: those to which
    people said no, or whose moves they took back, at least once. ``review``: the thresholds of the review policy as
    parameters of ``sql.statements.MOVE``; NULL asks nobody.
    """

    ranks: tuple[Rank, ...]
    shadows: Mapping[int, tuple[int, ...]]
    refused: frozenset[int]
    confidences: Mapping[int, Decimal]
    review: Mapping[str, Any]

    @property
    def rule_ids(self) -> tuple[int, ...]:
        return tuple(rank.id for rank in self.ranks)

    def rule_ids_with(self, rule: Rank) -> tuple[int, ...]:
        """The rules with another version in the place of the one that has its key."""
        return tuple(rank.id for rank in sorted([*(rank for rank in self.ranks if rank.key != rule.key), rule]))


def in_force(lifecycle_id: int, *, is_live: bool = True, asks: bool = True) -> InForce:
    """The published rules that are not switched off and do not wait for a silent source; those in shadow beside them.

    One over the past (not ``is_live``) waits for no source and has no shadows. Without ``asks`` the policy is left
    aside, as in a replay: nobody can be asked about what is long past.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [lifecycle_id])
        rows = [_Row(*row) for row in cursor.fetchall()]
        policy = None
        if asks:
            cursor.execute(_POLICY, [lifecycle_id])
            policy = cursor.fetchone()
    rows = [row for row in rows if not (is_live and row.is_held)]
    review = dict(zip(_THRESHOLDS, policy or _ASKS_NOBODY, strict=True))
    if not asks:
        review["auto_apply"] = Decimal(0)
    published = [row for row in rows if not row.is_shadow]
    force = InForce(
        ranks=tuple(sorted(row.rank for row in published)),
        shadows={},
        refused=frozenset(row.id for row in published if row.is_refused),
        confidences={row.id: row.confidence for row in published},
        review={**review, "asks": asks},
    )
    shadows = {row.id: force.rule_ids_with(row.rank) for row in rows if row.is_shadow and is_live}
    return replace(force, shadows=shadows)


def rank_of(rule: TransitionRule) -> Rank:
    """Where a rule that nobody has judged yet stands."""
    return _Row(rule.id, rule.key, rule.priority).rank


def stopped(lifecycle: Lifecycle, *, by_hand: bool = False) -> str | None:
    """Why nothing moves in a lifecycle; ``None`` where nothing is switched off.

    ``by_hand``: asks for moves of people, which only the switch of the status tags themselves stops.
    """
    if not settings.STATUS_TAGS_ENABLED:
        return "Status tags are switched off by the setting STATUS_TAGS_ENABLED."
    with connection.cursor() as cursor:
        cursor.execute(_OFF, {"lifecycle": lifecycle.id, "by_hand": by_hand})
        off = cursor.fetchone()
    if off is None:
        return None
    kind, name, who, when, reason = off
    what = _NAMES.get(kind, f"“{name}” was")
    return f"{what} switched off by {who} on {when:%Y-%m-%d %H:%M} UTC: {reason}"


def _latest_checks() -> QuerySet[HistoryCheck]:
    checks = HistoryCheck.objects.filter(lifecycle__is_active=True).select_related("lifecycle")
    return checks.order_by("lifecycle_id", "-id").distinct("lifecycle_id")


def warnings(*, now: datetime) -> list[str]:
    """What people should know at this moment, a sentence each: switches that are off, silent sources, doubts."""
    found = [] if settings.STATUS_TAGS_ENABLED else ["Status tags are switched off by the setting STATUS_TAGS_ENABLED."]
    for switch in Switch.objects.filter(is_on=False).select_related("lifecycle", "changed_by").order_by("id"):
        what = _NAMES.get(switch.kind, f"{switch.lifecycle} was")
        if switch.kind == SwitchKind.RULE:
            what = f"The rule {switch.rule_key} of {switch.lifecycle} was"
        found.append(f"{what} switched off by {switch.changed_by}: {switch.reason}")
    for feed in stale_feeds(now):
        waiting = RuleHold.objects.filter(reason__startswith=f"{feed.source} has been silent").count()
        rules = f" {waiting} rule{'s wait' if waiting > 1 else ' waits'} for it." if waiting else ""
        found.append(f"{feed.source} has been silent since {feed.last_seen_at:%-d %b %Y, %H:%M} UTC.{rules}")
    for check in _latest_checks():
        if check.doubts:
            who = f"{len(check.doubts):,} customer{'s have' if len(check.doubts) > 1 else ' has'}"
            found.append(f"{who} a history in {check.lifecycle} that does not follow; see History checks.")
    if collecting_is_late(now):
        found.append("Metrics have not been collected for days; rules that read them wait. Is the worker running?")
    return found
