"""Settings of a test run: the product's, with a home and so with servers of its own.

A run takes the first free home, so that several runs, and the workers of pytest-xdist in each, go side by side.
"""

import fcntl
import os
from itertools import count
from pathlib import Path
from typing import IO


def free_home(beside: Path) -> tuple[Path, IO[str]]:
    """A folder no other run uses, and the lock that keeps it ours while this process lives."""
    for number in count(1):
        home = beside / f"test-{number}"
        home.mkdir(parents=True, exist_ok=True)
        handle = (home / "in-use").open("w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
        else:
            return home, handle
    raise AssertionError("numbers do not end")


ROOT = Path(__file__).resolve().parent.parent
# Workers are told where the run that started them has its home; they take one beside it, not inside.
BESIDE = os.environ.setdefault("TENURE_TEST_HOMES", os.environ.get("TENURE_HOME") or str(ROOT / "var"))
HOME, HOME_LOCK = free_home(Path(BESIDE))
os.environ["TENURE_HOME"] = str(HOME)
os.environ["REDIS_PREFIX"] = f"tenure-{HOME.name}"
os.environ["HTTPS"] = "false"
os.environ["LOG_LEVEL"] = "WARNING"
os.environ.setdefault("SECRET_KEY", "only for tests, where nothing is worth a secret")

from config.settings import *  # noqa: E402, F403  the environment above must be there first

STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # empty, but WhiteNoise wants to see it
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},  # needs no collectstatic
}
