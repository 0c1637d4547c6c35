"""Success plans of a customer, and their milestones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from customer_success import queries
from customer_success.api.serializers.plans import (
    MilestoneChangesSerializer,
    NewMilestoneSerializer,
    NewPlanSerializer,
    PlanChangesSerializer,
    PlanDetailSerializer,
    PlanMilestoneSerializer,
    PlanSerializer,
)
from customer_success.engine.milestones import add_milestone, update_milestone
from customer_success.engine.plan_checks import PlanInvalid, PlanNotAllowed
from customer_success.engine.plans import create_plan, create_plan_from, update_plan
from customer_success.models import SuccessPlan, SuccessPlanStatus, SuccessPlanType
from lifecycle.api.exceptions import Conflict
from lifecycle.api.filters import OneOf
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing
from lifecycle.models import Customer
from lifecycle.queries import customers_seen, in_portfolio


class PlanFilter(filters.FilterSet):
    type = OneOf(choices=SuccessPlanType.choices, label="What the plan is for.")
    status = OneOf(choices=SuccessPlanStatus.choices, label="Where it stands.")

    class Meta:
        model = SuccessPlan
        fields = ("type", "status")


class CustomerPlans(ApiList):
    """The success plans of a customer, the newest first."""

    needs = {"GET": ("customer_success.view_successplan",), "POST": ("customer_success.add_successplan",)}
    serializer_class = PlanSerializer
    filterset_class = PlanFilter

    def get_queryset(self) -> QuerySet[SuccessPlan]:
        if getattr(self, "swagger_fake_view", False):
            return SuccessPlan.objects.none()
        return queries.success_plans().filter(customer=_customer(self.request, self.kwargs["id"]))

    @extend_schema(operation_id="list_success_plans", summary="Success plans of a customer, the newest first")
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return self.list(request)

    @extend_schema(
        operation_id="create_success_plan", summary="Make a success plan", request=NewPlanSerializer,
        responses={201: PlanDetailSerializer},
    )  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """From a `template`, with its milestones dated from `starts_on`; or free, with the milestones named here."""
        customer = _customer(request, id)
        asked = NewPlanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        template, milestones = values.pop("template", None), values.pop("milestones", ())
        now = timezone.now()
        with _told():
            if template:
                plan = create_plan_from(template=template, customer=customer, values=values, by=request.user, now=now)
            else:
                plan = create_plan(customer=customer, values=values, milestones=milestones, by=request.user, now=now)
        return Response(_detail(plan), status=201)


class PlanDetail(ApiView):
    """A success plan with its milestones."""

    needs = {"GET": ("customer_success.view_successplan",), "PUT": ("customer_success.change_successplan",)}

    @extend_schema(
        operation_id="get_success_plan", summary="A success plan with its milestones", responses=PlanDetailSerializer
    )
    def get(self, request: Request, plan_id: int) -> Response:
        return Response(_detail(_plan(request, plan_id)))

    @extend_schema(
        operation_id="update_success_plan", summary="Change a success plan",
        request=PlanChangesSerializer(partial=True),
        responses={200: PlanDetailSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def put(self, request: Request, plan_id: int) -> Response:
        """What is left out stays. 409 for a move that its status does not allow, or while milestones are open."""
        plan = _plan(request, plan_id)
        asked = PlanChangesSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        with _told():
            changed = update_plan(plan=plan, changes=asked.validated_data, by=request.user, now=timezone.now())
        return Response(_detail(changed))


class PlanMilestones(ApiView):
    """Milestones of a plan."""

    needs = {"POST": ("customer_success.add_planmilestone",)}

    @extend_schema(
        operation_id="add_milestone", summary="Add a milestone", request=NewMilestoneSerializer,
        responses={201: PlanMilestoneSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request, plan_id: int) -> Response:
        """409 if the plan is over."""
        plan = _plan(request, plan_id)
        asked = NewMilestoneSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with _told():
            made = add_milestone(plan=plan, new=asked.validated_data, by=request.user, now=timezone.now())
        return Response(PlanMilestoneSerializer(made).data, status=201)


class MilestoneDetail(ApiView):
    """A milestone of a plan."""

    needs = {"PUT": ("customer_success.change_planmilestone",)}

    @extend_schema(
        operation_id="update_milestone", summary="Change a milestone",
        request=MilestoneChangesSerializer(partial=True),
        responses={200: PlanMilestoneSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def put(self, request: Request, plan_id: int, milestone_id: int) -> Response:
        """What is left out stays. 409 if the plan is over, or if it is completed before what it depends on."""
        plan = _plan(request, plan_id)
        milestone = existing(plan.milestones.all(), milestone_id)
        asked = MilestoneChangesSerializer(data=request.data, partial=True, context={"plan": plan})
        asked.is_valid(raise_exception=True)
        with _told():
            changed = update_milestone(
                milestone=milestone, changes=asked.validated_data, by=request.user, now=timezone.now()
            )
        return Response(PlanMilestoneSerializer(changed).data)


def _customer(request: Request, number: int) -> Customer:
    return existing(customers_seen(request.user).filter(account__isnull=False).select_related("owner"), number)


def _plan(request: Request, number: int) -> SuccessPlan:
    return existing(in_portfolio(queries.success_plans(), request.user), number)


def _detail(plan: SuccessPlan) -> object:
    return PlanDetailSerializer(queries.success_plans().get(id=plan.id)).data


@contextmanager
def _told() -> Iterator[None]:
    """What the engine refuses, in the API's words: bad input at its field, or a conflict."""
    try:
        yield
    except PlanInvalid as error:
        raise ValidationError({error.field: [ErrorDetail(str(error), "invalid")]}) from error
    except PlanNotAllowed as error:
        raise Conflict(str(error)) from error
