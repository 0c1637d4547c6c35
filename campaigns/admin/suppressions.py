"""The suppression list: addresses that nothing is sent to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from campaigns.engine.consent import release_suppression, suppress
from campaigns.models import Suppression, SuppressionReason
from campaigns.queries.contact import digest_of
from campaigns.queries.suppressions import suppressions_seen
from customer_success.admin.steps import ReasonForm
from lifecycle.admin.pages import framed
from lifecycle.admin.paging import CappedList

from .words import shown

_LIST = "admin:campaigns_suppression_changelist"


class SuppressionForm(forms.ModelForm):
    address = forms.EmailField(max_length=254)

    class Meta:
        model = Suppression
        fields = ("address", "note")

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if Suppression.objects.filter(digest=digest_of(address)).exists():
            raise forms.ValidationError("This address is on the list already.")
        return address


@admin.register(Suppression)
class SuppressionAdmin(CappedList, ModelAdmin):
    """Added by hand, and released after a reason; both by the engine."""

    form = SuppressionForm
    when_empty = "Addresses that do not exist, and those of people who complained, come here by themselves."
    actions = None
    list_display = ("address_shown", "reason", "since_shown", "by", "note")
    list_filter = (("reason", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("by",)
    search_fields = ("address",)
    search_help_text = "The whole address"
    empty_value_display = "–"
    sortable_by = ()
    readonly_fields = ("reason", "since", "by")
    fields = ("address", "note", "reason", "since", "by")
    actions_detail = ("release",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Suppression]:
        return suppressions_seen(super().get_queryset(request), request.user)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        text = search_term.strip().lower()
        return queryset.filter(address=text) if text else queryset, False

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return self.fields if obj else ("address", "note")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # it is released, with a reason

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        suppress(
            address=obj.address, reason=SuppressionReason.BY_HAND, note=obj.note, by=request.user, now=timezone.now()
        )
        obj.pk = Suppression.objects.values_list("pk", flat=True).get(digest=digest_of(obj.address))

    def response_add(
        self, request: HttpRequest, obj: Suppression, post_url_continue: str | None = None
    ) -> HttpResponse:
        self.message_user(request, f"Nothing is sent to {obj.address} any more.")
        return HttpResponseRedirect(reverse(_LIST))

    def get_urls(self) -> list[URLPattern]:
        here = path(
            "<int:object_id>/release/", self.admin_site.admin_view(self.release), name="campaigns_suppression_release"
        )
        return [here, *super().get_urls()]

    def has_release_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("campaigns.delete_suppression")

    @action(description="Release", icon="undo", permissions=["release"])
    def release(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        """Send to it again, after a reason."""
        if not self.has_release_permission(request):
            raise PermissionDenied
        found = self.get_object(request, str(object_id))
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))
        form = ReasonForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            release_suppression(
                suppression=found, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now()
            )
            self.message_user(request, f"{found} is released: messages go there again.")
            return HttpResponseRedirect(reverse(_LIST))
        points = ["Messages go there again.", f"It is on the list because: {found.get_reason_display()}."]
        return framed(
            self, request, "lifecycle/admin/form.html", title="Release", original=found, form=form, points=points,
            heading=f"Release {found}", button="Release", cancel_url=reverse(_LIST),
        )  # fmt: skip

    @display(description="Address")
    def address_shown(self, suppression: Suppression) -> str:
        return str(suppression)

    @display(description="Since")
    def since_shown(self, suppression: Suppression) -> str:
        return shown(suppression.since)
