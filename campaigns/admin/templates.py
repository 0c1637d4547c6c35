"""Messages that campaigns send by email: the list, the head of one, and its languages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display

from campaigns.models import MessageTemplate
from campaigns.queries.templates import text_of

from .template_texts import preview_part, text_page


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ModelAdmin):
    when_empty = "Write here what campaigns send by email, in one or more languages."
    actions = None
    list_display = ("name", "key", "languages", "default_language", "description")
    sortable_by = ()
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    fields = ("name", "key", "description", "default_language")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageTemplate]:
        rows = super().get_queryset(request)
        return rows.annotate(written_in=StringAgg("texts__language", Value(", "), order_by="texts__language"))

    def get_fields(self, request: HttpRequest, obj: MessageTemplate | None = None) -> tuple[str, ...]:
        return (*self.fields, "texts_shown") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: MessageTemplate | None = None) -> tuple[str, ...]:
        return ("key", "texts_shown") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: MessageTemplate | None = None) -> Any:
        return {} if obj or not self.has_change_permission(request) else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # campaigns name it

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "campaigns_messagetemplate"
        return [
            path("<int:object_id>/change/texts/add/", view(self.add_text), name=f"{name}_add_text"),
            path("<int:object_id>/change/texts/<str:language>/", view(self.text), name=f"{name}_text"),
            path("<int:object_id>/preview/", view(self.preview), name=f"{name}_preview"),
            *super().get_urls(),
        ]

    def response_add(
        self, request: HttpRequest, obj: MessageTemplate, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new message says nothing; its text comes next."""
        return redirect("admin:campaigns_messagetemplate_add_text", obj.pk)

    def add_text(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        template = self.get_object(request, str(object_id))
        if template is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))
        return text_page(self, request, template, None, may_change=True)

    def text(self, request: HttpRequest, object_id: int, language: str) -> HttpResponse:
        """One language; who may not change it looks at it."""
        template = self._seen(request, object_id)
        text = text_of(template, language) if template else None
        if template is None or text is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))
        return text_page(self, request, template, text, may_change=self.has_change_permission(request))

    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """While somebody writes."""
        template = self._seen(request, object_id)
        if template is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))
        return preview_part(request, template) if request.method == "POST" else HttpResponseNotAllowed(["POST"])

    def _seen(self, request: HttpRequest, object_id: int) -> MessageTemplate | None:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: MessageTemplate | None = self.get_object(request, str(object_id))
        return found

    @display(description="Languages")
    def languages(self, template: Any) -> str:
        return template.written_in or "Not written yet"

    @display(description="Languages")
    def texts_shown(self, template: MessageTemplate) -> SafeString:
        context = {"template": template, "texts": template.texts.all()}
        return render_to_string("campaigns/admin/_template_texts.html", context)
