"""How rules look in the list and on the page of a version that is in force or was."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from lifecycle.models import RuleState, TransitionRule
from lifecycle.templatetags.wording import move_label

from .rule_text import laid_out, sentence_of

_STATE_COLOURS = {"Draft": "info", "In shadow": "warning", "Published": "success", "Retired": "default"}


class StateFilter(DropdownFilter):
    """Retired versions are shown to those who ask for them."""

    title = "state"
    parameter_name = "state"
    all_option = ["", "All but retired"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*RuleState.choices, ("all", "All versions")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TransitionRule]) -> QuerySet[TransitionRule]:
        match self.value():
            case "all":
                return queryset
            case str() as state if state:
                return queryset.filter(state=state)
            case _:
                return queryset.exclude(state=RuleState.RETIRED)


class RuleColumns:
    """Mixed into the rule admin; reads ``from_tags`` prefetched."""

    @display(description="State", label=_STATE_COLOURS, ordering="state")
    def state_shown(self, rule: TransitionRule) -> str:
        return rule.get_state_display()

    @display(description="Moves")
    def moves(self, rule: TransitionRule) -> SafeString:
        starts = [*rule.from_tags.all(), *([None] if rule.from_untagged else [])]
        return move_label(*starts, to=rule.to_tag)

    @display(description="What it does")
    def does(self, rule: TransitionRule) -> SafeString:
        return format_html('{}<span class="tn-says">{}</span>', self.moves(rule), sentence_of(rule))

    @display(description="Acts")
    def acts(self, rule: TransitionRule) -> str:
        return "By itself" if rule.is_automatic else "After a person's approval"

    @display(description="Notification", empty_value="–")
    def notification_shown(self, rule: TransitionRule) -> str | None:
        told = rule.notification
        return f"{told.get('team')}, {told.get('priority')}" if told else None

    @display(description="Conditions")
    def conditions_shown(self, rule: TransitionRule) -> SafeString:
        return format_html('<pre class="tn-code-block">{}</pre>', laid_out(rule.conditions))
