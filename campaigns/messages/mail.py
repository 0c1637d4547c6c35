"""A whole mail from its texts: subject, HTML by way of MJML, and plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from mrml import RenderOptions, to_html

from .errors import CannotRender
from .plain import plain_of
from .texts import render

LONGEST_SUBJECT = 300
# The words of the links below marketing, where the author wrote none: unsubscribe, preferences.
LINKS = {
    "en": ("Unsubscribe", "Your preferences"),
    "de": ("Abmelden", "Ihre Einstellungen"),
    "es": ("Darse de baja", "Sus preferencias"),
    "fr": ("Se désabonner", "Vos préférences"),
    "it": ("Annulla l’iscrizione", "Le tue preferenze"),
    "nl": ("Afmelden", "Uw voorkeuren"),
    "pt": ("Cancelar a inscrição", "As suas preferências"),
}
_OPTIONS = RenderOptions(disable_comments=False, fonts={})  # no fonts from elsewhere
_HEAD = (
    "<mj-head><mj-title>{title}</mj-title>{preview}"
    '<mj-attributes><mj-all font-family="Helvetica, Arial, sans-serif" /></mj-attributes></mj-head>'
)
_FOOT = (
    '<mj-section><mj-column><mj-text align="center" font-size="12px" color="#6b7280">'
    '<a href="{unsubscribe_url}" style="color:#6b7280">{unsubscribe}</a> &middot; '
    '<a href="{preferences_url}" style="color:#6b7280">{preferences}</a></mj-text></mj-column></mj-section>'
)


def compose(
    texts: Mapping[str, str],
    values: Mapping[str, Any],
    *,
    language: str,
    is_marketing: bool = False,
    is_sample: bool = False,
) -> dict[str, str]:
    """``texts``: subject, preheader, body, text. Marketing gets links to say no, unless its author wrote them."""
    subject = _line(texts["subject"], values, "subject", is_sample)
    if not subject:
        raise CannotRender("it is empty", "subject")
    preheader = _line(texts["preheader"], values, "preheader", is_sample)
    body = render(texts["body"], values, place="body", is_html=True, is_sample=is_sample)
    text = render(texts["text"], values, place="text", is_sample=is_sample)
    links = _links(values, language) if is_marketing else {}
    if links and links["unsubscribe_url"] not in body:
        body = body.replace("</mj-body>", _FOOT.format(**links) + "</mj-body>", 1)
    html = _html(body, language, subject, preheader)
    if not text.strip():
        text = plain_of(body)
    elif links and links["unsubscribe_url"] not in text:
        text += "\n\n--\n{unsubscribe}: {unsubscribe_url}\n{preferences}: {preferences_url}".format(**links)
    return {"subject": subject, "html": html, "text": text}


def _line(source: str, values: Mapping[str, Any], place: str, is_sample: bool) -> str:
    line = render(source, values, place=place, is_sample=is_sample).strip()
    if re.search(r"[\r\n\u0085\u2028\u2029]", line):
        raise CannotRender("it has more than one line", place)
    if len(line) > LONGEST_SUBJECT:
        raise CannotRender(f"{len(line)} characters are too many; {LONGEST_SUBJECT} are allowed", place)
    return line


def _links(values: Mapping[str, Any], language: str) -> dict[str, str]:
    unsubscribe, preferences = LINKS.get(language[:2].lower(), LINKS["en"])
    urls = {name: str(values[name]) for name in ("unsubscribe_url", "preferences_url")}
    return {**urls, "unsubscribe": unsubscribe, "preferences": preferences}


def _html(body: str, language: str, subject: str, preheader: str) -> str:
    start = re.match(r"\s*<mjml[^>]*>", body)
    if start is None:
        raise CannotRender("it is no MJML: it begins with <mjml> and has one <mj-body>", "body")
    preview = f"<mj-preview>{escape(preheader)}</mj-preview>" if preheader and "<mj-preview" not in body else ""
    head = _HEAD.format(title=escape(subject), preview=preview)
    rest = body[start.end() :]
    if own := re.search(r"<mj-head\s*>", rest):  # its own settings come behind, and win
        head, rest = head.removesuffix("</mj-head>"), rest[: own.start()] + rest[own.end() :]
    try:
        html = str(to_html(f'<mjml lang="{escape(language)}">{head}{rest}', render_options=_OPTIONS).content)
    except (OSError, ValueError) as error:
        raise CannotRender(f"it is no MJML: {error}", "body") from None
    if unknown := re.search(r"<(mj-[\w-]+)", html):
        raise CannotRender(f"there is no {unknown[1]} in MJML, or not at this place", "body")
    return html
