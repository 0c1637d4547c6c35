"""What a person does about a task: one address a step, from any page that shows tasks, and back to it.

A page posts the step with its fields. If something is wrong with them, the step is asked for on a page of its own, with
the sentence at the field; a link to the address asks in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.widgets import UnfoldAdminTextareaWidget

from customer_success.engine.task_outcomes import finish
from customer_success.engine.tasks import (
    MOST_LETTERS,
    TaskNotAllowed,
    drop_task,
    reassign_task,
    snooze_task,
    take_task,
)
from customer_success.models import Task
from customer_success.queries.tasks import colleagues
from lifecycle.admin.fields import Line
from lifecycle.admin.pages import DayInput, framed
from lifecycle.models import Team
from lifecycle.queries import customers_seen
from lifecycle.rules.calendar import start_of

OF_TEAM = " (team)"


def _text(label: str, *, help_text: str = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=MOST_LETTERS, help_text=help_text,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )  # fmt: skip


class FinishForm(forms.Form):
    outcome = _text("Outcome", help_text="What came of it; it stands in the customer's timeline.")


class SnoozeForm(forms.Form):
    until = forms.DateField(label="Until the beginning of", help_text="A day, in UTC.", widget=DayInput())


class DropForm(forms.Form):
    reason = _text("Why it need not be done", required=True)


class ReassignForm(forms.Form):
    to = Line(
        label="To", max_length=200, help_text=f"A username, or the name of a team with “{OF_TEAM.strip()}” behind it."
    )
    note = _text("Note", help_text="What whoever gets it should know.")

    def clean_to(self) -> Any:
        text: str = self.cleaned_data["to"].strip()
        if text.endswith(OF_TEAM):
            found: Any = Team.objects.filter(name=text.removesuffix(OF_TEAM)).first()
        else:
            found = colleagues().filter(username=text).first()
        if found is None:
            raise forms.ValidationError(f"Nobody here is called “{text}”; choose from the list.")
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """``do`` gets the task, the form's values, by and now, and says what it did."""

    title: str
    button: str
    form: type[forms.Form]
    do: Callable[[Task, dict[str, Any], Any, datetime], str]


def _finish(task: Task, values: dict[str, Any], by: Any, now: datetime) -> str:
    milestone = finish(task=task, outcome=values["outcome"], by=by, now=now)
    if milestone is None:
        return f"Done: {task}."
    url = reverse("admin:customer_success_successplan_change", args=[milestone.plan_id])
    return format_html(
        'Done: {}. Its milestone is still open; complete it in <a class="tn-link" href="{}">the plan</a>.', task, url
    )  # fmt: skip


def _snooze(task: Task, values: dict[str, Any], by: Any, now: datetime) -> str:
    snooze_task(task=task, until=start_of(values["until"]), by=by, now=now)
    return f"“{task}” comes back on {values['until']:%-d %b %Y}."


def _drop(task: Task, values: dict[str, Any], by: Any, now: datetime) -> str:
    drop_task(task=task, reason=values["reason"], by=by, now=now)
    return f"“{task}” need not be done any more."


def _take(task: Task, values: dict[str, Any], by: Any, now: datetime) -> str:
    take_task(task=task, by=by, now=now)
    return f"“{task}” is yours now."


def _reassign(task: Task, values: dict[str, Any], by: Any, now: datetime) -> str:
    to = values["to"]
    reassign_task(task=task, to=to, note=values["note"], by=by, now=now)
    said = f"“{task}” went to {to}."
    if task.customer and not isinstance(to, Team) and not customers_seen(to).filter(id=task.customer.id).exists():
        said += f" {task.customer} is not in {to}'s portfolio: the task is there to see, the customer's page is not."
    return said


STEPS = {
    "finish": Step("What came of it?", "Done", FinishForm, _finish),
    "snooze": Step("Put it off", "Snooze", SnoozeForm, _snooze),
    "reassign": Step("Hand it on", "Reassign", ReassignForm, _reassign),
    "drop": Step("It need not be done any more", "Drop", DropForm, _drop),
    "take": Step("Take it from the queue", "Take", forms.Form, _take),
}


def step_page(admin: ModelAdmin[Any], request: HttpRequest, task: Task, name: str, *, now: datetime) -> HttpResponse:
    """Take a step and go back to where it was asked for, or ask for what is missing."""
    if (step := STEPS.get(name)) is None:
        raise Http404
    back = _way_back(request, task)
    form = step.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            messages.success(request, step.do(task, form.cleaned_data, request.user, now))
        except TaskNotAllowed as refused:
            if refused.field not in form.fields:
                messages.error(request, str(refused))
                return HttpResponseRedirect(back)
            form.add_error(refused.field, str(refused))
        else:
            return HttpResponseRedirect(back)
    return framed(
        admin, request, "lifecycle/admin/form.html", title=step.button, original=task, form=form, heading=step.title,
        lead=str(task), button=step.button, cancel_url=back, hidden=[("back", back)],
    )  # fmt: skip


def handing_on() -> list[tuple[str, str]]:
    """To whom tasks can be handed: what is written, and what it is called."""
    people = [(one.get_username(), one.get_full_name()) for one in colleagues()]
    return [*people, *((f"{team}{OF_TEAM}", "") for team in Team.objects.all())]


def _way_back(request: HttpRequest, task: Task) -> str:
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("admin:customer_success_task_change", args=[task.id])
