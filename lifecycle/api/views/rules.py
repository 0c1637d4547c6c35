"""What decides: rules, the metrics they read, and the lifecycles they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api.exceptions import Conflict
from lifecycle.api.filters import RuleFilter
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.rule_texts import (
    NewRuleSerializer,
    RuleTextSerializer,
    at_fields,
    with_tags,
)
from lifecycle.api.serializers.rules import LifecycleSerializer, MetricSerializer, RuleSerializer
from lifecycle.engine.rules import (
    DraftExists,
    RuleNotEditable,
    RuleText,
    change_draft,
    delete_draft,
    start_draft,
)
from lifecycle.metrics.catalogue import METRICS
from lifecycle.models import Lifecycle, TransitionRule
from lifecycle.rules.parse import RuleError

from .base import ApiList, ApiView, existing, read

CHANGED = {200: RuleSerializer, 409: ProblemSerializer}


def shown(number: int) -> object:
    return RuleSerializer(existing(queries.rules(), number)).data


class RuleList(ApiList):
    """Every version of every rule; `state=published` are those in force."""

    needs = {"GET": ("lifecycle.view_transitionrule",), "POST": ("lifecycle.add_transitionrule",)}
    serializer_class = RuleSerializer
    filterset_class = RuleFilter

    def get_queryset(self) -> QuerySet[TransitionRule]:
        return queries.rules()

    @extend_schema(operation_id="list_rules", summary="Versions of rules, the newest first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="write_rule", summary="Write a rule, or a new version of one", request=NewRuleSerializer,
        responses={201: RuleSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A draft, which moves nobody until it is published. 409 if the rule has a draft already."""
        wanted = read(NewRuleSerializer(data=request.data))
        lifecycle = wanted["lifecycle"]
        try:
            text = RuleText(**with_tags(wanted, lifecycle))
            rule = start_draft(lifecycle=lifecycle, key=wanted["key"], text=text, by=request.user)
        except RuleError as error:
            raise at_fields(error) from error
        except DraftExists as error:
            raise Conflict(str(error)) from error
        return Response(shown(rule.id), status=201)


class RuleDetail(ApiView):
    """One version of a rule."""

    needs = {
        "GET": ("lifecycle.view_transitionrule",),
        "PUT": ("lifecycle.change_transitionrule",),
        "PATCH": ("lifecycle.change_transitionrule",),
        "DELETE": ("lifecycle.delete_transitionrule",),
    }

    @extend_schema(operation_id="get_rule", summary="A version of a rule", responses=RuleSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(shown(id))

    @extend_schema(
        operation_id="rewrite_rule", summary="Write a draft anew", request=RuleTextSerializer, responses=CHANGED
    )
    def put(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out is as by default. 409 if the version is no draft: write a new version instead."""
        rule = existing(queries.rules(), id)
        text = RuleText(**with_tags(read(RuleTextSerializer(data=request.data)), rule.lifecycle))
        return self._change(request, rule, {one.name: getattr(text, one.name) for one in fields(text)})

    @extend_schema(
        operation_id="change_rule", summary="Change some of a draft", request=RuleTextSerializer, responses=CHANGED
    )
    def patch(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out stays. 409 if the version is no draft: write a new version instead."""
        rule = existing(queries.rules(), id)
        changes = with_tags(read(RuleTextSerializer(data=request.data, partial=True)), rule.lifecycle)
        return self._change(request, rule, changes)

    @extend_schema(
        operation_id="delete_rule", summary="Delete a draft", responses={204: None, 409: ProblemSerializer}
    )  # fmt: skip
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 if the version is no draft."""
        try:
            delete_draft(rule=existing(queries.rules(), id))
        except RuleNotEditable as error:
            raise Conflict(str(error)) from error
        return Response(status=204)

    def _change(self, request: Request, rule: TransitionRule, changes: Mapping[str, Any]) -> Response:
        try:
            change_draft(rule=rule, changes=changes, by=request.user)
        except RuleError as error:
            raise at_fields(error) from error
        except RuleNotEditable as error:
            raise Conflict(str(error)) from error
        return Response(shown(rule.id))


class MetricList(ApiView):
    """The whole catalogue: rules can read these metrics and no others."""

    needs = {"GET": ("lifecycle.view_transitionrule",)}

    @extend_schema(operation_id="list_metrics", summary="Metrics", responses=MetricSerializer(many=True))
    def get(self, request: Request) -> Response:
        metrics: Sequence[object] = METRICS
        return Response(MetricSerializer(metrics, many=True).data)


@extend_schema_view(get=extend_schema(operation_id="list_lifecycles", summary="Lifecycles with their status tags"))
class LifecycleList(ApiList):
    """The state machines, the newest first."""

    needs = {"GET": ("lifecycle.view_lifecycle",)}
    serializer_class = LifecycleSerializer

    def get_queryset(self) -> QuerySet[Lifecycle]:
        return queries.lifecycles()
