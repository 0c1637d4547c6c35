"""The pages of one success plan: read, changed, moved on, shared. Each form calls one function of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from customer_success import queries
from customer_success.engine.milestones import NewMilestone, add_milestone, update_milestone
from customer_success.engine.plan_checks import PlanInvalid, PlanNotAllowed
from customer_success.engine.plans import update_plan
from customer_success.engine.sharing import ShareNotAllowed, revoke_share, share_plan
from customer_success.models import MilestoneStatus, PlanMilestone, PlanSection, SuccessPlan, SuccessPlanStatus
from customer_success.rules.plans import MOVES
from lifecycle.admin.pages import Question, ask, framed

from .plan_changes import told_changes
from .plan_forms import MilestoneForm, PlanForm, SectionsForm, ShareForm

STATUS_LOOKS = {"DRAFT": "none", "ACTIVE": "blue", "COMPLETED": "green", "ON_HOLD": "orange", "CANCELLED": "grey"}
_VERBS = {
    SuccessPlanStatus.ACTIVE: "Start",
    SuccessPlanStatus.COMPLETED: "Complete",
    SuccessPlanStatus.ON_HOLD: "Put on hold",
    SuccessPlanStatus.CANCELLED: "Cancel the plan",
}
_CANCELLING = Question(
    "Cancel this plan?",
    ("Its milestones stay as they are, and nobody is reminded of them.", "A cancelled plan cannot be opened again."),
    "Cancel the plan",
    is_dangerous=True,
)
_AGAIN = {SuccessPlanStatus.ON_HOLD: "Go on", SuccessPlanStatus.COMPLETED: "Open again"}


@dataclass(frozen=True, slots=True)
class PlanPages:
    """The pages of a plan, for one person at one instant."""

    admin: ModelAdmin[Any]
    request: HttpRequest
    plan: SuccessPlan
    now: datetime

    def read(self) -> HttpResponse:
        plan = self.plan
        may = self.request.user.has_perm
        is_over = plan.status in {SuccessPlanStatus.COMPLETED, SuccessPlanStatus.CANCELLED}
        sections = [(PlanSection(name).label, plan.sections.get(name) or {}) for name in PlanSection.values]
        return self._framed(
            "customer_success/admin/plan.html", plan.title, plan=plan, look=STATUS_LOOKS[plan.status],
            timeline=queries.timeline_of(plan, self.now), history=told_changes(queries.changes_of_plan(plan)),
            sections=[(label, one) for label, one in sections if one.get("text")],
            moves=[(status, _verb(plan.status, status)) for status in MOVES[plan.status]], is_over=is_over,
            is_done=plan.status == SuccessPlanStatus.ACTIVE and plan.progress == 100, now=self.now,
            shares=plan.shares.select_related("created_by"),
            may_change=may("customer_success.change_successplan"),
            may_add=may("customer_success.add_planmilestone") and not is_over,
            edits=may("customer_success.change_planmilestone") and not is_over,
            may_share=may("customer_success.add_planshare"), may_revoke=may("customer_success.change_planshare"),
        )  # fmt: skip

    def edit(self) -> HttpResponse:
        initial = {name: getattr(self.plan, name) for name in PlanForm.base_fields}
        form = PlanForm(self.request.POST or None, initial=initial)
        return self._asked(form, "Change the plan", self._change)

    def sections(self) -> HttpResponse:
        form = SectionsForm(self.request.POST or None, initial={"sections": self.plan.sections})
        return self._asked(form, "What is written in the plan", self._change)

    def add_milestone(self) -> HttpResponse:
        form = MilestoneForm(self.request.POST or None, plan=self.plan, milestone=None)

        def add(_: Mapping[str, Any]) -> None:
            found = form.cleaned_data
            titles = [one.title for one in found.get("depends_on", ())]
            new = NewMilestone(**{**found, "depends_on": titles})
            add_milestone(plan=self.plan, new=new, by=self.request.user, now=self.now)

        return self._asked(form, "Add a milestone", add, button="Add")

    def milestone(self, number: int) -> HttpResponse:
        milestone = get_object_or_404(self.plan.milestones, id=number)
        names = (name for name in MilestoneForm.base_fields if name != "depends_on")
        initial = {name: getattr(milestone, name) for name in names} | {"depends_on": milestone.depends_on.all()}
        form = MilestoneForm(self.request.POST or None, plan=self.plan, milestone=milestone, initial=initial)

        return self._asked(form, milestone.title, lambda found: self._change_milestone(milestone, found))

    def complete(self, number: int) -> HttpResponse:
        milestone = get_object_or_404(self.plan.milestones, id=number)
        return self._done(
            lambda: self._change_milestone(milestone, {"status": MilestoneStatus.COMPLETED}),
            f"“{milestone.title}” is completed.",
        )

    def move(self) -> HttpResponse:
        status = self.request.POST.get("status", "")
        if status not in SuccessPlanStatus.values:
            messages.error(self.request, "There is no such status.")
            return self._back()
        if "back" in self.request.POST:
            return self._back()
        if status == SuccessPlanStatus.CANCELLED and "confirm" not in self.request.POST:
            hidden = {"status": status, "seen": self.request.POST.get("seen", "")}
            return ask(self.admin, self.request, _CANCELLING, original=self.plan, cancel_url=self._url, hidden=hidden)
        shown = SuccessPlanStatus(status).label.lower()
        return self._done(lambda: self._change({"status": status}), f"The plan is {shown} now.")

    def share(self) -> HttpResponse:
        """The link is shown in the answer, this once: what is stored cannot be shown again."""
        form = ShareForm(self.request.POST or None)
        if not form.is_valid():
            return self._form(form, "Share with the customer", button="Make a link", points=_shared_points(self.plan))
        days = int(form.cleaned_data["days"])
        share, token = share_plan(plan=self.plan, days=days, by=self.request.user, now=self.now)
        link = self.request.build_absolute_uri(reverse("shared-plan", args=[token]))
        return self._framed(
            "customer_success/admin/shared.html", "Share with the customer", link=link, share=share, way_back=self._url
        )

    def revoke(self, number: int) -> HttpResponse:
        share = get_object_or_404(self.plan.shares, id=number)
        return self._done(lambda: revoke_share(share=share, by=self.request.user, now=self.now), "The link is revoked.")

    def _change(self, found: Mapping[str, Any]) -> None:
        update_plan(plan=self.plan, changes=found, by=self.request.user, now=self.now, seen=self._seen())

    def _change_milestone(self, milestone: PlanMilestone, found: Mapping[str, Any]) -> None:
        update_milestone(milestone=milestone, changes=found, by=self.request.user, now=self.now, seen=self._seen())

    def _seen(self) -> datetime | None:
        """What the person had before the eyes."""
        try:
            return parse_datetime(self.request.POST.get("seen", ""))
        except ValueError:
            return None

    def _asked(
        self, form: forms.Form, heading: str, do: Callable[[Mapping[str, Any]], None], *, button: str = "Save"
    ) -> HttpResponse:
        if self.request.method == "POST" and form.is_valid():
            try:
                do({name: form.cleaned_data[name] for name in form.changed_data})
            except PlanInvalid as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            except PlanNotAllowed as error:
                form.add_error(None, str(error))
            else:
                messages.success(self.request, "Saved.")
                return self._back()
        return self._form(form, heading, button=button)

    def _form(self, form: forms.Form, heading: str, *, button: str, points: tuple[str, ...] = ()) -> HttpResponse:
        # A form that comes back still says what the person saw: a second click must not write over others' changes.
        seen = self.request.POST.get("seen") or self.plan.updated_at.isoformat()
        return self._framed(
            "customer_success/admin/plan_form.html", heading, heading=heading, form=form, button=button, points=points,
            lead=f"{self.plan.customer}, {self.plan.title}", hidden=(("seen", seen),), cancel_url=self._url,
        )  # fmt: skip

    def _done(self, do: Callable[[], None], said: str) -> HttpResponse:
        if self.request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        try:
            do()
        except (PlanInvalid, PlanNotAllowed, ShareNotAllowed) as error:
            messages.error(self.request, str(error))
        else:
            messages.success(self.request, said)
        return self._back()

    @property
    def _url(self) -> str:
        return reverse("admin:customer_success_successplan_change", args=[self.plan.id])

    def _back(self) -> HttpResponse:
        return redirect(self._url)

    def _framed(self, template: str, title: str, **context: Any) -> HttpResponse:
        return framed(self.admin, self.request, template, title=title, original=self.plan, **context)


def _verb(status: str, to: str) -> str:
    return _AGAIN.get(SuccessPlanStatus(status), "") * (to == SuccessPlanStatus.ACTIVE) or _VERBS[SuccessPlanStatus(to)]


def _shared_points(plan: SuccessPlan) -> tuple[str, ...]:
    milestones = [one.is_shared for one in plan.milestones.all()]
    sections = [bool(one.get("is_shared")) for one in plan.sections.values() if one.get("text")]
    return (
        f"Whoever has the link sees the title, the status, {sum(milestones)} of {len(milestones)} milestones and "
        f"{sum(sections)} of {len(sections)} sections: those marked as shared.",
        "What is marked or unmarked later is shown or hidden at once.",
        "No login is needed. The link can be revoked at any time.",
    )
