"""Fields of forms that several pages have."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget


class Line(forms.CharField):
    """A line of text, for which the browser offers nothing that was typed elsewhere."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), **more)
