"""What became of messages, told by any system that signs as Standard Webhooks says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import Meta
from rest_framework.exceptions import AuthenticationFailed, ParseError, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from standardwebhooks import Webhook, WebhookVerificationError

from campaigns.api.serializers.receipts import (
    MAX_BATCH,
    PROVIDER,
    ReceiptBatchResultSerializer,
    ReceiptBatchSerializer,
)
from campaigns.engine.receipts import Taken, Told, take_receipts
from campaigns.models import ReceiptKind
from lifecycle.api.exceptions import PayloadTooLarge
from lifecycle.api.parsers import RawJSON
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiView
from lifecycle.api.views.events import FIELD, invalid

SIGNATURE = ("webhook-id", "webhook-timestamp", "webhook-signature")
AHEAD = timedelta(hours=1)
FIRST = datetime(2000, 1, 1, tzinfo=UTC)


class Body(msgspec.Struct, forbid_unknown_fields=True):
    receipts: list[msgspec.Raw]
    provider: Annotated[str, Meta(pattern=PROVIDER)] = "generic"


class One(msgspec.Struct, forbid_unknown_fields=True):
    event_id: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: str
    happened_at: Annotated[datetime, Meta(tz=True)]
    message_id: UUID | None = None
    provider_id: Annotated[str, Meta(max_length=200)] = ""
    recipient: Annotated[str, Meta(max_length=300)] = ""
    detail: Annotated[str, Meta(max_length=400)] = ""


_body, _one = msgspec.json.Decoder(Body), msgspec.json.Decoder(One)


class Receipts(ApiView):
    """Tell what became of up to 1,000 messages."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()  # a signature is asked for, and providers tell much at once
    parser_classes = (RawJSON,)

    def get_authenticate_header(self, request: Request) -> str:
        return "Webhook-Signature"

    @extend_schema(
        operation_id="send_receipts", tags=["campaigns"], summary="Send receipts", request=ReceiptBatchSerializer,
        auth=[], responses={200: ReceiptBatchResultSerializer, 401: ProblemSerializer},
        parameters=[OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True) for name in SIGNATURE],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Signed as Standard Webhooks says, with a secret that both sides know. A repeat of an `event_id` of the same
        provider is harmless. A bad receipt is rejected by itself; one of an unknown message is kept."""
        now = timezone.now()
        body: Any = request.data or b""  # without a body there is nothing to parse
        verify(body, request.headers)
        batch = read(body)
        receipts, rejected = told(batch, now)
        taken = take_receipts(receipts=list(receipts.values()), now=now)
        return Response({"results": report(batch, receipts, rejected, taken)})


def verify(body: bytes, headers: Mapping[str, str]) -> None:
    """Raises ``AuthenticationFailed`` unless one of our secrets has signed it within five minutes."""
    for secret in settings.CAMPAIGN_RECEIPT_SECRETS:
        try:
            Webhook(secret).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return
    raise AuthenticationFailed("The signature is missing, wrong or too old.")


def read(body: bytes) -> Body:
    try:
        batch = _body.decode(body)
    except msgspec.ValidationError as error:
        raise invalid(str(error), FIELD.search(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(f"This is not valid JSON: {error}.") from error
    if not batch.receipts:
        raise ValidationError({"receipts": "There is none."})
    if len(batch.receipts) > MAX_BATCH:
        raise PayloadTooLarge(f"{len(batch.receipts):,} receipts are too many; send up to {MAX_BATCH:,} at a time.")
    return batch


def told(batch: Body, now: datetime) -> tuple[dict[int, Told], dict[int, str]]:
    """What can be read, and why the rest cannot, by their places."""
    good, bad = {}, {}
    for place, raw in enumerate(batch.receipts):
        try:
            one = _one.decode(raw)
            check(one, now)
        except (ValueError, RecursionError) as error:
            bad[place] = str(error)
        else:
            good[place] = Told(
                batch.provider, one.event_id, ReceiptKind(one.kind), one.happened_at, one.message_id,
                one.provider_id, one.recipient, one.detail,
            )  # fmt: skip
    return good, bad


def check(one: One, now: datetime) -> None:
    """Raises ``ValueError`` with a sentence."""
    if one.kind not in ReceiptKind.values:
        raise ValueError(f"There is no kind {one.kind[:40]!r}; there are {', '.join(ReceiptKind.values)}.")
    if not FIRST <= one.happened_at <= now + AHEAD:
        raise ValueError("happened_at is not between the year 2000 and an hour from now.")
    if not (one.message_id or one.provider_id or one.recipient):
        raise ValueError("One of message_id, provider_id and recipient is needed.")
    if any("\0" in text for text in (one.event_id, one.provider_id, one.recipient, one.detail)):
        raise ValueError("A NUL character stands in a text.")


def report(
    batch: Body, receipts: Mapping[int, Told], rejected: Mapping[int, str], taken: Taken
) -> list[dict[str, Any]]:  # fmt: skip
    """What became of each receipt, in the order they were sent."""
    results: list[dict[str, Any]] = []
    news = set(taken.stored)
    for place, raw in enumerate(batch.receipts):
        one = receipts.get(place)
        if one is None:
            status = "rejected"
        elif one.event not in news:
            status = "repeated"
        else:
            news.remove(one.event)
            status = "unknown" if one.event in taken.unknown else "stored"
        name = one.event_id if one else _event_id(raw)
        results.append({"index": place, "event_id": name, "status": status, "reason": rejected.get(place)})
    return results


def _event_id(raw: msgspec.Raw) -> str | None:
    try:
        sent = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    found = sent.get("event_id") if isinstance(sent, dict) else None
    return found[:200] if isinstance(found, str) else None
