"""Moving a customer by hand, in two steps: what and why, then "sure?"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from lifecycle import queries
from lifecycle.engine.transitions import MAX_REASON, PinUntil, TransitionNotAllowed, override_tag
from lifecycle.models import Customer, Lifecycle, StatusTag
from lifecycle.queries import RuleStanding
from lifecycle.templatetags.wording import move_label

from .current import active_lifecycles, chosen_lifecycle
from .fields import Line
from .pages import DayInput, Question, ask, framed
from .pins import day_begins
from .tag_fields import TagField


class MoveForm(forms.Form):
    """``seen_tag`` is the tag on the screen when the person decided; empty for "no tag"."""

    to_tag = TagField(
        StatusTag.objects.none(), label="New tag", empty_label="Choose a tag", widget=UnfoldAdminSelectWidget()
    )
    reason = Line(max_length=MAX_REASON, help_text="Stands in the customer's history.")
    notes = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))
    hold = forms.BooleanField(
        required=False, label="Hold there against automation", widget=UnfoldBooleanWidget(),
        help_text="Otherwise the rules that start from the new tag may move the customer on.",
    )  # fmt: skip
    hold_until = forms.DateField(
        required=False, label="Until the beginning of", widget=DayInput(),
        help_text="A day, in UTC. Empty: until somebody releases it.",
    )  # fmt: skip
    seen_tag = TagField(StatusTag.objects.none(), required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, lifecycle: Lifecycle, seen: StatusTag | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen
        targets = queries.targets_by_hand(lifecycle, seen)
        for name, found in (("to_tag", targets), ("seen_tag", lifecycle.tags.all())):
            cast(TagField, self.fields[name]).queryset = found
        if not lifecycle.any_move_by_hand:
            some = "The moves that this lifecycle lets people make from here."
            none = "This lifecycle lets people make no move from here; whoever may change it can allow one."
            self.fields["to_tag"].help_text = some if targets.exists() else none

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        until = day_begins(data.get("hold_until"))
        if until is not None and not data.get("hold"):
            self.add_error("hold", "A day is given until which the customer is held; tick this as well.")
        elif until is not None and until <= timezone.now():
            self.add_error("hold_until", "A pin has to end in the future.")
        return data


def move_by_hand(admin: ModelAdmin[Any], request: HttpRequest, object_id: str, *, now: datetime) -> HttpResponse:
    """Show the form, ask, move. The engine refuses when the customer has moved since the form was shown."""
    customer = admin.get_object(request, object_id)
    if customer is None:
        return admin._get_obj_does_not_exist_redirect(request, admin.opts, object_id)  # type: ignore[attr-defined]  # not in the stubs
    page = Page(admin, request, customer)
    lifecycle = chosen_lifecycle(request)
    if lifecycle is None:
        return page.lifecycles()
    current = queries.current_tag(customer, lifecycle)
    if request.method != "POST":
        initial = {"seen_tag": current.id if current else None}
        return page.form(lifecycle, MoveForm(lifecycle=lifecycle, seen=current, initial=initial))
    form = MoveForm(request.POST, lifecycle=lifecycle, seen=_tag(lifecycle, request.POST.get("seen_tag")))
    if not form.is_valid() or "back" in request.POST:
        return page.form(lifecycle, form)
    if "confirm" not in request.POST:
        return page.sure(lifecycle, form, now)
    wanted = form.cleaned_data
    try:
        override_tag(
            customer=customer,
            to_tag=wanted["to_tag"],
            seen_tag=wanted["seen_tag"],
            reason=wanted["reason"],
            notes=wanted["notes"],
            pin=PinUntil(day_begins(wanted["hold_until"])) if wanted["hold"] else None,
            by=request.user,
            now=now,
        )
    except TransitionNotAllowed as error:
        # The person sees where the customer is now, and decides again.
        again = request.POST.copy()
        again["seen_tag"] = str(current.id) if current else ""
        form = MoveForm(again, lifecycle=lifecycle, seen=current)
        form.add_error(None, str(error))
        return page.form(lifecycle, form)
    messages.success(request, f"{customer} is in {wanted['to_tag'].name} now.")
    return HttpResponseRedirect(page.way_back)


@dataclass(frozen=True, slots=True)
class Page:
    """The pages of one person's decision on one customer."""

    admin: ModelAdmin[Any]
    request: HttpRequest
    customer: Customer

    @property
    def way_back(self) -> str:
        return reverse("admin:lifecycle_customer_change", args=[self.customer.id])

    def lifecycles(self) -> HttpResponse:
        lifecycles = active_lifecycles(self.request)
        heading = "In which lifecycle?"
        return self._framed("lifecycle/admin/choose_lifecycle.html", heading=heading, lifecycles=lifecycles)

    def form(self, lifecycle: Lifecycle, form: MoveForm) -> HttpResponse:
        return self._framed("lifecycle/admin/move.html", lifecycle=lifecycle, form=form)

    def sure(self, lifecycle: Lifecycle, form: MoveForm, now: datetime) -> HttpResponse:
        wanted = form.cleaned_data
        from_tag, to_tag, reason = wanted["seen_tag"], wanted["to_tag"], wanted["reason"]
        leaves = from_tag.name if from_tag else "no tag"
        question = Question(
            title=f"Move {self.customer} to {to_tag.name}?",
            picture=move_label(from_tag, to=to_tag),
            happens=(
                f"{self.customer} leaves {leaves} and enters {to_tag.name} in {lifecycle.name}, at once.",
                f"The history will say: moved by {self.request.user}, “{reason}”.",
                f"Whatever is set to start on entering {to_tag.name} will start.",
                _what_rules_do(queries.standings_after_move(self.customer, to_tag, as_of=now), to_tag)
                if not wanted["hold"]
                else f"Rules leave {self.customer} alone until {wanted['hold_until'] or 'somebody releases the pin'}.",
            ),
            button=f"Move to {to_tag.name}",
        )
        hidden = {
            "lifecycle": lifecycle.id,
            "to_tag": to_tag.id,
            "seen_tag": from_tag.id if from_tag else "",
            "reason": reason,
            "notes": wanted["notes"],
            **({"hold": "on", "hold_until": wanted["hold_until"] or ""} if wanted["hold"] else {}),
        }
        return ask(self.admin, self.request, question, original=self.customer, cancel_url=self.way_back, hidden=hidden)

    def _framed(self, template: str, **context: Any) -> HttpResponse:
        return framed(
            self.admin, self.request, template, title="Move by hand", original=self.customer,
            cancel_url=self.way_back, **context,
        )  # fmt: skip


def _what_rules_do(standings: Iterable[RuleStanding], to_tag: StatusTag) -> str:
    """Rules stay in force after a move by hand: whether the first that holds would undo or continue it."""
    wins = next((standing.rule for standing in standings if standing.holds), None)
    if wins is None:
        return f"Rules stay in force; none that starts from {to_tag.name} holds now."
    does = "moves the customer on" if wins.is_automatic else "recommends to move the customer on"
    return f"The rule “{wins.name}” holds already: the next evaluation {does} to {wins.to_tag.name}."


def _tag(lifecycle: Lifecycle, wanted: str | None) -> StatusTag | None:
    return next((tag for tag in lifecycle.tags.all() if str(tag.id) == wanted), None)
