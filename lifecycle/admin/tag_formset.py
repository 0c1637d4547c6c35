"""The tags of a lifecycle in its form: what is wrong is said at the field, for all rows together."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from lifecycle.models import StatusTag, TagCategory, TagColour

MOST_TAGS = 100
MOST_POSITION = 32_767


class TagForm(forms.ModelForm):
    class Meta:
        model = StatusTag
        fields = ("code", "name", "category", "colour", "position", "is_initial", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = self.instance.pk is not None  # the API and the shipped files name it
        # An empty choice, so that a row nobody has written in is empty.
        for name, empty, known in (("category", "Choose one", TagCategory), ("colour", "As its category", TagColour)):
            cast(forms.ChoiceField, self.fields[name]).choices = [("", empty), *known.choices]
        self.fields["position"].required, self.fields["position"].initial = False, None

    def validate_constraints(self) -> None:
        """The formset sees what all rows will be; the database, only what they were."""


class TagFormSet(BaseInlineFormSet):
    """Tags without a position go to the end."""

    def clean(self) -> None:
        rows = [form for form in self.forms if form.instance.pk or form.has_changed()]
        if not rows:
            raise ValidationError("A lifecycle needs at least one tag.")
        if len(rows) > MOST_TAGS:
            raise ValidationError(f"A lifecycle may have {MOST_TAGS} tags; these are {len(rows)}.")
        self._refuse_same_codes(rows)
        self._refuse_second_first(rows)
        without = [form for form in rows if form.instance.position is None]
        last = max((form.instance.position or 0 for form in rows), default=0)
        if last + len(without) > MOST_POSITION:
            raise ValidationError(f"Positions go up to {MOST_POSITION:,}; these would go beyond.")
        for number, form in enumerate(without, start=1):
            form.instance.position = last + number

    def save(self, commit: bool = True) -> Any:
        # The one before steps back first: the database holds that there is one at most.
        first = [form.instance.pk for form in self.forms if form.instance.is_initial]
        self.instance.tags.filter(is_initial=True).exclude(pk__in=first).update(is_initial=False)
        return super().save(commit)

    def _refuse_same_codes(self, rows: list[forms.ModelForm]) -> None:
        seen: set[str] = set()
        for form in rows:
            code = form.instance.code
            if code and code in seen:
                form.add_error("code", f"There is a tag “{code}” in this lifecycle already.")
            seen.add(code)

    def _refuse_second_first(self, rows: list[forms.ModelForm]) -> None:
        chosen = [form for form in rows if form.instance.is_initial]
        for form in chosen[1:]:
            first = chosen[0].instance.name or "another"
            form.add_error("is_initial", f"New customers start in one tag only, and {first} is chosen.")
