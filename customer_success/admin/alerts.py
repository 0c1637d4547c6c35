"""Health alerts: what is wrong with whom, and what people say of it, one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from customer_success.engine import alerts
from customer_success.models import AlertState, HealthAlert
from customer_success.queries.alerts import unread
from customer_success.templatetags.health import health_link
from lifecycle.admin.between import between_filter
from lifecycle.admin.fields import Line
from lifecycle.admin.history import OfCustomers
from lifecycle.admin.pages import DayInput, framed, some_of
from lifecycle.admin.pins import day_begins
from lifecycle.admin.portfolio import CustomerOwnerFilter

MOST_AT_ONCE = 500
_KIND_COLOURS = {"Red zone": "danger", "Below threshold": "warning", "Significant drop": "warning"}
_STATE_COLOURS = {"Open": "warning", "Acknowledged": "info", "Resolved": "success", "Over": "default"}


class StateFilter(DropdownFilter):
    """What is to be looked at is shown first; the rest to those who ask."""

    title = "state"
    parameter_name = "state"
    all_option = ["", "Open and acknowledged"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*AlertState.choices, ("over", "Over"), ("in_time", "Answered in time"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[HealthAlert]) -> QuerySet[HealthAlert]:
        match self.value():
            case "all":
                return queryset
            case "over":
                return queryset.exclude(ended_at=None)
            case "in_time":
                return queryset.filter(answered_at__lte=F("due_at"))
            case None | "":
                return queryset.filter(unread(timezone.now()) | Q(ended_at=None, state=AlertState.ACKNOWLEDGED))
            case AlertState.OPEN.value:
                return queryset.filter(unread(timezone.now()))
            case state:
                return queryset.filter(ended_at=None, state=state).exclude(unread(timezone.now()))


class NoteForm(forms.Form):
    note = Line(required=False, max_length=alerts.MAX_NOTE)


class ResolveForm(forms.Form):
    note = Line(max_length=alerts.MAX_NOTE, label="What was done about it")


class SnoozeForm(NoteForm):
    field_order = ("until", "note")
    until = forms.DateField(
        label="Until the beginning of", help_text="A day, in UTC; it is open again then.", widget=DayInput()
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "until" in data:
            data["until"] = day_begins(data["until"])
        return data


@dataclass(frozen=True, slots=True)
class Word:
    """What a person can say of alerts."""

    name: str
    verb: str
    form: type[forms.Form]
    effect: str
    say: Callable[..., None]


ACKNOWLEDGE = Word("acknowledge", "Acknowledge", NoteForm, "The others see that you are at it.", alerts.acknowledge)
SNOOZE = Word("snooze", "Snooze", SnoozeForm, "It and its task leave the lists until then.", alerts.snooze)
RESOLVE = Word(
    "resolve", "Resolve", ResolveForm, "Its task is done. It is raised again only after the health has recovered.",
    alerts.resolve,
)  # fmt: skip


@admin.register(HealthAlert)
class HealthAlertAdmin(OfCustomers):
    when_empty = "When a health score falls, or falls below what its scorecard names, it is told here, and a task made."
    list_display = ("said", "customer_shown", "kind_shown", "owner_shown", "state_shown", "opened_at", "due_at")
    list_display_links = ("said",)
    list_filter = (("kind", ChoicesDropdownFilter), StateFilter, CustomerOwnerFilter, between_filter("due_at", "due"))
    list_filter_submit = True
    list_select_related = ("customer", "customer__owner")
    actions = ("acknowledge_selected", "snooze_selected", "resolve_selected")
    actions_detail = ("acknowledge", "snooze", "resolve")
    fieldsets = (
        (None, {"fields": ("customer_shown", "said", "kind_shown", "owner_shown", "opened_at", "due_at", "ended_at")}),
        (
            "What people say",
            {"fields": ("state_shown", "snoozed_until", "note", "handled_by", "handled_at", "answered_at")},
        ),
    )
    readonly_fields = ("customer_shown", "said", "kind_shown", "owner_shown", "state_shown")

    @display(description="What")
    def said(self, alert: HealthAlert) -> str:
        told = alerts.told(alert)
        return f"{told[:1].upper()}{told[1:]}"

    @display(description="Customer")
    def customer_shown(self, alert: HealthAlert) -> SafeString:
        return health_link(alert.customer)

    @display(description="Kind", label=_KIND_COLOURS)
    def kind_shown(self, alert: HealthAlert) -> str:
        return alert.get_kind_display()

    @display(description="Success manager")
    def owner_shown(self, alert: HealthAlert) -> str:
        return str(alert.customer.owner or "Nobody")

    @display(description="State", label=_STATE_COLOURS)
    def state_shown(self, alert: HealthAlert) -> str:
        if alert.ended_at:
            return "Over"
        is_due = alert.snoozed_until is not None and alert.snoozed_until <= timezone.now()
        return "Open" if alert.state == AlertState.SNOOZED and is_due else alert.get_state_display()

    # A method, not the permission's name: Unfold would look the name up in the database at start.
    def has_handle_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.change_healthalert")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        alert = self.get_object(request, object_id)
        is_open = alert is not None and alert.ended_at is None and alert.state != AlertState.RESOLVED
        steps = super().get_actions_detail(request, object_id) if is_open else []
        has_word = alert is not None and alert.state == AlertState.ACKNOWLEDGED
        return [one for one in steps if not (has_word and one.method.original_function_name == "acknowledge")]

    @action(description="Acknowledge", icon="visibility", permissions=["handle"])
    def acknowledge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._about_one(request, object_id, ACKNOWLEDGE)

    @action(description="Snooze", icon="snooze", permissions=["handle"])
    def snooze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._about_one(request, object_id, SNOOZE)

    @action(description="Resolve", icon="check", permissions=["handle"])
    def resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._about_one(request, object_id, RESOLVE)

    @action(description="Acknowledge selected", permissions=["handle"])
    def acknowledge_selected(self, request: HttpRequest, queryset: QuerySet[HealthAlert]) -> HttpResponse | None:
        return self._about_many(request, queryset, ACKNOWLEDGE)

    @action(description="Snooze selected", permissions=["handle"])
    def snooze_selected(self, request: HttpRequest, queryset: QuerySet[HealthAlert]) -> HttpResponse | None:
        return self._about_many(request, queryset, SNOOZE)

    @action(description="Resolve selected", permissions=["handle"])
    def resolve_selected(self, request: HttpRequest, queryset: QuerySet[HealthAlert]) -> HttpResponse | None:
        return self._about_many(request, queryset, RESOLVE)

    def _about_one(self, request: HttpRequest, object_id: str, word: Word) -> HttpResponse:
        alert = self.get_object(request, object_id)
        if alert is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = word.form(request.POST if request.method == "POST" else None)
        if form.is_valid() and self._say(request, [alert], word, form):
            return HttpResponseRedirect(reverse("admin:customer_success_healthalert_changelist"))
        here = reverse("admin:customer_success_healthalert_change", args=[alert.id])
        return self._ask(request, word, form, [alert], original=alert, cancel_url=here)

    def _about_many(self, request: HttpRequest, queryset: QuerySet[HealthAlert], word: Word) -> HttpResponse | None:
        found = list(queryset.select_related(*self.list_select_related)[: MOST_AT_ONCE + 1])
        if len(found) > MOST_AT_ONCE:
            messages.error(request, f"Decide about {MOST_AT_ONCE} at most at once.")
            return None
        form = word.form(request.POST if "confirm" in request.POST else None)
        if form.is_valid() and self._say(request, found, word, form):
            return None
        hidden = [("action", f"{word.name}_selected"), *(("_selected_action", one.id) for one in found)]
        here = reverse("admin:customer_success_healthalert_changelist")
        return self._ask(request, word, form, found, original=None, hidden=hidden, cancel_url=here)

    def _ask(
        self, request: HttpRequest, word: Word, form: forms.Form, found: list[HealthAlert], **more: Any
    ) -> HttpResponse:
        title = f"{word.verb} {'this alert' if len(found) == 1 else f'{len(found)} alerts'}?"
        points = [some_of((str(one.customer) for one in found[:3]), len(found)), word.effect]
        return framed(
            self, request, "lifecycle/admin/form.html", title=title, heading=title, form=form, points=points,
            button=word.verb, **more,
        )  # fmt: skip

    def _say(self, request: HttpRequest, found: list[HealthAlert], word: Word, form: forms.Form) -> bool:
        """Say it of all; whether there is nothing left to ask."""
        now, done = timezone.now(), 0
        for alert in found:
            try:
                word.say(alert=alert, by=request.user, now=now, **form.cleaned_data)
            except alerts.AlertNotChanged as error:
                if len(found) == 1:
                    form.add_error(error.field or None, str(error))
                    return False
                messages.error(request, f"{alert.customer}: {error}")
            else:
                done += 1
        messages.success(request, f"{done} alert{'' if done == 1 else 's'}: {word.verb.lower()}d.")
        return True
