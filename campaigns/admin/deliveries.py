"""The delivery log: every message that was sent, or was not, and why; and what nobody knows of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from campaigns.engine.resolve import ResolveNotAllowed, send_again, treat_as_sent
from campaigns.models import Delivery, DeliveryState
from campaigns.queries.deliveries import receipts_of
from customer_success.admin.steps import ReasonForm, Step, step_page
from customer_success.admin.tasks import CustomerFilter
from lifecycle.admin.between import between_filter
from lifecycle.admin.history import OfCustomers
from lifecycle.admin.pages import framed

from .filters import CampaignFilter, ReasonFilter, ResponseFilter, SentFilter
from .mailbox_pages import mail_page, mailbox_page
from .words import shown, state_badge, step_shown, what, why

MOST_AT_ONCE = 500
_LIST = "admin:campaigns_delivery_changelist"
_SENT = "The log says “accepted”, the customer's steps go on, and nothing goes out."
_AGAIN = "If the first one did arrive after all, the customer gets it twice."
_WAYS: dict[str, tuple[str, str, Callable[..., None], str]] = {
    "sent": ("Treat as sent", _SENT, treat_as_sent, "treated as sent"),
    "again": ("Send again", _AGAIN, send_again, "to be sent again"),
}


def _many(way: str, model_admin: Any, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
    """In the list: the same word about several messages."""
    heading, point, settle, done = _WAYS[way]
    found = list(queryset.order_by("id")[: MOST_AT_ONCE + 1])
    if len(found) > MOST_AT_ONCE:
        messages.error(request, f"Settle {MOST_AT_ONCE} messages at most at once.")
        return None
    form = ReasonForm(request.POST if "confirm" in request.POST else None)
    if form.is_valid():
        number = sum(_settled(settle, one, form.cleaned_data["reason"], request.user) for one in found)
        messages.success(request, f"{number} of {len(found)} messages are {done}.")
        return HttpResponseRedirect(reverse("admin:campaigns_delivery_uncertain"))
    hidden = [("action", f"{way}_selected"), *(("_selected_action", one.pk) for one in found)]
    return framed(
        model_admin, request, "lifecycle/admin/form.html", title=heading, original=None, form=form,
        heading=f"{heading}: {len(found)} message{'' if len(found) == 1 else 's'}", points=[point], button=heading,
        hidden=hidden, cancel_url=reverse("admin:campaigns_delivery_uncertain"),
    )  # fmt: skip


def _settled(settle: Callable[..., None], delivery: Delivery, reason: str, by: Any) -> bool:
    try:
        settle(delivery=delivery, reason=reason, by=by, now=timezone.now())
    except ResolveNotAllowed:
        return False
    return True


@action(description="Treat as sent", permissions=["resolve"])
def sent_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
    return _many("sent", model_admin, request, queryset)


@action(description="Send again", permissions=["resolve"])
def again_selected(model_admin: Any, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
    return _many("again", model_admin, request, queryset)


@admin.register(Delivery)
class DeliveryAdmin(OfCustomers):
    when_empty = "Every message of a campaign stands here, also one that was not sent, with the reason."
    list_before_template = "campaigns/admin/_uncertain.html"
    list_display = ("at", "customer_shown", "message", "campaign", "channel", "state_shown", "reason_shown")
    list_filter = (
        ("state", ChoicesDropdownFilter), ("channel", ChoicesDropdownFilter), CampaignFilter, ReasonFilter,
        CustomerFilter, SentFilter, ResponseFilter, between_filter("planned_at", "planned"),
    )  # fmt: skip
    list_filter_submit = True
    list_select_related = ("customer", "campaign")
    actions = (sent_selected, again_selected)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("uncertain/", view(self.uncertain), name="campaigns_delivery_uncertain"),
            path("mailbox/", view(partial(mailbox_page, self)), name="campaigns_delivery_mailbox"),
            path("mailbox/<str:name>/", view(partial(mail_page, self)), name="campaigns_delivery_mail"),
            path("<int:number>/settle/<slug:way>/", view(self.settle), name="campaigns_delivery_settle"),
            *super().get_urls(),
        ]

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.resolve_delivery")

    def get_actions(self, request: HttpRequest) -> Any:
        """Only among what is uncertain there is something to settle."""
        is_queue = request.GET.get("state__exact") == DeliveryState.UNCERTAIN or request.method == "POST"
        return super().get_actions(request) if is_queue else {}

    def uncertain(self, request: HttpRequest) -> HttpResponse:
        """The queue is the list, filtered."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(f"{reverse(_LIST)}?state__exact={DeliveryState.UNCERTAIN}")

    def settle(self, request: HttpRequest, number: int, way: str) -> HttpResponse:
        """One message, after a reason."""
        if not self.has_resolve_permission(request):
            raise PermissionDenied
        delivery = self.get_object(request, str(number))
        if delivery is None or way not in _WAYS:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(number))
        heading, point, settle, done = _WAYS[way]
        step = Step(
            f"{heading}: {what(delivery)}", heading, f"The message is {done}.",
            lambda told: settle(delivery=delivery, reason=told["reason"], by=request.user, now=timezone.now()),
            ResolveNotAllowed, ReasonForm, points=[f"To {delivery.recipient or delivery.customer}.", point],
        )  # fmt: skip
        return step_page(self, request, delivery, step)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        delivery = self.get_object(request, object_id)
        if delivery is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, delivery):
            raise PermissionDenied
        return framed(
            self, request, "campaigns/admin/delivery.html", title=what(delivery), original=delivery, delivery=delivery,
            badge=state_badge(delivery), why=why(delivery), life=list(_life(delivery)), receipts=receipts_of(delivery),
            may_settle=delivery.state == DeliveryState.UNCERTAIN and self.has_resolve_permission(request),
            has_in_app=hasattr(delivery, "in_app"), step=step_shown(delivery.run) if delivery.run else "",
        )  # fmt: skip

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Delivery | None:
        found: Delivery | None = super().get_object(request, object_id, from_field)
        return found

    @display(description="When")
    def at(self, delivery: Delivery) -> str:
        return shown(delivery.planned_at)

    @display(description="Message")
    def message(self, delivery: Delivery) -> str:
        return what(delivery)

    @display(description="State")
    def state_shown(self, delivery: Delivery) -> SafeString:
        return state_badge(delivery)

    @display(description="Why")
    def reason_shown(self, delivery: Delivery) -> str:
        return why(delivery)


def _life(delivery: Delivery) -> Iterable[tuple[str, Any]]:
    """What is known of its way, in order of time."""
    names = {
        "planned_at": "Planned", "sending_at": "Handed to the provider", "accepted_at": "Accepted by the provider",
        "opened_at": "Opened", "clicked_at": "Clicked",
    }  # fmt: skip
    told = [(label, getattr(delivery, name)) for name, label in names.items() if getattr(delivery, name)]
    ended = delivery.ended_at
    if ended and ended not in {at for _, at in told}:
        told.append((delivery.get_state_display(), ended))
    return sorted(told, key=lambda one: one[1])
