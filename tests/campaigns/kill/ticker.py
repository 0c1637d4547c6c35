"""Wakes the workers twice a second, whatever becomes of the broker."""

import time

import django

django.setup()

from campaigns.tasks import run_due_steps, sweep_leases  # noqa: E402
from config.celery import app  # noqa: E402

while True:
    try:
        with app.connection_for_write() as connection:
            run_due_steps.apply_async(connection=connection, retry=False)
            sweep_leases.apply_async(connection=connection, retry=False)
    except Exception as error:
        print("no broker:", error, flush=True)
    time.sleep(0.5)
