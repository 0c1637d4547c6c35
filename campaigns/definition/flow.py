"""The order of the steps: which one is first, and which one follows."""

from __future__ import annotations

from .parts import Definition, Step


class Flow:
    """``steps``: by key. After the last step of a path comes whatever stands after the step that it parted from."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.steps: dict[str, Step] = {}
        self._after: dict[str, str | None] = {}
        self._first_on: dict[tuple[str, str], str | None] = {}
        self._read(definition.steps, then=None)

    @property
    def first(self) -> Step:
        return self.definition.steps[0]

    def next(self, key: str, path: str = "") -> Step | None:
        """The step after another one, on the path that was taken; none: the campaign has come to its end."""
        follows = self._first_on.get((key, path)) or self._after[key]
        return self.steps[follows] if follows else None

    def _read(self, steps: tuple[Step, ...], then: str | None) -> None:
        for place, step in enumerate(steps, start=1):
            follows = steps[place].key if place < len(steps) else then
            self.steps[step.key] = step
            self._after[step.key] = follows
            for path in step.paths:
                self._first_on[step.key, path.name] = path.steps[0].key if path.steps else None
                self._read(path.steps, then=follows)
