"""The list of alerts: answered, put off, resolved."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customer_success.models import HealthAlert, Task

from .conftest import page

pytestmark = pytest.mark.django_db


def test_alerts_are_acknowledged_and_resolved_from_the_list(manager, customer):
    alert = HealthAlert.objects.get()
    chosen = {"_selected_action": alert.pk, "confirm": "yes"}
    assert "Health is 30, below 40" in manager.get(page("healthalert_changelist")).content.decode()

    manager.post(page("healthalert_changelist"), {"action": "acknowledge_selected", **chosen})
    manager.post(page("healthalert_changelist"), {"action": "resolve_selected", **chosen, "note": "Called"})

    alert.refresh_from_db()
    assert (alert.state, alert.note, Task.objects.get().state) == ("RESOLVED", "Called", "DONE")
    assert "Ann" not in manager.get(page("healthalert_changelist")).content.decode()


def test_an_alert_that_was_put_off_until_now_is_open_again(manager, customer):
    HealthAlert.objects.update(state="SNOOZED", snoozed_until=timezone.now() - timedelta(minutes=1))

    def listed(state):
        return manager.get(page("healthalert_changelist"), {"state": state}).context["cl"].result_count

    assert (listed(""), listed("OPEN"), listed("SNOOZED")) == (1, 1, 0)
    HealthAlert.objects.update(snoozed_until=timezone.now() + timedelta(days=1))
    assert (listed(""), listed("OPEN"), listed("SNOOZED")) == (0, 0, 1)


def test_a_resolution_needs_a_note_and_a_snooze_a_day_to_come(manager, customer):
    alert = HealthAlert.objects.get()

    empty = manager.post(page("healthalert_resolve", alert.pk), {"note": ""})
    past = manager.post(page("healthalert_snooze", alert.pk), {"until": "2001-01-01", "note": ""})

    assert list(empty.context["form"].errors) == ["note"]
    assert "future" in past.content.decode()


@pytest.mark.parametrize("states", [[], ["state=all"], ["state=over"], ["state=SNOOZED"], ["state=nonsense"]])
def test_alerts_are_listed_by_state(boss, customer, states):
    assert boss.get(page("healthalert_changelist") + "?" + "&".join(states)).status_code == 200
