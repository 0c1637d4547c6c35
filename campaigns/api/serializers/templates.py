"""Texts of messages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as NotValid
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from campaigns.engine.templates import TemplateRefused
from campaigns.models import MessageTemplate, TemplateText
from lifecycle.api.serializers.fields import StrictSerializer, Text

MAX_BODY, MAX_TEXT = 60_000, 30_000  # of the 100,000 bytes that a request may have


class TextSerializer(serializers.Serializer):
    """A message in one language."""

    language = serializers.CharField()
    subject = serializers.CharField()
    preheader = serializers.CharField(help_text="What mail programs show beside the subject.")
    body = serializers.CharField(help_text="MJML with Liquid.")
    text = serializers.CharField(help_text="For programs without HTML; empty: made from the body.")


class TemplateSerializer(serializers.ModelSerializer):
    """A message that campaigns send by email."""

    languages = serializers.SerializerMethodField(help_text="In which it is written.")

    class Meta:
        model = MessageTemplate
        fields: tuple[str, ...] = ("id", "key", "name", "description", "default_language", "languages")
        read_only_fields = fields

    def get_languages(self, template: MessageTemplate) -> list[str]:
        return [one.language for one in template.texts.all()]


class TemplateDetailSerializer(TemplateSerializer):
    """A message with its texts."""

    texts: serializers.Field = TextSerializer(many=True)

    class Meta(TemplateSerializer.Meta):
        fields = (*TemplateSerializer.Meta.fields, "texts")
        read_only_fields = fields


class TextBodySerializer(StrictSerializer):
    """Liquid in all fields."""

    subject = Text(max_length=300)
    preheader = Text(max_length=300, required=False, allow_blank=True, default="")
    body = Text(max_length=MAX_BODY, trim_whitespace=False, help_text="MJML.")
    text = Text(max_length=MAX_TEXT, required=False, allow_blank=True, default="", trim_whitespace=False)


class AdviceSerializer(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class SavedTextSerializer(TextSerializer):
    advice = AdviceSerializer(many=True, help_text="What may be so and is better otherwise.")


class RenderSerializer(StrictSerializer):
    """What to render with whose values."""

    language = Text(max_length=10, required=False, help_text="The default language of the message, if left out.")
    customer = Text(
        max_length=200, required=False, allow_null=True, default=None,
        help_text="Its id in the system that sends the events; without one every value shows its name.",
    )  # fmt: skip
    texts = TextBodySerializer(required=False, help_text="Instead of what is saved.")


class MailSerializer(serializers.Serializer):
    """The mail as the customer would get it, as marketing."""

    subject = serializers.CharField()
    html = serializers.CharField()
    text = serializers.CharField()


def checked_language(text: str) -> str:
    """Raises ``ValidationError``."""
    field: Any = TemplateText._meta.get_field("language")
    try:
        return field.clean(text, None)
    except NotValid as error:
        raise ValidationError({"language": [ErrorDetail(error.messages[0], "invalid")]}) from error


def at_fields(error: TemplateRefused, place: str = "") -> ValidationError:
    """What is wrong with texts, each at its field."""
    problems: dict[str, list[ErrorDetail]] = {}
    for one in error.problems:
        field = f"{place}{one.field}" if one.field else "non_field_errors"
        problems.setdefault(field, []).append(ErrorDetail(one.message, "invalid"))
    return ValidationError(problems)
