"""The forms of success plans: what people write. Whether it may be is the engine's to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from customer_success.models import (
    MilestonePriority,
    MilestoneStatus,
    PlanMilestone,
    PlanSection,
    PlanTemplate,
    SuccessPlan,
    SuccessPlanType,
)
from lifecycle.admin.fields import Line
from lifecycle.admin.pages import DayInput
from lifecycle.models import Customer
from lifecycle.queries import customers_seen

from .fields import Lines, Person

LONGEST_TEXT = 20_000


class SectionsWidget(forms.Widget):
    """A text and a tick for each section."""

    template_name = "customer_success/admin/sections_widget.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        known = value if isinstance(value, Mapping) else {}
        rows = [(code, label, known.get(code) or {}) for code, label in PlanSection.choices]
        text = UnfoldAdminTextareaWidget(attrs={"rows": 4})
        shown = [
            {
                "label": label,
                "id": f"id_{name}_{code}",
                "text": text.render(f"{name}_{code}", one.get("text", ""), {"id": f"id_{name}_{code}"}),
                "tick": f"{name}_{code}_shared",
                "is_shared": one.get("is_shared", False),
            }
            for code, label, one in rows
        ]
        return {"rows": shown}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return {
            code: {"text": str(data.get(f"{name}_{code}", "")), "is_shared": bool(data.get(f"{name}_{code}_shared"))}
            for code in PlanSection.values
            if f"{name}_{code}" in data
        }

    def id_for_label(self, id_: str) -> str:
        return ""


class SectionsField(forms.Field):
    """The written parts of a plan; empty ones that nobody shares are left out."""

    widget = SectionsWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label=kwargs.get("label") or "Sections", help_text=kwargs.get("help_text", ""))

    def clean(self, value: Any) -> Any:
        for code, one in value.items():
            one["text"] = one["text"].replace("\r\n", "\n").strip()
            if len(one["text"]) > LONGEST_TEXT:
                raise forms.ValidationError(f"{PlanSection(code).label} has more than {LONGEST_TEXT:,} characters.")
            if "\0" in one["text"]:
                raise forms.ValidationError(f"{PlanSection(code).label} has a NUL character, which cannot be stored.")
        return value


def day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=DayInput(), **kwargs)


def choice(choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget(), **kwargs)


class NewPlanForm(forms.Form):
    """From a template, or free."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        error_messages={"invalid_choice": "This customer has no account, or is in somebody else's portfolio."},
    )
    template = forms.ModelChoiceField(
        PlanTemplate.objects.filter(is_active=True), required=False, empty_label="None: a plan of your own",
        widget=UnfoldAdminSelectWidget(), help_text="Gives milestones with dates, sections and objectives.",
    )  # fmt: skip
    starts_on = day(label="Starts on")
    title = Line(
        max_length=200,
        required=False,
        help_text="Empty: the template's name. The customer sees it when the plan is shared.",
    )
    type = choice([("", "As the template"), *SuccessPlanType.choices], required=False)
    ends_on = day(label="Ends on", required=False, help_text="Empty: as the template has it.")
    owner = Person(help_text="Who sees to it that the plan is kept.")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customer = cast(forms.ModelChoiceField, self.fields["customer"])
        customer.widget = AutocompleteSelect(SuccessPlan._meta.get_field("customer"), admin.site)
        customer.queryset = customers_seen(request.user).filter(account__isnull=False)

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if "template" in found and not found["template"]:
            for name in ("title", "type", "ends_on"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, "This is needed where there is no template.")
        return found

    def values(self) -> dict[str, Any]:
        """What was said of the plan; the template says the rest."""
        found = self.cleaned_data
        said = {name: found[name] for name in ("title", "type", "ends_on") if found[name]}
        return {**said, "starts_on": found["starts_on"], "owner": found["owner"]}


class PlanForm(forms.Form):
    title = Line(max_length=200, help_text="The customer sees it when the plan is shared.")
    type = choice(SuccessPlanType.choices)
    starts_on = day(label="Starts on")
    ends_on = day(label="Ends on")
    owner = Person()
    objectives = Lines(help_text="What the customer wants to reach, one a line.")
    success_metrics = Lines(help_text="By what both will know, such as “Cost a lead: from 40 to 25”, one a line.")
    stakeholders = Lines(help_text="Who takes part, one a line.")


class SectionsForm(forms.Form):
    sections = SectionsField(help_text="What is ticked, the customer reads in a shared plan.")


class MilestoneForm(forms.Form):
    title = Line(max_length=200)
    due_date = day(label="Due on")
    status = choice(MilestoneStatus.choices, help_text="It becomes overdue by itself after its due date.")
    progress = forms.IntegerField(
        min_value=0, max_value=100, initial=0, widget=UnfoldAdminIntegerFieldWidget(), help_text="In percent."
    )
    priority = choice(MilestonePriority.choices, initial=MilestonePriority.MEDIUM)
    owner = Person(help_text="Is reminded three days before; nobody: the owner of the plan is.")
    deliverables = Lines(help_text="What will be there when it is done, one a line.")
    depends_on = forms.ModelMultipleChoiceField(
        PlanMilestone.objects.none(), required=False, label="Depends on",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(), help_text="These have to be completed before.",
    )  # fmt: skip
    is_shared = forms.BooleanField(
        required=False, label="Shared with the customer", widget=UnfoldBooleanSwitchWidget(),
        help_text="Title, due date, status and deliverables.",
    )  # fmt: skip

    def __init__(self, *args: Any, plan: SuccessPlan, milestone: PlanMilestone | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = plan.milestones.exclude(id=milestone.id) if milestone else plan.milestones.all()
        cast(forms.ModelMultipleChoiceField, self.fields["depends_on"]).queryset = others
        if not others:
            del self.fields["depends_on"]
        is_overdue = milestone is not None and milestone.status == MilestoneStatus.OVERDUE
        cast(forms.ChoiceField, self.fields["status"]).choices = [  # nobody but the clock gives it
            pair for pair in MilestoneStatus.choices if pair[0] != MilestoneStatus.OVERDUE or is_overdue
        ]


class ShareForm(forms.Form):
    days = choice(
        [(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year")], initial=90, label="The link works for"
    )
