"""A mail server as a process of its own: notes each mail before it says yes, drops no repeats, and fails now and then.

``python -m tests.campaigns.kill.mailserver FOLDER SEED SHARE``: the notes stand in ``FOLDER/mails``, its port in
``FOLDER/port``. Of all mails, a ``SHARE`` is refused at MAIL by a lost connection, as many are lost before they are
taken, and as many answers after that.
"""

import asyncio
import os
import random
import re
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([0-9a-f-]{36})@", re.IGNORECASE | re.MULTILINE)
PAUSE = 0.004


class Notes:
    def __init__(self, path: Path, seed: int, share: float) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.random, self.share = random.Random(seed), share

    def fails(self) -> bool:
        return self.random.random() < self.share

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  names of aiosmtpd
        envelope.mail_from = address
        if self.fails():
            server.transport.abort()
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.fails():
            server.transport.abort()
            return "451 lost"
        [message_id] = MESSAGE_ID.findall(envelope.content)
        os.write(self.file, b"%.6f %s\n" % (time.time(), message_id))
        await asyncio.sleep(PAUSE)
        if self.fails():
            server.transport.abort()
        return "250 taken"


async def main(folder: Path, seed: int, share: float) -> None:
    notes = Notes(folder / "mails", seed, share)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(notes, hostname="localhost"), "127.0.0.1", 0)
    half = folder / "port.half"
    half.write_text(str(server.sockets[0].getsockname()[1]))
    half.rename(folder / "port")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
