"""Numbers of success managers lead to the rows that were counted: no more and no fewer."""

import re
from datetime import timedelta

import pytest

from customer_success.models import Task
from tests.customer_success.cast import joined, signed_in
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerHealthFactory,
    TaskFactory,
    TeamFactory,
    UserFactory,
)

from .managed import NOW, SINCE, counted, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped")]
URL = "/admin/analytics/snapshot/managers/"
CLOCK = NOW + timedelta(days=60)  # when all that the world has made has happened
RANGE = {"start": str(SINCE.date()), "end": str(NOW.date())}
IN_TOTAL = {
    "Customers": "customers", "At risk": "at_risk", "Overdue tasks": "overdue", "Reviews held": "reviews_held",
    "Alerts in time": "alerts_in_time", "Renewals in 90 days": "renewals",
}  # fmt: skip
OF_ONE = {
    "Customers": "customers", "Accounts": "accounts", "At risk": "at_risk", "Open tasks": "open",
    "Overdue": "overdue", "Done": "done", "Hours to finish": "done", "Reviews held": "reviews_held",
    "Alerts in time": "alerts_in_time", "Revenue": "accounts", "Renewals": "renewals", "Renewal revenue": "renewals",
}  # fmt: skip


@pytest.fixture(scope="module")
def managers(kept, stopped):
    """Two who look after somebody and one who does not; beside them somebody who left, and an administrator's task."""
    made = make_world(1)
    gone = CustomerFactory(owner=UserFactory(is_active=False))
    AccountFactory(customer=gone)
    CustomerHealthFactory(customer=gone)
    TaskFactory(owner=UserFactory(), customer=None, due_at=NOW, created_at=SINCE)
    for one in made:
        joined(one)
    return made


def rows_behind(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.context["cl"].result_count


def in_total(client, managers):
    """Each number of all together, what the page says, how many rows it leads to, and how many there are."""
    said = client.get(URL, RANGE).context["said"]
    cards = {one.title: one for one in said.cards if one.url}
    assert cards.keys() == IN_TOTAL.keys()
    expected = [counted(one, CLOCK) for one in managers]
    for title, card in cards.items():
        shown = re.match(r"[\d,]+(?= of )", card.note) if "%" in card.value else re.match(r"\d+$", card.value)
        number = sum(one[IN_TOTAL[title]] for one in expected)
        yield title, shown and int(shown[0]), rows_behind(client, card.url), number


def test_of_everybody(managers):
    for title, shown, listed, number in in_total(signed_in(UserFactory(is_staff=True, is_superuser=True)), managers):
        assert (title, shown, listed) == (title, number, number)


def test_of_a_team(managers):
    lead, team = joined(UserFactory(), "Success lead"), TeamFactory()
    team.members.add(*managers[:2])
    team.leads.add(lead)
    TaskFactory(owner=lead, customer=None, due_at=NOW, created_at=SINCE)

    for title, shown, listed, number in in_total(signed_in(lead), managers[:2]):
        assert (title, shown, listed) == (title, number, number)


def test_of_oneself(managers):
    me, client = managers[0], signed_in(managers[0])
    said = client.get(URL, RANGE).context["said"]
    [beside] = [one for one in said.charts if one.key == "managers"]
    linked = {row[0]: url for row, url in beside.linked_rows if url}
    expected = counted(me, CLOCK)

    assert linked.keys() == OF_ONE.keys()
    assert {one.title for one in said.cards if one.url} <= linked.keys()
    assert all(one.url in {"", linked.get(one.title)} for one in said.cards)
    for name, url in linked.items():
        assert (name, rows_behind(client, url)) == (name, expected[OF_ONE[name]])
    assert Task.objects.filter(customer__owner=me).exclude(owner=me).exists()  # seen, and not one's own


def test_the_row_of_a_manager_leads_to_the_accounts(managers):
    client = signed_in(UserFactory(is_staff=True, is_superuser=True))
    [table] = [one for one in client.get(URL, RANGE).context["said"].charts if one.key == "managers"]
    accounts = table.columns.index("Accounts")

    for row, url in table.linked_rows:
        if url:
            assert rows_behind(client, url) == int(row[accounts].replace(",", ""))


def test_a_manager_does_not_see_another_s_tasks_by_id(managers):
    url = f"/admin/customer_success/task/?whose={managers[1].id}"

    assert rows_behind(signed_in(managers[0]), url) == 0
    assert rows_behind(signed_in(managers[0]), "/admin/customer_success/task/?whose=99999999") == 0
    assert rows_behind(signed_in(UserFactory(is_staff=True, is_superuser=True)), url) > 0
