"""The four groups of people, as the migration makes them."""

import pytest
from django.contrib.auth.models import Group

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def may(group: str, permission: str) -> bool:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    return user.has_perm(permission if "." in permission else f"lifecycle.{permission}")


@pytest.mark.parametrize(
    ("group", "permission", "expected"),
    [
        ("Success manager", "add_transition", True),
        ("Success manager", "change_recommendation", True),
        ("Success manager", "change_transitionrule", False),
        ("Marketer", "change_transitionrule", True),
        ("Marketer", "add_transition", False),
        ("Analyst", "view_customer", True),
        ("Analyst", "change_recommendation", False),
        ("Administrator", "change_switch", True),
        ("Administrator", "add_event", True),
        ("Administrator", "auth.view_user", True),
        ("Administrator", "auth.change_user", False),
    ],
)
def test_who_may_do_what(group, permission, expected):
    assert may(group, permission) is expected
