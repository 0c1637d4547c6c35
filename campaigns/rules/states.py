"""What may follow what in the life of a message, whatever the order in which its receipts come."""

from __future__ import annotations

# The further down, the more it says: a state is left only for one that stands further down.
_RANK = {
    "planned": 0, "sending": 1, "uncertain": 2, "skipped": 3, "failed": 3, "accepted": 4, "delivered": 5, "opened": 6,
    "clicked": 7, "bounced": 8, "complained": 9,
}  # fmt: skip


def later(now: str, told: str) -> str:
    """The state of a message that was in one state and of which another is told.

    Commutative, associative and idempotent, so that receipts in any order, and twice, give the same end. What a
    provider tells settles what was uncertain, and what we held for failed.
    """
    return max(now, told, key=lambda state: (_RANK[state], state))
