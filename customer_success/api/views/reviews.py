"""Business reviews of a customer: planned, written, held, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success.api.review_filters import ReviewFilter
from customer_success.api.serializers.reviews import NewReviewSerializer, ReviewChangeSerializer, ReviewSerializer
from customer_success.engine.reviews import (
    WORDS,
    Meeting,
    Promise,
    ReviewRefused,
    WrongTime,
    cancel,
    change_review,
    create_review,
    hold,
)
from customer_success.models import BusinessReview, ReviewStatus
from customer_success.queries.reviews import accounts_seen, promises_of, reviews, reviews_seen
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing, read

ONLY_WHEN_HELD = ("held_at", "action_items", "follow_up_on")


def shown(number: int) -> object:
    review = reviews().get(id=number)
    return ReviewSerializer(review, context={"promises": promises_of([review])}).data


def words_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if name in WORDS and name != "type"}


class CustomerReviews(ApiList):
    """The reviews with a customer, the newest first."""

    needs = {
        "GET": ("customer_success.view_businessreview",),
        "POST": ("customer_success.add_businessreview",),
    }
    serializer_class = ReviewSerializer
    filterset_class = ReviewFilter

    def get_queryset(self) -> QuerySet[BusinessReview]:
        if getattr(self, "swagger_fake_view", False):
            return BusinessReview.objects.none()
        return reviews().filter(customer=existing(accounts_seen(self.request.user), self.kwargs["id"]))

    def paginate_queryset(self, queryset: Any) -> Any:
        self.page = super().paginate_queryset(queryset)
        return self.page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "promises": promises_of(getattr(self, "page", []))}

    @extend_schema(operation_id="list_business_reviews", summary="Business reviews of a customer")
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return self.list(request)

    @extend_schema(
        operation_id="create_business_review", summary="Plan a business review", request=NewReviewSerializer,
        responses={201: ReviewSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        customer = existing(accounts_seen(request.user), id)
        asked = read(NewReviewSerializer(data=request.data))
        try:
            review = create_review(
                customer=customer, type=asked["type"], scheduled_for=asked["scheduled_for"], words=words_of(asked),
                by=request.user, now=timezone.now(),
            )  # fmt: skip
        except WrongTime as error:
            raise ValidationError({"scheduled_for": str(error)}) from error
        return Response(shown(review.id), status=201)


class ReviewDetail(ApiView):
    """One review."""

    needs = {"PUT": ("customer_success.change_businessreview",)}

    @extend_schema(
        operation_id="update_business_review", summary="Change, hold or cancel a business review",
        request=ReviewChangeSerializer, responses={200: ReviewSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def put(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What is left out stays. `status` HELD holds the review: its action items and the follow-up become tasks;
        CANCELLED calls it off. 409 if it was held or cancelled already."""
        review = existing(reviews_seen(request.user), id)
        asked = read(ReviewChangeSerializer(data=request.data))
        try:
            _do(review, asked, by=request.user, now=timezone.now())
        except ReviewRefused as error:
            raise Conflict(str(error)) from error
        except WrongTime as error:
            field = error.field or ("held_at" if asked.get("held_at") else "scheduled_for")
            raise ValidationError({field: str(error)}) from error
        return Response(shown(review.id))


def _do(review: BusinessReview, asked: dict[str, Any], *, by: Any, now: datetime) -> None:
    """The one thing that the body asks for: to hold, to cancel, or to write."""
    wanted = asked.pop("status", None)
    words = {**words_of(asked), **({"type": asked["type"]} if "type" in asked else {})}
    if wanted == ReviewStatus.HELD and review.status != wanted:
        if asked.get("scheduled_for"):
            raise ValidationError({"scheduled_for": "A review that is held gets no other time; use held_at."})
        hold(review=review, meeting=_meeting(asked, words, now), by=by, now=now)
        return
    for name in ONLY_WHEN_HELD:
        if asked.get(name):
            raise ValidationError({name: "It comes with the status HELD, once."})
    if wanted == ReviewStatus.CANCELLED and review.status != wanted:
        if asked:
            raise ValidationError({"status": "A review is cancelled as it is; leave the other fields out."})
        cancel(review=review, by=by, now=now)
        return
    if wanted not in {None, review.status} and not (wanted == ReviewStatus.SCHEDULED and asked.get("scheduled_for")):
        raise Conflict(f"The review is {review.get_status_display().lower()}; a person cannot make it {wanted}.")
    change_review(review=review, words=words, scheduled_for=asked.get("scheduled_for"), by=by, now=now)


def _meeting(asked: Mapping[str, Any], words: Mapping[str, Any], now: datetime) -> Meeting:
    return Meeting(
        held_at=asked.get("held_at") or now,
        action_items=[
            Promise(one["text"], one["due_on"], one["owner"].id if one["owner"] else None)
            for one in asked.get("action_items", ())
        ],
        follow_up_on=asked.get("follow_up_on"),
        words=words,
    )
