"""Rules as people write them through the API: names of fields as ``RuleSerializer`` shows them."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from lifecycle.api import lifecycles
from lifecycle.engine.exchange import MAX_PRIORITY
from lifecycle.engine.rules import MAX_COOLDOWN, MAX_HYSTERESIS, RuleText
from lifecycle.models import Lifecycle
from lifecycle.rules.lint import Finding, Kind
from lifecycle.rules.notations import key_of
from lifecycle.rules.parse import Problem, RuleError

from .fields import StrictSerializer, Text, Tree, Whole, YesNo

WRITTEN = {field.name for field in dataclasses.fields(RuleText)}


class RuleTextSerializer(StrictSerializer):
    """What can be changed of a draft."""

    name = Text(max_length=100)
    description = Text(required=False, allow_blank=True, default="")
    from_tags = serializers.ListField(
        child=Text(max_length=40), required=False, default=list, max_length=200,
        error_messages={"not_a_list": "A list of codes is needed, such as [\"ST_001\"]."},
        help_text="Codes of the tags that it starts from.",
    )  # fmt: skip
    from_untagged = YesNo(required=False, default=False, help_text="Also for customers that have no tag yet.")
    to_tag = Text(max_length=40, help_text="Code of the tag that it leads to.")
    conditions = Tree(help_text="The tree of all, any, not and conditions.")
    priority = Whole(
        required=False, default=100, min_value=1, max_value=MAX_PRIORITY, help_text="The lower number wins."
    )
    is_automatic = YesNo(required=False, default=True, help_text="False: each move waits for a person's approval.")
    skips_review = YesNo(required=False, default=False, help_text="The review policy does not apply to it.")
    cooldown_days = Whole(required=False, default=0, min_value=0, max_value=MAX_COOLDOWN)
    hysteresis_percent = Whole(required=False, default=0, min_value=0, max_value=MAX_HYSTERESIS)
    notification = Tree(
        child=Text(), required=False, allow_null=True, default=None,
        help_text='Null, or such as {"team": "retention", "priority": "high"}.',
    )  # fmt: skip


class NewRuleSerializer(RuleTextSerializer):
    """A rule that is not there yet, or the next version of one."""

    lifecycle = Text(max_length=40, required=False, help_text="Code of the lifecycle.")
    key = serializers.SlugField(
        max_length=60, required=False, help_text="Names the rule across its versions; made from the name if left out."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        values["lifecycle"] = lifecycles.chosen(values.get("lifecycle"))
        values["key"] = values.get("key") or key_of(values["name"])
        if not values["key"]:
            message = "The name gives no key; write one of letters, digits and hyphens."
            raise ValidationError({"key": [ErrorDetail(message, "required")]})
        return values


def with_tags(written: dict[str, Any], lifecycle: Lifecycle) -> dict[str, Any]:
    """What was written with the tags that its codes name. Raises ``ValidationError`` for one that is not there."""
    tags = {tag.code: tag for tag in lifecycle.tags.all()}
    named = {name: value for name, value in written.items() if name in WRITTEN}
    if "from_tags" in named:
        named["from_tags"] = tuple(lifecycles.tag_of(tags, code, "from_tags") for code in named["from_tags"])
    if "to_tag" in named:
        named["to_tag"] = lifecycles.tag_of(tags, named["to_tag"], "to_tag")
    return named


def at_fields(error: RuleError) -> ValidationError:
    """The problems of a rule, each at its field: ``all[1].value`` is ``conditions.all.1.value`` there."""
    problems: dict[str, list[ErrorDetail]] = {}
    for problem in error.problems:
        problems.setdefault(_field(problem), []).append(ErrorDetail(problem.sentence, "invalid"))
    return ValidationError(problems)


def _field(problem: Problem) -> str:
    path = re.sub(r"\[(\d+)\]", r".\1", problem.path)
    if path.partition(".")[0] in WRITTEN:
        return path
    return f"conditions.{path}".rstrip(".")


class PublishSerializer(StrictSerializer):
    """What is published."""

    expected_fingerprint = Text(
        max_length=64, required=False,
        help_text="`fingerprint` of the text that you read. If it was changed since, the answer is 409.",
    )  # fmt: skip


class ValidatedRuleSerializer(serializers.Serializer):
    """What a rule means that could be written so."""

    conditions = serializers.DictField(help_text="In their canonical spelling.")
    sentence = serializers.CharField(help_text="The conditions in words.")
    customers = serializers.IntegerField(
        allow_null=True, help_text="How many in its tags meet it now; null if counting takes too long."
    )
    warnings = serializers.ListField(
        child=serializers.CharField(), help_text="What is likely a mistake about it beside the rules in force."
    )


class FindingSerializer(serializers.Serializer):
    """What is allowed and yet likely a mistake."""

    kind = serializers.ChoiceField(choices=[one.value for one in Kind])
    rule = serializers.SerializerMethodField(help_text="Key of the rule; null if it is about a tag.")
    sentence = serializers.CharField()

    def get_rule(self, finding: Finding) -> str | None:
        return finding.key or None
