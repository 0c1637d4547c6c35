"""Runs several programs side by side until one ends or somebody asks to stop; then stops them all."""

import itertools
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO

from config.tie import tie

LOST_EVERY = 20  # tenths of a second
PATIENCE = 20  # seconds for a worker to finish its task, before it is killed


def run(
    programs: Mapping[str, list[str]],
    *,
    write: Callable[[str], None],
    on_start: Callable[[], None] = lambda: None,
    lost: Callable[[], str | None] = lambda: None,
    patience: float = PATIENCE,
) -> int:
    """Runs `programs` (name to command) with their lines prefixed by their names.

    Returns 0 after SIGINT, SIGTERM or SIGHUP, and 1 when a program ended by itself or `lost`, asked every few seconds,
    names something that the programs cannot do without; either stops the others.
    """
    asked = threading.Event()
    previous = {
        number: signal.signal(number, lambda *_: asked.set())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    children: dict[str, subprocess.Popen[str]] = {}
    readers = []
    one_at_a_time = threading.Lock()

    def say(line: str) -> None:
        with one_at_a_time:
            write(line)

    try:
        for name, command in programs.items():
            children[name] = launch(command)
            readers.append(threading.Thread(target=relay, args=(name, children[name].stdout, say), daemon=True))
        for reader in readers:  # after the last fork, which would not copy them
            reader.start()
        on_start()
        reason: str | None = None
        for beat in itertools.count():
            if reason or asked.wait(0.1):
                break
            reason = ended(children) or (lost() if beat % LOST_EVERY == 0 else None)
        if reason:
            say(f"{reason}; stopping the others.")
        return 1 if reason else 0
    finally:
        stop(list(children.values()), patience)
        for reader in readers:
            reader.join(timeout=2)
        for number, handler in previous.items():
            signal.signal(number, handler)


def ended(children: Mapping[str, subprocess.Popen[str]]) -> str | None:
    for name, child in children.items():
        if child.poll() is not None:
            return f"The {name} process ended by itself with code {child.returncode}"
    return None


def launch(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # a Ctrl-C on the terminal is for us alone, so that each child is asked once
        preexec_fn=tie(signal.SIGTERM),  # noqa: PLW1509  see tie
    )


def relay(name: str, lines: IO[str] | None, say: Callable[[str], None]) -> None:
    for line in lines or ():
        say(f"{name:<6} | {line.rstrip()}")


def stop(children: list[subprocess.Popen[str]], patience: float) -> None:
    for child in children:
        child.terminate()
    give_up_at = time.monotonic() + patience
    for child in children:
        try:
            child.wait(timeout=max(0.1, give_up_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
