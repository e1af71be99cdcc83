"""A connection as the broker has it: frames that arrive within their time, and answers."""

from __future__ import annotations

import asyncio
import time

from mapix.subsystem.broker.frames import Answer, Request, length_of, pack, request

FRAME_SECONDS = 10.0
UNREAD = 1 << 20
"""Bytes of events a member may leave unread before it is taken for dead."""


class Connection:
    """One member's end, or that of a command. It is there `since` a moment of the monotonic clock, and `has_asked` for
    something after its greeting.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.pid = 0
        self.since = time.monotonic()
        self.has_asked = False

    async def hear(self, seconds: float | None) -> Request:
        """The next frame. Its first byte may take `seconds`, or for ever; the rest `FRAME_SECONDS`."""
        head = await asyncio.wait_for(self.reader.readexactly(1), seconds)
        async with asyncio.timeout(FRAME_SECONDS):
            head += await self.reader.readexactly(3)
            return request(await self.reader.readexactly(length_of(head)))

    def say(self, frame: Answer) -> None:
        """Send a frame; who does not read is cut off."""
        self.writer.write(pack(frame))
        if self.writer.transport.get_write_buffer_size() > UNREAD:
            self.close()

    def close(self) -> None:
        """End the connection."""
        self.writer.transport.abort()
