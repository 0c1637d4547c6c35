"""Secrets of the demo, each in a file that only its owner may read: made once, so that sessions outlive a restart."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)


def kept_secret_key(home: Path) -> str:
    """The key in `home`, made when there is none. Two processes that start at once agree on one of the two."""
    file = home / "secret-key"
    try:
        if not file.exists():
            make_secret_key(file)
        return file.read_text().strip()
    except OSError as error:
        raise SystemExit(f"The secret key in TENURE_HOME cannot be used: {error}. Name a folder of your own.") from None


def make_secret_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    made = file.with_suffix(f".{os.getpid()}")
    write_private(made, secrets.token_urlsafe(48))
    with suppress(FileExistsError):  # another process was first
        os.link(made, file)  # at once, so that a reader never sees half a key
    made.unlink()
