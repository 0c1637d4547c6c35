"""What import contracts cannot say: rules use the standard library and each other, nothing else."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.settings import ROOT

RULES = sorted(ROOT.glob("*/rules/**/*.py"))


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("module", RULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_rules_import_the_standard_library_and_rules_alone(module):
    floor = module.relative_to(ROOT).parts[0]

    foreign = [
        name
        for name in imported(module)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith((f"{floor}.rules", "lifecycle.rules", "."))
    ]

    assert foreign == []


def test_there_are_rules_to_look_at():
    assert RULES
