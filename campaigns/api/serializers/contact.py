"""Whether customers may be written to: preferences, suppressions, switches."""

from __future__ import annotations

from rest_framework import serializers

from campaigns.models import Channel, ConsentSource, SuppressionReason
from lifecycle.api.serializers.fields import StrictSerializer, Text, YesNo
from lifecycle.engine.switches import MAX_REASON

ALL = "all"
# The others say where we have heard it ourselves.
SOURCES = (ConsentSource.API, ConsentSource.PREFERENCES, ConsentSource.IMPORT)
TOPIC = "Key of the topic; null: all marketing."


class PreferenceSerializer(serializers.Serializer):
    """Whether a customer hears of a topic."""

    topic = serializers.CharField(source="topic.key", default=None, allow_null=True, read_only=True, help_text=TOPIC)
    name = serializers.CharField(source="topic.name", default="All marketing", read_only=True)
    description = serializers.CharField(source="topic.description", default="", read_only=True)
    is_opt_in = serializers.BooleanField(source="topic.is_opt_in", default=False, read_only=True)
    may_receive = serializers.BooleanField(help_text="What its words come to.")
    said = serializers.BooleanField(
        source="said.is_given", default=None, allow_null=True, read_only=True,
        help_text="Its own latest word about it; null: it has not said any.",
    )  # fmt: skip
    said_at = serializers.DateTimeField(source="said.changed_at", default=None, allow_null=True, read_only=True)


class PreferencesSerializer(serializers.Serializer):
    """What a customer hears of."""

    customer = serializers.IntegerField(source="customer.id")
    external_id = serializers.CharField(source="customer.external_id")
    is_suppressed = serializers.BooleanField(help_text="Nothing is sent to its address, whatever it wants.")
    topics = PreferenceSerializer(many=True, help_text="All marketing first, then topic by topic.")


class WordSerializer(StrictSerializer):
    """A customer's yes or no."""

    topic = Text(max_length=40, allow_null=True, help_text=TOPIC)
    is_given = YesNo(help_text="True: yes.")
    wording = Text(max_length=2_000, help_text="What the customer read when it said so; kept as proof.")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # declared fields do not become attributes
        [one.value for one in SOURCES], required=False, default=ConsentSource.API.value, help_text="Where it said so."
    )


class ConsentEntrySerializer(serializers.Serializer):
    """One word of a customer."""

    id = serializers.IntegerField()
    topic = serializers.CharField(source="topic.key", default=None, allow_null=True, read_only=True, help_text=TOPIC)
    is_given = serializers.BooleanField()
    wording = serializers.CharField()
    source = serializers.ChoiceField(ConsentSource.choices)  # type: ignore[assignment]  # as above
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", default=None, read_only=True, allow_null=True)
    delivery = serializers.IntegerField(source="delivery_id", allow_null=True, help_text="The message that it answers.")


class SuppressionSerializer(serializers.Serializer):
    """An address that nothing is sent to."""

    id = serializers.IntegerField()
    address = serializers.CharField(help_text="Empty once the customer was erased.")
    reason = serializers.ChoiceField(SuppressionReason.choices)
    note = serializers.CharField()
    since = serializers.DateTimeField()
    by = serializers.CharField(source="by.username", default=None, read_only=True, allow_null=True)


class NewSuppressionSerializer(StrictSerializer):
    address = serializers.EmailField(max_length=254)
    note = Text(max_length=300, required=False, allow_blank=True, default="")


class SwitchSerializer(serializers.Serializer):
    """Whether anything goes out by a channel, or at all."""

    channel = serializers.SerializerMethodField(help_text="`all`, or one of them.")
    is_on = serializers.BooleanField()
    reason = serializers.CharField(source="last.reason", default="", read_only=True)
    changed_at = serializers.DateTimeField(source="last.changed_at", default=None, allow_null=True, read_only=True)
    changed_by = serializers.CharField(source="last.changed_by.username", default=None, allow_null=True, read_only=True)
    held = serializers.IntegerField(help_text="Steps that are due and not done, counted to 10,000.")
    rests_until = serializers.DateTimeField(
        source="breaker.open_until", default=None, allow_null=True, read_only=True,
        help_text="The channel does not answer and is not asked until then.",
    )  # fmt: skip

    def get_channel(self, state: object) -> str:
        return getattr(state, "channel", "") or ALL


class TurnSerializer(StrictSerializer):
    is_on = YesNo()
    reason = Text(max_length=MAX_REASON, help_text="Everybody sees it.")


CHANNELS = {ALL: "", **{value: value for value in Channel.values}}
