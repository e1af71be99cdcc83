"""Bodies that came in several parts, written in these again while nobody has changed them ([MS-OXCMAIL] 2.2.3.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mapix.formats.defects import Defects
from mapix.formats.mime.bodies import Bodies
from mapix.formats.mime.bodyform import KeptPart, is_made_up, parts_of
from mapix.formats.mime.fieldblock import read_fields
from mapix.formats.mime.options import Encoding, SaveFormat
from mapix.formats.mime.parts import Part, canonical, encoded_text
from mapix.formats.mime.source import MemorySource
from mapix.formats.mime.tree import Node
from mapix.formats.mime.writing import Writing
from mapix.properties.content import AttachmentContent
from mapix.properties.tags import PR_ATTACH_CONTENT_ID


@dataclass(frozen=True, slots=True)
class Behind:
    """The end of bodies in parts, each with how many attachments stand before it; `body` is the one of two bodies
    (`plain` or `html`) that it belongs to, None for both.
    """

    parts: tuple[tuple[int, Part], ...] = ()
    body: str | None = None


def in_parts(writing: Writing, bodies: Bodies) -> tuple[Bodies, Behind]:
    """The bodies without their end, and the parts that this came in; the bodies as they are where they came in one, or
    say something else now.
    """
    options = writing.options
    form = None if options.plain_text or options.save_format is SaveFormat.PLAIN else parts_of(writing)
    found = None if form is None else form.taken_off(bodies.text, bodies.html)
    if form is None or found is None:
        return bodies, Behind()
    _unname(writing)
    parts = tuple((each.place, _part(each, options.encoding, options.charset)) for each in form.parts)
    return replace(bodies, text=found[0], html=found[1]), Behind(parts, form.within(bodies.text))


def _unname(writing: Writing) -> None:
    """Take from pictures the identifiers that they were given only to stand in the HTML."""
    named = [_is_named(each) for each in writing.content.attachments]
    if any(named):
        attachments = [
            AttachmentContent({tag: value for tag, value in each.properties.items() if tag != PR_ATTACH_CONTENT_ID})
            if given
            else each
            for each, given in zip(writing.content.attachments, named, strict=True)
        ]
        writing.content = replace(writing.content, attachments=attachments)


def _is_named(attachment: AttachmentContent) -> bool:
    return attachment.message is None and is_made_up(str(attachment.properties.get(PR_ATTACH_CONTENT_ID, "")))


def _part(kept: KeptPart, encoding: Encoding, charset: str | None) -> Part:
    """A part as it came; made anew where another encoding is wanted."""
    source = MemorySource(kept.raw)
    node = Node(source, read_fields(source, 0, len(kept.raw)), len(kept.raw), 1, "text/plain")
    plain = kept.raw.isascii()
    if encoding not in (Encoding.AUTO, Encoding.EIGHT_BIT) or charset:
        from mapix.formats.mime.charsets import decode

        text = decode(node.data(Defects()), node.told()[1].get("charset"))[0]
        data = text.encode("utf-8", "replace")
        return encoded_text(f'Content-Type: {node.told()[0]}; charset="utf-8"', canonical(data), encoding)
    head, _, body = canonical(kept.raw).partition(b"\r\n\r\n")
    return Part(head.decode("ascii", "replace").split("\r\n"), [body], not plain)
