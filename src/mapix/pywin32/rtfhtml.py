r"""RTFStreamToHTML: HTML out of RTF in pywin32's way, which is not [MS-OXRTFEX]'s in two things.

Tabs become three spaces; and where a tag has a second form (`\mhtmltag`, for links into the mail itself), the second
form is taken and the first left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mapix.objects.messages.rtfstream import rtf_stream_to_html
from mapix.pywin32.bytestreams import MemoryStream

_TAG: Final = re.compile(rb"(?<!\\)\\\*\\(m?)htmltag(\d*)")


def html_of(rtf: bytes) -> bytes | None:
    """The HTML that RTF carries, in the code page of the RTF; None where it carries none."""
    html = rtf_stream_to_html(MemoryStream(_TAG.sub(_second_forms(), rtf)))
    return None if html is None else html.replace(b"\t", b"   ")


def _second_forms() -> Callable[[re.Match[bytes]], bytes]:
    """Exchanges the names of a second form and of the tag of its number after it: the reader leaves out what is called
    second.
    """
    waiting: bytes | None = None

    def exchange(tag: re.Match[bytes]) -> bytes:
        nonlocal waiting
        second, number = tag.groups()
        if second:
            waiting = number
            return rb"\*\htmltag" + number
        if number != waiting:
            return tag.group()
        waiting = None
        return rb"\*\mhtmltag" + number

    return exchange
