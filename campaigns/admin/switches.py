"""Whether anything goes out: one page with the kill switch and the channels, and what each holds back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from campaigns.engine.contact_policy import SwitchRefused, switch_sending
from campaigns.models import SendingSwitch
from campaigns.queries.sending import channel_states
from customer_success.admin.steps import ReasonForm
from lifecycle.admin.access import ReadOnlyAdmin
from lifecycle.admin.pages import framed

_HOME = "admin:campaigns_sendingswitch_changelist"
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
        state, home = states.get(channel), reverse(_HOME)
        if state is None:
            messages.error(request, "There is no such switch.")
            return HttpResponseRedirect(home)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        verb = "off" if state.is_on else "on"
        if request.POST.get("turn", verb) != verb:  # somebody else was quicker, or it is the same form again
            messages.info(request, f"{state.name} is {request.POST['turn']} already; nothing was changed.")
            return HttpResponseRedirect(home)
        if form.is_valid():
            try:
                switch_sending(
                    channel=state.channel, is_on=not state.is_on, reason=form.cleaned_data["reason"], by=request.user,
                    now=timezone.now(),
                )  # fmt: skip
            except SwitchRefused as error:
                form.add_error("reason", str(error))
            else:
                messages.success(request, f"{state.name} is {verb} now.")
                return HttpResponseRedirect(home)
        point = (
            "What is due waits; what gets too late meanwhile is not sent."
            if state.is_on
            else f"{state.held_shown} steps that are due go out as fast as their channels take them."
        )
        title = f"Switch {verb}: {state.name}"
        return framed(
            self, request, "lifecycle/admin/form.html", title=title, heading=title, original=None, form=form,
            points=[point], button=f"Switch {verb}", cancel_url=home, hidden=[("turn", verb)],
        )  # fmt: skip
