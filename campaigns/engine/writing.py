"""The messages of steps: texts with the customer's values put in, ready to go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import formataddr, parseaddr
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from campaigns.channels.port import Outgoing
from campaigns.messages.box import MailTexts, names_in, render_mail, render_texts
from campaigns.messages.errors import CannotRender
from campaigns.messages.languages import language_for
from campaigns.models import Channel, Delivery, TemplateText
from campaigns.queries.placeholders import Names, Values, placeholders, plain
from campaigns.queries.step_texts import texts_in
from lifecycle.models import Customer

from .kinds import CannotBeWritten, Work
from .links import links_for

FIELDS = ("subject", "preheader", "body", "text")
_SENDER = (("owner", "name"),)


def write_email(work: Work, now: datetime) -> Outgoing:
    """A mail in the customer's language. Marketing says how to unsubscribe, also to the mail program (RFC 8058)."""
    customer, step = work.enrollment.customer, work.settings
    text, delivery = _text_for(step.template, customer), _delivery(work)
    message_id = _message_id(delivery)
    links = links_for(customer=customer.pk, topic=work.definition.topic, message_id=message_id)
    is_marketing = work.definition.message_class == "marketing"
    try:
        values = _values(work, (getattr(text, name) for name in FIELDS), now, also=_SENDER if step.from_owner else ())
        mail = render_mail(mail_texts(text), values | links, is_marketing=is_marketing)
    except CannotRender as error:
        raise CannotBeWritten(f"{text}: {error}") from None
    if delivery is not None:
        delivery.language = text.language
    sender, reply_to = _sender(values["owner"] if step.from_owner else {})
    headers = {
        "List-Unsubscribe": f"<{links['unsubscribe_url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Outgoing(
        message_id, Channel.EMAIL, customer.email or "", mail.subject, mail.html, mail.text, sender, reply_to,
        headers if is_marketing else {},
    )  # fmt: skip


def write_in_app(work: Work, now: datetime) -> Outgoing:
    """Title, body and the address to go to, which stands in ``payload``."""
    found = _rendered(work, {name: getattr(work.settings, name) for name in ("title", "body", "url")}, now)
    title, url = " ".join(found["title"].split()), found["url"].strip()
    if not title or len(title) > 200:
        raise CannotBeWritten("title: it has 1 to 200 characters.")
    if len(url) > 500:
        raise CannotBeWritten("url: it has more than 500 characters.")
    if url and not url.startswith(("https://", "http://", "/")):
        raise CannotBeWritten("url: it begins with https:// or with /.")
    recipient = work.enrollment.customer.external_id
    return Outgoing(
        _message_id(_delivery(work)), Channel.IN_APP, recipient, subject=title, text=found["body"], payload={"url": url}
    )


def write_webhook(work: Work, now: datetime) -> Outgoing:
    """The payload of the step, told as ``campaign.step``."""
    return _told(work, "campaign.step", {"payload": _filled(work, work.settings.payload, now)})


def write_action(work: Work, now: datetime) -> Outgoing:
    """What another system is to do, told as ``action.`` and its name."""
    action = work.settings.action
    told = {"action": action, "parameters": _filled(work, work.settings.parameters, now)}
    return _told(work, f"action.{action}", told)


def mail_texts(text: TemplateText) -> MailTexts:
    return MailTexts(**{name: getattr(text, name) for name in FIELDS}, language=text.language)


@lru_cache(maxsize=500)
def names_read(texts: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """The values that texts read, such as ``("customer", "name")``. Raises ``CannotRender``."""
    found = names_in({str(number): text for number, text in enumerate(texts)}).values()
    return frozenset((str(path[0]), str(path[1]) if len(path) > 1 else "") for paths in found for path in paths)


def _values(work: Work, texts: Iterable[str], now: datetime, also: Names = ()) -> Values:
    """The values that texts of a step read. Raises ``CannotRender``."""
    customer, read = work.enrollment.customer, names_read(tuple(texts)).union(also)
    found = placeholders([customer], lifecycle=work.definition.lifecycle, read=read, now=now)[customer.pk]
    return {**found, "event": plain(work.enrollment.data)}


def _text_for(key: str, customer: Customer) -> TemplateText:
    texts = {one.language: one for one in TemplateText.objects.filter(template__key=key).select_related("template")}
    if not texts:
        raise CannotBeWritten(f"There is no text of a message called {key}.")
    template = next(iter(texts.values())).template
    wanted = str(customer.traits.get("language") or customer.traits.get("locale") or "")
    language = language_for(wanted, among=texts, default=template.default_language)
    if language not in texts:
        raise CannotBeWritten(f"{template} has no text in {language}, its default language.")
    return texts[language]


def _delivery(work: Work) -> Delivery | None:
    """The row of the message, where sending has made it."""
    return getattr(work.run, "delivery", None)


def _message_id(delivery: Delivery | None) -> UUID:
    return delivery.message_id if delivery is not None else uuid4()


def _sender(owner: Values) -> tuple[str, str]:
    """The owner's name before our address, which alone may send for our domain; answers go to the owner."""
    ours, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((" ".join(owner.get("name", "").split()) or ours, address)), owner.get("email", "")


def _told(work: Work, kind: str, told: Mapping[str, Any]) -> Outgoing:
    """In the shape that Standard Webhooks recommends. Its time is that of the entry, which no repeat moves."""
    where = {"campaign": work.campaign, "step": work.step.key, "customer_id": work.enrollment.customer.external_id}
    payload = {"type": kind, "timestamp": work.enrollment.entered_at.isoformat(), "data": {**where, **told}}
    return Outgoing(_message_id(_delivery(work)), Channel.WEBHOOK, work.settings.endpoint, payload=payload)


def _filled(work: Work, payload: Any, now: datetime) -> Any:
    """A payload with the values put into its texts, however deep they lie."""
    texts = {place: text for place, text in texts_in(payload, "payload") if "{" in text}
    found = _rendered(work, texts, now) if texts else {}

    def fill(value: Any, place: str) -> Any:
        match value:
            case str():
                return found.get(place, value)
            case dict():
                return {name: fill(one, f"{place}.{name}") for name, one in value.items()}
            case list():
                return [fill(one, f"{place}[{number}]") for number, one in enumerate(value)]
        return value

    return fill(payload, "payload")


def _rendered(work: Work, texts: Mapping[str, str], now: datetime) -> dict[str, str]:
    try:
        return render_texts(texts, _values(work, texts.values(), now))
    except CannotRender as error:
        raise CannotBeWritten(str(error)) from None
