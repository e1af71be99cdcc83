"""Opening a property of a bag as a stream (P-130..P-135)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.prop import Access
from mapix.interfaces.stream import DocfileStream, Stream
from mapix.objects.bags import normal
from mapix.objects.bags.stream import PropertyStream
from mapix.properties.errors import CorruptData, InterfaceNotSupported, NoAccess, NotFound
from mapix.properties.tag import PropTag, PropType, is_foreign
from mapix.properties.value import LargeValue

if TYPE_CHECKING:
    from mapix.objects.bags.propdata import PropertyBag

_DOCFILE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_STREAMED: Final = frozenset((PropType.BINARY, PropType.UNICODE, PropType.STRING8, PropType.OBJECT, PropType.SVREID))


def is_streamed(code: int) -> bool:
    """Whether properties of a type open as streams: text and bytes, of foreign types too (P-135)."""
    return code in _STREAMED or is_foreign(code)


def open_stream(bag: PropertyBag, tag: PropTag, access: Access, kind: type[Stream] = Stream, *, create: bool) -> Stream:
    """A stream on a property of `bag`; BEST gives a writable one where that can be.

    `NotFound` for an absent property unless `create`, `NoAccess` for writing a read-only one, `InterfaceNotSupported`
    for a `DocfileStream` on what is no structured storage (A-011).
    """
    readonly = tag.id in bag._rules.readonly
    if readonly and access is Access.MODIFY:
        raise NoAccess("the property cannot be written", value=tag)
    if create:
        commit_value(bag, tag, "" if tag.type == PropType.UNICODE else b"")
    value = stored_value(bag, tag)
    if value is None:
        raise NotFound("the object does not have this property", value=tag)
    writable = bag.writable and access is not Access.READ and not readonly
    commit = (lambda data: commit_value(bag, tag, data)) if writable else None
    made = PropertyDocfile if kind is DocfileStream else PropertyStream
    return made(tag, value, codepage=bag._narrow_codepage(), commit=commit, scratch=bag._scratch)


def is_docfile(value: Any) -> bool:
    """Whether a value is the bytes of a structured-storage file."""
    if isinstance(value, LargeValue):
        with value.open() as reader:
            return reader.read(len(_DOCFILE)) == _DOCFILE
    return isinstance(value, bytes) and value.startswith(_DOCFILE)


class PropertyDocfile(PropertyStream, DocfileStream):
    """A property that holds a structured-storage file, or nothing yet."""

    def __init__(self, tag: PropTag, value: Any, **options: Any) -> None:
        super().__init__(tag, value, **options)
        if not self._is_docfile():
            raise InterfaceNotSupported("the property holds no structured storage", value=tag)

    def commit(self) -> None:
        """See `Stream.commit`; `CorruptData` for bytes that are no structured storage."""
        if not self._is_docfile():
            raise CorruptData("what was written is no structured storage", value=self.tag)
        super().commit()

    def _is_docfile(self) -> bool:
        file = self._open()
        file.seek(0)
        return file.read(len(_DOCFILE)) in (_DOCFILE, b"")


def stored_value(bag: PropertyBag, tag: PropTag) -> Any:
    """The value, large ones unread, as the stream's type wants it."""
    entry = bag._entry(tag.id, bag._saved if bag._transacted else bag._load_stored((tag,)))
    if entry is None:
        return None
    if entry[0] == tag or entry[0].type == PropType.BINARY == tag.type:
        return entry[1]
    return normal.view(tag, entry[0], entry[1], bag._narrow_codepage(), bag._html_codepage())


def commit_value(bag: PropertyBag, tag: PropTag, value: Any) -> None:
    """Make what was written the value of a property. Raises: NoAccess."""
    for problem in bag.set_props({tag: value}):
        raise NoAccess("the property cannot be written", value=tag, low_level=problem.scode)
