"""The picture of a graph: nothing overlaps, and each arrow goes from its box to its box."""

from itertools import combinations
from random import Random

import pytest

from lifecycle.admin.layered import Box, _crossings, _spread, curve, drawn


def lifecycle(tags: int, rules: int, seed: int = 1) -> tuple[list[Box], list[tuple[int, int]]]:
    """Tags, and rules that lead from one to four of them to another one, as the graph page makes them."""
    random = Random(seed)
    boxes = [Box(164, 48, order) for order in range(tags)]
    arrows = []
    for rule in range(tags, tags + rules):
        end = random.randrange(tags)
        starts = random.sample([tag for tag in range(tags) if tag != end], k=min(tags - 1, random.randint(1, 4)))
        boxes.append(Box(random.randint(60, 200), 28, end - 0.5 if min(starts) < end else end + 0.5))
        arrows += [*((start, rule) for start in starts), (rule, end)]
    return boxes, arrows


SHAPES = [pytest.param(*shape, id=f"{shape[0]} tags, {shape[1]} rules") for shape in ((2, 1), (6, 8), (8, 9), (30, 60))]


def touches(place, point) -> bool:
    """Whether a point is on the upper or lower side of a box."""
    x, y = point
    on_side = y == pytest.approx(place.y) or y == pytest.approx(place.y + place.height)
    return on_side and place.x <= x <= place.x + place.width


@pytest.mark.parametrize(("tags", "rules"), SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_no_boxes_overlap_and_all_are_in_the_picture(tags, rules, seed):
    drawing = drawn(*lifecycle(tags, rules, seed))

    for one, other in combinations(drawing.places, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    for one in drawing.places:
        assert 0 <= one.x <= one.x + one.width <= drawing.width
        assert 0 <= one.y <= one.y + one.height <= drawing.height


@pytest.mark.parametrize(("tags", "rules"), SHAPES)
def test_every_arrow_starts_and_ends_at_its_boxes(tags, rules):
    boxes, arrows = lifecycle(tags, rules)

    drawing = drawn(boxes, arrows)

    for (start, end), route in zip(arrows, drawing.routes, strict=True):
        assert touches(drawing.places[start], route[0])
        assert touches(drawing.places[end], route[-1])


@pytest.mark.parametrize(("tags", "rules"), SHAPES)
def test_no_arrow_goes_through_a_box(tags, rules):
    drawing = drawn(*lifecycle(tags, rules))

    for route in drawing.routes:
        for (x, y), (_, other_y) in zip(route[2:-2:2], route[3:-2:2], strict=False):
            middle = (y + other_y) / 2
            assert not any(
                one.x < x < one.x + one.width and one.y < middle < one.y + one.height for one in drawing.places
            )


def test_arrows_lead_down_in_the_order_of_the_boxes_and_up_against_it():
    drawing = drawn([Box(10, 10, 0), Box(10, 10, 1)], [(0, 1), (1, 0)])

    upper, lower = drawing.places
    assert upper.y + upper.height <= lower.y
    (down, up) = drawing.routes
    assert down[0][1] < down[-1][1]
    assert up[0][1] > up[-1][1]
    assert down[0][0] != up[-1][0]


def test_finds_the_order_without_crossings():
    boxes = [Box(10, 10, order) for order in (0, 1, 2, 3)]

    drawing = drawn(boxes, [(0, 3), (1, 2)])

    ((left, _), *_), ((right, _), *_) = drawing.routes
    assert (left < right) == (drawing.routes[0][-1][0] < drawing.routes[1][-1][0])
    assert _crossings([[0, 1], [2, 3]], {0: [3], 1: [2]}) == 1
    assert _crossings([[0, 1], [3, 2]], {0: [3], 1: [2]}) == 0


def test_what_wants_the_same_place_stands_around_it():
    assert _spread([50, 50, 50], [10, 10]) == [40, 50, 60]


def test_one_box_and_none_are_pictures_too():
    assert drawn([Box(164, 48, 0)], []).width > 164
    assert drawn([], []).places == ()


def test_a_curve_leaves_and_arrives_upright():
    assert curve(((0, 0), (0, 10), (20, 30))) == "M0.0 0.0V10.0C0.0 20.0 20.0 20.0 20.0 30.0"
