"""Segments, and the topics that customers choose from."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.serializers.segments import (
    NewSegmentSerializer,
    SegmentSerializer,
    SegmentTextSerializer,
    TopicSerializer,
)
from campaigns.engine.segments import change_segment, create_segment, delete_segment
from campaigns.models import Segment, Topic
from lifecycle.api import lifecycles
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing, read
from lifecycle.rules.parse import RuleError

from .refusals import conflicts


class SegmentList(ApiList):
    """Named conditions over customers."""

    needs = {"GET": ("campaigns.view_segment",), "POST": ("campaigns.add_segment",)}
    serializer_class = SegmentSerializer

    def get_queryset(self) -> QuerySet[Segment]:
        return Segment.objects.select_related("lifecycle")

    @extend_schema(operation_id="list_segments", summary="Segments, the newest first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="create_segment", summary="Make a segment", request=NewSegmentSerializer,
        responses={201: SegmentSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """400 with every problem of the condition at its field, 409 if the key is another's."""
        wanted = _with_lifecycle(read(NewSegmentSerializer(data=request.data)))
        with conflicts():
            try:
                segment = create_segment(**wanted)
            except RuleError as error:
                raise _at_condition(error) from error
        return Response(SegmentSerializer(segment).data, status=201)


class SegmentDetail(ApiView):
    """One segment."""

    needs = {
        "GET": ("campaigns.view_segment",),
        "PATCH": ("campaigns.change_segment",),
        "DELETE": ("campaigns.delete_segment",),
    }

    @extend_schema(operation_id="get_segment", summary="A segment", responses=SegmentSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(SegmentSerializer(existing(Segment.objects.select_related("lifecycle"), id)).data)

    @extend_schema(operation_id="change_segment", summary="Change a segment",
                   request=SegmentTextSerializer(partial=True), responses=SegmentSerializer)  # fmt: skip
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out stays. The key stays in any case: campaigns name it."""
        segment = existing(Segment.objects.all(), id)
        changes = _with_lifecycle(read(SegmentTextSerializer(data=request.data, partial=True)))
        try:
            changed = change_segment(segment=segment, changes=changes)
        except RuleError as error:
            raise _at_condition(error) from error
        return Response(SegmentSerializer(changed).data)

    @extend_schema(operation_id="delete_segment", summary="Delete a segment",
                   responses={204: None, 409: ProblemSerializer})  # fmt: skip
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 while a campaign goes over it."""
        with conflicts():
            delete_segment(segment=existing(Segment.objects.all(), id))
        return Response(status=204)


@extend_schema_view(get=extend_schema(operation_id="list_topics", summary="Topics, the newest first"))
class TopicList(ApiList):
    """What customers may want to hear of, or not. On pages they stand by `position`."""

    needs = {"GET": ("campaigns.view_topic",)}
    serializer_class = TopicSerializer

    def get_queryset(self) -> QuerySet[Topic]:
        return Topic.objects.all()


def _with_lifecycle(wanted: dict[str, Any]) -> dict[str, Any]:
    return {**wanted, "lifecycle": lifecycles.chosen(wanted["lifecycle"])} if "lifecycle" in wanted else wanted


def _at_condition(error: RuleError) -> ValidationError:
    problems: dict[str, list[ErrorDetail]] = {}
    for one in error.problems:
        path = re.sub(r"\[(\d+)\]", r".\1", one.path)
        problems.setdefault(f"condition.{path}".rstrip("."), []).append(ErrorDetail(one.sentence, "invalid"))
    return ValidationError(problems)
