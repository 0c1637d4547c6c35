"""Recommendations: moves that wait for a person, who approves or rejects them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from lifecycle import queries
from lifecycle.engine import review
from lifecycle.engine.transitions import TransitionNotAllowed
from lifecycle.models import Recommendation, RecommendationState
from lifecycle.templatetags.wording import customer_link, shown_lines, waiting_move

from .access import ReadOnlyAdmin
from .pages import Question, ask
from .paging import CappedList

_STATE_COLOURS = {"Waiting": "warning", "Approved": "success", "Rejected": "danger", "Superseded": "default"}


class StateFilter(DropdownFilter):
    """What waits is shown first; the rest to those who ask."""

    title = "state"
    parameter_name = "state"
    all_option = ["", RecommendationState.PENDING.label]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*RecommendationState.choices[1:], ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> QuerySet[Recommendation]:
        value = self.value() or RecommendationState.PENDING
        return queryset if value == "all" else queryset.filter(state=value)


@admin.register(Recommendation)
class RecommendationAdmin(CappedList, ReadOnlyAdmin):
    list_display = ("customer_shown", "move", "rule_shown", "lifecycle", "created_at", "state_shown")
    list_filter = (("lifecycle", RelatedDropdownFilter), StateFilter)
    list_filter_submit = True
    list_select_related = ("customer", "lifecycle", "from_tag", "rule", "rule__to_tag")
    sortable_by = ()
    ordering = ("-id",)
    actions = ("approve_selected", "reject_selected")
    actions_detail = ("approve", "reject")
    fields = (
        "customer_shown",
        "lifecycle",
        "move",
        "rule",
        "because",
        "created_at",
        "state_shown",
        "decided_by",
        "decided_at",
    )
    readonly_fields = ("customer_shown", "move", "because", "state_shown")

    @display(description="Customer")
    def customer_shown(self, recommendation: Recommendation) -> SafeString:
        return customer_link(recommendation.customer)

    @display(description="Move")
    def move(self, recommendation: Recommendation) -> SafeString:
        return waiting_move(recommendation)

    @display(description="Rule")
    def rule_shown(self, recommendation: Recommendation) -> str:
        return recommendation.rule.name

    @display(description="State", label=_STATE_COLOURS)
    def state_shown(self, recommendation: Recommendation) -> str:
        return recommendation.get_state_display()

    @display(description="Because")
    def because(self, recommendation: Recommendation) -> str:
        lines = shown_lines(queries.why_recommended(recommendation))
        return render_to_string("lifecycle/admin/_lines.html", {"lines": lines})

    def has_decide_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("lifecycle.change_recommendation")

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        obj = self.get_object(request, object_id)
        waits = obj is not None and obj.state == RecommendationState.PENDING
        return super().get_actions_detail(request, object_id) if waits else []

    @action(description="Approve", icon="check", permissions=["decide"])
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "Approve", _approve)

    @action(description="Reject", icon="close", permissions=["decide"])
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, "Reject", _reject)

    @action(description="Approve selected", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> None:
        self._decide_all(request, queryset, _approve)

    @action(description="Reject selected", permissions=["decide"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Recommendation]) -> None:
        self._decide_all(request, queryset, _reject)

    def _decide(
        self, request: HttpRequest, object_id: str, verb: str, do: Callable[[Recommendation, Any], str]
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        here = reverse("admin:lifecycle_recommendation_change", args=[found.id])
        if request.method != "POST":
            stays = f"{found.customer} stays where it is; the rule may recommend the move again at a later evaluation."
            moves = f"{found.customer} moves at once, and the history names you."
            question = Question(
                f"{verb} the move of {found.customer}?",
                (moves if verb == "Approve" else stays,),
                verb,
                waiting_move(found),
            )
            return ask(self, request, question, original=found, cancel_url=here)
        try:
            messages.success(request, do(found, request.user))
        except TransitionNotAllowed as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("admin:lifecycle_recommendation_changelist"))

    def _decide_all(
        self, request: HttpRequest, queryset: QuerySet[Recommendation], do: Callable[[Recommendation, Any], str]
    ) -> None:
        for recommendation in queryset:
            try:
                messages.success(request, do(recommendation, request.user))
            except TransitionNotAllowed as error:
                messages.error(request, f"{recommendation.customer}: {error}")


def _approve(recommendation: Recommendation, by: Any) -> str:
    made = review.approve(recommendation=recommendation, by=by, now=timezone.now())
    if made is None:
        return f"{recommendation.customer} has left the tag meanwhile; the recommendation is closed without a move."
    return f"{recommendation.customer} is in {made.to_tag.name} now."


def _reject(recommendation: Recommendation, by: Any) -> str:
    review.reject(recommendation=recommendation, by=by, now=timezone.now())
    return f"The move of {recommendation.customer} was rejected."
