"""A worker process of the benchmarks: does the open ranges of each evaluation whose id it reads."""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402

from lifecycle.engine.evaluate import evaluate_next_chunk, finish  # noqa: E402
from lifecycle.models import Evaluation  # noqa: E402

print("ready", flush=True)
for line in sys.stdin:
    evaluation = Evaluation.objects.select_related("lifecycle").get(id=int(line))
    while evaluate_next_chunk(evaluation=evaluation, now=timezone.now()):
        pass
    finish(evaluation=evaluation, now=timezone.now())
    print("done", flush=True)
