"""The review queue: moves that wait for a person, why, and the person's word, one by one or many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from lifecycle import queries
from lifecycle.engine import review
from lifecycle.engine.transitions import MAX_REASON, TransitionNotAllowed
from lifecycle.models import Recommendation, RecommendationState, ReviewReason
from lifecycle.templatetags.wording import move_label, shown_lines, waiting_move

from .fields import Line
from .history import OfCustomers
from .pages import DayInput, framed
from .pins import day_begins

_STATE_COLOURS = {"Waiting": "warning", "Approved": "success", "Rejected": "danger", "Superseded": "default"}
SNOOZED = "snoozed"
MOST_AT_ONCE = 500


class StateFilter(DropdownFilter):
    """What waits is shown first; the rest to those who ask."""

    title = "state"
    parameter_name = "state"
    all_option = ["", RecommendationState.PENDING.label]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(SNOOZED, "Snoozed"), *RecommendationState.choices[1:], ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> QuerySet[Recommendation]:
        value = self.value() or RecommendationState.PENDING
        awake = Q(snoozed_until=None) | Q(snoozed_until__lte=timezone.now())
        if value == "all":
            return queryset
        if value == SNOOZED:
            return queryset.exclude(awake).filter(state=RecommendationState.PENDING)
        found = queryset.filter(state=value)
        return found.filter(awake) if value == RecommendationState.PENDING else found


class ReasonFilter(DropdownFilter):
    """Why a person is asked."""

    title = "why it waits"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ReviewReason.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> QuerySet[Recommendation]:
        return queryset.filter(reasons__contains=[self.value()]) if self.value() else queryset


class NoteForm(forms.Form):
    note = Line(required=False, max_length=MAX_REASON, help_text="Stands beside the decision.")


class SnoozeForm(NoteForm):
    field_order = ("until", "note")
    until = forms.DateField(
        label="Until the beginning of", help_text="A day, in UTC; it comes back to the queue then.",
        widget=DayInput(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """What a person can say of recommendations."""

    name: str
    verb: str
    form: type[NoteForm]
    effect: str

    def say(self, recommendation: Recommendation, said: dict[str, Any], by: Any, now: datetime) -> str:
        """Say it, and return what came of it. Raises ``TransitionNotAllowed``."""
        note = said.get("note", "")
        customer = recommendation.customer
        if self.name == "reject":
            review.reject(recommendation=recommendation, by=by, now=now, note=note)
            return f"The move of {customer} was rejected."
        if self.name == "snooze":
            until = day_begins(said["until"]) or now
            review.snooze(recommendation=recommendation, until=until, by=by, now=now, note=note)
            return f"The decision about {customer} comes back on {said['until']:%-d %b %Y}."
        made = review.approve(recommendation=recommendation, by=by, now=now, note=note)
        if made is None:
            return f"The rule no longer holds for {customer}; the recommendation is closed without a move."
        return f"{customer} is in {recommendation.rule.to_tag.name} now."


APPROVE = Word("approve", "Approve", NoteForm, "They move at once, and the history names you.")
REJECT = Word("reject", "Reject", NoteForm, "They stay; the rule does not ask again while they are in this tag.")
SNOOZE = Word("snooze", "Snooze", SnoozeForm, "The decision leaves the queue until then.")


@admin.register(Recommendation)
class RecommendationAdmin(OfCustomers):
    list_display = (
        "move",
        "customer_shown",
        "why_shown",
        "rule_shown",
        "confidence_shown",
        "created_at",
        "state_shown",
    )
    list_display_links = ("move",)
    when_empty = "No move waits for a person."
    list_filter = (("lifecycle", RelatedDropdownFilter), ReasonFilter, StateFilter)
    list_filter_submit = True
    list_select_related = ("customer", "lifecycle", "from_tag", "rule", "rule__to_tag")
    actions = ("approve_selected", "reject_selected", "snooze_selected")
    actions_detail = ("approve", "reject", "snooze")
    fieldsets = (
        (None, {"fields": ("customer_shown", "lifecycle", "move", "why_shown", "rule", "confidence_shown")}),
        ("As it was", {"fields": ("because", "created_at")}),
        ("As it is", {"fields": ("as_it_is",)}),
        ("Decision", {"fields": ("state_shown", "snoozed_until", "note", "decided_by", "decided_at")}),
    )
    readonly_fields = (
        "customer_shown", "move", "why_shown", "because", "as_it_is", "state_shown", "confidence_shown",
    )  # fmt: skip

    @display(description="Move")
    def move(self, recommendation: Recommendation) -> SafeString:
        return waiting_move(recommendation)

    @display(description="Why it waits")
    def why_shown(self, recommendation: Recommendation) -> SafeString:
        labels = dict(ReviewReason.choices)
        return format_html_join(
            "", '<span class="tn-reason">{}</span>', ((labels[one],) for one in recommendation.reasons)
        )

    @display(description="Rule")
    def rule_shown(self, recommendation: Recommendation) -> str:
        return recommendation.rule.name

    @display(description="Confidence")
    def confidence_shown(self, recommendation: Recommendation) -> str:
        return f"{recommendation.confidence:.0%}"

    @display(description="State", label=_STATE_COLOURS)
    def state_shown(self, recommendation: Recommendation) -> str:
        return recommendation.get_state_display()

    @display(description="Because")
    def because(self, recommendation: Recommendation) -> str:
        return _lines(shown_lines(queries.why_recommended(recommendation)))

    @display(description="Now")
    def as_it_is(self, recommendation: Recommendation) -> str:
        now = timezone.now()
        explanations = queries.explain(recommendation.customer, recommendation.lifecycle, as_of=now)
        found = next((one for one in explanations if one.rule.id == recommendation.rule_id), None)
        if found is None or not found.starts_here:
            return "The customer has left the tag, or the rule is no longer in force."
        verdict = "Still holds." if found.holds else "No longer holds: approving it would close it without a move."
        return format_html("{}<p>{}</p>", _lines(shown_lines(found.lines, stale=found.stale)), verdict)

    # Methods, not the permissions' names: Unfold would look the names up in the database at start.
    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.change_recommendation")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        obj = self.get_object(request, object_id)
        waits = obj is not None and obj.state == RecommendationState.PENDING
        return super().get_actions_detail(request, object_id) if waits else []

    @action(description="Approve", icon="check", permissions=["decide"])
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._about_one(request, object_id, APPROVE)

    @action(description="Reject", icon="close", permissions=["decide"])
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._about_one(request, object_id, REJECT)

    @action(description="Snooze", icon="snooze", permissions=["decide"])
    def snooze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._about_one(request, object_id, SNOOZE)

    @action(description="Approve selected", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> HttpResponse | None:
        return self._about_many(request, queryset, APPROVE)

    @action(description="Reject selected", permissions=["decide"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> HttpResponse | None:
        return self._about_many(request, queryset, REJECT)

    @action(description="Snooze selected", permissions=["decide"])
    def snooze_selected(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> HttpResponse | None:
        return self._about_many(request, queryset, SNOOZE)

    def _about_one(self, request: HttpRequest, object_id: str, word: Word) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if found.state != RecommendationState.PENDING:
            messages.info(request, f"This recommendation is {found.get_state_display().lower()} already.")
            return HttpResponseRedirect(reverse("admin:lifecycle_recommendation_change", args=[found.id]))
        form = word.form(request.POST if request.method == "POST" else None)
        if form.is_valid():
            self._say(request, [found], word, form.cleaned_data, form)
            if not form.errors:
                return HttpResponseRedirect(reverse("admin:lifecycle_recommendation_changelist"))
        here = reverse("admin:lifecycle_recommendation_change", args=[found.id])
        title = f"{word.verb} the move of {found.customer}?"
        return self._ask(request, word, form, title, [found], original=found, cancel_url=here)

    def _about_many(self, request: HttpRequest, queryset: QuerySet[Recommendation], word: Word) -> HttpResponse | None:
        waiting = queryset.filter(state=RecommendationState.PENDING)
        found = list(waiting.select_related(*self.list_select_related)[: MOST_AT_ONCE + 1])
        if not found or len(found) > MOST_AT_ONCE:
            message = f"Decide about {MOST_AT_ONCE} at most at once." if found else "None of these waits any more."
            messages.error(request, message)
            return None
        is_answer = "confirm" in request.POST
        if left_out := len(request.POST.getlist("_selected_action")) - len(found):
            messages.info(request, f"{left_out} of those you chose wait no more and are left as they are.")
        form = word.form(request.POST if is_answer else None)
        if is_answer and form.is_valid():
            self._say(request, found, word, form.cleaned_data, form)
            if not form.errors:
                return None
        hidden = [("action", f"{word.name}_selected"), *(("_selected_action", one.id) for one in found)]
        title = f"{word.verb} {len(found)} move{'s' if len(found) > 1 else ''}?"
        here = reverse("admin:lifecycle_recommendation_changelist")
        return self._ask(request, word, form, title, found, hidden=hidden, cancel_url=here)

    def _ask(
        self, request: HttpRequest, word: Word, form: NoteForm, title: str, found: list[Recommendation], **more: Any
    ) -> HttpResponse:
        points = [*_effects(found, word), word.effect]
        return framed(
            self, request, "lifecycle/admin/form.html", title=title, heading=title, form=form, points=points,
            button=word.verb, **{"original": None, **more},
        )  # fmt: skip

    def _say(
        self, request: HttpRequest, found: list[Recommendation], word: Word, said: dict[str, Any], form: NoteForm
    ) -> None:
        now = timezone.now()
        for recommendation in found:
            try:
                done = word.say(recommendation, said, request.user, now)
            except TransitionNotAllowed as error:
                if len(found) == 1 and word is SNOOZE:
                    form.add_error("until", str(error))
                else:
                    messages.error(request, f"{recommendation.customer}: {error}")
            else:
                messages.success(request, done)


def _lines(lines: Any) -> str:
    return render_to_string("lifecycle/admin/_lines.html", {"lines": lines})


def _effects(found: Iterable[Recommendation], word: Word) -> list[SafeString]:
    """How many customers would make which move, and how many no longer meet their rule."""
    now = timezone.now()
    found = list(found)
    counts = Counter((one.from_tag, one.rule.to_tag) for one in found)
    points = [format_html("{} × {}", count, move_label(start, to=end)) for (start, end), count in counts.most_common()]
    gone = sum(not queries.still_holds(one, as_of=now) for one in found) if word is APPROVE and len(found) <= 50 else 0
    if gone:
        points.append(format_html("{} of them no longer meet their rule; they are closed without a move.", gone))
    return points
