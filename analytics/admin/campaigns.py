"""Campaign results: who entered, what was sent, who reached the goal, and whether that was chance."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.queries.campaigns import Results, results
from analytics.rules.results import ARRIVED
from campaigns.models import Campaign, Channel

from .board import Asked, Card, Said, board
from .campaign_charts import becoming, days, overview, tasks
from .campaign_lift import reached
from .campaign_links import entered, planned
from .campaign_messages import emails, messages_by_channel, not_sent
from .charts import Chart
from .one_campaign_charts import step_funnel, time_to_goal, versions
from .ranges import RangeBoard, RangeForm
from .words import rate

_ENROLLED, _MESSAGES = "campaign_enrolled", "campaign_messages"


class CampaignForm(RangeForm):
    campaign = forms.ModelChoiceField(
        Campaign.objects.all(), to_field_name="key", required=False, empty_label="All campaigns",
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip


@board
class CampaignResults(RangeBoard):
    code = "campaign_results"
    title = "Campaign results"
    form = CampaignForm

    def says(self, asked: Asked) -> Said:
        campaign, period = asked.about["campaign"], asked.about["period"]
        found = results(owners=asked.owners, period=period, now=asked.now, campaign=campaign)
        return Said(
            found.as_of,
            cards=_cards(found, campaign),
            charts=[*self._charts(asked, found, campaign), *_of_one(asked, found, campaign)],
        )

    def _charts(self, asked: Asked, found: Results, campaign: Campaign | None) -> list[Chart]:
        return [
            reached(found),
            *([] if campaign else [overview(found)]),
            becoming(found, campaign),
            messages_by_channel(found),
            not_sent(found, campaign),
            tasks(asked),
            days(asked),
        ]


def _of_one(asked: Asked, found: Results, campaign: Campaign | None) -> list[Chart]:
    if campaign is None:
        return []
    one = next(iter(found.results))
    return [step_funnel(asked, campaign, found.enrolled.number), versions(one), time_to_goal(asked)]


def _cards(found: Results, campaign: Campaign | None) -> list[Card]:
    sent = Card("Messages sent", f"{found.messages.sent:,}", f"of {found.messages.planned:,} planned",
                url=planned(found, campaign, sent="yes"), report=_MESSAGES)  # fmt: skip
    return [*_of_enrolled(found, campaign), sent, *_of_emails(found, campaign)]


def _of_enrolled(found: Results, campaign: Campaign | None) -> list[Card]:
    enrolled = found.enrolled
    of_first = f"{enrolled.converted:,} of {enrolled.customers:,} who entered for the first time and were treated"
    return [
        Card("Enrolled", f"{enrolled.number:,}", url=entered(found, campaign), report=_ENROLLED),
        Card(
            "Still inside",
            f"{enrolled.inside:,}",
            url=entered(found, campaign, state__exact="active"),
            report=_ENROLLED,
        ),
        Card(
            "Reached the goal",
            rate(enrolled.converted, enrolled.customers),
            of_first,
            url=entered(found, campaign, goal="first"),
            report=_ENROLLED,
        ),
    ]


def _of_emails(found: Results, campaign: Campaign | None) -> list[Card]:
    messages = emails(found.channels)
    arrived = f"of {messages.arrived:,} emails {ARRIVED}"

    def of_arrived(title: str, number: int, more: str = "", **asked: str) -> Card:
        url = planned(found, campaign, channel__exact=Channel.EMAIL, **asked)
        return Card(title, rate(number, messages.arrived), f"{number:,} {arrived}{more}", url=url, report=_MESSAGES)

    unreliable = ". Unreliable: mail programs open by themselves, or hide it."
    return [
        of_arrived("Opened", messages.opened, unreliable, response="opened"),
        of_arrived("Clicked", messages.clicked, response="clicked"),
        Card("Bounced", rate(messages.bounced, messages.sent), f"{messages.bounced:,} of {messages.sent:,} emails",
             url=planned(found, campaign, channel__exact=Channel.EMAIL, state__exact="bounced"), report=_MESSAGES),
        of_arrived("Complained", messages.complained, state__exact="complained"),
        of_arrived("Unsubscribed", messages.unsubscribed, response="unsubscribed"),
    ]  # fmt: skip
