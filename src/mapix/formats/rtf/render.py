"""RTF as HTML and as text, whatever it was made of.

    >>> to_text(rb"{\\rtf1\\ansi Hello\\par {\\b world}}")
    'Hello\\r\\nworld'
    >>> to_html(rb"{\\rtf1\\ansi Hello {\\b world}}").html
    '<html><head></head><body>\\r\\n<div>Hello <b>world</b></div>\\r\\n</body></html>\\r\\n'

RTF that carries HTML or text gives them back ([MS-OXRTFEX]); any other is rendered. Time and memory grow with the
document.
"""

from __future__ import annotations

from dataclasses import dataclass

from mapix.formats.html import document, from_text
from mapix.formats.html import to_text as text_of_html
from mapix.formats.rtf.definitions import Definitions
from mapix.formats.rtf.encapsulated import de_encapsulate
from mapix.formats.rtf.looks import Picture
from mapix.formats.rtf.tohtml import HtmlSink
from mapix.formats.rtf.totext import TextSink
from mapix.formats.rtf.walk import Walk
from mapix.formats.rtf.words import WORDS

__all__ = ["HtmlOfRtf", "Picture", "attachment_places", "to_html", "to_text"]


@dataclass(frozen=True, slots=True)
class HtmlOfRtf:
    """HTML made of RTF; `native` when the RTF carried it. The HTML shows `pictures` by `cid:` and their content ids;
    they are empty where the pictures are in the HTML itself.
    """

    html: str
    native: bool
    pictures: tuple[Picture, ...] = ()


def to_html(rtf: bytes, *, embed: bool = False) -> HtmlOfRtf:
    """RTF as an HTML document.

    Parameters: `embed` puts pictures that every reader shows into the HTML (`data:`), instead of content ids.
    """
    found = de_encapsulate(rtf)
    if found is not None:
        html = document(from_text(found.text or "")) if found.html is None else found.html
        return HtmlOfRtf(html, native=found.html is not None)
    definitions = Definitions()
    sink = HtmlSink(definitions, len(rtf), embed=embed)
    Walk(rtf, sink, definitions, WORDS).run()
    return HtmlOfRtf(sink.html(), native=False, pictures=() if embed else tuple(sink.pictures))


def to_text(rtf: bytes) -> str:
    """RTF as plain text, lines ended by CR LF."""
    found = de_encapsulate(rtf)
    if found is None:
        return _read(rtf).result()
    return text_of_html(found.html) if found.html is not None else found.text or ""


def attachment_places(rtf: bytes) -> tuple[int, ...]:
    """Where attachments stand in the text that `to_text` makes, in letters from its start (M-045)."""
    if de_encapsulate(rtf) is not None:
        return ()
    sink = _read(rtf)
    sink.result()
    return tuple(sorted(sink.places))


def _read(rtf: bytes) -> TextSink:
    sink = TextSink(len(rtf))
    Walk(rtf, sink, Definitions(), WORDS).run()
    return sink
