"""Moves taken back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from lifecycle import queries
from lifecycle.api.filters import MAX_ID
from lifecycle.engine.rollback import MAX_REASON, Batch
from lifecycle.models import Evaluation, LeftAlone, Rollback, Transition, TransitionRule

from .fields import StrictSerializer, Text

WHAT = {"evaluation": Evaluation, "rule": TransitionRule, "transition": Transition, "undoes": Rollback}


class BatchSerializer(StrictSerializer):
    """What is to be taken back: exactly one of the four."""

    evaluation = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_ID, help_text="A run: all its moves."
    )
    rule = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_ID, help_text="A version of a rule: all its moves."
    )
    transition = serializers.IntegerField(required=False, min_value=1, max_value=MAX_ID, help_text="One move.")
    undoes = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_ID, help_text="A rollback: what it took is brought back."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in WHAT if name in values]
        if len(named) != 1:
            message = f"Name exactly one of {', '.join(WHAT)}."
            raise ValidationError({"non_field_errors": [ErrorDetail(message, "one_of")]})
        (name,) = named
        model = WHAT[name]
        found = self._seen(name).filter(id=values.pop(name)).first()
        if found is None:
            raise ValidationError(
                {name: [ErrorDetail(f"There is no such {model._meta.verbose_name}.", "does_not_exist")]}
            )
        return {**values, "batch": Batch(**{name: found})}

    def _seen(self, name: str) -> QuerySet[Any]:
        rows: QuerySet[Any] = WHAT[name]._default_manager.all()
        if name == "transition":
            return queries.in_portfolio(rows, self.context["user"])
        return queries.rollbacks_seen(rows, self.context["user"]) if name == "undoes" else rows


class RollbackRequestSerializer(BatchSerializer):
    """The same, and why."""

    reason = Text(max_length=MAX_REASON, help_text="Stands in the history of everybody whom it brings back.")


class EffectSerializer(serializers.Serializer):
    """Some customers whom it would bring back, or leave alone."""

    leaves = serializers.CharField(help_text="The tag they would leave; `(untagged)` for none.")
    back_to = serializers.CharField(help_text="The tag they would be in again.")
    left_because = serializers.ChoiceField(
        LeftAlone.choices, allow_null=True, help_text="Why they would be left alone; null if they would not."
    )
    customers = serializers.IntegerField()
    examples = serializers.ListField(child=serializers.CharField(), help_text="Up to five of them.")


class RollbackSerializer(serializers.ModelSerializer):
    """A rollback that was made."""

    lifecycle = serializers.CharField(source="lifecycle.code")
    by = serializers.CharField(source="by.username")
    undone_by = serializers.SerializerMethodField(help_text="The rollback that undid it, if one did.")

    class Meta:
        model = Rollback
        fields = (
            "id", "lifecycle", "evaluation", "rule", "transition", "undoes", "undone_by", "made_at", "by", "reason",
            "restored", "left_alone",
        )  # fmt: skip
        read_only_fields = fields

    def get_undone_by(self, rollback: Rollback) -> int | None:
        undone = getattr(rollback, "undone_by", None)
        return undone.id if undone else None
