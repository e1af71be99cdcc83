"""What members and broker say to each other: frames of four bytes of length and a msgpack value of a known shape.

Requests are answered with exactly one reply, in order; `Member`, `Learned` and `Disabled` are told and not answered.
Events come between replies. What has another shape, is too long or comes too early ends the connection.
"""

from __future__ import annotations

import struct
from typing import TypeAlias

import msgspec

from mapix.properties.errors import CorruptData, TooBig

VERSION = 3
LONGEST = 1 << 20
"""Bytes a frame holds at most: a profile with everything that belongs to it."""

_HEAD = struct.Struct(">I")


class Frame(msgspec.Struct, tag=True, forbid_unknown_fields=True):
    """One message of either side."""


class Shared(Frame):
    """A shared session: its uid, the profile as text, secrets by place (those that were found, and those that somebody
    typed), services out of use with their reasons; `hosted` tells a new member that the broker's own spooler looks
    after what waits.
    """

    uid: bytes
    profile: str
    text: str
    secrets: dict[str, str] = {}
    typed: dict[str, str] = {}
    disabled: dict[bytes, str] = {}
    hosted: bool = False


class Hello(Frame):
    """The first frame of a connection; answered with the broker's own."""

    version: int
    pid: int


class Join(Frame):
    """Become a member of the newest shared session; answered with `Shared`, or `Nothing` where there is none."""

    mail: bool


class Newest(Frame):
    """Asks which shared session is the newest, without joining it; answered with its uid, empty where there is none."""

    uid: bytes = b""


class Offer(Frame):
    """Share a session, with so many members; one the broker knows already is joined. Answered with `Done`."""

    shared: Shared
    members: int
    mail: bool
    newest: bool = True


class Member(Frame):
    """A member came (1) or left (-1); `shared` asks the others to leave, too; `mail` is whether any still has mail."""

    change: int
    mail: bool
    shared: bool = False


class Learned(Frame):
    """A secret that a member found, or that somebody `typed` there, by its place."""

    place: str
    secret: str
    typed: bool = False


class Disabled(Frame):
    """A service that is out of use in the session, and why."""

    service: bytes
    reason: str


class Status(Frame):
    """Asks what the broker does; answered with `State`."""


class Stop(Frame):
    """Asks the broker to end; answered with `Done`."""


class Done(Frame):
    """It is done."""


class Nothing(Frame):
    """There is none."""


class Left(Frame):
    """Event: another member has left; `shared`: and asks everybody to (LOG-35, NOT-14)."""

    shared: bool


class SessionState(msgspec.Struct):
    """One shared session in `State`: members by process, and how many messages wait."""

    profile: str
    members: dict[int, int]
    waiting: int


class State(Frame):
    """What the broker does."""

    pid: int
    started: float
    sessions: list[SessionState]


Request: TypeAlias = Hello | Join | Newest | Offer | Member | Learned | Disabled | Status | Stop
Answer: TypeAlias = Hello | Shared | Newest | Done | Nothing | State | Left | Learned | Disabled


def lacking(known: Shared, whole: Shared) -> list[Learned | Disabled]:
    """What is to be told to who knows `known` of a session, so that it knows of every place and service in `whole`."""
    found = [Learned(place, value) for place, value in whole.secrets.items() if place not in known.secrets]
    typed = [Learned(place, value, typed=True) for place, value in whole.typed.items() if place not in known.typed]
    out = [Disabled(service, reason) for service, reason in whole.disabled.items() if service not in known.disabled]
    return [*found, *typed, *out]


_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def pack(frame: Frame) -> bytes:
    """A frame with its length; `TooBig`."""
    body = _encoder.encode(frame)
    if len(body) > LONGEST:
        raise TooBig("this is more than the broker takes at once", value=len(body), hint="make the profile smaller")
    return _HEAD.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """The length that the first four bytes of a frame tell; `CorruptData` where it is too long."""
    (length,) = _HEAD.unpack(head)
    if length > LONGEST:
        raise CorruptData("a frame of the broker is too long", value=length)
    return int(length)


def request(body: bytes) -> Request:
    """What a member said; `CorruptData`."""
    try:
        return _requests.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CorruptData(f"this is no frame of the broker: {error}") from None


def answer(body: bytes) -> Answer:
    """What the broker said; `CorruptData`."""
    try:
        return _answers.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CorruptData(f"this is no frame of the broker: {error}") from None


class Pieces:
    """Bytes as they arrive, taken apart into frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies of the frames that are whole now; `CorruptData` for one that is too long."""
        self._held += data
        bodies: list[bytes] = []
        while len(self._held) >= _HEAD.size:
            end = _HEAD.size + length_of(bytes(self._held[: _HEAD.size]))
            if len(self._held) < end:
                break
            bodies.append(bytes(self._held[_HEAD.size : end]))
            del self._held[:end]
        return bodies
