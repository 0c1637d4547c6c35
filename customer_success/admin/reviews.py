"""Business reviews: the agenda of the next weeks, the page of each, what people do with it, and its printed form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from customer_success.engine import reviews as engine
from customer_success.models import BusinessReview, ReviewStatus
from customer_success.queries.reviews import accounts_seen, led_by
from customer_success.rules.calendar import local
from lifecycle.admin.between import between_filter
from lifecycle.admin.history import OfCustomers
from lifecycle.admin.pages import Question, ask, framed
from lifecycle.admin.portfolio import CustomerOwnerFilter
from lifecycle.templatetags.wording import customer_link

from .review_forms import ActionItems, HoldForm, PlanForm, WriteForm, add_wrong_time, promises
from .review_page import review_page

SOON = timedelta(days=14)
_COLOURS = {"Scheduled": "info", "Held": "success", "Cancelled": "default", "Missed": "danger", "Waiting": "warning"}
_HELD_WORDS = ("attendees", "decisions", "next_steps", "overall_rating", "feedback")


class WhenFilter(DropdownFilter):
    """What comes next is shown first, with what waits since before."""

    title = "when"
    parameter_name = "when"
    all_option = ["", "Next 14 days"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        others = [(state.value, state.label) for state in ReviewStatus if state != ReviewStatus.SCHEDULED]
        return [("waiting", "Waiting to be held"), (ReviewStatus.SCHEDULED, "Scheduled"), *others, ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BusinessReview]) -> QuerySet[BusinessReview]:
        value, now = self.value() or "", timezone.now()
        if value in ReviewStatus.values:
            return queryset.filter(status=value)
        if value == "all":
            return queryset
        until = now if value == "waiting" else now + SOON
        return queryset.filter(status=ReviewStatus.SCHEDULED, scheduled_for__lte=until)


class LedFilter(DropdownFilter):
    title = "led by"
    parameter_name = "led"
    all_option = ["", "Anybody"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "Me")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BusinessReview]) -> QuerySet[BusinessReview]:
        return led_by(request.user, queryset) if self.value() else queryset


@admin.register(BusinessReview)
class BusinessReviewAdmin(OfCustomers):
    """Nothing is edited in place: each thing that people do with a review is a page of its own."""

    form = PlanForm
    fields = ("customer", "type", "scheduled_for", "owner", "attendees", "agenda")
    autocomplete_fields = ("customer",)
    list_display = ("at", "customer_shown", "type", "state", "leader_shown", "prepared_on")
    list_display_links = ("at",)
    list_filter = (
        WhenFilter, LedFilter, ("type", ChoicesDropdownFilter), CustomerOwnerFilter,
        between_filter("scheduled_for", "scheduled for"),
    )  # fmt: skip
    list_filter_submit = True
    list_select_related = ("customer", "customer__owner", "owner")
    when_empty = "Regular reviews are scheduled by the customer's tier, every night; others are planned with Add."
    actions_detail = ("hold", "write", "cancel", "print")

    class Media:
        css = {"all": ("customer_success/reviews.css",)}

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        is_past = request.GET.get("when") in {"all", *ReviewStatus.values} - {ReviewStatus.SCHEDULED}
        return ("-scheduled_for", "-id") if is_past else ("scheduled_for", "id")

    @display(description="When", ordering=None)
    def at(self, review: BusinessReview) -> str:
        return f"{local(review.held_at or review.scheduled_for, review.customer.timezone):%a %-d %b %Y, %H:%M %Z}"

    @display(description="Customer")
    def customer_shown(self, review: BusinessReview) -> SafeString:
        return customer_link(review.customer)

    @display(description="State", label=_COLOURS)
    def state(self, review: BusinessReview) -> str:
        is_waiting = review.status == ReviewStatus.SCHEDULED and review.scheduled_for < timezone.now()
        return "Waiting" if is_waiting else review.get_status_display()

    @display(description="Led by", empty_value="Nobody")
    def leader_shown(self, review: BusinessReview) -> str | None:
        return str(review.leader) if review.leader else None

    @display(description="Prepared", empty_value="Not yet")
    def prepared_on(self, review: BusinessReview) -> str | None:
        return f"{review.prepared_at:%-d %b %Y}" if review.prepared_at else None

    # --- planning ---------------------------------------------------------------------------------------------------
    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customer_success.add_businessreview")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        if db_field.name == "customer":
            more["queryset"] = accounts_seen(request.user)
        else:
            more["queryset"] = get_user_model().objects.filter(is_active=True, is_staff=True)
        return super().formfield_for_foreignkey(db_field, request, **more)

    def save_model(self, request: HttpRequest, obj: BusinessReview, form: Any, change: bool) -> None:
        words = dict(form.cleaned_data)
        made = engine.create_review(
            customer=words.pop("customer"), type=words.pop("type"), scheduled_for=words.pop("scheduled_for"),
            words=words, by=request.user, now=timezone.now(),
        )  # fmt: skip
        obj.pk = made.pk

    # --- the page ---------------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        review = self.get_object(request, object_id)
        context: dict[str, Any] = {}
        if review is not None and self.has_view_permission(request, review):
            context = {
                "review": review,
                "page": review_page(review, now=timezone.now()),
                "may_write": self.has_write_permission(request),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def get_urls(self) -> list[URLPattern]:
        prepare = require_POST(self.admin_site.admin_view(self.prepare))
        return [
            path("<int:object_id>/prepare/", prepare, name="customer_success_businessreview_prepare"),
            *super().get_urls(),
        ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        review = self.get_object(request, object_id)
        left_out: set[str] = set()
        if review is not None and review.status not in engine.OPEN:
            left_out = {"hold", "cancel"} | ({"write"} if review.status == ReviewStatus.CANCELLED else set())
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.rpartition("_")[2] not in left_out]

    # Methods, not the permissions' names: Unfold would look the names up in the database at start.
    def has_write_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.change_businessreview")

    def has_print_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return self.has_view_permission(request)

    def prepare(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_write_permission(request):
            raise PermissionDenied
        review = self._found(request, object_id)
        try:
            engine.prepare(review=review, by=request.user, now=timezone.now())
            messages.success(request, "Prepared from what is known now. What people wrote stays.")
        except engine.ReviewRefused as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(_page_of(review))

    @action(description="Hold", icon="check", permissions=["write"])
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        review, now = self._found(request, object_id), timezone.now()
        form = HoldForm(request.POST or None, review=review, now=now)
        items = ActionItems(request.POST or None, prefix="items")
        if request.method == "POST" and all([form.is_valid(), items.is_valid()]):
            data = form.cleaned_data
            meeting = engine.Meeting(
                data["held_at"], promises(items), data["follow_up_on"], {name: data[name] for name in _HELD_WORDS}
            )
            try:
                engine.hold(review=review, meeting=meeting, by=request.user, now=now)
            except engine.WrongTime as error:
                add_wrong_time(form, items, error)
            except engine.ReviewRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"{review}: held; {_tasks(meeting)}.")
                return HttpResponseRedirect(_page_of(review))
        return framed(
            self, request, "customer_success/admin/hold_review.html", title="Hold", original=review, form=form,
            items=items, cancel_url=_page_of(review), media=self.media,
        )  # fmt: skip

    @action(description="Write", icon="edit", permissions=["write"])
    def write(self, request: HttpRequest, object_id: str) -> HttpResponse:
        review = self._found(request, object_id)
        form = WriteForm(request.POST or None, review=review)
        if request.method == "POST" and form.is_valid():
            try:
                _write(review, form, request.user, timezone.now())
            except engine.WrongTime as error:
                form.add_error("scheduled_for", str(error))
            except engine.ReviewRefused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "The review was changed.")
                return HttpResponseRedirect(_page_of(review))
        return framed(
            self, request, "lifecycle/admin/form.html", title="Write", original=review, form=form, button="Save",
            heading=str(review), cancel_url=_page_of(review),
            lead="What people write stays as it is when the review is prepared again.",
        )  # fmt: skip

    @action(description="Cancel", icon="event_busy", permissions=["write"])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        review = self._found(request, object_id)
        if request.method == "POST":
            try:
                engine.cancel(review=review, by=request.user, now=timezone.now())
                messages.success(request, f"{review}: cancelled.")
            except engine.ReviewRefused as error:
                messages.error(request, str(error))
            return HttpResponseRedirect(_page_of(review))
        happens = (
            "It leaves the agenda, and the task to prepare it is dropped.",
            "The next regular review is scheduled as the tier promises. Tell the customer yourself.",
        )
        question = Question(f"{review}: cancel it?", happens, "Cancel the review", is_dangerous=True)
        return ask(self, request, question, original=review, cancel_url=_page_of(review))

    @action(description="Print", icon="print", permissions=["print"])
    def print(self, request: HttpRequest, object_id: str) -> HttpResponse:
        review = self._found(request, object_id)
        page = review_page(review, now=timezone.now())
        context = {"review": review, "page": page, "back": _page_of(review)}
        return render(request, "customer_success/admin/print_review.html", context)

    def _found(self, request: HttpRequest, object_id: Any) -> BusinessReview:
        review: BusinessReview | None = self.get_object(request, str(object_id))
        if review is None:
            raise Http404("There is no such review.")
        return review


def _write(review: BusinessReview, form: WriteForm, by: Any, now: datetime) -> None:
    data = dict(form.cleaned_data)
    at, seen = data.pop("scheduled_for", None), data.pop("seen")
    same_minute = at is not None and at == review.scheduled_for.replace(second=0, microsecond=0)
    engine.change_review(
        review=review, words=data, scheduled_for=None if same_minute else at, seen=seen, by=by, now=now
    )  # fmt: skip


def _page_of(review: BusinessReview) -> str:
    return reverse("admin:customer_success_businessreview_change", args=[review.id])


def _tasks(meeting: engine.Meeting) -> str:
    number = len(meeting.action_items) + (meeting.follow_up_on is not None)
    return f"{number} task{'' if number == 1 else 's'} came of it"
