"""Events come in: the hot path, so bodies are decoded straight into the engine's structs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from lifecycle.api.exceptions import PayloadTooLarge
from lifecycle.api.parsers import RawJSON
from lifecycle.api.serializers.events import SOURCE, EventBatchResultSerializer, EventBatchSerializer
from lifecycle.engine.ingest import Stored, ingest
from lifecycle.engine.intake import MAX_BATCH, Batch, BatchError, read_batch
from lifecycle.wake import EVALUATE, wake

from .base import ApiView


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """The body; what stands in ``events`` is read by the engine."""

    events: msgspec.Raw
    source: Annotated[str, msgspec.Meta(pattern=SOURCE)] = "api"


# How the decoder names the field that is wrong: missing or unknown, or by its path.
FIELD = re.compile(r"(field `|at `\$\.)(?P<name>\w{1,80})")

_sent = msgspec.json.Decoder(Sent)
_each = msgspec.json.Decoder(list[msgspec.Raw])


class Events(ApiView):
    """Store up to 1,000 events, once each."""

    needs = {"POST": ("lifecycle.add_event",)}
    parser_classes = (RawJSON,)

    @extend_schema(
        operation_id="send_events", summary="Send events", request=EventBatchSerializer,
        responses={200: EventBatchResultSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A repeat of a `message_id` of the same source is harmless. A bad event is rejected by itself, with its
        reason. When the answer comes, what it calls stored is stored for good; status tags follow in a moment."""
        now = timezone.now()
        sent, events = read(request.data)
        try:
            batch = read_batch(bytes(sent.events), now=now)
        except BatchError as error:
            raise ParseError(str(error)) from error
        outcome = ingest(batch=batch, source=sent.source, now=now)
        wake_up(outcome.customers)
        return Response(report(batch, outcome, events))


def read(body: object) -> tuple[Sent, list[msgspec.Raw]]:
    """The body and its single events, not yet read. Raises what the door answers with."""
    try:
        sent = _sent.decode(body if isinstance(body, bytes) else b"{}")
    except msgspec.ValidationError as error:
        raise invalid(str(error), FIELD.search(str(error))) from error
    except msgspec.DecodeError as error:
        raise ParseError(f"This is not valid JSON: {error}.") from error
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    except RecursionError as error:
        raise ParseError("The body is nested too deeply.") from error
    try:
        events = _each.decode(sent.events)
    except msgspec.ValidationError as error:
        raise ValidationError({"events": f"{error}."}) from error
    if len(events) > MAX_BATCH:
        raise PayloadTooLarge(f"{len(events):,} events are too many; send up to {MAX_BATCH:,} at a time.")
    return sent, events


def invalid(message: str, field: re.Match[str] | None) -> ValidationError:
    return ValidationError({field["name"] if field else "non_field_errors": f"{message.partition(' - at ')[0]}."})


def wake_up(customers: Collection[int]) -> None:
    """Ask a worker to evaluate the customers now. If nobody hears it, the routine run takes them up."""
    if customers:
        wake(EVALUATE, sorted(set(customers)))


def report(batch: Batch, outcome: Stored, events: list[msgspec.Raw]) -> dict[str, Any]:
    """What became of each event, in the order they were sent."""
    results = [_rejected(one.index, _message_id(events[one.index]), one.reason) for one in batch.rejected]
    known = set(outcome.repeated)
    for place, event in zip(batch.places, batch.events, strict=True):
        if event.customer_id in outcome.erased:
            results.append(_rejected(place, event.message_id, "the customer was erased"))
            continue
        status = "repeated" if event.message_id in known else "stored"
        known.add(event.message_id)
        results.append({"index": place, "message_id": event.message_id, "status": status, "reason": None})
    results.sort(key=lambda one: one["index"])
    statuses = Counter(one["status"] for one in results)
    return {**{status: statuses[status] for status in ("stored", "repeated", "rejected")}, "results": results}


def _rejected(index: int, message_id: str | None, reason: str) -> dict[str, Any]:
    return {"index": index, "message_id": message_id, "status": "rejected", "reason": reason}


def _message_id(event: msgspec.Raw) -> str | None:
    try:
        sent = msgspec.json.decode(event)
    except (ValueError, RecursionError):
        return None
    found = sent.get("message_id") if isinstance(sent, dict) else None
    return found[:200] if isinstance(found, str) else None
