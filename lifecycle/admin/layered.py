"""A picture of boxes in layers with arrows between them: pure Python, knows nothing of what the boxes are.

The way of Sugiyama, Tagawa and Toda (1981): each box goes below those it comes after, a long arrow keeps a narrow lane
free in every layer that it passes, the boxes of a layer are put in the order with the fewest crossings, and then as
near to their neighbours as the order allows. All lengths are pixels.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

GAP, LANE_GAP, LAYER_GAP, MARGIN = 26.0, 12.0, 34.0, 10.0
SWEEPS = 24
STRAIGHT = 8  # as much as a lane would rather follow a lane than a box
PORTS_APART = 18.0

Point = tuple[float, float]
Neighbours = Mapping[int, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Box:
    """``order``: arrows to a higher number go down, the others up; no arrow joins boxes of the same number."""

    width: float
    height: float
    order: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box is; ``x`` and ``y`` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Drawing:
    """``places`` in the order of the boxes, ``routes`` in the order of the arrows: points from box to box."""

    width: float
    height: float
    places: tuple[Place, ...]
    routes: tuple[tuple[Point, ...], ...]


def drawn(boxes: Sequence[Box], arrows: Sequence[tuple[int, int]]) -> Drawing:
    """Lay out boxes and arrows between them, given as pairs of positions in ``boxes``."""
    downwards = [(a, b) if boxes[a].order < boxes[b].order else (b, a) for a, b in arrows]
    layer_of = _layers(boxes, downwards)
    widths = [box.width for box in boxes]
    chains = []  # of each arrow: its upper box, its lanes, its lower box
    for upper, lower in downwards:
        lanes = range(len(layer_of), len(layer_of) + layer_of[lower] - layer_of[upper] - 1)
        layer_of.extend(range(layer_of[upper] + 1, layer_of[lower]))
        widths.extend(0.0 for _ in lanes)
        chains.append((upper, *lanes, lower))
    above, below = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for upper, lower in (link for chain in chains for link in pairwise(chain)):
        below[upper].append(lower)
        above[lower].append(upper)
    layers = _ordered(layer_of, above, below)
    middles = _placed(layers, widths, above, below)

    heights = [max((boxes[one].height for one in layer if one < len(boxes)), default=0.0) for layer in layers]
    tops = list(accumulate((height + LAYER_GAP for height in heights), initial=MARGIN))
    left = min((middles[one] - widths[one] / 2 for one in range(len(widths))), default=0.0) - MARGIN
    middles = [middle - left for middle in middles]
    places = tuple(
        Place(
            middles[one] - box.width / 2,
            tops[layer_of[one]] + (heights[layer_of[one]] - box.height) / 2,
            box.width,
            box.height,
        )
        for one, box in enumerate(boxes)
    )
    leaves = _ports(chains, places, middles, at_end=False)
    enters = _ports(chains, places, middles, at_end=True)
    routes = []
    for number, (chain, arrow) in enumerate(zip(chains, arrows, strict=True)):
        upper, lower = places[chain[0]], places[chain[-1]]
        first, last = layer_of[chain[0]], layer_of[chain[-1]]
        points = [(leaves[number], upper.y + upper.height), (leaves[number], tops[first] + heights[first])]
        for lane in chain[1:-1]:
            top = tops[layer_of[lane]]
            points += [(middles[lane], top), (middles[lane], top + heights[layer_of[lane]])]
        points += [(enters[number], tops[last]), (enters[number], lower.y)]
        routes.append(tuple(points if arrow[0] == chain[0] else reversed(points)))
    right = max((middles[one] + widths[one] / 2 for one in range(len(widths))), default=0.0)
    return Drawing(right + MARGIN, tops[-1] - LAYER_GAP + MARGIN if layers else 2 * MARGIN, places, tuple(routes))


def curve(points: Sequence[Point]) -> str:
    """The path of an SVG: straight where it goes straight down or up, otherwise bent so that it leaves upright."""
    steps = ["M{:.1f} {:.1f}".format(*points[0])]
    for (x0, y0), (x1, y1) in pairwise(points):
        half = (y0 + y1) / 2
        if x0 != x1:
            steps.append(f"C{x0:.1f} {half:.1f} {x1:.1f} {half:.1f} {x1:.1f} {y1:.1f}")
        elif y0 != y1:
            steps.append(f"V{y1:.1f}")
    return "".join(steps)


def _layers(boxes: Sequence[Box], downwards: Iterable[tuple[int, int]]) -> list[int]:
    """The layer of each box: one below the lowest that it comes after; the first ones just above what follows."""
    before, after = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for upper, lower in downwards:
        before[lower].append(upper)
        after[upper].append(lower)
    layer_of = [0] * len(boxes)
    by_order = sorted(range(len(boxes)), key=lambda one: boxes[one].order)
    for one in by_order:
        layer_of[one] = max((layer_of[other] + 1 for other in before[one]), default=0)
    for one in by_order:
        if not before[one] and after[one]:
            layer_of[one] = min(layer_of[other] for other in after[one]) - 1
    return layer_of


def _ordered(layer_of: Sequence[int], above: Neighbours, below: Neighbours) -> list[list[int]]:
    """The boxes and lanes of each layer from left to right, with as few crossings as some sweeps find."""
    layers: list[list[int]] = [[] for _ in range(max(layer_of, default=-1) + 1)]
    for one, number in enumerate(layer_of):
        layers[number].append(one)
    best, fewest = layers, _crossings(layers, below)
    for sweep in range(SWEEPS):
        goes_down = sweep % 2 == 0
        neighbours = above if goes_down else below
        place = {one: index for layer in layers for index, one in enumerate(layer)}
        for layer in layers[1:] if goes_down else layers[-2::-1]:
            layer.sort(key=lambda one: _mean([place[other] for other in neighbours[one]], place[one]))
            place.update({one: index for index, one in enumerate(layer)})
        if (found := _crossings(layers, below)) < fewest:
            best, fewest = [list(layer) for layer in layers], found
    return best


def _crossings(layers: Sequence[Sequence[int]], below: Neighbours) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        place = {one: index for index, one in enumerate(lower)}
        passed: list[int] = []
        for one in upper:
            ends = sorted(place[other] for other in below[one])
            count += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return count


def _placed(
    layers: Sequence[Sequence[int]], widths: Sequence[float], above: Neighbours, below: Neighbours
) -> list[float]:
    """The middle of each box and lane: near the middle of its neighbours, in order and apart; lanes run straight."""
    middles = [0.0] * len(widths)

    def wish(one: int, others: Iterable[int]) -> float:
        weighed = [other for other in others for _ in range(STRAIGHT if not widths[one] and not widths[other] else 1)]
        return _mean([middles[other] for other in weighed], middles[one])

    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            neighbours = {one: above[one] if sweep == 0 else [*above[one], *below[one]] for one in layer}
            wanted = [wish(one, neighbours[one]) for one in layer]
            apart = [_apart(widths[one], widths[other]) for one, other in pairwise(layer)]
            for one, middle in zip(layer, _spread(wanted, apart), strict=True):
                middles[one] = middle
    return middles


def _apart(one: float, other: float) -> float:
    return (one + other) / 2 + (GAP if one and other else LANE_GAP)


def _spread(wanted: Sequence[float], apart: Sequence[float]) -> list[float]:
    """The nearest to ``wanted`` in which each is at least so far from the one before (by isotonic regression)."""
    offsets = list(accumulate(apart, initial=0.0))
    blocks: list[tuple[float, int]] = []  # mean, members
    for want, offset in zip(wanted, offsets, strict=False):
        blocks.append((want - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean, members), (other_mean, others) = blocks.pop(-2), blocks.pop()
            blocks.append(((mean * members + other_mean * others) / (members + others), members + others))
    flat = [mean for mean, members in blocks for _ in range(members)]
    return [mean + offset for mean, offset in zip(flat, offsets, strict=False)]


def _ports(
    chains: Sequence[Sequence[int]], places: Sequence[Place], middles: Sequence[float], *, at_end: bool
) -> dict[int, float]:
    """Where on the lower (``at_end``: upper) side of its box each arrow touches it, in the order of where it goes."""
    touching = defaultdict[int, list[int]](list)
    for number, chain in enumerate(chains):
        touching[chain[-1] if at_end else chain[0]].append(number)
    ports = {}
    for box, numbers in touching.items():
        numbers.sort(key=lambda number: middles[chains[number][-2 if at_end else 1]])
        apart = min(PORTS_APART, 0.7 * places[box].width / len(numbers))
        start = places[box].middle - apart * (len(numbers) - 1) / 2
        ports.update({number: start + apart * index for index, number in enumerate(numbers)})
    return ports


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
