"""Campaigns with their versions, and what people do with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.validators import validate_slug
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from campaigns.definition.text import DefinitionError
from campaigns.engine.freezing import Resume
from campaigns.models import Campaign, CampaignState, CampaignVersion, MessageClass, TriggerKind, VersionState
from campaigns.queries.funnel import InShort
from lifecycle.api.serializers.fields import Instant, StrictSerializer, Text, Tree, YesNo

MAX_REASON = 500


class VersionSerializer(serializers.ModelSerializer):
    """One text of a campaign."""

    state = serializers.ChoiceField(VersionState.choices)
    trigger_kind = serializers.ChoiceField(TriggerKind.choices)
    audience = serializers.IntegerField(allow_null=True, help_text="Customers a month that it was expected to reach.")
    written_by = serializers.CharField(source="written_by.username", default=None, read_only=True, allow_null=True)
    submitted_by = serializers.CharField(source="submitted_by.username", default=None, read_only=True, allow_null=True)
    published_by = serializers.CharField(source="published_by.username", default=None, read_only=True, allow_null=True)

    class Meta:
        model = CampaignVersion
        fields: tuple[str, ...] = (
            "number", "state", "priority", "trigger_kind", "audience", "written_at", "written_by", "submitted_by",
            "published_at", "published_by",
        )  # fmt: skip
        read_only_fields = fields


class VersionTextSerializer(VersionSerializer):
    definition = serializers.DictField(help_text="What it says; docs/campaigns.md has every field.")

    class Meta(VersionSerializer.Meta):
        fields = (*VersionSerializer.Meta.fields, "definition")
        read_only_fields = fields


class CountsSerializer(serializers.Serializer):
    """Of the customers that you see."""

    inside = serializers.IntegerField(help_text="Now.")
    entered = serializers.IntegerField(help_text="In the last 30 days, as all that follows.")
    converted = serializers.IntegerField(help_text="Of those who entered: reached the goal.")
    sent = serializers.IntegerField()
    arrived = serializers.IntegerField(help_text="Emails that were sent and did not bounce.")
    opened = serializers.IntegerField(help_text="Of these emails.")


class CampaignSerializer(serializers.ModelSerializer):
    """A campaign with its state. The numbers are in the context as ``counts``, by its id."""

    state = serializers.ChoiceField(CampaignState.choices)
    live_version = serializers.SerializerMethodField(help_text="Number of the version in force; null: none is.")
    open_version = serializers.SerializerMethodField(help_text="Number of the draft, or of what is in review.")
    counts = serializers.SerializerMethodField(help_text="Null: counting took too long.")

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = (
            "id", "key", "name", "description", "state", "state_reason", "state_at", "live_version", "open_version",
            "counts",
        )  # fmt: skip
        read_only_fields = fields

    def get_live_version(self, campaign: Campaign) -> int | None:
        return _number(campaign, VersionState.LIVE)

    def get_open_version(self, campaign: Campaign) -> int | None:
        return _number(campaign, VersionState.DRAFT, VersionState.IN_REVIEW)

    @extend_schema_field(CountsSerializer(allow_null=True))
    def get_counts(self, campaign: Campaign) -> Any:
        counts: Mapping[int, InShort] = self.context["counts"]
        found = counts.get(campaign.pk)
        return CountsSerializer(found).data if found else None


class CampaignDetailSerializer(CampaignSerializer):
    """A campaign with what it says."""

    live = serializers.SerializerMethodField(help_text="The version in force.")
    draft = serializers.SerializerMethodField(help_text="The draft, or what is in review.")
    versions: serializers.Field = VersionSerializer(many=True, help_text="All, the newest first.")

    class Meta(CampaignSerializer.Meta):
        fields = (*CampaignSerializer.Meta.fields, "live", "draft", "versions")
        read_only_fields = fields

    @extend_schema_field(VersionTextSerializer(allow_null=True))
    def get_live(self, campaign: Campaign) -> Any:
        return _text(campaign, VersionState.LIVE)

    @extend_schema_field(VersionTextSerializer(allow_null=True))
    def get_draft(self, campaign: Campaign) -> Any:
        return _text(campaign, VersionState.DRAFT, VersionState.IN_REVIEW)


class CampaignTextSerializer(StrictSerializer):
    """What can be changed of a campaign without a new version."""

    name = Text(max_length=120)
    description = Text(required=False, allow_blank=True, max_length=10_000)


class NewCampaignSerializer(CampaignTextSerializer):
    key = Text(max_length=60, validators=[validate_slug], help_text="Names it for good.")
    definition = Tree(required=False, help_text="What its first draft says.")


class DraftSerializer(StrictSerializer):
    definition = Tree(help_text="The whole text; docs/campaigns.md has every field.")
    seen_at = Instant(
        required=False, help_text="`written_at` of the draft that you read. If it was changed since, the answer is 409."
    )


class DefinitionSerializer(StrictSerializer):
    definition = Tree(help_text="The whole text; docs/campaigns.md has every field.")


class ValidatedDefinitionSerializer(serializers.Serializer):
    """What a campaign means that could be written so."""

    definition = serializers.DictField(help_text="In its canonical spelling.")
    message_class = serializers.ChoiceField(MessageClass.choices)
    listens_for = serializers.ListField(
        child=serializers.CharField(), help_text="The events that start, wake or end it."
    )
    audience = serializers.IntegerField(
        allow_null=True, help_text="Customers it would have reached in 30 days; null: counting took too long."
    )


class WhySerializer(StrictSerializer):
    reason = Text(max_length=MAX_REASON, required=False, allow_blank=True, default="", help_text="For its log.")


class ReasonSerializer(StrictSerializer):
    reason = Text(max_length=MAX_REASON, help_text="For its log; everybody sees it.")


class ResumeSerializer(WhySerializer):
    how = serializers.ChoiceField(
        [one.value for one in Resume],
        help_text="What was due meanwhile: `shift` it by as long as it stood still, `skip` it, or do it `now`.",
    )


class PublishCampaignSerializer(StrictSerializer):
    move_people = YesNo(
        required=False, default=False,
        help_text="True: who is inside goes on in the new version where its step is still there.",
    )  # fmt: skip


def at_definition(error: DefinitionError) -> ValidationError:
    """Each mistake at its field: ``steps[0].kind`` is ``definition.steps.0.kind`` there."""
    problems: dict[str, list[ErrorDetail]] = {}
    for one in error.problems:
        path = re.sub(r"\[(\d+)\]", r".\1", one.path)
        problems.setdefault(f"definition.{path}".rstrip("."), []).append(ErrorDetail(one.sentence, "invalid"))
    return ValidationError(problems)


def _version(campaign: Campaign, *states: str) -> CampaignVersion | None:
    return next((one for one in campaign.versions.all() if one.state in states), None)


def _number(campaign: Campaign, *states: str) -> int | None:
    version = _version(campaign, *states)
    return version.number if version else None


def _text(campaign: Campaign, *states: str) -> Any:
    version = _version(campaign, *states)
    return VersionTextSerializer(version).data if version else None
