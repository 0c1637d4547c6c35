"""Texts of messages: checked and saved, shown with a customer, and sent to try them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model

from campaigns.channels.port import Accepted, Outgoing
from campaigns.channels.registry import port_for
from campaigns.messages.box import Mail, MailTexts, render_mail
from campaigns.messages.errors import CannotRender
from campaigns.models import Channel, Enrollment, MessageTemplate, SkipReason, TemplateText
from campaigns.queries.contact import suppressed
from campaigns.queries.gate import policy
from campaigns.queries.placeholders import LINKS, NAMES, Values, placeholders, plain
from campaigns.queries.step_texts import mistakes
from campaigns.rules.gate import Go, Message, Standing, Verdict, decide
from lifecycle.models import Customer, CustomerStatus

from .writing import FIELDS, names_read

SECONDS = 20.0
_SURE = {"customer": {"email": "ann@example.com", "id": "42", "today": "2026-03-31"}}
_MOST_ADVICE = 20
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which field."""

    field: str
    message: str


class TemplateRefused(ValueError):
    """Nothing was saved or sent; ``problems`` say why."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(one.message for one in problems))


def lint(*, texts: Mapping[str, str], language: str) -> list[Problem]:
    """What keeps texts from being saved."""
    written = _written(texts, language)
    read = {name: getattr(written, name) for name in FIELDS}
    problems = [Problem(place if place in FIELDS else "", said) for place, said in mistakes(read, links=LINKS)]
    try:
        if not problems:
            render_mail(written, _sample_links(), is_marketing=True, is_sample=True)
    except CannotRender as error:
        problems.append(_problem(error))
    if "<script" in written.body.lower():
        problems.append(Problem("body", "Mail programs run no scripts, and take mails that have one for an attack."))
    return problems


def advice(*, texts: Mapping[str, str], language: str) -> list[Problem]:
    """What may be saved and is better otherwise: values that some customers do not have, above all."""
    written, values, told = _written(texts, language), {**_sample_links(), **_SURE}, []
    for _ in range(_MOST_ADVICE):
        try:
            render_mail(written, values, is_marketing=True)
            break
        except CannotRender as error:
            root, _, name = error.missing.partition(".")
            if not name or name in values.get(root, {}):
                break
            values[root] = {**values.get(root, {}), name: f"[{error.missing}]"}
            told.append(Problem(error.place, f"Customers without {error.missing} do not get it; write a default."))
    if "unsubscribe_url" not in written.body:
        told.append(Problem("body", "There is no link to unsubscribe; marketing gets one below it."))
    return told


def preview(*, texts: Mapping[str, str], language: str, customer: Customer | None, now: datetime) -> Mail:
    """The mail as a customer would get it; without one every value shows its name.

    Raises ``TemplateRefused``, also for what could not be saved.
    """
    written = _written(texts, language)
    if problems := lint(texts=texts, language=language):
        raise TemplateRefused(*problems)
    try:
        values = _values(written, customer, now) if customer else {}
        return render_mail(written, {**_sample_links(), **values}, is_marketing=True, is_sample=customer is None)
    except CannotRender as error:
        raise TemplateRefused(_problem(error)) from None


def save_text(
    *, template: MessageTemplate, language: str, texts: Mapping[str, str], by: Any, now: datetime
) -> TemplateText:
    """Save one language. Raises ``TemplateRefused``."""
    if problems := lint(texts=texts, language=language):
        raise TemplateRefused(*problems)
    saved, _ = TemplateText.objects.update_or_create(
        template=template, language=language, defaults={name: texts.get(name, "") for name in FIELDS}
    )
    return saved


def send_test(
    *, texts: Mapping[str, str], language: str, customer: Customer | None, to: str, by: Any, now: datetime
) -> None:
    """Send texts, saved or not, to a user of the back office, never to a customer. Raises ``TemplateRefused``."""
    if not to or not get_user_model()._default_manager.filter(is_active=True, email__iexact=to).exists():
        raise TemplateRefused(Problem("to", f"{to} is nobody's here; tests go to users of the back office."))
    if not isinstance(verdict := _verdict(to, now), Go):
        raise TemplateRefused(Problem("to", f"{SkipReason(verdict.reason).label}."))
    mail = preview(texts=texts, language=language, customer=customer, now=now)
    message = Outgoing(
        uuid4(), Channel.EMAIL, to, f"[Test] {mail.subject}", mail.html, mail.text, settings.DEFAULT_FROM_EMAIL
    )
    result = port_for(Channel.EMAIL).send(message, seconds=SECONDS)
    log.info("template_tested", language=language, to=to, by=str(by))
    if not isinstance(result, Accepted):
        raise TemplateRefused(Problem("", result.reason))


def _verdict(to: str, now: datetime) -> Verdict:
    """Switches, the recipients of a test installation and the suppression list hold for tests as for all else."""
    message = Message(Channel.EMAIL, to, latest=now, is_marketing=False)
    return decide(message, Standing(is_suppressed=bool(suppressed([to]))), policy(), now)


def _written(texts: Mapping[str, str], language: str) -> MailTexts:
    return MailTexts(**{name: texts.get(name, "") for name in FIELDS}, language=language)


def _sample_links() -> Values:
    """Links that look right and do nothing; and the groups, so that their values can be missed."""
    return {**{name: {} for name in NAMES}, **dict.fromkeys(LINKS, f"{settings.PUBLIC_URL}/m/sample")}


def _values(written: MailTexts, customer: Customer, now: datetime) -> Values:
    """Those of a customer, in the lifecycle where it moved last, and of the event that brought it in last."""
    moved = CustomerStatus.objects.filter(customer=customer, tag__isnull=False).order_by("-entered_at")
    lifecycle = moved.values_list("lifecycle__code", flat=True).first() or ""
    read = names_read(tuple(getattr(written, name) for name in FIELDS))
    values = placeholders([customer], lifecycle=lifecycle, read=read, now=now)[customer.pk]
    data = Enrollment.objects.filter(customer=customer).exclude(data={}).values_list("data", flat=True).first()
    samples = {name: f"[event.{name}]" for root, name in read if root == "event" and name}
    return {**values, "event": {**samples, **plain(data or {})}}


def _problem(error: CannotRender) -> Problem:
    where = f"Line {error.line}: " if error.line else ""
    return Problem(error.place if error.place in FIELDS else "", f"{where}{error.message}")
