"""Whether customers may be written to: preferences, suppressions, switches."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.filters import SuppressionFilter
from campaigns.api.serializers.campaigns import ReasonSerializer
from campaigns.api.serializers.contact import (
    CHANNELS,
    ConsentEntrySerializer,
    NewSuppressionSerializer,
    PreferencesSerializer,
    SuppressionSerializer,
    SwitchSerializer,
    TurnSerializer,
    WordSerializer,
)
from campaigns.engine.consent import give_consent, release_suppression, suppress, withdraw_consent
from campaigns.engine.contact_policy import switch_sending
from campaigns.models import ConsentEntry, Suppression, SuppressionReason, Topic
from campaigns.queries.consents import standings_of
from campaigns.queries.contact import consent_entries_of, digest_of, suppressed
from campaigns.queries.sending import channel_states
from campaigns.queries.suppressions import may_suppress, suppressions_seen
from lifecycle.api.exceptions import Conflict
from lifecycle.api.problems import ProblemSerializer
from lifecycle.api.views.base import ApiList, ApiView, existing, read
from lifecycle.models import Customer
from lifecycle.queries import customers_seen


class Preferences(ApiView):
    """What a customer wants to hear of."""

    needs = {"GET": ("campaigns.view_consent",), "POST": ("campaigns.add_consententry",)}

    @extend_schema(operation_id="get_preferences", summary="What a customer hears of", responses=PreferencesSerializer)
    def get(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        return Response(_preferences(existing(customers_seen(request.user), id)))

    @extend_schema(operation_id="write_consent", summary="Write down a customer's yes or no", request=WordSerializer,
                   responses=PreferencesSerializer)  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """In force when the answer comes, for all customers with the same address."""
        customer = existing(customers_seen(request.user), id)
        said = read(WordSerializer(data=request.data))
        record = give_consent if said["is_given"] else withdraw_consent
        record(
            customers=[customer], topic=_topic(said["topic"]), wording=said["wording"], source=said["source"],
            by=request.user, now=timezone.now(),
        )  # fmt: skip
        return Response(_preferences(customer))


@extend_schema_view(
    get=extend_schema(operation_id="list_consent_entries", summary="All that a customer has said, the latest first")
)
class ConsentHistory(ApiList):
    """Each yes and no with what the customer read. Nothing here is ever changed."""

    needs = {"GET": ("campaigns.view_consententry",)}
    serializer_class = ConsentEntrySerializer

    def get_queryset(self) -> QuerySet[ConsentEntry]:
        if getattr(self, "swagger_fake_view", False):
            return ConsentEntry.objects.none()
        return consent_entries_of(existing(customers_seen(self.request.user), self.kwargs["id"]))


class SuppressionList(ApiList):
    """Addresses that nothing is sent to."""

    needs = {"GET": ("campaigns.view_suppression",), "POST": ("campaigns.add_suppression",)}
    serializer_class = SuppressionSerializer
    filterset_class = SuppressionFilter

    def get_queryset(self) -> QuerySet[Suppression]:
        return suppressions_seen(Suppression.objects.select_related("by"), self.request.user)

    @extend_schema(operation_id="list_suppressions", summary="The suppression list, the newest first")
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        operation_id="suppress_address", summary="Send nothing to an address any more",
        request=NewSuppressionSerializer, responses={201: SuppressionSerializer, 409: ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """409 if it is on the list already."""
        wanted = read(NewSuppressionSerializer(data=request.data))
        if not may_suppress(wanted["address"], request.user):
            raise ValidationError({"address": [ErrorDetail("No customer of yours has it.", "does_not_exist")]})
        if not suppress(**wanted, reason=SuppressionReason.BY_HAND, by=request.user, now=timezone.now()):
            raise Conflict("This address is on the list already.")
        made = Suppression.objects.select_related("by").get(digest=digest_of(wanted["address"]))
        return Response(SuppressionSerializer(made).data, status=201)


class ReleaseSuppression(ApiView):
    """Send to an address again."""

    needs = {"POST": ("campaigns.delete_suppression",)}

    @extend_schema(operation_id="release_suppression", summary="Release an address", request=ReasonSerializer,
                   responses={204: None})  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """The log of the process keeps who wanted it and why."""
        found = existing(suppressions_seen(Suppression.objects.all(), request.user), id)
        reason = read(ReasonSerializer(data=request.data))["reason"]
        release_suppression(suppression=found, reason=reason, by=request.user, now=timezone.now())
        return Response(status=204)


class SwitchList(ApiView):
    """Whether anything goes out."""

    needs = {"GET": ("campaigns.view_sendingswitch",)}

    @extend_schema(operation_id="list_sending_switches", summary="Whether anything goes out, by channel",
                   responses=SwitchSerializer(many=True))  # fmt: skip
    def get(self, request: Request) -> Response:
        """All sending first, then each channel, with what it holds back."""
        return Response(SwitchSerializer(channel_states(timezone.now()), many=True).data)


class Switch(ApiView):
    """One channel, or all sending."""

    needs = {"PUT": ("campaigns.change_sendingswitch",)}

    @extend_schema(operation_id="switch_sending", summary="Switch a channel on or off, or all sending",
                   request=TurnSerializer, responses=SwitchSerializer)  # fmt: skip
    def put(self, request: Request, channel: str) -> Response:
        """`all`, `email`, `in_app` or `webhook`. What is due waits while it is off, and is not sent if it gets late."""
        if channel not in CHANNELS:
            raise NotFound(f"There is no such switch; there are {', '.join(CHANNELS)}.")
        wanted, now = read(TurnSerializer(data=request.data)), timezone.now()
        switch_sending(channel=CHANNELS[channel], **wanted, by=request.user, now=now)
        state = next(one for one in channel_states(now) if one.channel == CHANNELS[channel])
        return Response(SwitchSerializer(state).data)


def _preferences(customer: Customer) -> object:
    found = {
        "customer": customer,
        "is_suppressed": bool(suppressed([customer.email] if customer.email else [])),
        "topics": standings_of(customer),
    }
    return PreferencesSerializer(found).data


def _topic(key: str | None) -> Topic | None:
    topic = Topic.objects.filter(key=key).first() if key else None
    if key is not None and topic is None:
        raise ValidationError({"topic": [ErrorDetail(f"There is no topic “{key}”.", "does_not_exist")]})
    return topic
