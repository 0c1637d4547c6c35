"""Texts of authors are rendered in a child process that is small, knows nothing, and is killed when it takes too long.

One child a process, started when it is first needed and again after each that died.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from threading import Lock
from time import monotonic
from typing import Any

from .errors import CannotRender

SECONDS, SECONDS_TO_START = 2.0, 30.0
LONGEST_JOB = 2_000_000
_START = "from campaigns.messages.child import main; main()"


@dataclass(frozen=True, slots=True)
class MailTexts:
    """The texts of a mail in one language, as their author wrote them."""

    subject: str
    body: str
    preheader: str = ""
    text: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    html: str
    text: str


def render_mail(texts: MailTexts, values: Mapping[str, Any], *, is_marketing: bool, is_sample: bool = False) -> Mail:
    """A whole mail. Marketing needs the values ``unsubscribe_url`` and ``preferences_url``. Raises ``CannotRender``."""
    written = {name: getattr(texts, name) for name in ("subject", "preheader", "body", "text")}
    options = {"language": texts.language, "is_marketing": is_marketing, "is_sample": is_sample}
    return Mail(**_box.ask({"do": "mail", "texts": written, "values": json.dumps(values), "options": options}))


def render_texts(texts: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Plain texts, by name. Raises ``CannotRender``."""
    return _box.ask({"do": "texts", "texts": texts, "values": json.dumps(values)})


def names_in(texts: Mapping[str, str]) -> dict[str, list[list[Any]]]:
    """The values that each text reads, such as ``["customer", "name"]``. Raises ``CannotRender``."""
    return _box.ask({"do": "names", "texts": texts})


class _Box:
    def __init__(self) -> None:
        self.lock = Lock()
        self.child: Popen[bytes] | None = None

    def ask(self, job: Mapping[str, Any]) -> Any:
        line = json.dumps(job).encode() + b"\n"
        if len(line) > LONGEST_JOB:
            raise CannotRender(f"texts and values are {len(line):,} bytes long; {LONGEST_JOB:,} are allowed")
        with self.lock:
            found = self._answer(line)
        if "done" not in found:
            raise CannotRender(**found)
        return found["done"]

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            return self._asked(line)
        except TimeoutError:
            self._end()
            return {"message": f"it took longer than {SECONDS:g} seconds"}
        except OSError:
            self._end()
            return {"message": "it needs too much memory, or brought its process down"}
        except BaseException:  # a signal's, perhaps: what comes back would be taken for the next answer
            self._end()
            raise

    def _asked(self, line: bytes, attempts: int = 2) -> dict[str, Any]:
        """A child that has died may have died before it was asked; so another one is."""
        if self.child is None or self.child.poll() is not None:
            self._start()
        deadline = monotonic() + SECONDS
        try:
            self._write(line, deadline)
            return json.loads(self._read(deadline))
        except BrokenPipeError:
            if attempts == 1:
                raise
            self._end()
            return self._asked(line, attempts - 1)

    def _start(self) -> None:
        self._end()
        known = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
        self.child = Popen(
            [sys.executable, "-c", _START], stdin=PIPE, stdout=PIPE, stderr=DEVNULL, bufsize=0, cwd="/",
            env={"PYTHONPATH": known}, start_new_session=True,
        )  # fmt: skip
        os.set_blocking(self._pipe("stdin"), False)
        self._read(monotonic() + SECONDS_TO_START)

    def _write(self, line: bytes, deadline: float) -> None:
        pipe = self._pipe("stdin")
        while line:
            _wait(pipe, select.POLLOUT, deadline)
            line = line[os.write(pipe, line) :]

    def _read(self, deadline: float) -> bytes:
        pipe, found = self._pipe("stdout"), b""
        while not found.endswith(b"\n"):
            _wait(pipe, select.POLLIN, deadline)
            part = os.read(pipe, 1 << 20)
            if not part:
                raise BrokenPipeError
            found += part
        return found

    def _pipe(self, name: str) -> int:
        return getattr(self.child, name).fileno()

    def _end(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self._let_go()

    def _let_go(self) -> None:
        child, self.child = self.child, None
        for pipe in (child.stdin, child.stdout) if child else ():
            pipe.close()  # type: ignore[union-attr]  # it was started with pipes

    def after_fork(self) -> None:
        """The child is the parent's; here another one will be started."""
        self.lock = Lock()
        if self.child is not None:
            self.child.returncode = 0
            self._let_go()


def _wait(pipe: int, for_what: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(pipe, for_what)
    if not poll.poll(max(0, deadline - monotonic()) * 1_000):
        raise TimeoutError


_box = _Box()
os.register_at_fork(after_in_child=_box.after_fork)
