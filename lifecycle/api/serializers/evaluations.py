"""Runs over many customers."""

from __future__ import annotations

from rest_framework import serializers

from lifecycle.models import EvaluationKind, EvaluationState


class EvaluationSerializer(serializers.Serializer):
    """One run over many customers at one instant."""

    id = serializers.IntegerField()
    lifecycle = serializers.CharField(source="lifecycle.code")
    kind = serializers.ChoiceField(EvaluationKind.choices)
    as_of = serializers.DateTimeField(help_text="The instant for which it decided.")
    state = serializers.ChoiceField(EvaluationState.choices)
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    evaluated = serializers.IntegerField(help_text="Customers looked at.")
    moved = serializers.IntegerField(help_text="Moves made.")
    waiting = serializers.IntegerField(help_text="Recommendations written.")
    held = serializers.CharField(help_text="The rules that did not fire on stale input, a line each.")
    error = serializers.CharField(help_text="Why it failed.")
