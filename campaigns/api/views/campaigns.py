"""Campaigns: the list, one of them, and its draft."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.filters import CampaignFilter
from campaigns.api.serializers.campaigns import (
    CampaignDetailSerializer,
    CampaignSerializer,
    CampaignTextSerializer,
    DefinitionSerializer,
    DraftSerializer,
    NewCampaignSerializer,
    ValidatedDefinitionSerializer,
    at_definition,
)
from campaigns.definition.text import DefinitionError, write_definition
from campaigns.engine.campaigns import create_campaign, describe_campaign
from campaigns.engine.publishing import checked, delete_draft, write_draft
from campaigns.models import Campaign, CampaignVersion
from campaigns.queries.audience import audience
from campaigns.queries.campaigns import open_version, with_versions
from campaigns.queries.funnel import in_short
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing, read

from .refusals import conflicts

CHANGED = {200: CampaignDetailSerializer, 409: ProblemSerializer}
SEE, WRITE = ("campaigns.view_campaign",), ("campaigns.change_campaignversion",)


def shown(request: Request, number: int) -> object:
    """A campaign with all of its versions, and its numbers."""
    campaign = existing(with_versions(Campaign.objects.all()), number)
    counts = in_short([campaign], user=request.user, now=timezone.now())
    return CampaignDetailSerializer(campaign, context={"counts": counts}).data


def draft_of(number: int) -> CampaignVersion:
    """The draft of a campaign, or what is in review; without one, a 409."""
    version = open_version(existing(Campaign.objects.all(), number))
    if version is None:
        raise Conflict("It has no draft.")
    return version


class CampaignList(ApiList):
    """Campaigns with their states."""

    needs = {"GET": SEE, "POST": ("campaigns.add_campaign", *WRITE)}
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter

    def get_queryset(self) -> QuerySet[Campaign]:
        return with_versions(Campaign.objects.all())

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """With the numbers of the page, asked for together."""
        counts = in_short(args[0], user=self.request.user, now=timezone.now()) if args else {}
        return CampaignSerializer(*args, **{**kwargs, "context": {"counts": counts}})

    @extend_schema(operation_id="list_campaigns", summary="Campaigns, the newest first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="create_campaign", summary="Make a campaign", request=NewCampaignSerializer,
        responses={201: CampaignDetailSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """It is off. 400 with every problem of the definition at its field, 409 if the key is another's."""
        wanted = read(NewCampaignSerializer(data=request.data))
        with conflicts():
            try:
                campaign = create_campaign(**wanted, by=request.user, now=timezone.now())
            except DefinitionError as error:
                raise at_definition(error) from error
        return Response(shown(request, campaign.pk), status=201)


class CampaignDetail(ApiView):
    """A campaign with what it says."""

    needs = {"GET": SEE, "PATCH": ("campaigns.change_campaign",)}

    @extend_schema(operation_id="get_campaign", summary="A campaign with its versions",
                   responses=CampaignDetailSerializer)  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(shown(request, id))

    @extend_schema(
        operation_id="describe_campaign", summary="Change its name or description",
        request=CampaignTextSerializer(partial=True), responses=CampaignDetailSerializer,
    )  # fmt: skip
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out stays."""
        campaign = existing(Campaign.objects.all(), id)
        changes = read(CampaignTextSerializer(data=request.data, partial=True))
        describe_campaign(campaign=campaign, changes=changes, by=request.user, now=timezone.now())
        return Response(shown(request, id))


class CampaignDraft(ApiView):
    """What a campaign shall say next."""

    needs = {"PUT": WRITE, "DELETE": WRITE}

    @extend_schema(operation_id="write_campaign_draft", summary="Write the draft, or begin one",
                   request=DraftSerializer, responses=CHANGED)  # fmt: skip
    def put(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """The whole text. 400 with every problem at its field, such as `definition.steps.0.kind`.

        409 while it is in review, or if somebody has changed it since `seen_at`.
        """
        campaign = existing(Campaign.objects.all(), id)
        wanted = read(DraftSerializer(data=request.data))
        with conflicts():
            try:
                write_draft(campaign=campaign, **wanted, by=request.user, now=timezone.now())
            except DefinitionError as error:
                raise at_definition(error) from error
        return Response(shown(request, id))

    @extend_schema(operation_id="delete_campaign_draft", summary="Delete the draft",
                   responses={204: None, 409: ProblemSerializer})  # fmt: skip
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 if there is none."""
        version = draft_of(id)
        with conflicts():
            delete_draft(version=version, by=request.user, now=timezone.now())
        return Response(status=204)


class CampaignValidation(ApiView):
    """What a campaign means, before it is written."""

    needs = {"POST": SEE}

    @extend_schema(operation_id="validate_campaign", summary="What a definition means, and how many it would reach",
                   request=DefinitionSerializer, responses=ValidatedDefinitionSerializer)  # fmt: skip
    def post(self, request: Request) -> Response:
        """Nothing is written. 400 with every problem at its field."""
        try:
            definition = checked(read(DefinitionSerializer(data=request.data))["definition"])
        except DefinitionError as error:
            raise at_definition(error) from error
        meant = {
            "definition": write_definition(definition),
            "message_class": definition.message_class,
            "listens_for": sorted(definition.listens_for),
            "audience": audience(definition, now=timezone.now()),
        }
        return Response(ValidatedDefinitionSerializer(meant).data)
