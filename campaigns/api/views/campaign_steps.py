"""What happens to a campaign: submitted, published, paused, resumed, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.serializers.campaigns import (
    PublishCampaignSerializer,
    ReasonSerializer,
    ResumeSerializer,
    WhySerializer,
)
from campaigns.engine import publishing, running
from campaigns.engine.freezing import Resume
from campaigns.models import Campaign
from lifecycle.api.serializers.fields import StrictSerializer
from lifecycle.api.views.base import ApiView, existing, read

from .campaigns import CHANGED, WRITE, draft_of, shown
from .refusals import conflicts


class _Step(ApiView):
    """Each is a conflict in a state that does not allow it."""

    needs = {"POST": ("campaigns.publish_campaign",)}

    def take(self, request: Request, number: int, do: Callable[..., object], body: type[StrictSerializer]) -> Response:
        """``body``: what the request may say, which goes to the engine as it is."""
        campaign = existing(Campaign.objects.all(), number)
        return self._done(request, number, do, body, campaign=campaign)

    def move(
        self, request: Request, number: int, do: Callable[..., object], body: type[StrictSerializer] = StrictSerializer
    ) -> Response:
        """The same with its draft."""
        return self._done(request, number, do, body, version=draft_of(number))

    def _done(
        self, request: Request, number: int, do: Callable[..., object], body: type[StrictSerializer], **what: Any
    ) -> Response:
        said = read(body(data=request.data))
        with conflicts():
            do(**what, **said, by=request.user, now=timezone.now())
        return Response(shown(request, number))


class Submit(_Step):
    """Hand a draft over for review."""

    needs = {"POST": WRITE}

    @extend_schema(operation_id="submit_campaign", summary="Submit the draft for review", request=None,
                   responses=CHANGED)  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """It cannot be changed from then on. 409 if there is no draft."""
        return self.move(request, id, publishing.submit)


class TakeBack(_Step):
    """Out of review."""

    needs = {"POST": WRITE}

    @extend_schema(operation_id="take_back_campaign", summary="Send the version in review back",
                   request=WhySerializer, responses=CHANGED)  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """It is a draft again. 409 if none is in review."""
        return self.move(request, id, publishing.take_back, WhySerializer)


class Publish(_Step):
    """Put what was drafted in force."""

    @extend_schema(operation_id="publish_campaign", summary="Publish the draft, or what is in review",
                   request=PublishCampaignSerializer, responses=CHANGED)  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """In place of the version in force; a campaign that was off is live then. 409 if there is no draft, or what it
        names is not there any more. 403 (`second_person_needed`) for who wrote it, if it would reach many."""
        return self.move(request, id, publishing.publish, PublishCampaignSerializer)


class SwitchOn(_Step):
    """Let customers enter again."""

    @extend_schema(operation_id="switch_campaign_on", summary="Switch it on", request=WhySerializer,
                   responses=CHANGED)  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """What happened meanwhile is not made up for. 409 if it is on, or nothing was published."""
        return self.take(request, id, running.switch_on, WhySerializer)


class Pause(_Step):
    """Nobody enters, and who is inside stands still."""

    @extend_schema(operation_id="pause_campaign", summary="Pause it", request=ReasonSerializer, responses=CHANGED)
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 if it does not run."""
        return self.take(request, id, running.pause, ReasonSerializer)


class Resumed(ResumeSerializer):
    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "how": Resume(said["how"])}


class ResumeCampaign(_Step):
    """Go on."""

    @extend_schema(operation_id="resume_campaign", summary="Resume it", request=ResumeSerializer, responses=CHANGED)
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """409 if it is not paused."""
        return self.take(request, id, running.resume, Resumed)


class End(_Step):
    """Nobody enters any more."""

    @extend_schema(operation_id="end_campaign", summary="End it", request=WhySerializer, responses=CHANGED)
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Who is inside goes on to the end. 409 if it is not live."""
        return self.take(request, id, running.end, WhySerializer)


class SwitchOff(_Step):
    """End it at once."""

    @extend_schema(operation_id="switch_campaign_off", summary="Switch it off at once", request=ReasonSerializer,
                   responses=CHANGED)  # fmt: skip
    def post(self, request: Request, id: int) -> Response:  # noqa: A002  the path's name
        """Everybody who is inside leaves; what waits for them is cancelled. 409 if it is off."""
        return self.take(request, id, running.switch_off, ReasonSerializer)
