"""Segments and topics."""

from __future__ import annotations

from django.core.validators import validate_slug
from rest_framework import serializers

from campaigns.models import Segment, Topic
from lifecycle.api.serializers.fields import StrictSerializer, Text, Tree


class SegmentSerializer(serializers.ModelSerializer):
    """A named condition: the customers for whom it holds."""

    lifecycle = serializers.CharField(source="lifecycle.code")
    condition = serializers.DictField(help_text="The tree of all, any, not and conditions.")

    class Meta:
        model = Segment
        fields = ("id", "key", "name", "lifecycle", "condition")
        read_only_fields = fields


class SegmentTextSerializer(StrictSerializer):
    name = Text(max_length=80)
    lifecycle = Text(max_length=40, help_text="Code of the lifecycle whose tags the condition may speak of.")
    condition = Tree(help_text="The tree of all, any, not and conditions.")


class NewSegmentSerializer(SegmentTextSerializer):
    key = Text(max_length=40, validators=[validate_slug], help_text="Campaigns name it so.")


class TopicSerializer(serializers.ModelSerializer):
    """What customers may want to hear of, or not."""

    is_opt_in = serializers.BooleanField(help_text="Only who has said yes hears of it.")

    class Meta:
        model = Topic
        fields = ("id", "key", "name", "description", "is_opt_in", "position")
        read_only_fields = fields
