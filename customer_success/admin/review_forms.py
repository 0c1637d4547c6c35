"""What people fill in of a business review: to plan it, to write in it, to hold it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from customer_success.engine.reviews import OPEN, Promise, WrongTime, check_time
from customer_success.models import BusinessReview, BusinessReviewType, ReviewStatus
from customer_success.models.review import MAX_LINE
from customer_success.rules.calendar import instant_of, local
from lifecycle.admin.pages import DayInput

from .fields import MOST_LINES, Lines, Person

MAX_FEEDBACK, ACTION_ITEMS = 5000, 5


class ClockInput(UnfoldAdminTextInputWidget):
    """A day and a time in the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(attrs={"step": 60})


class ClockField(forms.DateTimeField):
    """An instant by the customer's clock."""

    widget = ClockInput

    def __init__(self, zone: str = "UTC", **more: Any) -> None:
        self.zone = zone
        super().__init__(help_text=f"By the customer's clock, {zone}.", **more)

    def prepare_value(self, value: Any) -> Any:
        return f"{local(value, self.zone):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        try:
            return instant_of(found.replace(tzinfo=None), self.zone) if found else None
        except OverflowError:
            raise forms.ValidationError("A review is within five years of today.") from None


def rating_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        choices=[("", "Not rated"), *((number, f"{number} of 5") for number in range(5, 0, -1))], coerce=int,
        empty_value=None, required=False, label="Overall rating", help_text="The customer's; 5 is the best.",
        widget=UnfoldAdminSelectWidget(),
    )  # fmt: skip


def feedback_field() -> forms.CharField:
    return forms.CharField(
        required=False, max_length=MAX_FEEDBACK, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What the customer said of us.",
    )  # fmt: skip


class PlanForm(forms.ModelForm):
    attendees = Lines(longest=MAX_LINE)
    agenda = Lines(longest=MAX_LINE, rows=5)

    class Meta:
        model = BusinessReview
        fields = ("customer", "type", "scheduled_for", "owner", "attendees", "agenda")
        help_texts = {"scheduled_for": "In UTC. The review's page shows it by the customer's clock, too."}

    def clean_scheduled_for(self) -> datetime:
        at: datetime = self.cleaned_data["scheduled_for"]
        try:
            check_time(at, timezone.now())
        except WrongTime as error:
            raise forms.ValidationError(str(error)) from error
        return at


class WriteForm(forms.Form):
    """``seen`` says which state of the review the person looked at."""

    type = forms.ChoiceField(choices=BusinessReviewType.choices, widget=UnfoldAdminSelectWidget())
    owner = Person(empty_label="Whoever looks after the customer", label="Led by")
    attendees = Lines(longest=MAX_LINE)
    agenda = Lines(longest=MAX_LINE, rows=5)
    achievements = Lines(longest=MAX_LINE, rows=5)
    challenges = Lines(longest=MAX_LINE, rows=5)
    decisions = Lines(longest=MAX_LINE)
    next_steps = Lines(longest=MAX_LINE)
    overall_rating = rating_field()
    feedback = feedback_field()
    seen = forms.DateTimeField(widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, review: BusinessReview) -> None:
        initial = {name: getattr(review, name) for name in self.base_fields if name != "seen"}
        super().__init__(data, initial={**initial, "seen": review.updated_at.isoformat()})
        if review.status in OPEN:
            at = ClockField(review.customer.timezone, label="Scheduled for", initial=review.scheduled_for)
            self.fields = {"scheduled_for": at, **self.fields}
        if review.status != ReviewStatus.HELD:  # not rated yet
            del self.fields["overall_rating"], self.fields["feedback"]


class HoldForm(forms.Form):
    attendees = Lines(longest=MAX_LINE)
    decisions = Lines(longest=MAX_LINE, rows=4)
    next_steps = Lines(longest=MAX_LINE)
    overall_rating = rating_field()
    feedback = feedback_field()
    follow_up_on = forms.DateField(
        required=False, label="Follow up on", widget=DayInput(), help_text="It becomes a task of whoever leads it."
    )

    def __init__(self, data: Any = None, *, review: BusinessReview, now: datetime) -> None:
        initial = {name: getattr(review, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        at = ClockField(review.customer.timezone, label="Held at", initial=min(review.scheduled_for, now))
        self.fields = {"held_at": at, **self.fields}


class ActionItemForm(forms.Form):
    text = forms.CharField(
        required=False, max_length=MAX_LINE, label="What", widget=UnfoldAdminTextInputWidget(attrs={"maxlength": 500})
    )
    owner = Person(empty_label="Whoever looks after the customer", label="Who")
    due_on = forms.DateField(required=False, label="Until", widget=DayInput())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("text") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "A day is needed.")
        if not data.get("text") and (data.get("due_on") or data.get("owner")) and "text" not in self.errors:
            self.add_error("text", "What is to be done?")
        return data


ActionItems = forms.formset_factory(ActionItemForm, extra=ACTION_ITEMS, max_num=ACTION_ITEMS, absolute_max=MOST_LINES)


def add_wrong_time(form: HoldForm, items: forms.BaseFormSet, error: WrongTime) -> None:
    """Say at its field, of the meeting or of one of the promises, which time cannot be right."""
    if not error.field.startswith("action_items."):
        form.add_error(error.field or "held_at", str(error))
        return
    _, number, field = error.field.split(".")
    filled_in = [one for one in items.forms if one.cleaned_data.get("text")]
    filled_in[int(number)].add_error(field, str(error))


def promises(found: forms.BaseFormSet) -> list[Promise]:
    """The rows of a valid formset that were filled in."""
    rows = [row for row in found.cleaned_data if row.get("text")]
    return [Promise(row["text"], row["due_on"], row["owner"].id if row["owner"] else None) for row in rows]
