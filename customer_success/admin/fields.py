"""Fields of forms that several pages have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.validators import ProhibitNullCharactersValidator
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

MOST_LINES = 50


class Lines(forms.CharField):
    """A list of texts, one a line; ``longest``: of a line."""

    def __init__(self, *, longest: int = 300, rows: int = 3, help_text: Any = "One a line.", **more: Any) -> None:
        self.longest = longest
        widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
        super().__init__(required=False, widget=widget, help_text=help_text, **more)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        if len(value) > MOST_LINES:
            raise forms.ValidationError(f"At most {MOST_LINES} lines fit; these are {len(value)}.")
        for line in value:
            if len(line) > self.longest:
                raise forms.ValidationError(f"“{line[:30]}…” is longer than {self.longest} characters.")
            ProhibitNullCharactersValidator()(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class Person(forms.ModelChoiceField):
    """Somebody who works in the admin."""

    def __init__(self, *, empty_label: str = "Nobody", **more: Any) -> None:
        people = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("username")
        super().__init__(people, required=False, empty_label=empty_label, widget=UnfoldAdminSelectWidget(), **more)
