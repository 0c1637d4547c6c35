"""The first programmes: topics, texts and campaigns that are shipped, switched off until a person turns them on."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any

import yaml
from django.db import transaction

from campaigns.models import Campaign, MessageTemplate, TemplateText, Topic, WebhookEndpoint

from .publishing import write_draft

SHIPPED = Path(__file__).resolve().parent.parent / "shipped"


@transaction.atomic
def load_programmes(*, now: datetime) -> list[str]:
    """What is shipped and not there yet; what is there stays as people made it. Returns a line for each."""
    programmes = _read("campaigns.yaml")
    return [
        *_load_topics(programmes["topics"]),
        *_load_endpoint(),
        *_load_templates(_read("templates.yaml")),
        *_load_campaigns(programmes["campaigns"], now),
    ]


def _load_topics(shipped: list[dict[str, Any]]) -> list[str]:
    lines = []
    for place, values in enumerate(shipped):
        topic, is_new = Topic.objects.get_or_create(key=values["key"], defaults={**values, "position": place})
        lines += [f"topic {topic.key}"] if is_new else []
    return lines


def _load_endpoint() -> list[str]:
    """Where actions of other systems go; off until somebody says where that is."""
    about = {
        "name": "Actions of other systems", "url": "https://actions.example.com/", "is_active": False,
        "secret": f"whsec_{b64encode(token_bytes(24)).decode()}", "off_reason": "Nobody has said yet where it is.",
    }  # fmt: skip
    return ["endpoint actions"] if WebhookEndpoint.objects.get_or_create(key="actions", defaults=about)[1] else []


def _load_templates(shipped: list[dict[str, Any]]) -> list[str]:
    layout, lines = (SHIPPED / "layout.mjml").read_text(), []
    for values in shipped:
        about = {name: values[name] for name in ("name", "description")}
        template, is_new = MessageTemplate.objects.get_or_create(key=values["key"], defaults=about)
        if is_new:
            said = {name: values[name] for name in ("subject", "preheader")}
            body = layout.replace("BODY", values["body"].rstrip())
            TemplateText.objects.create(template=template, language=template.default_language, body=body, **said)
            lines.append(f"template {template.key}")
    return lines


def _load_campaigns(shipped: list[dict[str, Any]], now: datetime) -> list[str]:
    lines = []
    for values in shipped:
        about = {name: values[name] for name in ("name", "description")}
        campaign, is_new = Campaign.objects.get_or_create(key=values["key"], defaults=about)
        if is_new:
            write_draft(campaign=campaign, definition=values["definition"], by=None, now=now)
            lines.append(f"campaign {campaign.key}")
    return lines


def _read(name: str) -> Any:
    return yaml.safe_load((SHIPPED / name).read_text())
