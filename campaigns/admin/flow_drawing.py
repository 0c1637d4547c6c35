"""The drawn flow of a campaign: what begins it, its steps below each other, paths beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from campaigns.definition.parts import Definition, Step, Tree
from campaigns.definition.words import about, begins, name_of, path_name, span
from campaigns.queries.funnel import AtStep
from lifecycle.admin.layered import Box, Drawing, Place, curve, drawn

BOX, LABEL, END = (256.0, 54.0), 26.0, (110.0, 28.0)
LETTERS, LETTER = 36, 6.9
LOOKS = {
    "email": "tn-blue", "in_app": "tn-blue", "webhook": "tn-teal", "action": "tn-teal", "task": "tn-orange",
    "alert": "tn-orange", "set_trait": "tn-violet", "remove_trait": "tn-violet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlowBox:
    """``shape``: start, step, path or end. ``anchor``: where the step is in the editor."""

    shape: str
    look: str
    head: str
    text: str
    title: str
    place: Place
    anchor: str = ""
    waiting: int = 0

    @property
    def right(self) -> float:
        return self.place.x + self.place.width - 4

    @property
    def waiting_shown(self) -> str:
        return f"{self.waiting}" if self.waiting < 1_000 else f"{self.waiting // 1_000}k"


@dataclass(frozen=True, slots=True)
class FlowPicture:
    drawing: Drawing
    boxes: tuple[FlowBox, ...]
    ways: tuple[str, ...]


@dataclass(slots=True)
class _Parts:
    """What is to be drawn, in the order in which it comes."""

    tell: Callable[[Tree], str]
    counts: Mapping[str, AtStep]
    boxes: list[tuple[Box, dict[str, object]]] = field(default_factory=list)
    arrows: list[tuple[int, int]] = field(default_factory=list)

    def add(self, ends: list[int], width: float, height: float, **told: object) -> list[int]:
        number = len(self.boxes)
        self.boxes.append((Box(width, height, float(number)), told))
        self.arrows += [(end, number) for end in ends]
        return [number]

    def steps(self, steps: tuple[Step, ...], ends: list[int], place: str) -> list[int]:
        for number, step in enumerate(steps):
            here = f"{place}[{number}]"
            ends = self.step(step, ends, here)
            if step.paths:
                (parting,) = ends
                ends = []
                for path in step.paths:
                    name = _short(path_name(path.name))
                    label = self.add([parting], len(name) * LETTER + 24, LABEL, shape="path", look="tn-grey",
                                     head="", text=name, title=name)  # fmt: skip
                    ends += self.steps(path.steps, label, f"{here}.paths.{path.name}")
        return ends

    def step(self, step: Step, ends: list[int], place: str) -> list[int]:
        says, delay = about(step, self.tell), span(step.after)
        head = f"{name_of(step.kind)}{f' · {delay}' if delay else ''}"
        waiting = self.counts[step.key].waiting if step.key in self.counts else 0
        return self.add(
            ends, *BOX, shape="step", look=LOOKS.get(step.kind, "tn-none"), head=_short(head), text=_short(says),
            title=f"{head}: {says}", anchor=f"at-{place}", waiting=waiting,
        )  # fmt: skip


def flow_picture(
    definition: Definition, *, tell: Callable[[Tree], str], named: Callable[[str], str],
    counts: Mapping[str, AtStep] | None = None,
) -> FlowPicture:  # fmt: skip
    parts = _Parts(tell, counts or {})
    start = begins(definition.trigger, tell, named)
    says = _short(start.removeprefix("A customer "))
    first = parts.add([], *BOX, shape="start", look="tn-green", head="Begins", text=says, title=start)
    last = parts.steps(definition.steps, first, "steps")
    parts.add(last, *END, shape="end", look="tn-grey", head="", text="End", title="The end of the campaign")
    drawing = drawn([box for box, _ in parts.boxes], parts.arrows)
    boxes = tuple(
        FlowBox(place=place, **told)  # type: ignore[arg-type]  # what ``add`` was told
        for place, (_, told) in zip(drawing.places, parts.boxes, strict=True)
    )
    return FlowPicture(drawing, boxes, tuple(curve(route) for route in drawing.routes))


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1].rstrip()}…"
