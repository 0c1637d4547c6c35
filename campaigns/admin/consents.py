"""Words of customers about what they want to hear of: the log of all, and the page of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from campaigns.engine.consent import give_consent, withdraw_consent
from campaigns.models import ConsentEntry, ConsentSource, Topic
from campaigns.queries.consents import standings_of
from campaigns.queries.contact import consent_entries_of
from customer_success.admin.tasks import CustomerFilter
from lifecycle.admin.history import OfCustomers
from lifecycle.admin.pages import framed
from lifecycle.models import Customer
from lifecycle.queries import customers_seen

from .words import page_of, shown

SHOWN = 50


class WordForm(forms.Form):
    topic = forms.ModelChoiceField(
        Topic.objects.all(), required=False, empty_label="All marketing", widget=UnfoldAdminSelectWidget()
    )
    says = forms.ChoiceField(choices=(("no", "No"), ("yes", "Yes")), widget=UnfoldAdminSelectWidget())
    wording = forms.CharField(
        max_length=2_000, help_text="What the customer said, and where: it is kept as proof.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )  # fmt: skip


@admin.register(ConsentEntry)
class ConsentEntryAdmin(OfCustomers):
    when_empty = "Each yes and no of a customer is kept here, with what it read and where."
    list_display = ("when", "customer_shown", "topic_shown", "says", "source", "by")
    list_filter = (("source", ChoicesDropdownFilter), CustomerFilter)
    list_filter_submit = True
    list_select_related = ("customer", "topic", "by")
    fields = ("customer_shown", "topic_shown", "is_given", "wording", "source", "when", "by", "delivery")
    readonly_fields = ("customer_shown", "topic_shown", "when")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("of/<int:customer>/", view(self.of_customer), name="campaigns_consententry_customer"),
            path("of/<int:customer>/say/", view(self.say), name="campaigns_consententry_say"),
            *super().get_urls(),
        ]

    def may_say(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.add_consententry")

    def of_customer(self, request: HttpRequest, customer: int) -> HttpResponse:
        """What one customer wants to hear of, and all it has said."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = customers_seen(request.user).filter(id=customer).first()
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, Customer._meta, str(customer))
        return framed(
            self, request, "campaigns/admin/consents.html", title=f"Consents of {found}", original=None, customer=found,
            words=standings_of(found), entries=consent_entries_of(found)[:SHOWN], may_say=self.may_say(request),
        )  # fmt: skip

    def say(self, request: HttpRequest, customer: int) -> HttpResponse:
        """Write down what a customer has said to a person."""
        if not self.may_say(request):
            raise PermissionDenied
        found = customers_seen(request.user).filter(id=customer).first()
        if found is None:
            return self._get_obj_does_not_exist_redirect(request, Customer._meta, str(customer))
        form, way_back = (
            WordForm(request.POST if request.method == "POST" else None),
            page_of("consententry", customer, "customer"),
        )
        if form.is_valid():
            self._write(found, form.cleaned_data, request.user)
            messages.success(request, "It is written down, and in force.")
            return HttpResponseRedirect(way_back)
        return framed(
            self, request, "lifecycle/admin/form.html", title="A customer's word", original=None, form=form,
            heading=f"What {found} has said", button="Write it down", cancel_url=way_back,
        )  # fmt: skip

    def _write(self, customer: Customer, told: dict[str, Any], by: Any) -> None:
        record = give_consent if told["says"] == "yes" else withdraw_consent
        record(
            customers=[customer], topic=told["topic"], wording=told["wording"], source=ConsentSource.ADMIN, by=by,
            now=timezone.now(),
        )  # fmt: skip

    @display(description="When")
    def when(self, entry: ConsentEntry) -> str:
        return shown(entry.at)

    @display(description="Says", label={"Yes": "success", "No": "danger"})
    def says(self, entry: ConsentEntry) -> str:
        return "Yes" if entry.is_given else "No"

    @display(description="Topic")
    def topic_shown(self, entry: ConsentEntry) -> str:
        return str(entry.topic or "All marketing")
