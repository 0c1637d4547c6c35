"""The form in which a scorecard is written. What it accepts, the engine accepts: both ask ``check_scorecard``."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from customer_success.engine.scorecards import check_scorecard
from customer_success.metrics.inputs import INPUT_GROUPS, Input
from customer_success.rules.scorecard_text import KINDS, PRIORITIES, ScorecardError
from lifecycle.admin.rule_text import laid_out
from lifecycle.rules.parse import Problem

_CODE = {"class": "tn-code-input", "spellcheck": "false", "autocapitalize": "off", "autocorrect": "off"}
MAX_LENGTH = 200_000
_FIRST: dict[str, Any] = {
    "dimensions": [
        {
            "code": "engagement",
            "name": "Engagement",
            "weight": 100,
            "measures": [
                {
                    "input": "days_since_login",
                    "weight": 100,
                    "scale": {
                        "steps": [
                            {"at_least": None, "points": 100},
                            {"at_least": 7, "points": 60},
                            {"at_least": 30, "points": 0},
                        ]
                    },
                }
            ],
        }
    ],
    "bands": {"EXCELLENT": 80, "GOOD": 60, "FAIR": 40, "POOR": 0},
    "alerts": [],
}


class ScorecardForm(forms.Form):
    """``problems``: what is wrong with the scorecard, each with its place."""

    definition = forms.CharField(
        label="Scorecard", max_length=MAX_LENGTH, strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={**_CODE, "rows": 28}),
    )  # fmt: skip
    conditions = forms.CharField(
        label="Whom it scores", required=False, max_length=MAX_LENGTH, strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={**_CODE, "rows": 5}),
        help_text="A condition tree over metrics; empty: everybody whom no scorecard before it scores.",
    )  # fmt: skip
    customer = forms.CharField(
        label="Try it on the customer", required=False, max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "placeholder": "External id"}),
    )  # fmt: skip

    problems: tuple[Problem, ...] = ()

    def clean_definition(self) -> Any:
        return _read(self.cleaned_data["definition"])

    def clean_conditions(self) -> Any:
        text = self.cleaned_data["conditions"].strip()
        tree = _read(text) if text else None
        return None if tree == {"all": []} else tree

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                data["definition"], data["conditions"] = check_scorecard(data["definition"], data["conditions"])
            except ScorecardError as error:
                self.problems = error.problems
                for problem in error.problems:
                    of_whom = problem.path.startswith("applies_to")
                    self.add_error("conditions" if of_whom else "definition", _sentence(problem))
        return data

    @property
    def places(self) -> list[dict[str, str]]:
        return [{"path": one.path, "message": one.sentence} for one in self.problems]


def written(definition: Any, applies_to: Any) -> dict[str, str]:
    """What stands in the form's fields for a version; of none, a start."""
    return {
        "definition": json.dumps(definition or _FIRST, indent=1, ensure_ascii=False),
        "conditions": laid_out(applies_to) if applies_to else '{"all": []}',
    }


def input_vocabulary() -> dict[str, Any]:
    """What the page needs to show a scorecard as cards."""
    return {
        "groups": [{"name": name, "metrics": [_shown(one) for one in inputs]} for name, inputs in INPUT_GROUPS.items()],
        "kinds": KINDS,
        "priorities": PRIORITIES,
    }


def _shown(one: Input) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label[:1].upper() + one.label[1:],
        "type": one.type,
        "unit": one.unit,
        "description": one.description,
        "choices": one.choices,
        "other_names": [],
    }


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (RecursionError, ValueError) as error:
        why = error if isinstance(error, ValueError) else "it is too deep"
        raise ValidationError(f"This is not valid JSON: {why}.") from error


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _sentence(problem: Problem) -> str:
    return f"At {problem.path}: {problem.sentence}" if problem.path else problem.sentence
