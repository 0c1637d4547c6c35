"""What came of campaigns."""

from __future__ import annotations

from rest_framework import serializers

from analytics.rules.results import ARRIVED


def _count(help_text: str = "") -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, help_text=help_text)


def _share(source: str, help_text: str = "") -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, source=source, help_text=help_text)


class MessagesSerializer(serializers.Serializer):
    """Rates of opens, clicks, complaints and unsubscribes are of ``arrived``. Opens are unreliable: mail programs
    open by themselves, or hide it."""

    planned = _count()
    sent = _count("Taken by the provider.")
    delivered = _count("As far as providers tell.")
    arrived = _count(f"Sent and {ARRIVED}.")
    opened = _count()
    clicked = _count()
    bounced = _count()
    complained = _count()
    unsubscribed = _count()
    not_sent = serializers.DictField(child=serializers.IntegerField(), help_text="By reason.")


class EntriesSerializer(serializers.Serializer):
    enrolled = serializers.IntegerField(source="number", help_text="Enrollments, held out ones among them.")
    inside = _count("Still, of these.")
    ended = serializers.DictField(child=serializers.IntegerField(), help_text="By reason.")
    customers = _count("Who entered for the first time and were treated.")
    converted = _count("Of them, who reached the goal.")


class ArmSerializer(serializers.Serializer):
    customers = _count()
    converted = _count()


class ComparedSerializer(serializers.Serializer):
    """Intention to treat; Newcombe's 95% interval, Fisher's exact test. Null where there are too few to say."""

    step = serializers.CharField(help_text="Empty: at entry.")
    share = serializers.IntegerField(allow_null=True, help_text="Held out, in per cent.")
    treated = ArmSerializer(source="lift.treated")
    held_out = ArmSerializer(source="lift.held_out")
    difference = _share("lift.difference", "Of the shares from 0 to 1, treated less held out.")
    low = _share("lift.low")
    high = _share("lift.high")
    p_value = _share("lift.p_value")
    says = serializers.CharField(source="lift.sentence")


class ResultSerializer(serializers.Serializer):
    key = serializers.CharField(source="campaign.key")
    name = serializers.CharField(source="campaign.name")
    state = serializers.CharField(source="campaign.state")
    enrollments = EntriesSerializer(source="enrolled")
    messages = MessagesSerializer()
    holdout = ComparedSerializer(many=True, source="compared")
    says = serializers.CharField(source="sentence", help_text="Whether it worked.")


class ResultsSerializer(serializers.Serializer):
    as_of = serializers.DateTimeField()
    start = serializers.DateField()
    end = serializers.DateField()
    campaigns = ResultSerializer(many=True)


class DetailSerializer(ResultSerializer):
    versions = serializers.DictField(child=EntriesSerializer(), help_text="By number.")
    channels = serializers.DictField(child=MessagesSerializer())


class OneResultSerializer(serializers.Serializer):
    as_of = serializers.DateTimeField()
    start = serializers.DateField()
    end = serializers.DateField()
    result = DetailSerializer()
