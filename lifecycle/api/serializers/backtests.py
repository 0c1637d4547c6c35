"""Backtests: what is asked for, how far it is, what it found."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lifecycle import queries
from lifecycle.models import BacktestRun, BacktestState

from .fields import StrictSerializer, Text, YesNo


class BacktestRequestSerializer(StrictSerializer):
    """Rules to try on stored history."""

    lifecycle = Text(max_length=40, required=False, help_text="Code of the lifecycle.")
    first_day = serializers.DateField(help_text="The first day, in UTC.")
    last_day = serializers.DateField(help_text="The last day; it has to be over.")
    rules = serializers.ListField(
        child=serializers.DictField(), required=False, allow_empty=False, max_length=200,
        help_text="In any notation of `import_rules`; without it, all drafts of the lifecycle.",
    )  # fmt: skip
    asks = YesNo(required=False, default=True, help_text="Let moves wait for people where the review policy says so.")


class BacktestSerializer(serializers.ModelSerializer):
    """A backtest. `result` holds, for the rules in force (`before`) and with those tried (`after`), the tags at the
    end, the moves, moves a day, what would wait a week, who would go back and forth, and how well risk was foretold."""

    lifecycle = serializers.CharField(source="lifecycle.code")
    state = serializers.ChoiceField(BacktestState.choices)
    result = serializers.SerializerMethodField(help_text="Its `examples` are of customers whom you see.")
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        model = BacktestRun
        fields: tuple[str, ...] = (
            "id", "lifecycle", "tried", "first_day", "last_day", "asks", "state", "days_done", "days_all", "result",
            "error", "created_at", "created_by", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_result(self, run: BacktestRun) -> Any:
        result = run.result
        return result and {**result, "examples": queries.told(result["examples"], self.context["user"])}


class BacktestRowSerializer(BacktestSerializer):
    """One in a list: without its rules and its result."""

    class Meta(BacktestSerializer.Meta):
        fields = tuple(name for name in BacktestSerializer.Meta.fields if name not in {"tried", "result"})
        read_only_fields = fields
