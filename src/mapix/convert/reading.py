"""One source read: its bytes, their SHA-256, the message in them and what was wrong.

with ExitStack() as files:
    loaded = load(item, plan, files)
    loaded.content, loaded.sha256
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from mapix.convert.forms import COMPOUND, TNEF, by_head
from mapix.convert.items import Item, Kind
from mapix.convert.plan import Plan
from mapix.formats.defects import Defect, Strictness
from mapix.formats.recognition import has_header, is_mail, loose_kind
from mapix.properties.content import MessageContent
from mapix.properties.errors import CorruptData

IN_MEMORY: Final = 4 << 20
"""A source of at most so many bytes is read at once."""

_MISNAMED: Final = Defect("file", "Internet mail under the name of a .msg file")
_UNHEADED: Final = Defect("header", "a text that begins with no header line")
_JSON: Final = b'{"mapix":"message"'


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read; large values come from open files."""

    content: MessageContent
    defects: Sequence[Defect]
    sha256: str
    size: int


def load(item: Item, plan: Plan, files: ExitStack) -> Loaded:
    """Read an item; what it needs stays open until `files` are closed.

    Raises: CorruptData and other MAPI errors, StorageError, OSError.
    """
    if item.kind is Kind.STORE:
        from mapix.convert.stores import load_message

        return load_message(item, plan)
    strictness = Strictness.STRICT if plan.strict else Strictness.TOLERANT
    stream, size = opened(item, files)
    if not size:
        raise CorruptData("the file is empty", value=item.name)
    source: bytes | IO[bytes] = stream
    if size <= IN_MEMORY:
        source = stream.read()
        digest = hashlib.sha256(source).hexdigest()
    else:
        digest = hashlib.file_digest(cast(BufferedReader, stream), "sha256").hexdigest()
        stream.seek(0)
    if item.kind is Kind.MBOX:
        from mapix.convert.mboxes import unquoted

        source = unquoted(source, files)
    content, defects = message_of(source, item.label, strictness, files)
    if "2," in item.name:
        from mapix.convert.maildirs import note_flags

        note_flags(item.name, content)
    return Loaded(content, defects, digest, size)


def message_of(
    source: bytes | IO[bytes], label: str, strictness: Strictness, files: ExitStack
) -> tuple[MessageContent, Sequence[Defect]]:
    """The message in bytes or an open file, by what they begin with and by `label`, the name of the file."""
    head = source[:1024] if isinstance(source, bytes) else _head(source)
    suffix = Path(label).suffix.lower()
    misnamed = suffix in (".msg", ".oft") and by_head(head) == "message"
    if head.startswith(COMPOUND) or (suffix in (".msg", ".oft") and not misnamed):
        return _compound(source, strictness, files)
    if misnamed and strictness is Strictness.STRICT:
        raise CorruptData(str(_MISNAMED), value=label)
    if head.startswith(TNEF) or suffix in (".tnef", ".dat"):
        from mapix.formats.tnef import TnefFile

        tnef = files.enter_context(TnefFile.open(cast(BinaryIO, source), strictness=strictness))
        return tnef.content, tnef.defects
    if suffix == ".json" or head.startswith(_JSON):
        from mapix.convert.targets.jsonform import from_json

        return from_json(source if isinstance(source, bytes) else source.read()), ()
    if loose_kind(head):
        from mapix.formats.mime.loose import read_loose

        loose = read_loose(source if isinstance(source, bytes) else source.read(), strictness=strictness)
        return loose.value, loose.defects
    return _mail(source, label, strictness, head, misnamed)


def _mail(
    source: bytes | IO[bytes], label: str, strictness: Strictness, head: bytes, misnamed: bool
) -> tuple[MessageContent, Sequence[Defect]]:
    """Internet mail, also where the name of its file says something else, or no header begins it."""
    unheaded = not has_header(head)
    if unheaded and (strictness is Strictness.STRICT or not is_mail(head, label)):
        raise CorruptData("this is no message: it begins with no header line", value=label)
    from mapix.formats.mime import from_mime

    parsed = from_mime(source, strictness=strictness)
    return parsed.value, _with(parsed.defects, misnamed and _MISNAMED, unheaded and _UNHEADED)


def _with(defects: Sequence[Defect], *more: Defect | bool) -> Sequence[Defect]:
    return (*(each for each in more if isinstance(each, Defect)), *defects)


def opened(item: Item, files: ExitStack) -> tuple[IO[bytes], int]:
    """The bytes of an item as a file that can be read anywhere, and how many they are."""
    if item.kind is Kind.BYTES:
        return io.BytesIO(item.data), len(item.data)
    if item.kind is Kind.ZIP:
        from mapix.convert.zips import opened_member

        return opened_member(item, files), item.size
    file = files.enter_context(_whole(item))
    if item.kind is Kind.FILE:
        return file, file.seek(0, io.SEEK_END) and _rewound(file)
    from mapix.convert.spans import span

    return span(file, item.start, item.size), item.size


def _whole(item: Item) -> IO[bytes]:
    """The file an item lies in."""
    return Path(item.path).open("rb")


def _rewound(file: IO[bytes]) -> int:
    size = file.tell()
    file.seek(0)
    return size


def _head(file: IO[bytes]) -> bytes:
    head = file.read(1024)
    file.seek(0)
    return head


def _compound(
    source: bytes | IO[bytes], strictness: Strictness, files: ExitStack
) -> tuple[MessageContent, Sequence[Defect]]:
    from mapix.formats.msg import MsgFile, content_of

    msg = files.enter_context(MsgFile.open(cast(BinaryIO, source), strictness=strictness))
    content = content_of(msg)
    if msg.defects and not (content.properties or content.recipients or content.attachments):
        raise CorruptData(f"the compound file holds no message: {msg.defects[-1]}")
    return content, msg.defects
