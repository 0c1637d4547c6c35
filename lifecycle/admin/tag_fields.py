"""Form fields that offer tags by their names."""

from __future__ import annotations

from django import forms

from lifecycle.models import StatusTag


class TagField(forms.ModelChoiceField):
    def label_from_instance(self, obj: StatusTag) -> str:
        return obj.name


class TagsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: StatusTag) -> str:
        return obj.name
