"""The form in which a rule is written. What it accepts, the engine accepts: both ask ``engine.rules.check``."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from lifecycle.engine.rules import RuleText, check
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import Lifecycle, NoticePriority, RuleState, StatusTag, Team, TransitionRule
from lifecycle.rules.nodes import to_json
from lifecycle.rules.parse import RuleError, parse_text

from .rule_text import as_sentence, field_of, laid_out
from .tag_fields import TagField, TagsField

_EXAMPLE = '{"all": [\n    {"metric": "order_count", "operator": ">=", "value": 2}\n]}'
# The rows hide it: they need none.
_JSON_HELP = mark_safe(
    '<span id="conditions-help">Groups are all, any and not; a condition has metric, operator and value.</span>'
)
_CODE = {"rows": 12, "class": "tn-code-input", "spellcheck": "false", "autocapitalize": "off", "autocorrect": "off"}


class RuleForm(forms.ModelForm):
    """``lifecycle`` is given by the page, and ``key`` where a rule gets another version."""

    lifecycle: Lifecycle
    key: str = ""

    from_tags = TagsField(
        StatusTag.objects.none(),
        required=False,
        label="Moves customers from",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    to_tag = TagField(
        StatusTag.objects.none(), label="To", empty_label="Choose a tag", widget=UnfoldAdminSelectWidget()
    )
    conditions = forms.CharField(
        label="Conditions",
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={**_CODE, "aria-describedby": "rule-preview"}),
        help_text=_JSON_HELP,
    )
    notify_team = forms.ModelChoiceField(
        Team.objects.all(),
        required=False,
        label="Tell a team",
        empty_label="Nobody",
        widget=UnfoldAdminSelectWidget(),
        help_text="Of each move that this rule makes: in its list, and by email if it has an address.",
    )
    notify_priority = forms.ChoiceField(
        choices=NoticePriority.choices, required=False, label="How urgent", widget=UnfoldAdminSelectWidget()
    )

    class Meta:
        model = TransitionRule
        fields = (
            "name", "key", "description", "from_tags", "from_untagged", "to_tag", "conditions",
            "priority", "is_automatic", "skips_review", "cooldown_days", "hysteresis_percent",
        )  # fmt: skip
        labels = {
            "from_untagged": "Also customers without a tag",
            "is_automatic": "Moves by itself",
            "hysteresis_percent": "Hysteresis in %",
        }
        help_texts = {
            "from_untagged": "",
            "is_automatic": "Off: each move waits for a person's approval.",
            "key": "Names the rule across its versions, such as second-order. Made from the name if left empty.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_tags", "to_tag"):
            cast(TagField, self.fields[name]).queryset = self.lifecycle.tags.all()
        self.fields["key"].required = False
        if self.key:
            self.fields["key"].disabled, self.initial["key"] = True, self.key
        told = self.initial.get("notification") or self.instance.notification or {}
        self.initial.setdefault("notify_team", Team.objects.filter(code=told.get("team")).first())
        self.initial.setdefault("notify_priority", told.get("priority", NoticePriority.MEDIUM))
        self.fields["cooldown_days"].required = self.fields["hysteresis_percent"].required = False
        self.fields["description"].widget.attrs["rows"] = 3
        written = self.initial.get("conditions")
        if not isinstance(written, str):
            self.initial["conditions"] = laid_out(written) if written else _EXAMPLE

    def clean_conditions(self) -> dict[str, object]:
        try:
            return to_json(parse_text(self.cleaned_data["conditions"], CATALOGUE))
        except RuleError as error:
            raise ValidationError([as_sentence(problem) for problem in error.problems]) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.key and self.instance.pk is None:
            self._refuse_second_draft()
        if not self.key:
            data["key"] = data.get("key") or slugify(data.get("name", ""))[:60].strip("-")
            self._refuse_taken_key(data["key"])
        if "to_tag" in data and "conditions" in data:
            try:
                check(self.text, self.lifecycle)
            except RuleError as error:
                for problem in error.problems:
                    self.add_error(field_of(problem), as_sentence(problem))
        return data

    @property
    def text(self) -> RuleText:
        """What was written, as the engine takes it."""
        data = self.cleaned_data
        team = data.get("notify_team")
        return RuleText(
            name=data.get("name", ""),
            description=data.get("description", ""),
            to_tag=data["to_tag"],
            from_tags=tuple(data.get("from_tags", ())),
            from_untagged=data.get("from_untagged", False),
            conditions=data["conditions"],
            priority=data.get("priority", 1),
            is_automatic=data.get("is_automatic", True),
            notification={"team": team.code, "priority": data.get("notify_priority") or "medium"} if team else None,
            skips_review=data.get("skips_review", False),
            cooldown_days=data.get("cooldown_days") or 0,
            hysteresis_percent=data.get("hysteresis_percent") or 0,
        )

    def _refuse_second_draft(self) -> None:
        drafts = TransitionRule.objects.filter(lifecycle=self.lifecycle, key=self.key, state=RuleState.DRAFT)
        if draft := drafts.first():
            self.add_error(None, f"There is a draft already, version {draft.version}; open it and write there.")

    def _refuse_taken_key(self, key: str) -> None:
        if not key:
            if "name" in self.cleaned_data and "key" not in self.errors:
                self.add_error("key", "The name gives no key; write one of letters, digits and hyphens.")
        elif TransitionRule.objects.filter(lifecycle=self.lifecycle, key=key).exists():
            self.add_error(
                "key", f"There is a rule “{key}” in {self.lifecycle} already; open it and write a new version of it."
            )
