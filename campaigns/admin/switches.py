"""Whether anything goes out: one page with the kill switch and the channels, and what each holds back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from campaigns.engine.contact_policy import switch_sending
from campaigns.models import SendingSwitch
from campaigns.queries.sending import ChannelState, channel_states
from lifecycle.admin.access import ReadOnlyAdmin
from lifecycle.admin.pages import framed
from lifecycle.admin.turning import Turn, turn_page

ALL = "all"


@admin.register(SendingSwitch)
class SendingSwitchAdmin(ReadOnlyAdmin):
    """The list is a page of its own. The kill switch stands on it with its reason: open the page, press it."""

    def get_urls(self) -> list[URLPattern]:
        turn = path("turn/<slug:channel>/", self.admin_site.admin_view(self.turn), name="campaigns_sendingswitch_turn")
        return [turn, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        everything, *channels = channel_states(timezone.now())
        return framed(
            self, request, "campaigns/admin/sending.html", title="Sending switches", original=None,
            everything=everything, channels=channels, may_turn=self.may_turn(request),
        )  # fmt: skip

    def may_turn(self, request: HttpRequest) -> bool:
        return request.user.has_perm("campaigns.change_sendingswitch")

    def turn(self, request: HttpRequest, channel: str) -> HttpResponse:
        """Turn a switch over, after a reason."""
        if not self.may_turn(request):
            raise PermissionDenied
        states = {one.channel or ALL: one for one in channel_states(timezone.now())}
        state = states.get(channel)
        return turn_page(self, request, _turn(state, request) if state else None)


def _turn(state: ChannelState, request: HttpRequest) -> Turn:
    def take(reason: str) -> None:
        switch_sending(channel=state.channel, is_on=not state.is_on, reason=reason, by=request.user, now=timezone.now())

    goes = f"{state.held_shown} steps that are due go out as fast as their channels take them."
    waits = "What is due waits; what gets too late meanwhile is not sent."
    return Turn(state.name, state.is_on, waits if state.is_on else goes, take)
