"""Ties the life of a child process to ours, so that nothing stays behind when we are killed."""

import ctypes
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # of Linux: the kernel signals the child when the thread that started it ends


def tie(what: signal.Signals) -> Callable[[], None]:
    """For subprocess's preexec_fn. Start the child from the main thread: a thread that ends takes it along."""
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec as little as possible may happen

    def in_child() -> None:
        prctl(PR_SET_PDEATHSIG, what)

    return in_child
