"""What is said when a text cannot be rendered."""

from __future__ import annotations


class CannotRender(ValueError):
    """The sentence says why, ``place`` in which text (``subject``, ``body`` …) and on which line of it."""

    def __init__(self, message: str, place: str = "", line: int = 0) -> None:
        self.message, self.place, self.line = message, place, line
        super().__init__(message)

    def __str__(self) -> str:
        where = f"{self.place}, line {self.line}" if self.place and self.line else self.place
        return f"{where}: {self.message}" if where else self.message
