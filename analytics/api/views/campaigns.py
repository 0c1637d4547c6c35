"""What came of campaigns, of the caller's customers."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.serializers.campaigns import OneResultSerializer, ResultsSerializer
from analytics.api.serializers.ranges import RangeSerializer, asked_period
from analytics.queries.campaigns import results
from campaigns.models import Campaign
from lifecycle.api.views.base import ApiView
from lifecycle.queries import owners_seen

SEE = ("analytics.view_snapshot", "campaigns.view_campaign")


class CampaignResultList(ApiView):
    """All campaigns in which something happened."""

    needs = {"GET": SEE}
    known_parameters = frozenset({"start", "end"})

    @extend_schema(
        operation_id="list_campaign_results", summary="Campaign results", parameters=[RangeSerializer],
        responses=ResultsSerializer,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        now = timezone.now()
        period = asked_period(request.query_params, today=now.date())
        found = results(owners=owners_seen(request.user), period=period, now=now)
        told = {"as_of": found.as_of, "start": period.start, "end": period.end, "campaigns": found.results}
        return Response(ResultsSerializer(told).data)


class CampaignResult(ApiView):
    """One campaign, with its versions and channels."""

    needs = {"GET": SEE}
    known_parameters = frozenset({"start", "end"})

    @extend_schema(
        operation_id="get_campaign_results", summary="Results of a campaign", parameters=[RangeSerializer],
        responses=OneResultSerializer,
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        now = timezone.now()
        period = asked_period(request.query_params, today=now.date())
        campaign = Campaign.objects.filter(key=key).first()
        if campaign is None:
            raise NotFound(f"There is no campaign {key}.")
        found = results(owners=owners_seen(request.user), period=period, now=now, campaign=campaign)
        about = {"as_of": found.as_of, "start": period.start, "end": period.end}
        return Response(OneResultSerializer({**about, "result": found.results[0]}).data)
