"""Teams are told about moves: in their list, and by email through a real SMTP server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from lifecycle import tasks
from lifecycle.engine.evaluate import evaluate_everybody
from lifecycle.engine.notices import mail_notices
from lifecycle.engine.review import approve
from lifecycle.engine.rules import check
from lifecycle.models import EvaluationKind, Lifecycle, Notice, Recommendation
from lifecycle.rules.parse import RuleError
from tests.factories import NoticeFactory, TeamFactory, UserFactory

from .stage import NOW, at_once, is_at_least, lifecycle_with, paid, rule_text, send

pytestmark = pytest.mark.django_db
TOLD = {"team": "retention", "priority": "high"}


class Inbox:
    """What arrived. ``refuse`` makes the server answer with an error."""

    refuse = False

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  the server's name
        if self.refuse:
            return "451 Try again later"
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield inbox
    server.stop()


@pytest.fixture
def team() -> Any:
    return TeamFactory(code="retention", name="Retention", email="retention@example.com")


def made(**more: Any) -> Lifecycle:
    moves = {"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1), "notification": TOLD, **more}
    return lifecycle_with("NEW OLD", moves)


def full(lifecycle: Lifecycle, kind: str = EvaluationKind.FULL) -> None:
    evaluate_everybody(lifecycle=lifecycle, as_of=NOW, now=NOW, kind=kind)


def test_a_move_is_told_to_the_team_once(team: Any, inbox: Inbox) -> None:
    lifecycle = made()
    send(paid("ann"), paid("bob"))
    full(lifecycle)
    full(lifecycle)

    tasks.mail_messages()
    tasks.mail_messages()

    (letter,) = inbox.letters
    assert (letter["To"], letter["Subject"]) == ("retention@example.com", "Retention: 2 customers moved")
    assert "- [High] ann: NEW → OLD" in letter.get_content()
    assert Notice.objects.exclude(mailed_at=None).count() == 2


def test_an_approved_move_is_told_too_and_a_waiting_one_is_not(team: Any) -> None:
    lifecycle = made(is_automatic=False)
    send(paid("ann"))
    full(lifecycle)
    assert not Notice.objects.exists()

    approve(recommendation=Recommendation.objects.get(), by=UserFactory(), now=NOW)

    assert (Notice.objects.get().team, Notice.objects.get().priority) == (team, "high")


def test_a_replay_tells_nobody(team: Any) -> None:
    lifecycle = made()
    send(paid("ann"))

    full(lifecycle, EvaluationKind.REPLAY)

    assert not Notice.objects.exists()


def test_a_letter_that_could_not_be_sent_is_sent_later(team: Any, inbox: Inbox) -> None:
    NoticeFactory(team=team)
    inbox.refuse = True
    assert mail_notices(now=NOW) == 0
    assert Notice.objects.get().mailed_at is None

    inbox.refuse = False

    assert mail_notices(now=NOW) == 1
    assert len(inbox.letters) == 1


def test_a_team_without_an_address_reads_its_list(inbox: Inbox) -> None:
    NoticeFactory()

    assert mail_notices(now=NOW) == 0
    assert (inbox.letters, Notice.objects.filter(mailed_at=None).count()) == ([], 0)


def test_many_moves_are_few_letters(team: Any, inbox: Inbox) -> None:
    first = NoticeFactory(team=team)
    Notice.objects.bulk_create(
        Notice(team=team, priority="low", customer=first.customer, transition=first.transition, created_at=NOW)
        for _ in range(550)
    )

    assert mail_notices(now=NOW) == 1
    assert "and 451 more" in inbox.letters[0].get_content()


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_send_the_same(inbox: Inbox) -> None:
    for number in range(3):
        NoticeFactory(team=TeamFactory(email=f"team{number}@example.com"))

    sent = at_once(lambda: mail_notices(now=NOW), lambda: mail_notices(now=NOW))

    assert sum(sent) == len(inbox.letters) == 3


@pytest.mark.parametrize(
    ("notification", "path"),
    [
        ({"team": "nobody", "priority": "high"}, "notification.team"),
        ({"team": "retention", "priority": "loud"}, "notification.priority"),
        ({"team": "retention"}, "notification"),
        ({"team": "retention", "priority": "high", "by": "phone"}, "notification"),
        (["retention"], "notification"),
    ],
)
def test_a_rule_tells_a_known_team_with_a_known_priority(team: Any, notification: Any, path: str) -> None:
    lifecycle = lifecycle_with("NEW OLD")
    text = {"from": "NEW", "to": "OLD", "when": is_at_least("order_count", 1), "notification": notification}

    with pytest.raises(RuleError) as error:
        check(rule_text(lifecycle, **text), lifecycle)

    assert error.value.problems[0].path == path
