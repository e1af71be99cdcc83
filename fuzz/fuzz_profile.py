"""Coverage-guided fuzzing of profile files: `python fuzz/fuzz_profile.py -max_total_time=300`.

The first byte of an input chooses what is fuzzed: a whole file, or one line of a sound one. Whatever comes in, only
MAPI errors come out, each names the file and a line, and a profile that is read survives being written. Needs atheris.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from running import instrumented, run

with instrumented():
    from mapix.interfaces.spi import ProviderKind
    from mapix.properties.errors import MapiError
    from mapix.properties.tag import PropTag
    from mapix.subsystem.profiles.profile import Profile, ProviderEntry, ServiceEntry
    from mapix.subsystem.profiles.profilefile import from_text, to_text

MOST: Final = 100_000
"""Bytes of an input; more teach nothing."""


def profile() -> Profile:
    """A sound profile with every form of entry."""
    values: dict[PropTag, Any] = {
        PropTag(0x6600001F): 'text "quoted"',
        PropTag(0x66010003): -3,
        PropTag(0x6602000B): True,
        PropTag(0x66030102): b"\0\1",
        PropTag(0x66040040): 132537600000000000,
        PropTag(0x66050048): bytes(range(16)),
        PropTag(0x66061003): (1, 2),
        PropTag(0x6607101F): ("a", "b"),
        PropTag(0x66080005): 1.5,
    }
    provider = ProviderEntry(bytes(16), "SMTP", ProviderKind.TRANSPORT, "Transport", 20, dict(values))
    settings = {"host": "mail.example.org", "port": 25, "verify": True}
    service = ServiceEntry(bytes(range(16)), "SMTP", "Internet mail", 8, settings, dict(values), [provider])
    sections = {bytes(range(1, 17)): dict(values)}
    return Profile("Work", bytes(range(2, 18)), [service], values, sections, [bytes(16)], app=True)


SOUND: Final = to_text(profile()).splitlines(keepends=True)


def one_input(data: bytes) -> None:
    """Read one input, write what was read, and read that."""
    if 1 < len(data) < MOST:
        with suppress(MapiError, UnicodeDecodeError):
            judge(data[1:] if data[0] & 1 else within(data))


def within(data: bytes) -> bytes:
    """A sound file with one line more, or with one in the place of another."""
    lines = [line.encode() for line in SOUND]
    place = data[1] % len(lines)
    lines[place : place + (data[0] >> 1 & 1)] = [data[2:], b"\n"]
    return b"".join(lines)


def judge(data: bytes) -> None:
    """What is read survives being written, and errors name the file."""
    text = data.decode()
    told, read = "", None
    try:
        read = from_text(text, "work.toml")
    except MapiError as error:
        told = str(error)
    if read is None:
        assert "work.toml" in told, "the error does not name the file"
        assert "line " in told, "the error does not name the line"
        return
    written = to_text(read)
    assert to_text(from_text(written, "written")) == written, "what was written is not what was read"


def seeds() -> list[bytes]:
    """Sound files, whole, and lines of them."""
    text = "".join(SOUND).encode()
    return [b"\1" + text, b"\1" + to_text(Profile("Empty", bytes(16))).encode()]


if __name__ == "__main__":
    run("profile", one_input, seeds())
