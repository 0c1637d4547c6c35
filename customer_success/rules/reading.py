"""Reading plain JSON values: what is wrong is gathered with its place, and reading goes on."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from lifecycle.rules.parse import Problem, shown


class Reader:
    """Gathers every problem on its way through the values. What is missing is said once, by ``mapping``."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))

    def mapping(
        self, found: object, path: str, *, needed: set[str], allowed: set[str] | frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        if not isinstance(found, dict):
            self.problem(path, f"expected an object with {_listed(needed)}, got {shown(found)}")
            return {}
        for key in sorted(key for key in needed if found.get(key) is None):
            self.problem(f"{path}.{key}".lstrip("."), "is missing")
        for key in found.keys() - needed - allowed:
            self.problem(path, f"there is no {shown(key)} here; there is {_listed(needed | allowed)}")
        return found

    def items(self, found: object, path: str, most: int) -> list[Any]:
        if isinstance(found, list) and len(found) <= most:
            return found
        if found is not None:
            self.problem(path, f"expected a list of up to {most}, got {shown(found)}")
        return []

    def number(self, found: object, path: str, decimals: int, most: Decimal) -> Decimal:
        if found is None:
            return Decimal(0)
        try:
            number = Decimal(str(found)) if _is_number(found) else None
        except (InvalidOperation, ValueError):  # an integer of thousands of digits
            number = None
        if number is None or not number.is_finite():
            self.problem(path, f"expected a number, got {shown(found)}")
        elif abs(number) > most:
            self.problem(path, f"{shown(found)} is too large; at most {most:f}")
        elif number != round(number, decimals):
            self.problem(path, f"{shown(found)} has more than {decimals} decimals")
        else:
            return number
        return Decimal(0)

    def whole(self, found: object, path: str, least: int, most: int) -> int:
        if isinstance(found, int) and not isinstance(found, bool) and least <= found <= most:
            return found
        if found is not None:
            self.problem(path, f"expected a whole number from {least} to {most}, got {shown(found)}")
        return least

    def one_of(self, found: object, choices: tuple[str, ...], path: str) -> str:
        if isinstance(found, str) and found in choices:
            return found
        if found is not None:
            self.problem(path, f"must be one of {', '.join(choices)}, got {shown(found)}")
        return choices[-1]


def _is_number(found: object) -> TypeGuard[int | float | Decimal]:
    return isinstance(found, int | float | Decimal) and not isinstance(found, bool)


def _listed(keys: set[str] | frozenset[str]) -> str:
    return ", ".join(f"“{key}”" for key in sorted(keys))
