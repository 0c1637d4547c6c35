"""What email providers tell in their own words, read by django-anymail."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.signals import tracking as told_by_provider
from anymail.urls import urlpatterns
from django.conf import settings
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from campaigns.engine.receipts import Told, take_receipts
from campaigns.models import ReceiptKind

_END = "_tracking_webhook"
VIEWS = {one.name.removesuffix(_END): one.callback for one in urlpatterns if one.name and one.name.endswith(_END)}
KINDS = {
    EventType.SENT: ReceiptKind.ACCEPTED,
    EventType.REJECTED: ReceiptKind.FAILED,
    EventType.FAILED: ReceiptKind.FAILED,
    EventType.BOUNCED: ReceiptKind.SOFT_BOUNCED,
    EventType.DEFERRED: ReceiptKind.SOFT_BOUNCED,
    EventType.DELIVERED: ReceiptKind.DELIVERED,
    EventType.OPENED: ReceiptKind.OPENED,
    EventType.CLICKED: ReceiptKind.CLICKED,
    EventType.COMPLAINED: ReceiptKind.COMPLAINED,
    EventType.UNSUBSCRIBED: ReceiptKind.UNSUBSCRIBED,
}
# Why a mail bounced, or was not even tried: the address is none, or the provider knows what it once said.
REASONS = {
    RejectReason.INVALID: ReceiptKind.BOUNCED,
    RejectReason.BOUNCED: ReceiptKind.BOUNCED,
    RejectReason.SPAM: ReceiptKind.COMPLAINED,
    RejectReason.UNSUBSCRIBED: ReceiptKind.UNSUBSCRIBED,
}


@method_decorator(csrf_exempt, name="dispatch")
class Tracking(View):
    """The webhook of the provider that sends our mails. There is none without a secret: anybody could tell anything."""

    http_method_names = ["post", "head", "options"]  # some providers ask by HEAD whether there is one

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        provider = kwargs["provider"]
        if provider not in VIEWS or provider != settings.EMAIL_PROVIDER or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def head(self, request: HttpRequest, provider: str) -> HttpResponse:
        return HttpResponse()

    def post(self, request: HttpRequest, provider: str) -> HttpResponse:
        try:
            answer: HttpResponse = VIEWS[provider](request)
        except AnymailWebhookValidationFailure:
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        return answer


@receiver(told_by_provider)
def take(event: AnymailTrackingEvent, esp_name: str, **more: Any) -> None:
    now = timezone.now()
    kind = kind_of(event)
    if kind is not None:
        take_receipts(
            receipts=[_told(event, kind, esp_name.lower().replace(" ", "_"), event.timestamp or now)], now=now
        )


def kind_of(event: AnymailTrackingEvent) -> ReceiptKind | None:
    """``None``: nothing that a message's state depends on."""
    kind = KINDS.get(event.event_type)
    if event.event_type in {EventType.BOUNCED, EventType.REJECTED} and not _is_soft(event):
        kind = REASONS.get(event.reject_reason, kind)
    return kind


def _is_soft(event: AnymailTrackingEvent) -> bool:
    """Postmark and Amazon SES tell of both kinds of bounces as the same."""
    said = event.esp_event if isinstance(event.esp_event, dict) else {}
    return said.get("Type") == "SoftBounce" or str(event.description).startswith("Transient")


def _told(event: AnymailTrackingEvent, kind: ReceiptKind, provider: str, happened_at: Any) -> Told:
    texts = [event.event_id, event.timestamp, event.message_id, event.recipient, event.click_url]
    name = event.event_id or sha256(repr(texts).encode()).hexdigest()  # not each provider numbers its events
    return Told(
        provider=provider,
        event_id=_text(f"{event.event_type}:{name}", 200),
        kind=kind,
        happened_at=happened_at,
        message_id=_ours(event),
        provider_id=_text(event.message_id, 200),
        recipient=_text(event.recipient, 300),
        detail=_text(event.mta_response or event.description or event.click_url, 400),
    )


def _ours(event: AnymailTrackingEvent) -> UUID | None:
    try:
        return UUID((event.metadata or {}).get("delivery", ""))
    except (AttributeError, TypeError, ValueError):
        return None


def _text(found: object, most: int) -> str:
    """What PostgreSQL can keep of it."""
    return str(found or "").replace("\0", "").encode(errors="replace").decode()[:most]
