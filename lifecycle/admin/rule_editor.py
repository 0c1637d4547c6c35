"""What the page needs to show conditions as rows: the metrics in their groups, and the operators of each type."""

from __future__ import annotations

from collections.abc import Mapping

from lifecycle.metrics import document
from lifecycle.metrics.sources import Metric
from lifecycle.rules.explain import words_for
from lifecycle.rules.nodes import Operator
from lifecycle.rules.parse import OPERATORS_OF


def vocabulary() -> Mapping[str, object]:
    return {
        "groups": [
            {"name": name, "metrics": [_metric(row.metric) for row in rows]} for name, rows in document.groups()
        ],
        "operators": {
            kind: [[one.value, words_for(one, kind)] for one in Operator if one in fitting]
            for kind, fitting in OPERATORS_OF.items()
        },
    }


def _metric(metric: Metric) -> Mapping[str, object]:
    return {
        "name": metric.name,
        "label": metric.label[:1].upper() + metric.label[1:],
        "type": metric.type,
        "unit": metric.unit,
        "description": metric.description,
        "choices": metric.choices,
        "other_names": metric.other_names,
    }
