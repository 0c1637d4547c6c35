"""Campaigns: the list, the page of one, its editor and its steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.engine.publishing import OPEN
from campaigns.models import Campaign, CampaignState, VersionState
from campaigns.queries.campaigns import being_written
from campaigns.queries.funnel import InShort, in_short
from lifecycle.admin.pages import framed
from lifecycle.admin.paging import CappedChangeList, CappedList
from lifecycle.admin.rule_distribution import spread
from lifecycle.admin.rule_preview import written_in
from lifecycle.models import Lifecycle
from lifecycle.queries import sees_everybody

from .campaign_page import campaign_page
from .campaign_steps import Steps
from .editor import editor_page, preview_part

COLOURS = {"Live": "success", "Paused": "warning", "Ending": "info", "Off": "default"}
PUBLISH, WRITE = "campaigns.publish_campaign", "campaigns.change_campaignversion"
# The steps of the open version, by its state, and those of the campaign, by its own.
VERSION_STEPS: dict[str, tuple[str, ...]] = {
    VersionState.DRAFT: ("publish", "submit", "delete_draft"),
    VersionState.IN_REVIEW: ("publish", "take_back"),
}
CAMPAIGN_STEPS: dict[str, tuple[str, ...]] = {
    CampaignState.OFF: ("switch_on",),
    CampaignState.LIVE: ("pause", "end", "switch_off"),
    CampaignState.PAUSED: ("resume", "switch_off"),
    CampaignState.ENDING: ("switch_on", "pause", "switch_off"),
}
NEEDS = {"submit": WRITE, "take_back": WRITE, "delete_draft": WRITE}  # the others need PUBLISH
LABELS = {
    "publish": "Publish", "submit": "Submit for review", "take_back": "Send back", "delete_draft": "Delete the draft",
    "switch_on": "Switch on", "pause": "Pause", "end": "End", "switch_off": "Switch off", "resume": "Resume",
}  # fmt: skip


class DetailsForm(forms.ModelForm):
    class Meta:
        model = Campaign
        fields = ("name", "description")
        widgets = {"name": UnfoldAdminTextInputWidget, "description": UnfoldAdminTextareaWidget}


class CampaignList(CappedChangeList):
    """Its numbers are asked for once a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        numbers = in_short(self.result_list, user=request.user, now=timezone.now())
        written = being_written(self.result_list)
        for campaign in self.result_list:
            campaign.in_short = numbers.get(campaign.id)
            campaign.next_version = written.get(campaign.id)


