"""What is asked of messages that campaigns send."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from campaigns.models import MessageTemplate, TemplateText
from lifecycle.models import Customer
from lifecycle.queries import customers_seen


def text_of(template: MessageTemplate, language: str) -> TemplateText | None:
    return template.texts.filter(language=language).select_related("template").first()


def customer_found(text: str, user: Any) -> Customer | None:
    """The customer with this id of the other system, or with this address, among those that a person sees."""
    if "\x00" in text:
        return None
    seen = customers_seen(user).filter(Q(external_id=text) | Q(email__iexact=text))
    return seen.order_by("id").first()
