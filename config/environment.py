"""Makes .venv from the lock file: once, whole, and again only when the lock changes.

The folder is complete when its stamp says for which lock, place and Python it was made; anything else is made anew.
Run by `make` with whatever Python the system has, so it uses the standard library only.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements/dev.lock"
FOLDER = ROOT / ".venv"
STAMP = FOLDER / "complete"


def version(python: str | Path) -> str:
    """Of that interpreter; empty when it does not run, as after an upgrade of the system's Python."""
    ask = [python, "-c", "import platform; print(platform.python_version())"]
    try:
        asked = subprocess.run(ask, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return asked.stdout.strip()


def stamp(python_version: str) -> str:
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    # The programs in a virtual environment know its place, so a moved one is useless.
    return f"{lock}\n{FOLDER}\n{python_version}\n"


def is_complete() -> bool:
    """A Python that somebody chose with PYTHON=… stays until another one is chosen."""
    if not STAMP.exists():
        return False
    there = version(FOLDER / "bin/python")
    wanted = version(sys.executable) if os.environ.get("PYTHON") else there
    return there == wanted != "" and STAMP.read_text() == stamp(there)


def make() -> None:
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        sys.exit(f"{sys.executable} cannot make virtual environments; install python3-venv or name another by PYTHON=…")
    began = time.monotonic()
    print(f"Making {FOLDER} with Python {version(sys.executable)}; this takes a minute or two …", flush=True)
    options = ["-qq", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    commands: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", "--clear", FOLDER],
        [FOLDER / "bin/python", "-m", "pip", "install", *options, "--requirement", LOCK],
    ]
    for command in commands:
        if subprocess.run(command, check=False).returncode:
            sys.exit(
                "The environment could not be made, for the reason above; run the same command again to make it anew."
            )
    STAMP.write_text(stamp(version(sys.executable)))
    print(f"The environment is ready ({time.monotonic() - began:.0f} s).", flush=True)


def main() -> None:
    with LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second `make` at the same time waits and finds it done
        if not is_complete():
            make()


if __name__ == "__main__":
    main()