@admin.register(Campaign)
class CampaignAdmin(CappedList, ModelAdmin):
    actions = None
    when_empty = "A campaign says what follows a move, an event or a date. Add one, or load those that are shipped."
    list_display = ("name", "state_shown", "following", "inside", "entered", "sent", "opened", "goal")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_filter_submit = True
    search_fields = ("name", "key")
    sortable_by = ()
    fields = ("name", "key", "description")
    prepopulated_fields = {"key": ("name",)}
    compressed_fields = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CampaignList]:
        return CampaignList

    @display(description="State", label=COLOURS)
    def state_shown(self, campaign: Campaign) -> str:
        return campaign.get_state_display()

    @display(description="Next version", empty_value="–", label={"In review": "info", "Draft": "default"})
    def following(self, campaign: Campaign) -> str | None:
        state = getattr(campaign, "next_version", None)
        return VersionState(state).label if state else None

    @display(description="Inside", empty_value="–")
    def inside(self, campaign: Campaign) -> str | None:
        return _number(campaign, "inside")

    @display(description="Entered, 30 days", empty_value="–")
    def entered(self, campaign: Campaign) -> str | None:
        return _number(campaign, "entered")

    @display(description="Sent", empty_value="–")
    def sent(self, campaign: Campaign) -> str | None:
        return _number(campaign, "sent")

    @display(description="Opened, of not bounced", empty_value="–")
    def opened(self, campaign: Campaign) -> str | None:
        return _number(campaign, "opened", of="arrived")

    @display(description="Goal", empty_value="–")
    def goal(self, campaign: Campaign) -> str | None:
        return _number(campaign, "converted", of="entered")

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return False  # its messages name it

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        doors: list[tuple[str, str, Callable[..., HttpResponse]]] = [
            ("editor/", "editor", self.editor),
            ("editor/preview/", "preview", self.preview),
            ("details/", "details", self.details),
            *((f"{step}/", step, partial(self.step, step=step)) for step in LABELS),
        ]
        return [
            path("distribution/", view(self.distribution), name="campaigns_campaign_distribution"),
            *(path(f"<int:object_id>/{end}", view(door), name=f"campaigns_campaign_{name}")
              for end, name, door in doors),
            *super().get_urls(),
        ]  # fmt: skip

    def response_add(self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None) -> HttpResponse:
        """A new campaign says nothing; its text comes next."""
        return redirect("admin:campaigns_campaign_editor", obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        campaign = self.get_object(request, object_id)
        if campaign is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        campaign.steps = self.steps_of(request, campaign)
        return campaign_page(self, request, campaign, now=timezone.now())

    def steps_of(self, request: HttpRequest, campaign: Campaign) -> list[tuple[str, str]]:
        """The steps that the states allow, as far as the person may take them: address and label."""
        draft = campaign.versions.filter(state__in=OPEN).first()
        fitting = (*(VERSION_STEPS[draft.state] if draft else ()), *CAMPAIGN_STEPS[campaign.state])
        has_live = campaign.versions.filter(state=VersionState.LIVE).exists()
        return [
            (reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk]), LABELS[step])
            for step in fitting
            if request.user.has_perm(NEEDS.get(step, PUBLISH)) and (has_live or step != "switch_on")
        ]

    def editor(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return editor_page(self, request, self._found(request, object_id, WRITE), now=timezone.now())

    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What stands beside the editor, for what is written in it right now."""
        campaign = self._found(request, object_id, WRITE)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return preview_part(request, campaign, now=timezone.now())

    def distribution(self, request: HttpRequest) -> HttpResponse:
        """How the values of one condition's metric are spread among the customers of a lifecycle, as JSON."""
        if not (self.has_view_permission(request) and sees_everybody(request.user)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        lifecycle = Lifecycle.objects.filter(code=request.POST.get("lifecycle", "")).first()
        lifecycle = lifecycle or Lifecycle.objects.order_by("id").first()
        if lifecycle is None:
            return JsonResponse({}, status=404)
        asked = request.POST
        everybody = written_in({"conditions": asked.get("conditions", "")}, lifecycle)
        return JsonResponse(spread(asked.get("metric", ""), asked.get("condition", ""), everybody, now=timezone.now()))

    def details(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Name and description."""
        campaign = self._found(request, object_id, "campaigns.change_campaign")
        here = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
        form = DetailsForm(request.POST if request.method == "POST" else None, instance=campaign)
        if form.is_valid():
            form.save()
            messages.success(request, "It is saved.")
            return HttpResponseRedirect(here)
        return framed(
            self, request, "lifecycle/admin/form.html", title=f"{campaign}, name", original=campaign, form=form,
            heading="Name and description", button="Save", cancel_url=here,
        )  # fmt: skip

    def step(self, request: HttpRequest, object_id: int, *, step: str) -> HttpResponse:
        """Asks, and does it when the answer is yes."""
        campaign = self._found(request, object_id, NEEDS.get(step, PUBLISH))
        steps = Steps(self, request, campaign, now=timezone.now())
        do: Callable[..., HttpResponse] = getattr(steps, step)
        if not any(step in group for group in VERSION_STEPS.values()):
            return do()
        version = campaign.versions.filter(state__in=OPEN).select_related("written_by").first()
        if version is None:
            messages.error(request, "There is no draft any more.")
            return redirect("admin:campaigns_campaign_change", campaign.pk)
        return do(version)

    def _found(self, request: HttpRequest, object_id: int, needs: str) -> Campaign:
        if not (self.has_view_permission(request) and request.user.has_perm(needs)):
            raise PermissionDenied
        campaign = Campaign.objects.filter(pk=object_id).first() if object_id < 2**63 else None
        if campaign is None:
            raise Http404
        return campaign


def _number(campaign: Campaign, name: str, of: str = "") -> str | None:
    """``1,234``, or with its share: ``12 (24 %)``."""
    found: InShort | None = getattr(campaign, "in_short", None)
    if found is None:
        return None
    number, whole = getattr(found, name), getattr(found, of) if of else 0
    return f"{number:,} ({number / whole:.0%})" if whole else f"{number:,}"
