"""What identify events may say of a customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# What a customer bought: code and name.
PRODUCT_TAGS: Mapping[str, str] = MappingProxyType({"PT_001": "Pro", "PT_002": "Enterprise", "PT_003": "Freemium"})
PRODUCTS = ", ".join(f"{code} {name}" for code, name in PRODUCT_TAGS.items())
# The service levels, the highest first.
TIERS: Mapping[str, str] = MappingProxyType(
    {
        "ENTERPRISE": "Enterprise",
        "MID_MARKET": "Mid-market",
        "SMALL_BUSINESS": "Small business",
        "TRIAL": "Trial",
    }
)
# The traits with a column of their own; all others are kept together.
COLUMNS = ("email", "name", "plan", "product_tag", "tier", "account_status", "timezone")
MAX_TRAITS = 100


@lru_cache(maxsize=1_000)
def is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError, ModuleNotFoundError):  # what ZoneInfo raises for names that are none
        return False


def _text(longest: int) -> Callable[[str], bool]:
    return lambda value: 0 < len(value) <= longest


_CHECKS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "email": (lambda value: len(value) <= 254 and bool(_EMAIL.fullmatch(value)), "an address such as ann@example.com"),
    "name": (_text(200), "a text of up to 200 characters"),
    "plan": (_text(60), "a text of up to 60 characters"),
    "product_tag": (lambda value: value in PRODUCT_TAGS, f"one of {', '.join(PRODUCT_TAGS)}"),
    "tier": (lambda value: value in TIERS, f"one of {', '.join(TIERS)}"),
    "account_status": (_text(30), "a text of up to 30 characters"),
    "timezone": (is_zone, "an IANA time zone such as Asia/Tokyo"),
}


def problem_of(traits: Mapping[str, object]) -> str | None:
    """A sentence about the first trait that cannot be accepted; ``None`` clears a trait and is always fine."""
    if len(traits) > MAX_TRAITS:
        return f"{len(traits)} traits are too many; a customer may have {MAX_TRAITS}"
    for trait, (is_right, right) in _CHECKS.items():
        value = traits.get(trait)
        if value is not None and not (isinstance(value, str) and is_right(value)):
            return f"{trait} must be {right}"
    return None
