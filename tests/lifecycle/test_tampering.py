"""What was tampered with is named: by the proof, by its command, and by the nightly one."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from lifecycle.models import HistoryCheck, Lifecycle, Transition
from lifecycle.queries import warnings
from lifecycle.tasks import verify_histories

from .stage import NOW, days_ago, paid, tag
from .verified import live_shop, tell, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(db: None) -> Lifecycle:
    return live_shop()


def causes(lifecycle: Lifecycle) -> dict[str, str]:
    return {one.name: one.cause for one in verified(lifecycle).doubts}


class TestTampering:
    def run(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def test_a_tag_that_no_move_led_to(self, live: Lifecycle) -> None:
        self.run(f"UPDATE lifecycle_customerstatus SET tag_id = {tag(live, 'NEW').id}, version = version + 1")

        assert [cause.partition(", but")[2] for cause in causes(live).values()] == [" the last move led to VIP."] * 2

    def test_an_event_that_is_gone(self, live: Lifecycle) -> None:
        self.run("DELETE FROM lifecycle_event WHERE name = 'ORDER_PAID' AND properties ->> 'amount' = '20'")

        assert list(causes(live)) == ["ann"]
        assert "moved the customer, but did not hold by what was known then" in causes(live)["ann"]
        assert "0, not 1" in causes(live)["ann"]

    def test_a_rule_that_was_changed_after_it_decided(self, live: Lifecycle) -> None:
        self.run(
            "UPDATE lifecycle_transitionrule SET conditions = jsonb_set(conditions, '{value}', '2') WHERE key = 'buys'"
        )

        assert set(causes(live)) == {"ann", "bob"}

    def test_a_rule_that_was_changed_since_the_last_night(self, live: Lifecycle) -> None:
        """What was compiled then is not asked: a proof reads what is stored."""
        assert causes(live) == {}

        self.test_a_rule_that_was_changed_after_it_decided(live)

    def test_a_move_that_is_gone(self, live: Lifecycle) -> None:
        first = Transition.objects.filter(customer__external_id="ann").earliest("id")
        self.run(f"DELETE FROM lifecycle_transition WHERE id = {first.id}")

        assert list(causes(live)) == ["ann"]

    def test_a_customer_whom_nobody_moved(self, live: Lifecycle) -> None:
        tell(paid("cem", days_ago(3.5)), at=days_ago(3.5))

        assert "held, and nobody moved the customer" in causes(live)["cem"]

    def test_names_the_first_step_only(self, live: Lifecycle) -> None:
        self.run("DELETE FROM lifecycle_event WHERE name = 'ORDER_PAID'")

        found = [one for one in verified(live).doubts if one.name == "ann"]

        assert [one.at for one in found] == [days_ago(9)]


class TestTheCommandAndTheNight:
    def test_says_that_everything_follows(self, live: Lifecycle, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("verify_history", "--lifecycle", live.code, "--sample", "50")

        assert capsys.readouterr().out == f"4 moves of 2 customers in {live.code} follow from what was known.\n"

    def test_names_what_does_not_and_fails(self, live: Lifecycle, capsys: pytest.CaptureFixture[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM lifecycle_event WHERE name = 'ORDER_PAID'")

        with pytest.raises(SystemExit) as stop:
            call_command("verify_history", "--lifecycle", live.code)

        said = capsys.readouterr().out
        assert stop.value.code == 1
        assert "2 customers with a step that does not follow" in said
        assert "ann, " in said

    def test_refuses_an_empty_sample(self, live: Lifecycle) -> None:
        with pytest.raises(CommandError, match="at least 1, not 0"):
            call_command("verify_history", "--lifecycle", live.code, "--sample", "0")

    def test_keeps_what_a_night_found_and_warns(self, live: Lifecycle, settings: Any) -> None:
        verify_histories()
        assert warnings(now=NOW) == []
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM lifecycle_event WHERE name = 'ORDER_PAID'")

        verify_histories()

        settings.VERIFY_SAMPLE = 1
        verify_histories()  # those doubted are looked at again, whoever else is chosen

        again, last, first = HistoryCheck.objects.all()
        assert [one["name"] for one in again.doubts] == ["ann", "bob"]
        assert ([one["name"] for one in last.doubts], first.doubts) == (["ann", "bob"], [])
        assert [f"2 customers have a history in {live} that does not follow" in one for one in warnings(now=NOW)] == [
            True
        ]
