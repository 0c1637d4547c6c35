"""A worker process of the benchmarks: for each line it reads, does all steps that are due."""

import sys

import django

django.setup()

from campaigns.engine.steps import run_due  # noqa: E402
from tests.bench.stepping import NOW  # noqa: E402

print("ready", flush=True)
for _ in sys.stdin:
    while run_due(now=NOW):
        pass
    print("done", flush=True)
