"""What a rule means, what is likely a mistake about it, whom it changes; publishing and retiring it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api import lifecycles, parameters
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.rule_texts import (
    FindingSerializer,
    NewRuleSerializer,
    PublishSerializer,
    ValidatedRuleSerializer,
    at_fields,
    with_tags,
)
from lifecycle.api.serializers.rules import ImpactSerializer, ShadowSerializer
from lifecycle.engine.locks import LifecycleBusy
from lifecycle.engine.publishing import SecondPersonNeeded, publish, put_in_shadow, retire
from lifecycle.engine.rules import RuleNotEditable, RuleText, check, move_of
from lifecycle.models import RuleState, TransitionRule
from lifecycle.rules.parse import RuleError

from .base import ApiView, existing, read
from .rules import CHANGED, shown
from .status_tags import LIFECYCLE


class RuleValidation(ApiView):
    """What a rule means, before it is written."""

    needs = {"POST": ("lifecycle.view_transitionrule",)}

    @extend_schema(
        operation_id="validate_rule", summary="What a rule means, and whom it meets now", request=NewRuleSerializer,
        responses=ValidatedRuleSerializer,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Nothing is written. 400 with every problem at its field, such as `conditions.all.1.value`."""
        wanted = read(NewRuleSerializer(data=request.data))
        lifecycle = wanted["lifecycle"]
        text = RuleText(**with_tags(wanted, lifecycle))
        try:
            conditions = check(text, lifecycle)
        except RuleError as error:
            raise at_fields(error) from error
        found = queries.preview(
            move_of(text, key=wanted["key"]), lifecycle=lifecycle, from_tags=text.from_tags, as_of=timezone.now()
        )
        return Response(ValidatedRuleSerializer({**asdict(found), "conditions": conditions}).data)


class RuleFindings(ApiView):
    """What is allowed and yet likely a mistake."""

    needs = {"GET": ("lifecycle.view_transitionrule",)}
    known_parameters = frozenset({"lifecycle", "drafts"})

    @extend_schema(
        operation_id="lint_rules", summary="What is likely a mistake about the rules in force",
        parameters=[
            LIFECYCLE,
            OpenApiParameter("drafts", bool, description="True: as if the drafts were published."),
        ],
        responses=FindingSerializer(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        lifecycle = lifecycles.chosen(request.query_params.get("lifecycle"))
        drafts = parameters.yes_or_no(request.query_params, "drafts")
        return Response(FindingSerializer(queries.lint_lifecycle(lifecycle, with_drafts=drafts), many=True).data)


class RuleImpact(ApiView):
    """Whom publishing a draft would change."""

    needs = {"GET": ("lifecycle.view_transitionrule", "lifecycle.view_customer")}

    @extend_schema(
        operation_id="get_rule_impact", summary="Whom publishing a draft would change at once",
        responses={200: ImpactSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Beside the rules in force, review aside. 409 if the version is neither a draft nor in shadow."""
        rule = existing(queries.rules(), id)
        if rule.state not in {RuleState.DRAFT, RuleState.SHADOW}:
            raise Conflict(f"{rule} is {rule.get_state_display().lower()}, not a draft.")
        return Response(ImpactSerializer(_impact(request, rule)).data)


def _impact(request: Request, rule: TransitionRule) -> queries.Impact:
    return queries.impact(rule, as_of=timezone.now(), named=queries.customers_named(request.user))


class RuleStep(ApiView):
    """A step from one state to the next."""

    needs = {"POST": ("lifecycle.change_transitionrule",)}

    def take(self, number: int, step: Callable[..., TransitionRule], **who: Any) -> Response:
        rule = existing(queries.rules(), number)
        try:
            step(rule=rule, now=timezone.now(), **who)
        except (RuleNotEditable, LifecycleBusy) as error:
            raise Conflict(str(error)) from error
        except SecondPersonNeeded as error:
            raise PermissionDenied(str(error), "second_person_needed") from error
        return Response(shown(number))


class Shadow(RuleStep):
    """Have a draft decided by live, moving nobody; and what came of it."""

    needs = {
        "GET": ("lifecycle.view_transitionrule", "lifecycle.view_customer"),
        "POST": ("lifecycle.change_transitionrule",),
    }

    @extend_schema(
        operation_id="get_rule_shadow", summary="What a rule in shadow would have changed",
        responses={200: ShadowSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Since it went there, once for each stay of a customer in a tag. 409 if the version was never in shadow."""
        rule = existing(queries.rules(), id)
        if rule.shadow_since is None:
            raise Conflict(f"{rule} was never in shadow.")
        return Response(ShadowSerializer(queries.shadow_of(rule, named=queries.customers_named(request.user))).data)

    @extend_schema(operation_id="run_rule_in_shadow", summary="Run a draft in shadow", request=None, responses=CHANGED)
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """It cannot be changed from then on. 409 if it is no draft, or the lifecycle is busy."""
        return self.take(id, put_in_shadow)


class Publish(RuleStep):
    """Put a draft in force."""

    @extend_schema(operation_id="publish_rule", summary="Publish a draft", request=PublishSerializer, responses=CHANGED)
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """In place of the version in force. 409 if it is no draft, or the lifecycle is busy.

        With `RULES_NEED_SECOND_PERSON`, 403 (`second_person_needed`) for who wrote it.
        """
        wanted = read(PublishSerializer(data=request.data))
        return self.take(id, publish, by=request.user, expected=wanted.get("expected_fingerprint", ""))


class Retire(RuleStep):
    """Take a version out of force."""

    @extend_schema(operation_id="retire_rule", summary="Retire a version", request=None, responses=CHANGED)
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """It moves nobody any more. 409 if it is retired already, or the lifecycle is busy."""
        return self.take(id, retire)
