"""Texts of messages: checked and saved, shown with a customer, and sent to try them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.messages.box import Mail, MailTexts, render_mail
from campaigns.messages.errors import CannotRender
from campaigns.models import MessageTemplate, TemplateText
from lifecycle.models import Customer

FIELDS = ("subject", "preheader", "body", "text")


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
    try:
        render_mail(_written(texts, language), _LINKS, is_marketing=False, is_sample=True)
    except CannotRender as error:
        return [_problem(error)]
    return []


def advice(*, texts: Mapping[str, str], language: str) -> list[Problem]:
    """What may be saved and is better otherwise."""
    return []


def preview(*, texts: Mapping[str, str], language: str, customer: Customer | None, now: datetime) -> Mail:
    """The mail as a customer would get it; without one every value shows its name. Raises ``TemplateRefused``."""
    values: dict[str, Any] = {**_LINKS, "customer": {"name": customer.name}} if customer else _LINKS
    try:
        return render_mail(_written(texts, language), values, is_marketing=False, is_sample=customer is None)
    except CannotRender as error:
        raise TemplateRefused(_problem(error)) from None


def save_text(
    *, template: MessageTemplate, language: str, texts: Mapping[str, str], by: Any, now: datetime
) -> TemplateText:
    """Save one language. Raises ``TemplateRefused``."""
    if problems := lint(texts=texts, language=language):
        raise TemplateRefused(*problems)
    saved, _ = TemplateText.objects.update_or_create(
        template=template, language=language, defaults={name: texts[name] for name in FIELDS}
    )
    return saved


def send_test(*, text: TemplateText, customer: Customer | None, to: str, by: Any, now: datetime) -> None:
    """Send it to somebody of one's own. Raises ``TemplateRefused``."""
    preview(texts={name: getattr(text, name) for name in FIELDS}, language=text.language, customer=customer, now=now)
    raise TemplateRefused(Problem("", "No channel is there yet."))


_LINKS = {"unsubscribe_url": "https://example.com/u", "preferences_url": "https://example.com/p"}


def _written(texts: Mapping[str, str], language: str) -> MailTexts:
    return MailTexts(**{name: texts.get(name, "") for name in FIELDS}, language=language)


def _problem(error: CannotRender) -> Problem:
    where = f"Line {error.line}: " if error.line else ""
    return Problem(error.place if error.place in FIELDS else "", f"{where}{error.message}")
