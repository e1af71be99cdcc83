"""Coverage-guided fuzzing of mailto: URIs: `python fuzz/fuzz_mailto.py -max_total_time=300`.

Whatever comes in, only MAPI errors come out, and nothing that is read has line breaks where a header would stand. The
first byte is left out. Needs atheris.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.formats.mailto import parse_mailto
    from mapix.properties.errors import MapiError

MOST: Final = 10_000
"""Bytes of an input; more teach nothing."""


def one_input(data: bytes) -> None:
    """Read one input as it is, and as what follows the scheme."""
    if 1 < len(data) < MOST:
        for whole in (data[1:], b"mailto:" + data[1:]):
            with suppress(MapiError):
                judge(whole)


def judge(data: bytes) -> None:
    """What is read can stand in headers, but for the body."""
    found = parse_mailto(data.decode("utf-8", "replace"))
    people = (*found.to, *found.cc, *found.bcc)
    lines = (*people, *found.keywords, *found.ignored, found.subject or "", found.in_reply_to or "")
    assert all(line.isprintable() for line in lines), "a header would break"
    assert all(people), "an address is empty"
    assert "\r" not in (found.body or ""), "lines end in two ways"


def seeds() -> list[bytes]:
    """A URI with everything, and a small one."""
    everything = (
        b"MAILTO:ann@example.org,%22not%40me%22@example.org?cc=bob@example.org,Cy%20%3Ccy@example.org%3E&bcc=d%2Ce@x.org"
        b"&subject=caf%C3%A9%20%3D%3Futf-8%3FQ%3Fcaf%3DC3%3DA9%3F%3D&body=one%0D%0Atwo&in-reply-to=%3C1@example.org%3E"
        b"&keywords=a,b&from=eve@example.org&attach=/etc/passwd#fragment"
    )
    return [b"\0" + everything, b"\0mailto:ann@example.org"]


if __name__ == "__main__":
    run("mailto", one_input, seeds())
