"""Lists narrowed to a range of time by the address of a link."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from lifecycle.admin.between import between
from tests.factories import TaskFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def due(desk, value):
    return desk.get(f"/admin/customer_success/task/?{urlencode({'due_at': value})}")


@pytest.mark.parametrize(
    ("value", "expected", "said"),
    [
        (between(DAY, DAY + 24 * HOUR), [0, 1], "From 1 Mar 2026 before 2 Mar 2026 UTC"),
        (between(None, DAY + HOUR), [0], "Before 1 Mar 2026, 01:00 UTC"),
        (between(DAY + HOUR, None), [1, 24], "From 1 Mar 2026, 01:00 UTC"),
        (between(DAY, DAY + 48 * HOUR, known=DAY + HOUR), [0, 1], "From 1 Mar 2026 before 1 Mar 2026, 01:00 UTC"),
    ],
)
def test_rows_of_the_range_alone(desk, value, expected, said):
    for hours in (0, 1, 24):
        TaskFactory(title=f"{hours}", due_at=DAY + hours * HOUR, created_at=DAY - HOUR)

    answer = due(desk, value)

    assert [int(one.title) for one in answer.context["cl"].result_list] == expected
    assert said in answer.content.decode()


@pytest.mark.parametrize(
    "value", ["yesterday", "..", "2026-03-01", "2026-03-01..x", "1..2..3", "0001-01-01T00:00+14:00.."]
)
def test_what_is_no_range_finds_nothing(desk, value):
    TaskFactory()

    answer = due(desk, value)

    assert answer.context["cl"].result_count == 0
    assert "No range of time" in answer.content.decode()
