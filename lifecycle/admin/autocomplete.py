"""Fields that offer rows as one types. Django asks the database for whatever was posted, even if it is no id at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Field
from django.http import HttpRequest

_MOST_DIGITS = 18  # of a bigint


class _OfIds:
    """Shows what was chosen, as far as it can be an id; whether it is one, the field says."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        ids = [one for one in value if str(one).isascii() and str(one).isdigit() and len(str(one)) <= _MOST_DIGITS]
        return super().optgroups(name, ids, attr)  # type: ignore[misc]  # mixed into an admin


class RowSelect(_OfIds, AutocompleteSelect):
    """One row."""


class RowsSelect(_OfIds, AutocompleteSelectMultiple):
    """Several rows."""


class Autocompleted:
    """Mixed into an admin with ``autocomplete_fields`` before ``ModelAdmin``."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        more = self._widget(RowSelect, db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **more)  # type: ignore[misc]  # mixed into an admin

    def formfield_for_manytomany(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        more = self._widget(RowsSelect, db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **more)  # type: ignore[misc]  # mixed into an admin

    def _widget(self, widget: Any, db_field: Field, request: HttpRequest, more: dict[str, Any]) -> dict[str, Any]:
        admin: Any = self
        if db_field.name not in admin.get_autocomplete_fields(request):
            return more
        return {"widget": widget(db_field, admin.admin_site, using=more.get("using")), **more}
