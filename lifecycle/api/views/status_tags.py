"""Where a customer stands in a lifecycle, and moves by hand."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle import queries
from lifecycle.api import lifecycles
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.serializers.explanations import ExplanationsSerializer
from lifecycle.api.serializers.status_tags import (
    PinSerializer,
    StatusTagResponseSerializer,
    StatusTagUpdateSerializer,
)
from lifecycle.engine.transitions import (
    PinUntil,
    TransitionNotAllowed,
    override_tag,
    pin_customer,
    release_pin,
)
from lifecycle.models import Customer, Lifecycle

from .base import ApiView, existing

LIFECYCLE = OpenApiParameter(
    "lifecycle",
    str,
    description="Code of a lifecycle. Left out: the only active one; with several, `learning`; without that, 400.",
)


class StatusTags(ApiView):
    """The status tag of a customer in one lifecycle."""

    # Whoever may move a customer may see where it went.
    needs = {
        "GET": ("lifecycle.view_customer", "lifecycle.view_transition"),
        "POST": ("lifecycle.add_transition",),
    }
    known_parameters = frozenset({"lifecycle"})

    @extend_schema(
        operation_id="get_status_tags", summary="Where a customer stands, and where it may go", parameters=[LIFECYCLE],
        responses=StatusTagResponseSerializer,
    )  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        now = timezone.now()
        customer = existing(queries.customers_seen(request.user), id)
        lifecycle = lifecycles.chosen(request.query_params.get("lifecycle"))
        return Response(answer(customer, lifecycle, now))

    @extend_schema(
        operation_id="override_status_tag", summary="Move a customer by hand", parameters=[LIFECYCLE],
        request=StatusTagUpdateSerializer, responses={201: StatusTagResponseSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Overrides the rules; the reason stays in the history.

        409 if the customer has moved meanwhile, is in that tag already, or the lifecycle does not let people make
        this move (`manual_transitions` lists those it does).
        """
        now = timezone.now()
        customer = existing(queries.customers_seen(request.user), id)
        asked = StatusTagUpdateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        update = asked.validated_data
        lifecycle = lifecycles.chosen(request.query_params.get("lifecycle"), update.get("lifecycle"))
        tags = {tag.code: tag for tag in lifecycle.tags.all()}
        to_tag = lifecycles.tag_of(tags, update["new_tag"], "new_tag")
        if "expected_tag" in update:
            expected = update["expected_tag"]
            seen_tag = lifecycles.tag_of(tags, expected, "expected_tag") if expected is not None else None
        else:
            seen_tag = queries.current_tag(customer, lifecycle)
        try:
            override_tag(
                customer=customer, to_tag=to_tag, seen_tag=seen_tag, reason=update["reason"], notes=update["notes"],
                by=request.user, now=now, pin=PinUntil(update.get("pin_until")) if update["pin"] else None,
            )  # fmt: skip
        except TransitionNotAllowed as error:
            raise Conflict(str(error)) from error
        return Response(answer(customer, lifecycle, now), status=201)


class Explain(ApiView):
    """Why the customer moves, why it does not, and what would have to change."""

    needs = {"GET": ("lifecycle.view_customer", "lifecycle.view_transitionrule")}
    known_parameters = frozenset({"lifecycle"})

    @extend_schema(
        operation_id="explain_status_tags", summary="Every rule in force as it stands for a customer",
        parameters=[LIFECYCLE], responses=ExplanationsSerializer,
    )  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        now = timezone.now()
        customer = existing(queries.customers_seen(request.user), id)
        lifecycle = lifecycles.chosen(request.query_params.get("lifecycle"))
        current = queries.current_tag(customer, lifecycle)
        found = {
            "customer": customer.id,
            "lifecycle": lifecycle.code,
            "current_tag": current.code if current else None,
            "rules": queries.explain(customer, lifecycle, as_of=now),
        }
        return Response(ExplanationsSerializer(found).data)


class PinView(ApiView):
    """A customer held in its tag against automation."""

    needs = {"POST": ("lifecycle.add_transition",), "DELETE": ("lifecycle.add_transition",)}
    known_parameters = frozenset({"lifecycle"})

    @extend_schema(
        operation_id="pin_status_tag", summary="Hold a customer in its tag", parameters=[LIFECYCLE],
        request=PinSerializer, responses={201: StatusTagResponseSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Rules leave the customer alone until then, or until it is released. Takes the place of an earlier pin."""
        now = timezone.now()
        customer = existing(queries.customers_seen(request.user), id)
        asked = PinSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        lifecycle = lifecycles.chosen(request.query_params.get("lifecycle"))
        try:
            pin_customer(customer=customer, lifecycle=lifecycle, by=request.user, now=now, **asked.validated_data)
        except TransitionNotAllowed as error:
            raise Conflict(str(error)) from error
        return Response(answer(customer, lifecycle, now), status=201)

    @extend_schema(
        operation_id="release_status_tag", summary="Let rules move a customer again", parameters=[LIFECYCLE],
        responses={204: None, 409: ProblemSerializer},
    )  # fmt: skip
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 if the customer is not pinned."""
        customer = existing(queries.customers_seen(request.user), id)
        lifecycle = lifecycles.chosen(request.query_params.get("lifecycle"))
        try:
            release_pin(customer=customer, lifecycle=lifecycle, by=request.user, now=timezone.now())
        except TransitionNotAllowed as error:
            raise Conflict(str(error)) from error
        return Response(status=204)


def answer(customer: Customer, lifecycle: Lifecycle, now: datetime) -> object:
    """Spec 1's StatusTagResponse."""
    return StatusTagResponseSerializer(queries.standing_of(customer, lifecycle, as_of=now)).data
