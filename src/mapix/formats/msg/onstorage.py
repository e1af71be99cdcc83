"""Single objects of a message on a live `Storage`, edited in place: what nobody changes is not touched (IMS-12).

    write_object(storage, Kind.MESSAGE, {PR_SUBJECT: "New"}, deleted=[PR_BODY.id], how=encoding_of(storage))
    write_recipients(storage, rows, how)
    storage.commit()

Reading: `read_object`, `read_names`, `parts`. Nothing is committed here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from shutil import copyfileobj
from typing import IO, Any, Final

from mapix.formats.defects import Defects
from mapix.formats.msg.context import Context
from mapix.formats.msg.encode import Data, Encoding, encode
from mapix.formats.msg.file import MsgMessage
from mapix.formats.msg.layout import (
    CLASS,
    EMBEDDED,
    ENTRY,
    NAMES,
    PROPERTIES,
    RECIPIENT,
    SIZED,
    UNTOLD,
    USUAL,
    Header,
    Kind,
    numbered,
    parsed_value_name,
    recipient_name,
)
from mapix.formats.msg.names import NameMap
from mapix.formats.msg.places import StoragePlace
from mapix.formats.msg.properties import PropertyObject
from mapix.formats.storage import NO_CLASS, ElementType, Mode, Storage
from mapix.properties.flags import STORE_UNICODE_OK
from mapix.properties.scratch import scratch_file
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_DATA_OBJ, PR_ROWID, PR_STORE_SUPPORT_MASK

_NEW: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE
_CHANGE: Final = Mode.READWRITE | Mode.SHARE_EXCLUSIVE
_READ: Final = Mode.READ | Mode.SHARE_EXCLUSIVE
_PIECE: Final = 1 << 20


def prepare(storage: Storage, kind: Kind, *, unicode: bool = True) -> None:
    """Make an empty storage a new message (or part of one): header, support mask, empty map of names and class."""
    values = {PR_STORE_SUPPORT_MASK: STORE_UNICODE_OK} if unicode and kind is not Kind.PART else {}
    entries = bytes(encode(values, Encoding(unicode)).entries)
    _put(storage, PROPERTIES, Header().pack(kind) + entries)
    if kind is Kind.MESSAGE:
        write_names(storage, NameMap())
        if storage.stat().clsid == NO_CLASS:
            storage.set_class(CLASS)


def is_message(storage: Storage) -> bool:
    """Whether a storage holds a message: whether it has a property stream, name aside (IMS-10)."""
    return StoragePlace(storage).find(PROPERTIES) is not None


def read_message(storage: Storage, kind: Kind, above: Context | None = None, depth: int = 0) -> MsgMessage:
    """A message on a storage, with its recipients and attachments, as it stands now."""
    defects = Defects() if above is None else above.defects
    return MsgMessage(StoragePlace(storage), kind, defects, above, "message", depth)


def read_object(storage: Storage, kind: Kind, context: Context, where: str) -> PropertyObject:
    """The properties of one object as they stand now; `context` is that of its message."""
    return PropertyObject(StoragePlace(storage), kind, context, where)


def read_names(storage: Storage, defects: Defects) -> NameMap:
    """The map of names of a message's storage, empty where there is none."""
    return NameMap.read(StoragePlace(storage), defects)


def write_names(storage: Storage, names: NameMap) -> None:
    """Put a map of names in the place of the one that is there; streams of others there stay."""
    with _inside(storage, NAMES) as inner:
        for name, data in names.streams().items():
            _put(inner, name, data)


def encoding_of(message: MsgMessage) -> Encoding:
    """How values are written into a message: its width and its code page."""
    return Encoding(message.unicode, message.context.texts)


def parts(storage: Storage, start: str) -> dict[int, str]:
    """The names of the storages of recipients or attachments, by number; `start` is RECIPIENT or ATTACHMENT."""
    found = {numbered(stat.name, start): stat.name for stat in storage.elements() if stat.type == ElementType.STORAGE}
    return {number: found[number] for number in sorted(number for number in found if number is not None)}


