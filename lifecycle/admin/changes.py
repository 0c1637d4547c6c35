"""Who changed which lifecycle, tag or rule, and how: the audit that the database writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from pghistory.admin.core import EventsAdmin
from pghistory.models import Events
from unfold.admin import ModelAdmin
from unfold.decorators import display

from lifecycle import queries

_DID = {"insert": "Added", "update": "Changed", "delete": "Deleted"}
_COLOURS = {"Added": "success", "Changed": "info", "Deleted": "danger"}


class ChangesAdmin(EventsAdmin, ModelAdmin):
    """Registered by django-pghistory, which is told of it by PGHISTORY_ADMIN_CLASS."""

    change_list_template = None  # type: ignore[assignment]  # Unfold's own
    actions = None
    list_per_page = 50
    sortable_by = ()
    ordering = ("-pgh_created_at", "-pgh_id")
    fields = ("at", "did", "what", "data")
    readonly_fields = fields

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        names = _names()  # once, not once a row
        return ("at", _who_column(names), "did", "what", _difference_column(names))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are among what is changed, of everybody."""
        return super().has_view_permission(request, obj) and queries.sees_everybody(request.user)

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return ()

    @display(description="When")
    def at(self, event: Events) -> str:
        return f"{event.pgh_created_at:%-d %b %Y, %H:%M}"

    @display(description="Did", label=_COLOURS)
    def did(self, event: Events) -> str:
        return _DID.get(event.pgh_label, event.pgh_label)

    @display(description="What")
    def what(self, event: Events) -> str:
        kind = str(apps.get_model(event.pgh_obj_model)._meta.verbose_name) if event.pgh_obj_model else "row"
        data = event.pgh_data or {}
        version = f", version {data['version']}" if "version" in data else ""
        return f"{kind.capitalize()} “{data.get('name') or data.get('code') or event.pgh_obj_id}”{version}"

    @display(description="The row after it")
    def data(self, event: Events) -> str:
        names = _names()
        values = (event.pgh_data or {}).items()
        return "; ".join(f"{_words(field)}: {_shown(field, value, names)}" for field, value in values)


def _names() -> dict[int, str]:
    return dict(get_user_model().objects.values_list("pk", "username"))


def _shown(field: str, value: Any, names: Mapping[int, str]) -> Any:
    return names.get(value, value) if field.endswith("_by_id") else value


def _who_column(names: Mapping[int, str]) -> Callable[[Events], str]:
    @display(description="Who")
    def who(event: Events) -> str:
        user_id = (event.pgh_context or {}).get("user")
        return names.get(user_id, f"User {user_id}") if user_id else "The system"

    return who


def _difference_column(names: Mapping[int, str]) -> Callable[[Events], str | None]:
    @display(description="Changes", empty_value="–")
    def difference(event: Events) -> str | None:
        changes = (event.pgh_diff or {}).items()
        words = (
            f"{_words(field)}: {_shown(field, old, names)} → {_shown(field, new, names)}"
            for field, (old, new) in changes
        )
        return "; ".join(words)[:300] or None

    return difference


def _words(field: str) -> str:
    return field.replace("_id", "").replace("_", " ")
