"""Cohorts: how they move, how long they take, who stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.serializers.cohorts import CohortsSerializer
from analytics.queries.cohorts import Asking, Basis, By, progress, retention
from analytics.queries.survival import reaching
from analytics.queries.targets import Target, targets
from lifecycle.api.views.base import ApiView
from lifecycle.models import Lifecycle
from lifecycle.queries import lifecycles, owners_seen

MOST_MONTHS = 24
LONGEST_TRAIT = 100
_PARAMETERS = [
    OpenApiParameter("lifecycle", str, required=True, description="Code of the lifecycle."),
    OpenApiParameter("target", str, required=True, description="Code of a tag, or a category as `category:churned`."),
    OpenApiParameter("by", str, enum=[*By], default=By.MONTH, description="What makes a cohort."),
    OpenApiParameter("trait", str, description="The trait's name, for cohorts by a trait."),
    OpenApiParameter("months", int, default=12, description=f"How many after the first; 1 to {MOST_MONTHS}."),
    OpenApiParameter("since", str, description="The first month of enrollment, such as 2026-01; else the newest 24."),
    OpenApiParameter("basis", str, enum=[*Basis], default=Basis.ACTIVITY, description="What counts as activity."),
]


class CohortList(ApiView):
    """Cohorts of the customers in the caller's portfolio."""

    needs = {"GET": ("analytics.view_snapshot",)}
    known_parameters = frozenset(one.name for one in _PARAMETERS)

    @extend_schema(operation_id="get_cohorts", summary="Cohorts", parameters=_PARAMETERS, responses=CohortsSerializer)
    def get(self, request: Request) -> Response:
        """By month, counted from that of enrollment; a month that is not over is left out."""
        given = request.query_params
        lifecycle = _lifecycle(given.get("lifecycle"))
        target = _target(lifecycle, given.get("target"))
        asking = _asking(given, lifecycle, owners_seen(request.user))
        as_of, rows = progress(asking)
        found = reaching(asking, target.ids)
        told = {
            "as_of": as_of,
            "lifecycle": lifecycle.code,
            "target": target.code,
            "progress": rows,
            "retention": retention(asking, Basis(_one_of(given, "basis", Basis)))[1],
            "reaching": found.curves,
            "differences": found.differences,
            "worst": found.differences and found.differences.worst(is_reaching_bad=target.is_bad),
        }
        codes = {tag.id: tag.code for tag in lifecycle.tags.all()}
        return Response(CohortsSerializer(told, context={"codes": codes}).data)


def _asking(given: Mapping[str, str], lifecycle: Lifecycle, owners: Collection[int] | None) -> Asking:
    by, trait, months = By(_one_of(given, "by", By)), given.get("trait", ""), given.get("months", "12")
    if (by == By.TRAIT) != bool(trait):
        raise _refused("trait", "Name a trait for cohorts by a trait, and for no others.")
    if len(trait) > LONGEST_TRAIT or "\x00" in trait:
        raise _refused("trait", f"No trait is named so; names have up to {LONGEST_TRAIT} characters.")
    if not months.isascii() or not months.isdigit() or not 1 <= int(months[:9]) <= MOST_MONTHS:
        raise _refused("months", f"Use a number from 1 to {MOST_MONTHS}.")
    since = given.get("since", "")
    if since and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", since):
        raise _refused("since", "Use a month such as 2026-01.")
    return Asking(lifecycle, owners, timezone.now(), by, trait, int(months), since)


def _lifecycle(code: str | None) -> Lifecycle:
    known = {one.code: one for one in lifecycles()}
    if code not in known:
        raise _refused("lifecycle", f"Use one of {', '.join(known) or 'none, for there are none'}.")
    return known[code]


def _target(lifecycle: Lifecycle, code: str | None) -> Target:
    known = {one.code: one for one in targets(lifecycle)}
    if code not in known:
        raise _refused("target", f"Use one of {', '.join(known) or 'none, for it has no tags'}.")
    return known[code]


def _one_of(given: Mapping[str, str], name: str, known: Any) -> str:
    value = given.get(name, next(iter(known)))
    if value not in set(known):
        raise _refused(name, f"Use one of {', '.join(known)}.")
    return value


def _refused(field: str, sentence: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, "invalid")]})
