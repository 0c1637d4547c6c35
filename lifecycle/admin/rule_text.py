"""Conditions as people read and write them: JSON laid out for the eye, problems as sentences at their field."""

from __future__ import annotations

import json
from collections.abc import Mapping

from lifecycle import queries
from lifecycle.metrics.catalogue import CATALOGUE
from lifecycle.models import TransitionRule
from lifecycle.rules.parse import Problem, RuleError

# Problems that are not about the tree name what they are about; the others belong to the conditions.
_FIELDS: Mapping[str, str] = {
    "from_tags": "from_tags",
    "tags": "from_tags",
    "to_tag": "to_tag",
    "cooldown_days": "cooldown_days",
    "hysteresis_percent": "hysteresis_percent",
}
_ORDER = ("metric", "operator", "value")


def laid_out(tree: object, indent: str = "") -> str:
    """JSON with one condition a line, groups indented."""
    if isinstance(tree, dict) and len(tree) == 1:
        ((kind, inside),) = tree.items()
        if isinstance(inside, list) and kind in ("all", "any"):
            deeper = indent + "    "
            parts = ",\n".join(f"{deeper}{laid_out(part, deeper)}" for part in inside)
            return f'{{"{kind}": [\n{parts}\n{indent}]}}'
        if kind == "not":
            return f'{{"not": {laid_out(inside, indent)}}}'
    if isinstance(tree, dict):  # the database keeps keys in an order of its own
        tree = {key: tree[key] for key in sorted(tree, key=_place)}
    return json.dumps(tree, ensure_ascii=False)


def _place(key: str) -> int:
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)


def field_of(problem: Problem) -> str:
    return _FIELDS.get(problem.path, "conditions")


def as_sentence(problem: Problem) -> str:
    """``At all[0].metric: there is no metric …`` with a full stop."""
    message = problem.message if problem.message.endswith(("?", ".")) else f"{problem.message}."
    if not problem.path or problem.path in _FIELDS:
        return message if message.split()[0] in CATALOGUE else message[:1].upper() + message[1:]
    return f"At {problem.path}: {message}"


def sentence_of(rule: TransitionRule) -> str:
    """The rule's condition in English, or why it cannot be read any more."""
    try:
        text = queries.rule_sentence(rule)
    except RuleError as error:
        return f"This rule cannot be read: {as_sentence(error.problems[0])}"
    return f"{text[:1].upper()}{text[1:]}."
