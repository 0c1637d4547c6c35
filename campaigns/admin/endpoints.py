"""Webhook endpoints. A secret is shown once, when it is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from campaigns.channels.webhook import allowed
from campaigns.engine.endpoint_secrets import add_endpoint, drop_old_secret, replace_secret
from campaigns.models import WebhookEndpoint
from lifecycle.admin.pages import Question, ask, framed

from .words import page_of

_NEW = ("A new secret is made and shown once.", "What is sent is signed with both until you drop the old one.")
_DROP = ("What is sent is signed with the new secret alone.", "Who still checks with the old one refuses it.")


class EndpointForm(forms.ModelForm):
    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            allowed(url)
        except ValueError as error:  # also a port that is none
            raise forms.ValidationError(str(error)) from error
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ModelAdmin):
    when_empty = "Campaigns tell other systems what to do by signed webhooks. Add the address of the first one."
    actions = None
    form = EndpointForm
    list_display = ("name", "key", "url", "state", "secrets")
    sortable_by = ()
    fields = ("name", "key", "url", "is_active")
    prepopulated_fields = {"key": ("name",)}
    actions_detail = ("new_secret", "drop_secret")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> tuple[str, ...]:
        return ("key", "state", "secrets") if obj else ()

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> tuple[str, ...]:
        return (*self.fields, "state", "secrets") if obj else ("name", "key", "url")

    def get_prepopulated_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        return {} if obj or not self.has_change_permission(request) else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # campaigns name it; it is switched off

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:object_id>/new-secret/", view(self.new_secret), name="campaigns_webhookendpoint_new_secret"),
            path("<int:object_id>/drop-secret/", view(self.drop_secret), name="campaigns_webhookendpoint_drop_secret"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: forms.ModelForm, change: bool) -> None:
        if change:
            obj.off_reason = "" if obj.is_active else obj.off_reason or "By hand"
            return super().save_model(request, obj, form, change)
        add_endpoint(endpoint=obj)
        return None

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._shown_once(request, obj, obj.secret)

    def has_rotate_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("campaigns.change_webhookendpoint")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """There is nothing to drop while there is one secret."""
        endpoint, actions = self.get_object(request, str(object_id)), super().get_actions_detail(request, object_id)
        return actions if endpoint and endpoint.old_secret else [one for one in actions if "drop" not in one.path]

    @action(description="New secret", icon="key", permissions=["rotate"])
    def new_secret(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        found = self._found(request, object_id)
        if not isinstance(found, WebhookEndpoint):
            return found
        if request.method == "POST" and "confirm" in request.POST:
            return self._shown_once(request, found, replace_secret(endpoint=found))
        return self._asked(request, found, Question(f"A new secret for {found}?", _NEW, "Make a new secret"))

    @action(description="Drop the old secret", icon="key_off", permissions=["rotate"])
    def drop_secret(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        found = self._found(request, object_id)
        if not isinstance(found, WebhookEndpoint):
            return found
        if request.method == "POST" and "confirm" in request.POST:
            drop_old_secret(endpoint=found)
            self.message_user(request, "The old secret is dropped.")
            return HttpResponseRedirect(page_of("webhookendpoint", found.pk))
        return self._asked(request, found, Question(f"Drop the old secret of {found}?", _DROP, "Drop it"))

    def _found(self, request: HttpRequest, object_id: int | str) -> WebhookEndpoint | HttpResponse:
        if not self.has_rotate_permission(request):
            raise PermissionDenied
        found: WebhookEndpoint | None = self.get_object(request, str(object_id))
        return found or self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))

    def _asked(self, request: HttpRequest, endpoint: WebhookEndpoint, question: Question) -> HttpResponse:
        return ask(self, request, question, original=endpoint, cancel_url=page_of("webhookendpoint", endpoint.pk))

    def _shown_once(self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
        return framed(
            self, request, "campaigns/admin/secret.html", title=f"Secret of {endpoint}", original=endpoint,
            secret=secret, way_back=reverse("admin:campaigns_webhookendpoint_changelist"),
        )  # fmt: skip

    @display(description="State")
    def state(self, endpoint: WebhookEndpoint) -> str:
        return "On" if endpoint.is_active else f"Off: {endpoint.off_reason or 'by hand'}"

    @display(description="Secrets")
    def secrets(self, endpoint: WebhookEndpoint) -> str:
        return "Two, while the old one is replaced" if endpoint.old_secret else "One"
