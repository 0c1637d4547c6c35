"""The Celery application: `celery --app config worker` and `celery --app config beat`."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tenure")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# It warns of running as root because of pickled messages; this application accepts JSON alone.
warnings.filterwarnings("ignore", category=SecurityWarning)
