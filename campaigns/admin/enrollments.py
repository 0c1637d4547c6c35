"""Who is in which campaign: the list, and one customer's way through the steps."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from campaigns.definition.words import path_name
from campaigns.engine.exits import take_out
from campaigns.models import Enrollment, EnrollmentState
from campaigns.queries.enrollments import runs_of
from customer_success.admin.steps import ReasonForm, Step, step_page
from customer_success.admin.tasks import CustomerFilter
from lifecycle.admin.between import between_filter
from lifecycle.admin.history import OfCustomers
from lifecycle.admin.pages import framed
from lifecycle.models import Customer
from lifecycle.queries import customers_seen

from .calendar import calendar_page
from .filters import CampaignFilter, GoalFilter
from .words import LOOKS, shown, state_badge, step_shown, upon


class NotInside(ValueError):
    """Nothing was changed; the message says why."""


def _take_out(enrollment: Enrollment, reason: str, by: Any) -> None:
    if not take_out(enrollment=enrollment, reason=reason, by=by, now=timezone.now()):
        raise NotInside("The customer has left the campaign meanwhile; nothing was changed.")


@admin.register(Enrollment)
class EnrollmentAdmin(OfCustomers):
    when_empty = "Customers enter a campaign that is live when its trigger happens to them."
    list_display = ("at", "customer_shown", "campaign", "state_shown", "ended", "goal")
    list_filter = (
        ("state", ChoicesDropdownFilter), CampaignFilter, ("end_reason", ChoicesDropdownFilter), CustomerFilter,
        GoalFilter, between_filter("entered_at", "entered"),
    )  # fmt: skip
    list_filter_submit = True
    list_select_related = ("customer", "campaign")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:number>/take-out/", view(self.take_out), name="campaigns_enrollment_take_out"),
            path("calendar/<int:customer>/", view(self.calendar), name="campaigns_enrollment_calendar"),
            *super().get_urls(),
        ]

    def calendar(self, request: HttpRequest, customer: int) -> HttpResponse:
        """What is planned for one customer."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = customers_seen(request.user).filter(id=customer).first()
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, Customer._meta, str(customer))
        return calendar_page(self, request, found)

    def may_take_out(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.change_enrollment")

    def take_out(self, request: HttpRequest, number: int) -> HttpResponse:
        """By hand, after a reason."""
        if not self.may_take_out(request):
            raise PermissionDenied
        enrollment = self.get_object(request, str(number))
        if enrollment is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(number))
        step = Step(
            f"Take {enrollment.customer} out of “{enrollment.campaign}”", "Take out", "The customer is out.",
            lambda told: _take_out(enrollment, told["reason"], request.user),
            NotInside, ReasonForm, points=["What still waits is cancelled; what was sent stays sent."],
        )  # fmt: skip
        return step_page(self, request, enrollment, step)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        enrollment = self.get_object(request, object_id)
        if enrollment is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, enrollment):
            raise PermissionDenied
        steps = [
            (run, step_shown(run), path_name(run.path), state_badge(run), LOOKS.get(run.state, "none"))
            for run in runs_of(enrollment)
        ]
        return framed(
            self, request, "campaigns/admin/enrollment.html", title=f"{enrollment.customer} in {enrollment.campaign}",
            original=enrollment, enrollment=enrollment, badge=state_badge(enrollment), steps=steps,
            upon=upon(enrollment),
            may_take_out=enrollment.state == EnrollmentState.ACTIVE and self.may_take_out(request),
        )  # fmt: skip

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Enrollment | None:
        found: Enrollment | None = super().get_object(request, object_id, from_field)
        return found

    @display(description="Entered")
    def at(self, enrollment: Enrollment) -> str:
        return shown(enrollment.entered_at)

    @display(description="State")
    def state_shown(self, enrollment: Enrollment) -> SafeString:
        return state_badge(enrollment)

    @display(description="Ended")
    def ended(self, enrollment: Enrollment) -> str:
        return f"{shown(enrollment.ended_at)}: {enrollment.get_end_reason_display()}" if enrollment.ended_at else ""

    @display(description="Goal reached", empty_value="–")
    def goal(self, enrollment: Enrollment) -> str | None:
        return shown(enrollment.converted_at) if enrollment.converted_at else None
