"""Which rules may act in a lifecycle at this moment, how far each is trusted, and whether anything may act at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from lifecycle.models import Lifecycle, ReviewPolicy, Switch, SwitchKind
from lifecycle.rules.confidence import confidence

DEFAULT_AUTO_APPLY = ReviewPolicy._meta.get_field("auto_apply_confidence").default

_RULES = """
SELECT r.id, r.priority, COALESCE(t.approved, 0), COALESCE(t.rejected + t.reverted + t.rolled_back, 0), h.rule_id
FROM lifecycle_transitionrule AS r
LEFT JOIN lifecycle_ruletrust AS t ON t.rule_id = r.id
LEFT JOIN lifecycle_rulehold AS h ON h.rule_id = r.id
WHERE r.lifecycle_id = %s AND r.state = 'published' AND NOT EXISTS (
    SELECT FROM lifecycle_switch AS s
    WHERE s.kind = 'rule' AND s.lifecycle_id = r.lifecycle_id AND s.rule_key = r.key AND NOT s.is_on)
"""


@dataclass(frozen=True, slots=True)
class InForce:
    """``rule_ids`` in the order in which they win: priority, then confidence, then id."""

    rule_ids: tuple[int, ...]
    confidences: Mapping[int, Decimal]
    policy: ReviewPolicy | None

    @property
    def review(self) -> dict[str, Any]:
        """The thresholds of the review policy as parameters of ``sql.statements.MOVE``; NULL asks nobody."""
        policy = self.policy
        return {
            "auto_apply": policy.auto_apply_confidence if policy else DEFAULT_AUTO_APPLY,
            "competing": policy.competing_confidence if policy else None,
            "valuable_spend": policy.high_value_spend if policy else None,
            "valuable_products": policy.high_value_products if policy else [],
            "rapid": policy.rapid_transitions if policy else None,
            "rapid_days": policy.rapid_days if policy else None,
            "risk_indicators": policy.risk_indicators if policy else None,
        }


def in_force(lifecycle_id: int, *, holds_count: bool = True) -> InForce:
    """The published rules that are not switched off and, if ``holds_count``, do not wait for a silent source."""
    with connection.cursor() as cursor:
        cursor.execute(_RULES, [lifecycle_id])
        rows = cursor.fetchall()
    active = [row for row in rows if not (row[4] and holds_count)]
    trusted = {row[0]: confidence(good=row[2], bad=row[3]) for row in active}
    active.sort(key=lambda row: (row[1], -trusted[row[0]], row[0]))
    policy = ReviewPolicy.objects.filter(lifecycle_id=lifecycle_id).first()
    return InForce(tuple(row[0] for row in active), trusted, policy)


def stopped(lifecycle: Lifecycle | None = None, *, by_hand: bool = False) -> str | None:
    """Why nothing moves: in a lifecycle, or anywhere; ``None`` where nothing is switched off.

    ``by_hand``: asks for moves of people, which only the switch of the status tags themselves stops.
    """
    if not settings.STATUS_TAGS_ENABLED:
        return "Status tags are switched off by the setting STATUS_TAGS_ENABLED."
    off = Switch.objects.filter(is_on=False).exclude(kind=SwitchKind.RULE).select_related("changed_by", "lifecycle")
    for switch in off:
        if by_hand and switch.kind != SwitchKind.STATUS_TAGS:
            continue
        if switch.kind != SwitchKind.LIFECYCLE or (lifecycle and switch.lifecycle_id == lifecycle.id):
            what = f"“{switch.lifecycle}”" if switch.lifecycle else switch.get_kind_display()
            when = f"{switch.changed_at:%Y-%m-%d %H:%M} UTC"
            return f"{what} was switched off by {switch.changed_by} on {when}: {switch.reason}"
    return None
