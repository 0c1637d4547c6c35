"""Favours of customers: whom to ask, what was planned and asked, how it went, and the limits."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextareaWidget

from customer_success.engine import advocacy as engine
from customer_success.models import AdvocacyActivity, AdvocacyPolicy, AdvocacyStatus, AdvocacyType
from customer_success.queries.advocacy import advocacy_policy, ask_refusals, candidates
from customer_success.queries.tasks import colleagues
from customer_success.rules.advocacy import NEXT, refusal_sentence
from lifecycle.admin.pages import framed
from lifecycle.admin.paging import CappedList
from lifecycle.admin.portfolio import FoundByCustomer
from lifecycle.queries import customers_seen
from lifecycle.templatetags.wording import customer_link

from .steps import ReasonForm, Step, step_page
from .story import story_page

MOST = 100
_COLOURS = {
    "Pending": "default", "Requested": "info", "In progress": "warning", "Completed": "success", "Declined": "danger",
    "Cancelled": "default",
}  # fmt: skip
_STEPS = {
    "ask": "REQUESTED", "start": "IN_PROGRESS", "complete": "COMPLETED", "decline": "DECLINED", "cancel": "CANCELLED",
}  # fmt: skip


class OutcomeForm(forms.Form):
    outcome = forms.CharField(
        max_length=10_000, required=False, help_text="What came of it.", widget=UnfoldAdminTextareaWidget()
    )
    outcome_value = forms.DecimalField(
        max_digits=19, decimal_places=2, min_value=0, required=False, label="Value",
        help_text="What it was worth, such as the deal that it helped to win.", widget=UnfoldAdminDecimalFieldWidget(),
    )  # fmt: skip


class ActivityForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.instance.pk is None and not self.errors:
            try:
                engine.check_new(customer=given["customer"], details=given, now=timezone.now())
            except engine.AdvocacyNotAllowed as refused:
                self.add_error(refused.field, str(refused))
        return given


@admin.register(AdvocacyActivity)
class AdvocacyActivityAdmin(FoundByCustomer, CappedList, ModelAdmin):
    when_empty = "“Ready to be asked” shows whom to begin with; then plan an activity here."
    actions = None
    empty_value_display = "–"
    list_display = ("title", "customer_shown", "type", "status_shown", "owner", "requested_at", "scheduled_for")
    list_filter = (("type", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("customer", "owner")
    sortable_by = ()
    autocomplete_fields = ("customer",)
    form = ActivityForm
    actions_list = ("ready",)
    actions_detail = (*_STEPS, "story")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("customer", "type", "title", "description", "owner", "scheduled_for")}),
        ("Contact", {"fields": ("contact_name", "contact_email", "contact_role")}),
        (
            "Outcome",
            {"fields": ("outcome", "outcome_value", "quote", "case_study_url", "testimonial_url", "content_url")},
        ),
    )

    class Media:
        css: ClassVar[Any] = {"all": ("customer_success/advocacy.css",)}

    def get_fieldsets(self, request: HttpRequest, obj: AdvocacyActivity | None = None) -> Any:
        if obj is None:
            return self.fieldsets
        more = ("against",) if obj.status == AdvocacyStatus.PENDING else ()
        standing = {"fields": ("status_shown", "course", *more)}
        return (("Where it stands", standing), *self.fieldsets)

    def get_readonly_fields(self, request: HttpRequest, obj: AdvocacyActivity | None = None) -> tuple[str, ...]:
        return () if obj is None else ("status_shown", "course", "against", "customer")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "customer":
            kwargs["queryset"] = customers_seen(request.user).filter(account__isnull=False)
        if db_field.name == "owner":
            kwargs["queryset"] = colleagues()
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "customer" and field is not None:
            field.error_messages["invalid_choice"] = "Choose a customer of yours that has an account."
        return field

    def has_delete_permission(self, request: HttpRequest, obj: AdvocacyActivity | None = None) -> bool:
        return False  # the log of asks is kept; what is not wanted is cancelled

    def save_model(self, request: HttpRequest, obj: AdvocacyActivity, form: Any, change: bool) -> None:
        given, now = form.cleaned_data, timezone.now()
        if change:
            details = {name: given[name] for name in form.changed_data}
            engine.update_activity(activity=obj, details=details, by=request.user, now=now)
            return
        details = {name: value for name, value in given.items() if name != "customer" and value is not None}
        made = engine.create_activity(customer=obj.customer, details=details, by=request.user, now=now)
        obj.pk = made.pk

    @display(description="Customer")
    def customer_shown(self, activity: AdvocacyActivity) -> SafeString:
        return customer_link(activity.customer)

    @display(description="Status", label=_COLOURS)
    def status_shown(self, activity: AdvocacyActivity) -> str:
        return activity.get_status_display()

    @display(description="So far")
    def course(self, activity: AdvocacyActivity) -> SafeString:
        reason = f" “{activity.declined_reason}”" if activity.declined_reason else ""
        steps = (
            (activity.created_at, "planned"),
            (activity.requested_at, "customer asked"),
            (activity.completed_at, "completed"),
            (activity.declined_at, f"declined{reason}"),
        )
        return format_html_join("", "<p>{}: {}</p>", ((f"{at:%-d %b %Y}", what) for at, what in steps if at))

    @display(description="May the customer be asked?")
    def against(self, activity: AdvocacyActivity) -> str:
        return _against(activity) or "Yes, nothing speaks against it."

    def has_work_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.change_advocacyactivity")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        activity = self.get_object(request, object_id)
        if activity is None:
            return []
        open_ways = {name for name, status in _STEPS.items() if status in NEXT[activity.status]}
        if activity.type == AdvocacyType.CASE_STUDY:
            open_ways.add("story")
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.action_name.rpartition("_")[2] in open_ways]

    @action(description="Ready to be asked", icon="how_to_reg", permissions=["view"])
    def ready(self, request: HttpRequest) -> HttpResponse:
        found = list(candidates(customers_seen(request.user), now=timezone.now())[: MOST + 1])
        return framed(
            self, request, "customer_success/admin/candidates.html", title="Ready to be asked", original=None,
            customers=found[:MOST], is_cut=len(found) > MOST, most=MOST, policy=advocacy_policy(),
            may_add=self.has_add_permission(request),
        )  # fmt: skip

    @action(description="Ask", icon="outgoing_mail", permissions=["work"])
    def ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        activity = self._activity(request, object_id)
        if request.method != "POST" and (against := _against(activity)):
            messages.error(request, against)
            return HttpResponseRedirect(reverse("admin:customer_success_advocacyactivity_change", args=[activity.id]))
        return self._step(
            request, object_id, AdvocacyStatus.REQUESTED, heading="Ask {customer} now?", button="Ask",
            points=("It counts as an ask of all teams from now on.", "Writing or calling is up to you."),
        )  # fmt: skip

    @action(description="Start", icon="play_arrow", permissions=["work"])
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request, object_id, AdvocacyStatus.IN_PROGRESS, heading="Start “{title}”?", button="Start",
            points=("The customer has agreed, and the work begins.",),
        )  # fmt: skip

    @action(description="Complete", icon="check", permissions=["work"])
    def complete(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request, object_id, AdvocacyStatus.COMPLETED, heading="Complete “{title}”", button="Complete",
            points=("It counts in the metrics of advocacy, and it is final.",), form=OutcomeForm,
        )  # fmt: skip

    @action(description="Declined", icon="close", permissions=["work"])
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request, object_id, AdvocacyStatus.DECLINED, heading="{customer} declined", button="Declined",
            points=(f"The customer is left alone for {advocacy_policy().days_after_decline} days.",), form=ReasonForm,
        )  # fmt: skip

    @action(description="Cancel", icon="block", permissions=["work"])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request, object_id, AdvocacyStatus.CANCELLED, heading="Cancel “{title}”?", button="Cancel the activity",
            points=("We withdraw it. If the customer was asked, the ask still counts.",),
        )  # fmt: skip

    @action(description="Success story", icon="auto_stories", permissions=["view"])
    def story(self, request: HttpRequest, object_id: str) -> HttpResponse:
        activity = self._activity(request, object_id)
        if activity.type != AdvocacyType.CASE_STUDY:
            raise Http404
        page = reverse("admin:customer_success_advocacyactivity_change", args=[activity.id])
        may_change = self.has_work_permission(request)
        return story_page(self, request, activity, may_change=may_change, cancel_url=page)

    def _activity(self, request: HttpRequest, object_id: str) -> AdvocacyActivity:
        activity: AdvocacyActivity | None = self.get_object(request, object_id)
        if activity is None:
            raise Http404
        return activity

    def _step(
        self, request: HttpRequest, object_id: str, to: AdvocacyStatus, *, heading: str, **step: Any
    ) -> HttpResponse:
        activity = self._activity(request, object_id)

        def take(said: dict[str, Any]) -> object:
            given = {name: value for name, value in said.items() if value not in {"", None}}
            reason = given.pop("reason", "")
            return engine.update_activity(
                activity=activity, details=given, to=to, reason=reason, by=request.user, now=timezone.now()
            )

        named = heading.format(customer=activity.customer, title=activity.title)
        done = f"{activity.title}: {to.label.lower()}."
        made = Step(heading=named, take=take, done=done, refused=engine.AdvocacyNotAllowed, **step)
        return step_page(self, request, activity, made)


def _against(activity: AdvocacyActivity) -> str:
    """What speaks against asking the customer now, in a sentence; empty if nothing does."""
    found = ask_refusals(activity.customer, now=timezone.now())
    return refusal_sentence(str(activity.customer), found) if found else ""


@admin.register(AdvocacyPolicy)
class AdvocacyPolicyAdmin(ModelAdmin):
    """One row, which is shipped."""

    when_empty = "The shipped limits hold: one ask in 90 days, two open at once, none for 180 days after a decline."
    actions = None
    list_display = ("__str__", "asks", "within_days", "open_at_once", "days_after_decline", "min_nps")
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not AdvocacyPolicy.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: AdvocacyPolicy | None = None) -> bool:
        return False
