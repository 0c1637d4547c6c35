"""Is the score any good? The page that puts scores beside who churned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.utils.text import get_text_list
from unfold.widgets import UnfoldAdminSelectWidget

from customer_success.models import HealthLevel, Scorecard, ScorecardState, ScorecardVersion
from customer_success.queries.goodness import (
    HORIZONS,
    Goodness,
    goodness,
    lifecycles_with_churn,
    read_by_churn,
    read_by_score,
)
from customer_success.rules.goodness import FEWEST
from lifecycle.admin.pages import framed
from lifecycle.models import Lifecycle

SIDE = 200.0  # of the curve's square
_LEVELS = tuple(reversed(HealthLevel.values))  # the best first


class GoodnessForm(forms.Form):
    """Which scores, and which churn; ``versions`` and ``lifecycles`` are given by the page."""

    version = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget())
    lifecycle = forms.ChoiceField(label="Churn in", widget=UnfoldAdminSelectWidget())
    horizon = forms.TypedChoiceField(
        label="Churned within", choices=[(days, f"{days} days") for days in HORIZONS], coerce=int,
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip

    def __init__(
        self, *args: Any, versions: Sequence[ScorecardVersion], lifecycles: Sequence[Lifecycle], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        numbers = [(one.number, f"Version {one.number}, {one.get_state_display().lower()}") for one in versions]
        cast(forms.ChoiceField, self.fields["version"]).choices = [("", "All versions"), *numbers]
        cast(forms.ChoiceField, self.fields["lifecycle"]).choices = [(one.code, one.name) for one in lifecycles]


@dataclass(frozen=True, slots=True)
class Bar:
    """A decile of the scores; ``height``: its churn rate beside the highest one, in percent."""

    name: str
    number: int
    churned: int
    rate: float
    height: float


def goodness_page(admin: ModelAdmin[Any], request: HttpRequest, scorecard: Scorecard, *, now: datetime) -> HttpResponse:
    versions = list(scorecard.versions.exclude(state=ScorecardState.DRAFT))
    lifecycles = lifecycles_with_churn()
    wanted = {"version": "", "lifecycle": lifecycles[0].code if lifecycles else "", "horizon": "90"}
    form = GoodnessForm({**wanted, **request.GET.dict()}, versions=versions, lifecycles=lifecycles)
    found, caution = None, ""
    if lifecycles and form.is_valid():
        asked = form.cleaned_data
        looked_at = [one for one in versions if asked["version"] in {"", str(one.number)}]
        lifecycle = next(one for one in lifecycles if one.code == asked["lifecycle"])
        found = goodness(looked_at, lifecycle=lifecycle, horizon_days=asked["horizon"], as_of=now)
        caution = _caution(read_by_score(looked_at), read_by_churn(lifecycle))
    return framed(
        admin, request, "customer_success/admin/goodness.html", title="Is the score any good?", original=scorecard,
        form=form, found=found, missing=_missing(versions, lifecycles, found), caution=caution, fewest=FEWEST,
        side=SIDE, **(_pictures(found) if found else {}),
    )  # fmt: skip


def _caution(score: Sequence[str], churn: Sequence[str]) -> str:
    """Why the figures may flatter: the score and the rule that says who churned may read the same data."""
    if not score or not churn:
        return ""
    return (
        f"Mind: churn is decided here by a rule that reads {_listed(churn)}; the score reads {_listed(score)}. "
        "As far as both come from the same data, the score repeats the rule and foretells less than it seems."
    )


def _listed(labels: Sequence[str]) -> str:
    """``NPS answer and goal attainment``: inside a sentence, only what is written in capitals keeps them."""
    return get_text_list([one[:1].lower() + one[1:] if one[1:2].islower() else one for one in labels], "and")


def _missing(versions: Sequence[ScorecardVersion], lifecycles: Sequence[Lifecycle], found: Goodness | None) -> str:
    """What has to be there before the score can be judged; empty if it can."""
    if not lifecycles:
        return "No lifecycle has a tag of the category “churned”, so nobody can be said to have churned."
    if not versions:
        return "This scorecard was not published yet, so it has scored nobody."
    if found and not found.landmarks:
        return f"There are no scores yet that are more than {found.horizon_days} days old. They are written every day."
    if found and found.auc is None:
        return (
            f"Too few cases: {found.churned} churned and {found.stayed} stayed, on {len(found.landmarks)} days. "
            f"From {FEWEST} of each on, it can be told whether the score tells them apart."
        )
    return ""


def _pictures(found: Goodness) -> dict[str, Any]:
    most = max((one.rate for one in found.deciles), default=0) or 1
    return {
        "bars": [
            Bar(
                f"{one.low}–{one.high}" if one.high > one.low else str(one.low),
                one.number, one.churned, one.rate, 100 * one.rate / most,
            )
            for one in found.deciles
        ],
        "curve": " ".join(f"{x * SIDE:.1f},{(1 - y) * SIDE:.1f}" for x, y in found.roc),
        "before": [
            (one, [(level, one.levels.get(level, 0), _share(one.levels.get(level, 0), one.known)) for level in _LEVELS])
            for one in found.before
        ],
        "verdict": _verdict(found.auc),
    }  # fmt: skip


def _share(number: int, of: int) -> float:
    return 100 * number / of if of else 0


def _verdict(area: float | None) -> str:
    """Hosmer and Lemeshow's words for an area under the curve."""
    if area is None:
        return ""
    limits = (
        (0.9, "outstanding"),
        (0.8, "excellent"),
        (0.7, "acceptable"),
        (0.6, "weak"),
        (0.45, "hardly better than a coin"),
    )
    return next((word for limit, word in limits if area >= limit), "the wrong way round")
