"""Who is in which campaign, and what is planned."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.filters import EnrollmentFilter
from campaigns.api.serializers.campaigns import ReasonSerializer
from campaigns.api.serializers.enrollments import (
    EnrolledSerializer,
    EnrollmentDetailSerializer,
    EnrollmentSerializer,
    EnrollSerializer,
    PlannedSerializer,
)
from campaigns.engine.enroll import enroll_customers
from campaigns.engine.exits import take_out
from campaigns.models import Campaign, Enrollment, VersionState
from campaigns.queries.calendar import calendar_of
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing, read
from lifecycle.models import Customer
from lifecycle.queries import customers_seen, in_portfolio

from .refusals import conflicts

SEE = ("campaigns.view_enrollment",)


@extend_schema_view(get=extend_schema(operation_id="list_enrollments", summary="Enrollments, the newest first"))
class EnrollmentList(ApiList):
    """Customers' ways through campaigns, of the customers that you see."""

    needs = {"GET": SEE}
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilter

    def get_queryset(self) -> QuerySet[Enrollment]:
        return enrollments_seen(self.request)


class EnrollmentDetail(ApiView):
    """One way of one customer."""

    needs = {"GET": SEE}

    @extend_schema(operation_id="get_enrollment", summary="An enrollment with its steps",
                   responses=EnrollmentDetailSerializer)  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(EnrollmentDetailSerializer(existing(enrollments_seen(request), id)).data)


class TakeOut(ApiView):
    """A customer leaves a campaign by a person's word."""

    needs = {"POST": ("campaigns.change_enrollment",)}

    @extend_schema(
        operation_id="take_out", summary="Take a customer out", request=ReasonSerializer,
        responses={200: EnrollmentDetailSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What waits is cancelled, what was sent stays sent. 409 if it is not inside any more."""
        enrollment = existing(enrollments_seen(request), id)
        reason = read(ReasonSerializer(data=request.data))["reason"]
        if not take_out(enrollment=enrollment, by=request.user, now=timezone.now(), reason=reason):
            raise Conflict("The customer has left the campaign already.")
        return Response(EnrollmentDetailSerializer(existing(enrollments_seen(request), id)).data)


class CampaignEnrollments(ApiView):
    """Customers enter a campaign by name."""

    needs = {"POST": ("campaigns.add_enrollment",)}

    @extend_schema(
        operation_id="enroll_customers", summary="Enroll customers by name", request=EnrollSerializer,
        responses={200: EnrolledSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Nobody enters if one of them is not there. 409 if the campaign is not on."""
        campaign = existing(Campaign.objects.all(), id)
        wanted = read(EnrollSerializer(data=request.data))
        customers = _named(request, wanted["customers"])
        version = campaign.versions.filter(state=VersionState.LIVE).first()
        if version is None:
            raise Conflict("Customers can only be enrolled in the live version of a campaign that is on.")
        with conflicts():
            number = enroll_customers(
                version=version, customers=customers, occasion=f"named:{wanted['occasion']}", by=request.user,
                now=timezone.now(),
            )  # fmt: skip
        return Response(EnrolledSerializer({"enrolled": number}).data)


class CustomerCalendar(ApiView):
    """What is planned for a customer in the next 30 days."""

    needs = {"GET": SEE}

    @extend_schema(operation_id="get_customer_calendar", summary="What is planned for a customer",
                   responses=PlannedSerializer(many=True))  # fmt: skip
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """In order of time: steps that wait, and those that follow them for certain."""
        customer = existing(customers_seen(request.user), id)
        return Response(PlannedSerializer(calendar_of(customer, now=timezone.now()), many=True).data)


def enrollments_seen(request: Request) -> QuerySet[Enrollment]:
    rows = Enrollment.objects.select_related("campaign", "version", "customer")
    return in_portfolio(rows, request.user)


def _named(request: Request, external_ids: list[str]) -> list[Customer]:
    """All of them, each once. Raises ``ValidationError`` at each that is not there."""
    found = customers_seen(request.user).in_bulk(external_ids, field_name="external_id")
    problems = {
        f"customers.{place}": [ErrorDetail("There is no such customer.", "does_not_exist")]
        for place, one in enumerate(external_ids)
        if one not in found
    }
    if problems:
        raise ValidationError(problems)
    return list(found.values())
