"""Chance that stays: the same customer, by its external id, always falls on the same side, in any database."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

BUCKETS = 10_000


def salt_of(campaign: str, step: str = "") -> str:
    """What chance depends on besides the customer: the key of a campaign and of a step, or none for all of it.

    The same in whatever version, and on another installation.
    """
    return f"{campaign}:{step}"


def bucket(salt: str, customer: str) -> int:
    """A number from 0 to 9,999 that depends on the two alone, evenly spread."""
    digest = blake2b(f"{salt}:{customer}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % BUCKETS


def is_held_out(salt: str, customer: str, percent: int) -> bool:
    return bucket(f"holdout:{salt}", customer) < percent * BUCKETS // 100


def path_of(salt: str, customer: str, shares: Mapping[str, int]) -> str:
    """The path of a customer; ``shares``: per cent by name, 100 together, in the order in which they are written."""
    found, rest = bucket(f"split:{salt}", customer), 0
    for name, share in shares.items():
        rest += share * BUCKETS // 100
        if found < rest:
            return name
    raise ValueError(f"shares sum up to {sum(shares.values())}, not to 100")
