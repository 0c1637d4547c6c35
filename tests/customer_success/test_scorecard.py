"""Health scores: weighted means, what missing inputs do, and parts that add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_success.rules.bands import Band, band_of, problems_of_bands
from customer_success.rules.scorecard import (
    AsItIs,
    Dimension,
    Measure,
    Scorecard,
    Step,
    Steps,
    Words,
    problems_of,
    score,
)

BANDS = (Band("EXCELLENT", 80), Band("GOOD", 60), Band("FAIR", 40), Band("POOR", 0))
LOGINS = Steps((Step(None, 0), Step(Decimal(2), 50), Step(Decimal(5), 100)))
RATING = Words((("excellent", 100), ("good", 75), ("fair", 50), ("poor", 0)))


def measure(metric: str, weight: Any = 100, scale: Any = None) -> Measure:
    return Measure(metric, Decimal(weight), scale or AsItIs())


def dimension(code: str, weight: Any, *measures: Measure) -> Dimension:
    return Dimension(code, Decimal(weight), measures or (measure(code),))


# Customer success program, "Multi-Component Calculation" and "Health Levels".
PROGRAM = Scorecard(
    (dimension("engagement", 30), dimension("success", 30), dimension("satisfaction", 20), dimension("financial", 20)),
    BANDS,
)


class TestTheScore:
    @pytest.mark.parametrize(
        ("values", "total", "band"),
        [
            ((90, 80, 70, 60), 77, "GOOD"),
            ((100, 100, 100, 100), 100, "EXCELLENT"),
            ((80, 80, 80, 80), 80, "EXCELLENT"),
            ((79, 80, 80, 79), 80, "EXCELLENT"),  # 79.5 is rounded half up
            ((40, 40, 40, 39), 40, "FAIR"),
            ((0, 0, 0, 0), 0, "POOR"),
        ],
    )
    def test_is_the_weighted_mean(self, values: tuple[int, ...], total: int, band: str) -> None:
        codes = ("engagement", "success", "satisfaction", "financial")

        found = score(PROGRAM, dict(zip(codes, values, strict=True)))

        assert (found.value, found.band and found.band.code) == (total, band)

    def test_points_go_by_step_and_word(self) -> None:
        usage = dimension("usage", 50, measure("logins_last_7d", 60, LOGINS), measure("rating", 40, RATING))
        card = Scorecard((usage, dimension("nps", 50)), BANDS)

        found = score(card, {"logins_last_7d": 2, "rating": "good", "nps": 10})

        assert found.dimensions == {"usage": Decimal("60.0"), "nps": Decimal("10.0")}
        assert found.value == 35
        assert [part.points for part in found.parts] == [Decimal("50.0"), Decimal("75.0"), Decimal("10.0")]

    def test_a_missing_input_hands_its_weight_on(self) -> None:
        usage = dimension("usage", 50, measure("logins_last_7d", 60, LOGINS), measure("rating", 40, RATING))
        card = Scorecard((usage, dimension("nps", 30), dimension("money", 20)), BANDS)

        found = score(card, {"rating": "good", "money": 40})

        assert found.missing == ("logins_last_7d", "nps")
        assert [part.planned_weight for part in found.parts] == [
            Decimal(one) for one in ("30.0", "20.0", "30.0", "20.0")
        ]
        assert [part.weight for part in found.parts] == [Decimal(one) for one in ("0.0", "71.4", "0.0", "28.6")]
        assert found.value == 65  # (50 * 75 + 20 * 40) / 70
        assert found.dimensions["nps"] is None

    def test_is_unknown_where_nothing_is_known(self) -> None:
        found = score(PROGRAM, {"engagement": None, "success": "many"})

        assert (found.value, found.band) == (None, None)
        assert len(found.missing) == 4

    @given(
        values=st.dictionaries(
            st.sampled_from(("engagement", "success", "satisfaction", "financial")),
            st.one_of(st.none(), st.integers(-50, 200), st.decimals(0, 100, places=2), st.floats()),
        )
    )
    def test_the_parts_add_up_to_it(self, values: dict[str, Any]) -> None:
        found = score(PROGRAM, values)

        assert sum(part.contribution for part in found.parts) == (found.value or 0)
        assert all(part.contribution >= 0 for part in found.parts)


class TestProblems:
    def test_of_a_scorecard_that_is_right_there_are_none(self) -> None:
        assert list(problems_of(PROGRAM)) == []

    @pytest.mark.parametrize(
        ("dimensions", "said"),
        [
            ((), "needs at least one dimension"),
            ((dimension("a", 60), dimension("b", 30)), "weigh 90% together"),
            ((dimension("a", 100), dimension("b", 0)), "need weights above 0"),
            ((dimension("a", 50), dimension("a", 50)), "several dimensions “a”"),
            ((Dimension("a", Decimal(100), ()),), "“a” has no metrics"),
            ((dimension("a", 100, measure("x", 50), measure("x", 50)),), "x stands in “a” more than once"),
            ((dimension("a", 100, measure("x", 99.5)),), "weigh 99.5% together"),
            ((dimension("a", 100, measure("x", 100, Steps((Step(Decimal(1), 5),)))),), "hold all lower values"),
            (
                (
                    dimension(
                        "a", 100, measure("x", 100, Steps((Step(None, 0), Step(Decimal(5), 1), Step(Decimal(5), 2))))
                    ),
                ),
                "start above the one before",
            ),
            ((dimension("a", 100, measure("x", 100, Words((("good", 101),)))),), "points go from 0 to 100"),
            ((dimension("a", 100, measure("x", 100, Words(()))),), "each word needs points"),
        ],
    )
    def test_are_sentences(self, dimensions: tuple[Dimension, ...], said: str) -> None:
        assert said in "\n".join(problems_of(Scorecard(dimensions, BANDS)))

    @pytest.mark.parametrize(
        ("bands", "said"),
        [
            ((), "at least one band"),
            ((Band("A", 50),), "No band holds scores below 50"),
            ((Band("A", 0), Band("B", 0)), "Several bands start at 0"),
            ((Band("A", 0), Band("A", 50)), "several bands “A”"),
            ((Band("A", 0), Band("B", 101)), "“B” starts at 101"),
        ],
    )
    def test_of_bands_too(self, bands: tuple[Band, ...], said: str) -> None:
        assert said in "\n".join(problems_of_bands(bands))


@given(number=st.integers(0, 100))
def test_each_score_lies_in_the_band_that_starts_at_or_below_it(number: int) -> None:
    band = band_of(number, BANDS)

    higher = [one.starts_at for one in BANDS if one.starts_at > band.starts_at]
    assert band.starts_at <= number < min(higher, default=101)
