"""Backtests in the admin: the form, the page while it runs, and what it found."""

from dataclasses import replace

import pytest
from django.urls import reverse

from lifecycle.engine.ingest import ingest
from lifecycle.engine.replay import replay
from lifecycle.engine.rules import RuleText, text_of, write_draft
from lifecycle.models import BacktestRun, BacktestState
from tests.factories import BacktestRunFactory
from tests.lifecycle.stage import NOW, days_ago, paid, read

from .conftest import READS, person

pytestmark = pytest.mark.django_db
ADD = "admin:lifecycle_backtestrun_add"


@pytest.fixture
def draft(shop):
    """History in which Ann sleeps after sixty days, and a draft that would let her sleep after ten."""
    events = [paid("ann", days_ago(100), 20), paid("ann", days_ago(90), 30), paid("bob", days_ago(2), 10)]
    ingest(batch=read(*events), source="till", now=NOW, is_history=True)
    replay(lifecycle=shop.lifecycle, first=days_ago(120).date(), last=days_ago(1).date(), now=NOW)
    text = RuleText(
        name="Sleeps early", to_tag=shop.tag("AT_RISK"), from_tags=(shop.tag("REPEAT"), shop.tag("CUSTOMER")),
        conditions={"all": [{"metric": "days_since_order", "operator": ">=", "value": 10}]},
    )  # fmt: skip
    return write_draft(lifecycle=shop.lifecycle, key="sleeps-early", text=text)


def asked(shop, **changes):
    wanted = {
        "tried": f"all:{shop.lifecycle.id}",
        "first_day": str(days_ago(110).date()),
        "last_day": str(days_ago(1).date()),
    }
    return {**wanted, "asks": "on", **changes}


def test_a_backtest_is_started_and_read(client, shop, draft):
    page = client.post(reverse(ADD), asked(shop), follow=True).text

    run = BacktestRun.objects.get()
    assert run.state == BacktestState.DONE
    for said in ("Tried: Sleeps early", "Moves added up", "Repeat customer → At risk", "Where everybody is at the end"):
        assert said in page
    assert "Sleeps early" in client.get(reverse("admin:lifecycle_backtestrun_changelist")).text


def test_what_cannot_be_tried_is_said_on_the_form(client, shop):
    page = client.post(reverse(ADD), asked(shop)).text
    assert "has no drafts" in page
    assert "has not ended" in client.post(reverse(ADD), asked(shop, last_day="2999-01-01", first_day="2998-12-01")).text
    assert not BacktestRun.objects.exists()


def test_the_page_says_how_far_it_is_and_why_it_failed(client, shop):
    running = BacktestRunFactory(lifecycle=shop.lifecycle, state="running", days_done=30, days_all=180)
    failed = BacktestRunFactory(lifecycle=shop.lifecycle, state="failed", error="The rules lead in a circle.")

    def page(run):
        return client.get(reverse("admin:lifecycle_backtestrun_change", args=[run.id])).text

    assert "30 of 180 days" in page(running)
    assert 'http-equiv="refresh"' in page(running)
    assert "lead in a circle" in page(failed)
    assert 'http-equiv="refresh"' not in page(failed)


def test_only_who_may_starts_one(sign_in, shop, draft):
    reader = sign_in(person("rolf", *READS, "view_backtestrun"))

    assert reader.get(reverse("admin:lifecycle_backtestrun_changelist")).status_code == 200
    assert reader.post(reverse(ADD), asked(shop)).status_code == 403


def test_one_draft_is_tried_from_its_page(client, shop, draft):
    text = replace(text_of(draft), name="Sleeps late")
    other = write_draft(lifecycle=shop.lifecycle, key="sleeps-late", text=text)

    form = client.get(client.get(reverse("admin:lifecycle_transitionrule_on_history", args=[draft.id]))["Location"])
    chosen = form.context["form"]["tried"].value()
    client.post(reverse(ADD), asked(shop, tried=chosen))

    assert chosen == f"rule:{draft.id}"
    assert other.name in form.text
    assert "Events are stored from" in form.text
    assert [rule["key"] for rule in BacktestRun.objects.get().tried] == [draft.key]
