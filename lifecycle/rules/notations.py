"""Rules as people have written them: four notations, read into one shape.

* canonical: ``{"lifecycle": …, "rules": [{"key", "name", "from", "to", "conditions", …}]}``, as exported;
* lists: a mapping of names to ``{conditions: ["metric >= 2", …], action: apply_tag_…}``, of the specification;
* typed: a list of ``{from, to, conditions: [{metric, operator, value}], …}``, of the specification;
* dictionary: a list of ``{from_tag_codes, to_tag_code, conditions: {metric: {operator, value}}, …}``, of the guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .nodes import Operator

_TEXT = re.compile(
    r"\s*(?P<metric>\w+)(?P<operator>\s*(?:==|!=|<=|>=|<|>)|\s+not in(?=\W)|\s+in(?=\W))\s*(?P<value>.+?)\s*"
)
_TAG_METRIC = "current_tag"
_PLAIN = ("name", "description", "priority", "is_automatic", "skips_review", "cooldown_days", "hysteresis_percent")
CANONICAL = frozenset({"key", "from", "from_untagged", "to", "conditions", "notification", *_PLAIN})


class NotationError(ValueError):
    """The rule, or the file, cannot be read; the message says what and where."""


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule as it was written, tags by their codes. ``ignored`` says what has no meaning here."""

    key: str
    to: str
    conditions: Any
    start: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


def rules_in(document: Any) -> Iterator[WrittenRule | NotationError]:
    """The rules of a parsed file; an error in place of one that cannot be read. Raises ``NotationError``."""
    if isinstance(document, dict) and isinstance(document.get("rules"), list):
        entries, read = list(enumerate(document["rules"])), _canonical
    elif isinstance(document, dict) and document and all(isinstance(one, dict) for one in document.values()):
        entries, read = list(document.items()), _listed
    elif isinstance(document, list):
        entries, read = list(enumerate(document)), _typed_or_dictionary
    else:
        raise NotationError(
            'This is none of the notations: a list of rules, {"rules": [...]}, or names with conditions and action.'
        )
    for name, entry in entries:
        where = f"rule {name + 1}" if isinstance(name, int) else str(name)
        try:
            if not isinstance(entry, dict):
                raise NotationError("a rule is an object")
            yield read(str(name), entry)
        except NotationError as error:
            yield NotationError(f"{where}: {error}")


def _canonical(name: str, entry: dict[str, Any]) -> WrittenRule:
    if unknown := sorted(set(entry) - CANONICAL):
        raise NotationError(f"there is no {', '.join(map(str, unknown))}; a rule has {', '.join(sorted(CANONICAL))}")
    title = _text(entry, "name")
    values = {one: entry[one] for one in (*_PLAIN, "from_untagged", "notification") if one in entry}
    key = _text(entry, "key") if "key" in entry else key_of(title)
    return WrittenRule(key, _text(entry, "to"), _need(entry, "conditions"), _codes(entry, "from"), values)


def _listed(name: str, entry: dict[str, Any]) -> WrittenRule:
    action = _text(entry, "action")
    if not action.startswith("apply_tag_"):
        raise NotationError(f"action is “{action}”; it should be apply_tag_ and the code of a tag")
    start = _codes(entry, "from")
    parts: list[Any] = []
    for line in _list(entry, "conditions"):
        condition = _condition(line)
        if condition["metric"] == _TAG_METRIC:
            if condition["operator"] not in {"==", "in"}:
                raise NotationError(f"“{line}”: where a rule starts is said with == or in")
            value = condition["value"]
            start += tuple(value) if isinstance(value, list) else (str(value),)
        else:
            parts.append(condition)
    values: dict[str, Any] = {"name": name.replace("_", " ").capitalize()}
    if "alert" in entry:
        team = _text(entry, "alert").removesuffix("_team")
        values["notification"] = {"team": team, "priority": "high"}
    ignored = tuple(f"{one}: {entry[one]}" for one in entry if one not in {"conditions", "action", "from", "alert"})
    return WrittenRule(key_of(name), action.removeprefix("apply_tag_"), {"all": parts}, start, values, ignored)


