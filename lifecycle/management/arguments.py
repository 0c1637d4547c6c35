"""Arguments that several commands take."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.models import User
from django.core.management.base import CommandError

from lifecycle.models import Lifecycle
from lifecycle.rules.calendar import end_of

MAX_BYTES = 5_000_000


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a day such as 2026-01-31") from None


def instant(text: str) -> datetime:
    """An instant with its zone; a day alone means its end."""
    try:
        if len(text) == len("2026-01-31"):
            return end_of(date.fromisoformat(text))
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” is neither an instant such as 2026-01-31T12:00:00Z nor a day such as 2026-01-31"
        ) from None
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"“{text}” has no time zone; write {text}Z for UTC")
    return at.astimezone(UTC)


def lifecycle_called(code: str) -> Lifecycle:
    try:
        return Lifecycle.objects.get(code=code)
    except Lifecycle.DoesNotExist:
        known = ", ".join(Lifecycle.objects.values_list("code", flat=True)) or "none; run manage.py load_defaults"
        raise CommandError(f"There is no lifecycle “{code}”. There are: {known}.") from None


def user_called(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user “{name}”.")
    return user


def rule_file(file: Path) -> Any:
    """What a JSON or YAML file of rules says. Raises ``CommandError``."""
    kind = "JSON" if file.suffix == ".json" else "YAML"
    try:
        if file.stat().st_size > MAX_BYTES:
            raise CommandError(f"{file} has more than {MAX_BYTES:,} bytes; that is no file of rules.")
        text = file.read_text(encoding="utf-8-sig")
        return json.loads(text) if kind == "JSON" else yaml.safe_load(text)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except RecursionError as error:
        raise CommandError(f"{file} is nested too deeply.") from error
    except (ValueError, yaml.YAMLError) as error:
        raise CommandError(f"{file} is not valid {kind}: {error}".splitlines()[0]) from error
