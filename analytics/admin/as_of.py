"""Lists that tell of the instant of the number which leads to them."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms
from django.utils import timezone

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class AsOfForm(forms.Form):
    """``as_of``: an instant that is over; ``None``: now."""

    as_of = forms.DateTimeField(
        required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"]
    )

    def clean_as_of(self) -> datetime | None:
        as_of: datetime | None = self.cleaned_data["as_of"]
        if as_of and as_of > timezone.now():
            raise forms.ValidationError("Nobody knows the figures of a day to come.")
        if as_of and as_of < EARLIEST:
            raise forms.ValidationError(f"Choose a day from {EARLIEST.year} on.")
        return as_of
