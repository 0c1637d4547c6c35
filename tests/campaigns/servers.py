"""Servers on localhost that remember what they took, drop no repeats, and fail where they are told to."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Mails:
    """What a mail server took, and where it fails: ``drop`` at a command, or ``say`` something else there."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.fault = ("", "")
        self.connections = 0
        self.port = 0

    async def at(self, command: str, server: Any, usual: str) -> str:
        kind, *more = self.fault
        if kind == f"drop at {command}":
            server.transport.abort()
            return usual
        return more[0] if kind == f"say at {command}" else usual

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802  names of aiosmtpd
        session.host_name = hostname
        said = await self.at("EHLO", server, "")
        return [said] if said else responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address
        return await self.at("MAIL", server, "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return await self.at("RCPT", server, "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await self.at("text", server, "250 taken")
        if answer.startswith("250"):
            self.taken.append(envelope.content)
        match self.fault[0]:
            case "take, then drop":
                server.transport.abort()
            case "take, answer late":
                await asyncio.sleep(1.5)
        return answer


class _Server(SMTP):
    def connection_made(self, transport: Any) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)
        if self.event_handler.fault[0] == "drop at connect":
            transport.abort()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.event_handler.fault[0] == "drop at DATA":
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)

    async def push(self, status: Any) -> None:
        fault = self.event_handler.fault[0]
        await super().push(status)
        said = status if isinstance(status, bytes) else status.encode()
        if (fault == "drop after 354" and said.startswith(b"354")) or (
            fault == "drop after 250" and said.startswith(b"250 taken")
        ):
            self.transport.close()


@contextmanager
def mail_server() -> Iterator[Mails]:
    class Here(Controller):
        def factory(self) -> SMTP:
            return _Server(self.handler, hostname="localhost")

    mails = Mails()
    with socket.create_server(("127.0.0.1", 0)) as free:
        mails.port = free.getsockname()[1]
    controller = Here(mails, hostname="127.0.0.1", port=mails.port)
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()


class Hooks:
    """What an HTTP server took, as headers and body, and what it answers."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.answer: tuple[int, dict[str, str], bytes] = (204, {}, b"")
        self.fault = ""
        self.url = ""


@contextmanager
def hook_server() -> Iterator[Hooks]:
    hooks = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if hooks.fault == "drop before":
                return self.connection.close()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hooks.taken.append(({key.lower(): value for key, value in self.headers.items()}, body))
            match hooks.fault:
                case "drop after":
                    return self.connection.close()
                case "late":
                    time.sleep(1.5)
                case "drip":
                    return self.drip()
            status, headers, text = hooks.answer
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            return self.pour(text)

        def drip(self) -> None:
            """A byte now and then, for ever."""
            for _ in range(50):
                try:
                    self.wfile.write(b"H")
                except OSError:
                    return
                time.sleep(0.1)

        def pour(self, text: bytes) -> None:
            try:
                for _ in range(1000 if hooks.fault == "endless" else 1):
                    self.wfile.write(text)
            except OSError:
                return

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hooks.url = f"http://127.0.0.1:{server.server_port}/hooks?from=tenure"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield hooks
    finally:
        server.shutdown()
        server.server_close()
