"""What customers may hear of, how often, and when: topics, frequency caps, quiet hours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.decorators import display

from campaigns.models import FrequencyCap, QuietHours, Topic


@admin.register(Topic)
class TopicAdmin(ModelAdmin):
    when_empty = "Topics are what customers choose from on their preferences page. Add the first one."
    actions = None
    list_display = ("name", "key", "asked", "description", "position")
    sortable_by = ()
    prepopulated_fields = {"key": ("name",)}
    fields = ("name", "key", "description", "is_opt_in", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Topic | None = None) -> Any:
        return {} if obj or not self.has_change_permission(request) else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # people have said yes or no to it

    @display(description="Who gets it")
    def asked(self, topic: Topic) -> str:
        return "Who said yes" if topic.is_opt_in else "Who did not say no"


@admin.register(FrequencyCap)
class FrequencyCapAdmin(ModelAdmin):
    when_empty = "Without a cap a customer gets as many marketing messages as campaigns send."
    actions = None
    list_display = ("shown", "counted", "on_excess", "spared")
    sortable_by = ()
    empty_value_display = "–"

    @display(description="At most")
    def shown(self, cap: FrequencyCap) -> str:
        return str(cap)

    @display(description="Counted in")
    def counted(self, cap: FrequencyCap) -> str:
        return "Calendar days of the customer" if cap.is_calendar else "Times 24 hours back"

    @display(description="Not for")
    def spared(self, cap: FrequencyCap) -> str:
        return f"Campaigns of priority 1 to {cap.spares_priority}" if cap.spares_priority else ""


class QuietHoursForm(forms.ModelForm):
    class Meta:
        model = QuietHours
        fields = ("is_on", "starts", "ends")

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("starts") and told.get("starts") == told.get("ends"):
            self.add_error("ends", "They end when they start. Choose two times, or switch them off.")
        return told


@admin.register(QuietHours)
class QuietHoursAdmin(ModelAdmin):
    form = QuietHoursForm
    when_empty = "Marketing goes out at any hour. Set when customers want their peace."
    actions = None
    list_display = ("hours", "is_on")
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not QuietHours.objects.exists()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There are quiet hours once: who wants others changes them."""
        there = QuietHours.objects.first()
        if there and self.has_view_permission(request, there):
            return redirect("admin:campaigns_quiethours_change", there.pk)
        return super().add_view(request, form_url, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # they are switched off

    @display(description="In the customer's zone")
    def hours(self, quiet: QuietHours) -> str:
        return str(quiet)