def write_object(
    storage: Storage,
    kind: Kind,
    values: Mapping[PropTag, Any],
    *,
    deleted: Collection[int] = (),
    how: Encoding,
    header: Header | None = None,
) -> None:
    """Set some properties of an object and remove those of the identifiers in `deleted`; all else stays as it is.

    A value replaces what its identifier had, of whichever type (P-153). Deleting 0x3701 removes a message or document
    inside an attachment, too (A-010). `header` replaces the counts of a message's header. Raises: BadValue before
    anything is changed, StorageError.
    """
    attributes = {}
    touched = {tag >> 16 for tag in values} | set(deleted)
    before = _property_stream(storage, kind)
    kept = bytearray()
    for tag, flags, raw in ENTRY.iter_unpack(before[kind : kind + (len(before) - kind) // ENTRY.size * ENTRY.size]):
        if tag >> 16 not in touched:
            kept += ENTRY.pack(tag, flags, raw)
        else:
            attributes[tag | 1 if tag & 0xEFFF == 0x1E else tag] = flags
    encoded = encode(values, how, attributes)
    streams = {name: _held(data) for name, data in encoded.streams.items()}
    for name in list(_streams_of(storage, touched, inside=PR_ATTACH_DATA_OBJ.id in deleted)):
        storage.destroy_element(name)
    for name, data in streams.items():
        _put(storage, name, data)
    head = before[:kind] if header is None else header.pack(kind)
    _put(storage, PROPERTIES, head + bytes(kept) + bytes(encoded.entries))


def write_attributes(storage: Storage, kind: Kind, attributes: Mapping[int, int]) -> None:
    """Set the attributes (PROPATTR_*) of entries by identifier; those without an entry are left out (IMS-31)."""
    stream = bytearray(_property_stream(storage, kind))
    for place in range(kind, len(stream) - ENTRY.size + 1, ENTRY.size):
        tag, _, raw = ENTRY.unpack_from(stream, place)
        if tag >> 16 in attributes:
            ENTRY.pack_into(stream, place, tag, attributes[tag >> 16], raw)
    _put(storage, PROPERTIES, bytes(stream))


def write_header(storage: Storage, kind: Kind, header: Header) -> None:
    """Replace the counts of a message's header."""
    _put(storage, PROPERTIES, header.pack(kind) + _property_stream(storage, kind)[kind:])


def note_inside(storage: Storage, *, message: bool) -> None:
    """Enter into an attachment's property stream that a message, or an OLE document, lies in its storage EMBEDDED."""
    stream = _property_stream(storage, Kind.PART)
    head, body = stream[: Kind.PART], stream[Kind.PART :]
    body = body[: len(body) // ENTRY.size * ENTRY.size]
    kept = [ENTRY.pack(*entry) for entry in ENTRY.iter_unpack(body) if entry[0] != PR_ATTACH_DATA_OBJ]
    entry = SIZED.pack(PR_ATTACH_DATA_OBJ, USUAL, UNTOLD, 1 if message else 4)
    _put(storage, PROPERTIES, head + b"".join(kept) + entry)


def write_recipients(storage: Storage, rows: Sequence[Mapping[PropTag, Any]], how: Encoding) -> int:
    """Make `rows`, which carry PR_ROWID, the recipients of a message; the next free number.

    A row goes into the storage that has its number, or becomes one; storages without a row are removed, and what
    others put into those that stay is still there. The header is not written.
    """
    there = parts(storage, RECIPIENT)
    wanted = {int(row[PR_ROWID]): row for row in rows}
    for number, name in there.items():
        if number not in wanted:
            storage.destroy_element(name)
    for number, row in wanted.items():
        if number in there:
            _rewrite(storage, there[number], row, how)
            continue
        with storage.create_storage(recipient_name(number), _NEW) as part:
            write_object(part, Kind.PART, row, how=how)
            part.commit()
    return max([*wanted, *there], default=-1) + 1


def inner_storage(storage: Storage, *, create: bool = False) -> Storage | None:
    """The storage of a message or document inside an attachment; None where there is none and none is made."""
    return _inside(storage, EMBEDDED) if create or StoragePlace(storage).find(EMBEDDED) is not None else None


def _rewrite(storage: Storage, name: str, row: Mapping[PropTag, Any], how: Encoding) -> None:
    with storage.open_storage(name, _CHANGE) as part:
        held = PropertyObject(StoragePlace(part), Kind.PART, Context(Defects(), texts=how.texts))
        before = held.properties()
        gone = {tag >> 16 for tag in before} - {tag >> 16 for tag in row}
        changed = {tag: value for tag, value in row.items() if tag not in before or before[tag] != value}
        if gone or changed:
            write_object(part, Kind.PART, changed, deleted=gone, how=how)
            part.commit()


def _property_stream(storage: Storage, kind: Kind) -> bytes:
    """The property stream, at least a header long."""
    place = StoragePlace(storage)
    handle = place.find(PROPERTIES)
    return (b"" if handle is None else place.read(handle)).ljust(kind, b"\0")


def _streams_of(storage: Storage, ids: Collection[int], *, inside: bool) -> Iterator[str]:
    """The names of the streams that the values of some identifiers are in."""
    for stat in storage.elements():
        told = parsed_value_name(stat.name)
        if told is None or told[0] >> 16 not in ids:
            continue
        if stat.type != ElementType.STORAGE or (inside and told[0] == PR_ATTACH_DATA_OBJ):
            yield stat.name


def _held(data: Data) -> bytes | IO[bytes]:
    """Bytes, or a copy of a large value aside: it may lie in the stream that is about to be replaced."""
    if isinstance(data, bytes):
        return data
    copy = scratch_file()
    with data.open() as reader:
        copyfileobj(reader, copy, _PIECE)
    copy.seek(0)
    return copy


def _put(storage: Storage, name: str, data: bytes | IO[bytes]) -> None:
    """Make `data` a stream, in the place of the one that has its name."""
    with storage.create_stream(name, _NEW) as stream:
        if isinstance(data, bytes):
            stream.write(data)
        else:
            while piece := data.read(_PIECE):
                stream.write(piece)
            data.close()


def _inside(storage: Storage, name: str) -> Storage:
    """A storage inside, made where there is none."""
    handle = StoragePlace(storage).find(name)
    if handle is None:
        return storage.create_storage(name, _CHANGE)
    return storage.open_storage(handle.name, _CHANGE)
