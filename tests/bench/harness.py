"""Time two ways of doing the same thing in turns, and say how they compare."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROUNDS = 5
Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table. ``ratio`` is the median of the rounds' own ratios, ours to the floor."""

    name: str
    n: int
    median_s: float
    floor_s: float
    ratio: float
    target: str = ""
    is_met: bool = True


class Bench:
    def __init__(self, wanted: str = "") -> None:
        self.wanted = wanted
        self.cases: list[Case] = []

    def wants(self, name: str) -> bool:
        return self.wanted in name or name in self.wanted

    def compare(
        self,
        name: str,
        n: int,
        *,
        ours: Step,
        floor: Step,
        most: float | None = None,
        least: float | None = None,
        before: Step = lambda: None,
        check: Callable[[object, object], None] = lambda ours, floor: None,
        rounds: int = ROUNDS,
    ) -> None:
        """Measure both in turns, ours first in every other round. ``before`` brings the same start, untimed.

        ``most`` and ``least`` bound the ratio; ``check`` sees what both returned and raises if they differ.
        """
        if not self.wants(name):
            return
        own_times, floor_times = [], []
        for number in range(rounds + 1):
            steps = [("own", ours), ("floor", floor)]
            results, times = {}, {}
            for key, step in steps if number % 2 else reversed(steps):
                before()
                began = time.perf_counter()
                results[key] = step()
                times[key] = time.perf_counter() - began
            check(results["own"], results["floor"])
            if number:  # the first round warms both up
                own_times.append(times["own"])
                floor_times.append(times["floor"])
        ratio = median(own / floor for own, floor in zip(own_times, floor_times, strict=True))
        self.keep(name, n, median(own_times), median(floor_times), ratio, most=most, least=least)

    def compare_each(
        self,
        name: str,
        pairs: Sequence[tuple[int, int]],
        *,
        ours: Callable[[int], object],
        floor: Callable[[int], object],
        most: float,
    ) -> None:
        """Measure many small steps in turns, each side on its own subject; the ratio is that of the medians."""
        if not self.wants(name):
            return
        own_times: list[float] = []
        floor_times: list[float] = []
        for number, (own, other) in enumerate(pairs):
            for step, subject, times in ((ours, own, own_times), (floor, other, floor_times)):
                began = time.perf_counter()
                result = step(subject)
                if number >= len(pairs) // 10:
                    times.append(time.perf_counter() - began)
                if result != 1:
                    raise AssertionError(f"{name}: {subject} made {result} moves, not one")
        own_median, floor_median = median(own_times), median(floor_times)
        self.keep(name, len(own_times), own_median, floor_median, own_median / floor_median, most=most)

    def median_of(self, step: Step, *, before: Step, rounds: int = ROUNDS) -> float:
        """The median time of a step alone, after one round that warms up."""
        times = []
        for _ in range(rounds + 1):
            before()
            began = time.perf_counter()
            step()
            times.append(time.perf_counter() - began)
        return median(times[1:])

    def keep(
        self,
        name: str,
        n: int,
        own: float,
        floor: float,
        ratio: float,
        *,
        most: float | None = None,
        least: float | None = None,
    ) -> None:
        """Add a row to the table and print it."""
        target = f"≤ {most:g}" if most is not None else f"≥ {least:g}" if least is not None else ""
        is_met = (most is None or ratio <= most) and (least is None or ratio >= least)
        case = Case(name, n, round(own, 5), round(floor, 5), round(ratio, 3), target, is_met)
        self.cases.append(case)
        mark = "" if is_met else "  MISSED"
        print(f"{name:<28}{n:>10,}{own:>11.4f}{floor:>11.4f}{ratio:>10.3f}   {target}{mark}", flush=True)

    def write(self, path: Path) -> None:
        rows = [
            {key: value for key, value in asdict(case).items() if key not in ("target", "is_met")}
            for case in self.cases
        ]
        path.write_text(json.dumps(rows, indent=1) + "\n")

    @staticmethod
    def heading() -> None:
        print(f"{'case':<28}{'n':>10}{'ours s':>11}{'floor s':>11}{'ratio':>10}   target")