def _typed_or_dictionary(name: str, entry: dict[str, Any]) -> WrittenRule:
    return _dictionary(entry) if "to_tag_code" in entry or "from_tag_codes" in entry else _typed(entry)


def _typed(entry: dict[str, Any]) -> WrittenRule:
    start, to = _codes(entry, "from"), _text(entry, "to")
    values: dict[str, Any] = {"name": _text(entry, "name") if "name" in entry else f"{' '.join(start)} to {to}"}
    if entry.get("notification") is not None:
        values["notification"] = entry["notification"]
    known = {"from", "to", "conditions", "notification", "name", *_PLAIN}
    values |= {one: entry[one] for one in _PLAIN if one in entry and one != "name"}
    ignored = tuple(f"{one}: {entry[one]}" for one in entry if one not in known)
    return WrittenRule(key_of(values["name"]), to, {"all": _list(entry, "conditions")}, start, values, ignored)


def _dictionary(entry: dict[str, Any]) -> WrittenRule:
    conditions = _need(entry, "conditions")
    if not isinstance(conditions, dict):
        raise NotationError("conditions must map metrics to operator and value")
    parts = []
    for metric, test in conditions.items():
        if not isinstance(test, dict) or set(test) != {"operator", "value"}:
            raise NotationError(f"{metric} needs operator and value, and nothing else")
        parts.append({"metric": metric, **test})
    title = _text(entry, "rule_name")
    values: dict[str, Any] = {"name": title}
    if "priority" in entry:
        values["priority"] = entry["priority"]
    if "is_automatic" in entry or "requires_manual_approval" in entry:
        asks = entry.get("requires_manual_approval", False) is True
        values["is_automatic"] = entry.get("is_automatic", True) is True and not asks
    if entry.get("notification_config") is not None:
        values["notification"] = entry["notification_config"]
    known = {"from_tag_codes", "to_tag_code", "rule_name", "conditions", "priority", "is_automatic",
             "requires_manual_approval", "notification_config"}  # fmt: skip
    ignored = tuple(f"{one}: {entry[one]}" for one in entry if one not in known)
    start = _codes(entry, "from_tag_codes")
    return WrittenRule(key_of(title), _text(entry, "to_tag_code"), {"all": parts}, start, values, ignored)


def _condition(line: Any) -> dict[str, Any]:
    """``customer_tier in ['Pro', 'Enterprise']`` as a condition."""
    found = _TEXT.fullmatch(line) if isinstance(line, str) else None
    if found is None:
        raise NotationError(f"“{line}” is not a condition such as days_since_login >= 5")
    operator = found["operator"].strip().replace("not in", Operator.NOT_IN)
    return {"metric": found["metric"], "operator": operator, "value": _value(found["value"], line)}


def _value(text: str, line: str) -> Any:
    if text.startswith("["):
        if not text.endswith("]"):
            raise NotationError(f"“{line}”: the list has no end")
        return [_value(part.strip(), line) for part in text[1:-1].split(",") if part.strip()]
    if text in {"true", "false"}:
        return text == "true"
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d*\.\d+", text):
        return float(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if re.fullmatch(r"\w+", text):
        return text
    raise NotationError(f"“{line}”: {text} is no number, text, true, false or list")


def key_of(title: str) -> str:
    """A key made of a name: ``At Risk Detection`` becomes ``at-risk-detection``."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-")


def _need(entry: dict[str, Any], name: str) -> Any:
    if name not in entry:
        raise NotationError(f"{name} is missing")
    return entry[name]


def _text(entry: dict[str, Any], name: str) -> str:
    value = _need(entry, name)
    if not isinstance(value, str) or not value.strip():
        raise NotationError(f"{name} must be a text")
    return value.strip()


def _list(entry: dict[str, Any], name: str) -> list[Any]:
    value = _need(entry, name)
    if not isinstance(value, list) or not value:
        raise NotationError(f"{name} must be a list with something in it")
    return value


def _codes(entry: dict[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name, [])
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise NotationError(f"{name} must list codes of tags")
    return tuple(value)
