"""Is the score any good? By scorecard, or by version of one."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.serializers.goodness import GoodnessSerializer
from customer_success.models import Scorecard, ScorecardState, ScorecardVersion
from customer_success.queries.goodness import HORIZONS, goodness, lifecycles_with_churn
from lifecycle.api.views.base import ApiView, existing
from lifecycle.models import Lifecycle

_PARAMETERS = [
    OpenApiParameter("version", int, description="Number of a version; without it, all of them."),
    OpenApiParameter("lifecycle", str, description="Code of the lifecycle in which it counts as churn."),
    OpenApiParameter("horizon_days", int, enum=HORIZONS, default=HORIZONS[-1], description="Churned within."),
]


class ScorecardGoodness(ApiView):
    """Whether a scorecard tells who will churn."""

    needs = {"GET": ("customer_success.view_scorecard", "lifecycle.view_every_customer")}
    known_parameters = frozenset({"version", "lifecycle", "horizon_days"})

    @extend_schema(
        operation_id="get_scorecard_goodness", summary="Is the score any good?", parameters=_PARAMETERS,
        responses=GoodnessSerializer,
    )  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """AUC, churn by decile, and where the churned had stood 30, 60 and 90 days before."""
        scorecard = existing(Scorecard.objects.all(), id)
        horizon = request.query_params.get("horizon_days", str(HORIZONS[-1]))
        if horizon not in {str(days) for days in HORIZONS}:
            raise _refused("horizon_days", f"Use one of {', '.join(map(str, HORIZONS))}.")
        found = goodness(
            _versions(scorecard, request.query_params.get("version")),
            lifecycle=_lifecycle(request.query_params.get("lifecycle")),
            horizon_days=int(horizon),
            as_of=timezone.now(),
        )
        return Response(GoodnessSerializer(found).data)


def _versions(scorecard: Scorecard, number: str | None) -> list[ScorecardVersion]:
    versions = list(scorecard.versions.exclude(state=ScorecardState.DRAFT))
    chosen = [one for one in versions if number in {None, str(one.number)}]
    if number is not None and not chosen:
        known = ", ".join(str(one.number) for one in reversed(versions)) or "none"
        raise _refused("version", f"There is no such version that was published; there are {known}.")
    return chosen


def _lifecycle(code: str | None) -> Lifecycle:
    lifecycles = lifecycles_with_churn()
    found = next((one for one in lifecycles if code in {None, one.code}), None)
    if found is None:
        known = ", ".join(one.code for one in lifecycles) or "none"
        raise _refused("lifecycle", f"There is no such lifecycle in which customers churn; there are {known}.")
    return found


def _refused(field: str, sentence: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, "invalid")]})
