"""How Gunicorn serves the web application; it reads this file by itself."""

import os
import shutil

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

preload_app = True  # a bad setting stops the start instead of every worker, and the workers share the memory
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
max_requests = 10_000  # a worker that grew is replaced now and then
max_requests_jitter = 1_000
control_socket_disable = True  # it would lie in the home folder of the user, shared by all installations
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {
        "gunicorn.error": {"level": "INFO", "propagate": True},
        "gunicorn.access": {"level": "WARNING", "propagate": True},
    },
}

if settings.METRICS_TOKEN:
    # The counters of all workers meet in files, or each answer would tell of one worker only. The client library looks
    # for the folder when it is first imported, which is after this file was read.
    counters = settings.TENURE_HOME / "metrics"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counters)
