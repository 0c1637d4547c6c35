"""What is said when a text cannot be rendered."""

from __future__ import annotations


class CannotRender(ValueError):
    """The sentence says why, ``place`` in which text (``subject``, ``body`` …) and on which line of it.

    ``missing``: the name of the value without which it cannot be rendered.
    """

    def __init__(self, message: str, place: str = "", line: int = 0, missing: str = "") -> None:
        self.message, self.place, self.line, self.missing = message, place, line, missing
        super().__init__(message)

    def __str__(self) -> str:
        where = f"{self.place}, line {self.line}" if self.place and self.line else self.place
        return f"{where}: {self.message}" if where else self.message
