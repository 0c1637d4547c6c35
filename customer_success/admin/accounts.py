"""Accounts: the list, the contract of one, its tier and how it came into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.db.models import ForeignKey, Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from customer_success.engine.accounts import (
    AccountError,
    AccountText,
    ValuesRefused,
    create_account,
    update_account,
)
from customer_success.engine.traits import TraitRefused
from customer_success.models import Account, CustomerStatus, TierChange, TierPolicy
from customer_success.queries.accounts import LIFECYCLE, closed, owner_unless_named, status_of, with_status
from lifecycle import queries
from lifecycle.admin.paging import CappedList
from lifecycle.admin.portfolio import CustomerOwnerFilter, FoundByCustomer
from lifecycle.models import Customer
from lifecycle.queries.portfolio import EVERYBODY
from lifecycle.templatetags.wording import customer_link, tag_label

from .account_forms import CONTRACT, NewAccountForm
from .account_steps import close_page, tier_page

_OPEN = "open"


class StatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*CustomerStatus.choices, (_OPEN, "Not churned")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> QuerySet[Account]:
        if not self.value():
            return queryset
        if self.value() == _OPEN:
            return queryset.exclude(closed("customer_id"))
        return queryset.filter(
            customer__statuses__lifecycle__code=LIFECYCLE, customer__statuses__tag__code=self.value()
        )


class RenewalFilter(DropdownFilter):
    """Contracts that are up for renewal, or end where no renewal is agreed; today counts."""

    title = "renewal"
    parameter_name = "renewal"
    days = (30, 60, 90)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(days), f"In the next {days} days") for days in self.days]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> QuerySet[Account]:
        value = self.value()
        if not value:
            return queryset
        if value not in map(str, self.days):
            return queryset.none()
        today = timezone.now().date()
        due = queryset.alias(due_on=Coalesce("renewal_date", "contract_end_date"))
        return due.filter(due_on__gte=today, due_on__lt=today + timedelta(days=int(value)))


@admin.register(Account)
class AccountAdmin(FoundByCustomer, CappedList, ModelAdmin):
    when_empty = "Open an account here, with POST /api/v1/customer-success/customers or manage.py open_accounts."
    actions = None
    compressed_fields = False  # labels above, so that three fit beside each other
    list_display = ("who", "tier", "status", "health", "owner", "revenue", "renewal")
    list_filter = (
        ("customer__tier", ChoicesDropdownFilter), StatusFilter, ("customer__health__level", ChoicesDropdownFilter),
        CustomerOwnerFilter, RenewalFilter, ("churn_risk", ChoicesDropdownFilter),
    )  # fmt: skip
    list_filter_submit = True
    sortable_by = ("renewal",)
    ordering = ("-customer_id",)
    autocomplete_fields = ("customer",)
    formfield_overrides = {ArrayField: {"widget": UnfoldAdminTextInputWidget}}
    readonly_fields = ("who_it_is", "tier", "status", "health", "owner")
    actions_detail = ("profile", "change_tier", "close")
    change_form_after_template = "customer_success/admin/account.html"
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        customers = with_status(Customer.objects.select_related("health", "owner"))
        return super().get_queryset(request).prefetch_related(Prefetch("customer", customers))

    def get_fieldsets(self, request: HttpRequest, obj: Account | None = None) -> Any:
        contract = ("Contract", {"fields": (
            ("annual_revenue", "lifetime_value"), ("contract_start_date", "contract_end_date", "renewal_date"),
            ("total_policies", "active_policies"), ("churn_risk", "industry"), "labels", "last_contact_at",
        )})  # fmt: skip
        if obj is not None:
            return (None, {"fields": (("who_it_is", "owner"), ("tier", "status", "health"))}), contract
        assigned = ("tier", "owner") if self._may_assign(request) else ("tier",)
        new = ("external_id", ("name", "email"), ("plan", "product_tag", "timezone"))
        whose = "Customer", {"fields": ("customer", *new), "description": "One that is there, or a new one."}
        return whose, contract, ("Service", {"fields": (assigned,)})

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if change:
            return super().get_form(request, obj, change, **kwargs)
        made = super().get_form(
            request, obj, change, **{**kwargs, "form": NewAccountForm, "fields": ("customer", *CONTRACT)}
        )
        made.request_user = request.user
        made.base_fields["customer"].required = False
        made.base_fields["customer"].label = "A customer that is there"
        return made

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "customer":
            kwargs["queryset"] = queries.customers_seen(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Account, form: ModelForm, change: bool) -> None:
        now, told = timezone.now(), form.cleaned_data
        if change:
            text = AccountText({name: told[name] for name in form.changed_data})
            update_account(account=obj, text=text, by=request.user, now=now)
            return
        owner = told.get("owner") if self._may_assign(request) else None
        external_id = told["customer"].external_id if told["customer"] else told["external_id"]
        obj.customer = create_account(
            external_id=external_id, text=cast("NewAccountForm", form).text(), by=request.user, now=now,
            owner=owner or owner_unless_named(external_id, request.user),
        ).customer  # fmt: skip

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return told(super().add_view, request, form_url, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        known: dict[str, Any] = {}
        if account is not None:
            changes = TierChange.objects.filter(customer=account.customer).select_related("by")
            known = {
                "policy": TierPolicy.objects.filter(tier=account.customer.tier).first(), "tier_changes": changes[:20],
            }  # fmt: skip
        return told(super().change_view, request, object_id, form_url, {**(extra_context or {}), **known})

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False  # an account is closed; what is known of it stays

    def has_close_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.delete_account")

    def has_profile_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm("customer_success.view_successprofile")

    @action(description="Success profile", icon="flag", permissions=["profile"])
    def profile(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = self._own(request, object_id)
        return HttpResponseRedirect(reverse("admin:customer_success_successprofile_change", args=[account.pk]))

    @action(description="Change tier", icon="swap_vert", permissions=["change"])
    def change_tier(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return tier_page(self, request, self._own(request, object_id), now=timezone.now())

    @action(description="Close account", icon="block", permissions=["close"])
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return close_page(self, request, self._own(request, object_id), now=timezone.now())

    def _own(self, request: HttpRequest, object_id: str) -> Account:
        account = self.get_object(request, object_id)
        if account is None:
            raise Http404
        return account

    def _may_assign(self, request: HttpRequest) -> bool:
        return request.user.has_perms((EVERYBODY, "lifecycle.assign_customer"))

    @display(description="Customer", header=True)
    def who(self, account: Account) -> list[str]:
        name, external_id = str(account.customer), account.customer.external_id
        return [name, external_id if external_id != name else ""]

    @display(description="Customer")
    def who_it_is(self, account: Account) -> SafeString:
        return customer_link(account.customer)

    @display(description="Tier", empty_value="–")
    def tier(self, account: Account) -> str | None:
        return account.customer.get_tier_display()

    @display(description="Status")
    def status(self, account: Account) -> SafeString:
        return tag_label(status_of(account.customer))

    @display(description="Health", empty_value="–")
    def health(self, account: Account) -> SafeString | None:
        health = getattr(account.customer, "health", None)
        return format_html("{} <span>{}</span>", health.score, health.get_level_display()) if health else None

    @display(description="Success manager", empty_value="–")
    def owner(self, account: Account) -> str | None:
        return str(account.customer.owner) if account.customer.owner else None

    @display(description="Annual revenue", empty_value="–")
    def revenue(self, account: Account) -> str | None:
        return f"{account.annual_revenue:,.2f}" if account.annual_revenue is not None else None

    @display(description="Renewal", ordering="renewal_date", empty_value="–")
    def renewal(self, account: Account) -> str | None:
        return f"{account.renewal_date:%-d %b %Y}" if account.renewal_date else None


def told(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any) -> HttpResponse:
    """What the engine refuses after the form was checked, as when two people are at it at the same time."""
    try:
        return view(request, *args)
    except (AccountError, ValuesRefused, TraitRefused) as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(request.get_full_path())
