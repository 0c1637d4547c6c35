"""Pages that ask before something happens to a campaign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from campaigns.definition.text import DefinitionError
from campaigns.engine import publishing, running
from campaigns.engine.entries import CampaignNotEditable
from campaigns.engine.freezing import Resume
from campaigns.engine.publishing import SecondPersonNeeded
from campaigns.models import Campaign, CampaignVersion, VersionState
from campaigns.queries.audience import audience
from campaigns.queries.campaigns import Affected, affected, inside, overdue
from campaigns.queries.definitions import read
from lifecycle.admin.pages import framed

REFUSED = (CampaignNotEditable, SecondPersonNeeded, DefinitionError)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, label="Why", widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))


class NoteForm(ReasonForm):
    """The same, where no reason has to be given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class PublishForm(forms.Form):
    move_people = forms.BooleanField(
        required=False, label="Bring those who are inside to the new version where their step is still there",
        help_text="Off: everybody who is inside goes on in the version they entered with.",
        widget=UnfoldBooleanSwitchWidget(),
    )  # fmt: skip


class ResumeForm(NoteForm):
    how = forms.ChoiceField(
        label="What was due meanwhile",
        choices=(
            (Resume.SHIFT.value, "Everything later, by as long as it stood still"),
            (Resume.SKIP.value, "Leave out what was due; customers go on to the step after"),
            (Resume.NOW.value, "Do now what was due"),
        ),
        initial=Resume.SHIFT.value,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    field_order = ("how", "reason")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is asked before something happens, and what it is told afterwards."""

    heading: str
    button: str
    points: Sequence[str]
    done: str
    form: type[forms.Form] = forms.Form


class Steps:
    """The steps of one campaign, for one request. Each asks, and does it when the answer is yes."""

    def __init__(self, admin: ModelAdmin[Any], request: HttpRequest, campaign: Campaign, *, now: datetime) -> None:
        self.admin, self.request, self.campaign, self.now, self.by = admin, request, campaign, now, request.user

    def submit(self, version: CampaignVersion) -> HttpResponse:
        points = (
            _reach(_expected(version, self.now)),
            "Whoever may publish campaigns looks at it; nothing is sent before that.",
        )
        asked = Asked(f"Submit version {version.number} for review?", "Submit", points, "It is in review now.")
        return self._ask(asked, lambda data: publishing.submit(version=version, by=self.by, now=self.now))

    def take_back(self, version: CampaignVersion) -> HttpResponse:
        points = ("It is a draft again and can be changed.",)
        asked = Asked(f"Send version {version.number} back?", "Send back", points, "It is a draft again.", NoteForm)
        return self._ask(
            asked, lambda data: publishing.take_back(version=version, by=self.by, now=self.now, reason=data["reason"])
        )

    def delete_draft(self, version: CampaignVersion) -> HttpResponse:
        points = ("What was written in it is lost.",)
        asked = Asked(f"Delete version {version.number}?", "Delete the draft", points, "The draft is deleted.")
        return self._ask(asked, lambda data: publishing.delete_draft(version=version, by=self.by, now=self.now))

    def publish(self, version: CampaignVersion) -> HttpResponse:
        expected = _expected(version, self.now)
        live = self.campaign.versions.filter(state=VersionState.LIVE).first()
        try:
            concerned = affected(self.campaign, read(version.definition))
        except DefinitionError:
            concerned = Affected(0, 0, ())
        points = (
            _reach(expected),
            f"It takes the place of version {live.number}." if live else "",
            *_who_is_inside(concerned),
            publishing.why_not_publish(version, self.by, expected),
            "A published version is never changed any more.",
        )
        form = PublishForm if concerned.inside else forms.Form
        asked = Asked(f"Publish version {version.number}?", "Publish", points, "It is published.", form)
        return self._ask(
            asked,
            lambda data: publishing.publish(
                version=version, by=self.by, now=self.now, move_people=data.get("move_people", False)
            ),
        )

    def pause(self) -> HttpResponse:
        points = ("Nobody enters.", f"{self._inside} inside stand still until somebody resumes it.")
        asked = Asked(f"Pause “{self.campaign}”?", "Pause", points, "It is paused.", ReasonForm)
        return self._turn(asked, running.pause)

    def resume(self) -> HttpResponse:
        found, reason, since = overdue(self.campaign, self.now), self.campaign.state_reason, self.campaign.state_at
        points = (
            f"Paused since {since:%d %b %Y, %H:%M} UTC{f': {reason}' if reason else '.'}" if since else "",
            f"Steps that stand still: {found.frozen:,}.",
            f"Of these were due meanwhile: {found.overdue:,}; messages among them: {found.messages:,}.",
        )
        asked = Asked(f"Resume “{self.campaign}”?", "Resume", points, "It goes on.", ResumeForm)
        return self._ask(
            asked,
            lambda data: running.resume(
                campaign=self.campaign, how=Resume(data["how"]), by=self.by, now=self.now, reason=data["reason"]
            ),
        )

    def end(self) -> HttpResponse:
        points = ("Nobody enters any more.", f"{self._inside} inside go on to its end.")
        return self._turn(
            Asked(f"End “{self.campaign}”?", "End", points, "Nobody enters any more.", NoteForm), running.end
        )

    def switch_off(self) -> HttpResponse:
        points = (
            "Nobody enters any more.",
            f"{self._inside} inside leave it now; what waits for them is cancelled.",
        )
        asked = Asked(f"Switch “{self.campaign}” off at once?", "Switch off", points, "It is off.", ReasonForm)
        return self._turn(asked, running.switch_off)

    def switch_on(self) -> HttpResponse:
        points = ("Customers enter from now on; what happened before is not made up for.",)
        asked = Asked(f"Switch “{self.campaign}” on?", "Switch on", points, "It is live now.", NoteForm)
        return self._turn(asked, running.switch_on)

    @property
    def _inside(self) -> str:
        return _customers(inside(self.campaign))

    def _turn(self, asked: Asked, turn: Callable[..., Campaign]) -> HttpResponse:
        return self._ask(
            asked, lambda data: turn(campaign=self.campaign, by=self.by, now=self.now, reason=data["reason"])
        )

    def _ask(self, asked: Asked, do: Callable[[dict[str, Any]], object]) -> HttpResponse:
        here = reverse("admin:campaigns_campaign_change", args=[self.campaign.pk])
        form = asked.form(self.request.POST if self.request.method == "POST" else None)
        if self.request.method == "POST" and form.is_valid():
            try:
                do(form.cleaned_data)
            except REFUSED as error:
                messages.error(self.request, str(error))
            else:
                messages.success(self.request, asked.done)
            return HttpResponseRedirect(here)
        return framed(
            self.admin, self.request, "lifecycle/admin/form.html", title=asked.heading, original=self.campaign,
            form=form, heading=asked.heading, points=[point for point in asked.points if point],
            button=asked.button, cancel_url=here,
        )  # fmt: skip


def _expected(version: CampaignVersion, now: datetime) -> int | None:
    try:
        return audience(read(version.definition), now=now)
    except DefinitionError:
        return None


def _reach(expected: int | None) -> str:
    if expected is None:
        return "Counting how many customers it would reach takes too long here."
    return f"It would have reached {_customers(expected)} in the last 30 days."


def _who_is_inside(found: Affected) -> list[str]:
    if not found.inside:
        return []
    lost = [f"Of these wait at “{step}”, which is no longer there: {number:,}." for step, number in found.lost]
    are = "is" if found.inside == 1 else "are"
    return [f"{_customers(found.inside)} {are} inside; of these wait at steps that are still there: {found.stay:,}.",
            *lost]  # fmt: skip


def _customers(number: int) -> str:
    return f"{number:,} customer{'' if number == 1 else 's'}"
