"""Bands of a score: each starts at its lower bound and ends where the next one starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LOWEST, HIGHEST = 0, 100


@dataclass(frozen=True, slots=True)
class Band:
    """``starts_at``: the lowest whole score, 0 to 100, that lies in it."""

    code: str
    starts_at: int


# Of the customer success program; where no scorecard says otherwise.
STANDARD = (Band("EXCELLENT", 80), Band("GOOD", 60), Band("FAIR", 40), Band("POOR", 0))


def band_of(score: int, bands: Sequence[Band]) -> Band:
    """The band of a score from 0 to 100. ``bands`` have no problems."""
    return max((band for band in bands if band.starts_at <= score), key=lambda band: band.starts_at)


def problems_of_bands(bands: Sequence[Band]) -> Iterator[str]:
    """What is wrong with the bands of a scorecard, a sentence each."""
    if not bands:
        yield "A scorecard needs at least one band."
        return
    codes, starts = [band.code for band in bands], [band.starts_at for band in bands]
    for code in dict.fromkeys(code for code in codes if codes.count(code) > 1):
        yield f"There are several bands “{code}”."
    for start in dict.fromkeys(start for start in starts if starts.count(start) > 1):
        yield f"Several bands start at {start}; they overlap."
    for band in bands:
        if not LOWEST <= band.starts_at <= HIGHEST:
            yield f"“{band.code}” starts at {band.starts_at}; scores go from {LOWEST} to {HIGHEST}."
    if min(starts) > LOWEST:
        yield f"No band holds scores below {min(starts)}; one has to start at {LOWEST}."
