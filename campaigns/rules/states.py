"""What may follow what in the life of a message, whatever the order in which its receipts come."""

from __future__ import annotations

# The further down, the more it says: a state is left only for one that stands further down.
_RANK = {
    "planned": 0, "sending": 1, "skipped": 2, "uncertain": 2, "failed": 2, "accepted": 3, "delivered": 4, "opened": 5,
    "clicked": 6, "bounced": 7, "complained": 8,
}  # fmt: skip


def later(now: str, told: str) -> str:
    """The state of a message that was in one state and of which another is told.

    Commutative, associative and idempotent, so that receipts in any order, and twice, give the same end. What a
    provider tells settles what was uncertain, and what we held for failed.
    """
    return max(now, told, key=lambda state: (_RANK[state], state))
