"""Compressed RTF read and written through a stream: WrapCompressedRTFStream and its younger sister (P-143, P-144).

    packed = message.open_property(PR_RTF_COMPRESSED, Stream, access=Access.MODIFY, create=True)
    with wrap_compressed_rtf_stream(packed, MAPI_MODIFY) as rtf:
        rtf.write(rb"{\\rtf1 Hello}")
    packed.commit()
    message.save_changes()

The wrapper goes forward only, and keeps some 64 KiB in memory, however long the text is.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final, NoReturn
from zlib import crc32

from mapix.formats.defects import Defects, Strictness
from mapix.formats.rtf import Encapsulated, de_encapsulate
from mapix.formats.rtf.compressed import HEAD, LZFU, MELA, decompressed_pieces
from mapix.formats.rtf.packing import Packer
from mapix.interfaces.stream import Stream
from mapix.objects.bags.bodyconverters import encoded_html
from mapix.properties.codepage import encode_text
from mapix.properties.errors import InvalidParameter, NoAccess, NoSupport, UnknownFlags
from mapix.properties.flags import (
    MAPI_MODIFY,
    MAPI_NATIVE_BODY,
    MAPI_NATIVE_BODY_TYPE_HTML,
    MAPI_NATIVE_BODY_TYPE_PLAINTEXT,
    MAPI_NATIVE_BODY_TYPE_RTF,
    STORE_UNCOMPRESSED_RTF,
)

_KNOWN: Final = MAPI_MODIFY | STORE_UNCOMPRESSED_RTF


def wrap_compressed_rtf_stream(stream: Stream, flags: int = 0) -> Stream:
    """The RTF in a stream on PR_RTF_COMPRESSED; with MAPI_MODIFY an empty one whose text replaces all there is.

    Parameters: `stream` at its beginning, for writing a writable one; `flags` MAPI_MODIFY and with it
    STORE_UNCOMPRESSED_RTF. Raises: CorruptData for what is no compressed RTF, InvalidParameter for a stream that is
    not at its beginning, NoAccess for one that cannot be written. Source: P-144, [MS-OXRTFCP].
    """
    if flags & ~_KNOWN:
        raise UnknownFlags("a wrapper knows MAPI_MODIFY and STORE_UNCOMPRESSED_RTF", value=flags)
    if stream.tell() != 0:
        raise InvalidParameter("the stream has to stand at its beginning", hint="seek(0)")
    if not flags & MAPI_MODIFY:
        return RtfReader(decompressed_pieces(stream.read, Defects(Strictness.TOLERANT)))
    if not stream.writable:
        raise NoAccess("the stream below cannot be written", hint="open it with MAPI_CREATE and MAPI_MODIFY")
    return RtfWriter(stream, packed=not flags & STORE_UNCOMPRESSED_RTF)


def wrap_compressed_rtf_stream_ex(
    stream: Stream, flags: int = 0, in_codepage: int = 0, out_codepage: int = 0
) -> tuple[Stream, int]:
    """The same, and with MAPI_NATIVE_BODY what the RTF carries: the stream and MAPI_NATIVE_BODY_TYPE_*.

    Parameters: `in_codepage` is the message's PR_INTERNET_CPID, `out_codepage` the one wanted for text and HTML; 0 for
    the one before it, at last the RTF's own. Without MAPI_NATIVE_BODY the type told is that of RTF. Raises as
    `wrap_compressed_rtf_stream`; InvalidParameter for MAPI_NATIVE_BODY with MAPI_MODIFY. Source: P-144.
    """
    if not flags & MAPI_NATIVE_BODY:
        return wrap_compressed_rtf_stream(stream, flags), MAPI_NATIVE_BODY_TYPE_RTF
    if flags & MAPI_MODIFY:
        raise InvalidParameter("native bodies are only read", value=flags)
    with wrap_compressed_rtf_stream(stream, flags & ~MAPI_NATIVE_BODY) as reader:
        rtf = reader.read()
    found = de_encapsulate(rtf)
    if found is None:
        return RtfReader(iter((rtf,))), MAPI_NATIVE_BODY_TYPE_RTF
    kind = MAPI_NATIVE_BODY_TYPE_PLAINTEXT if found.html is None else MAPI_NATIVE_BODY_TYPE_HTML
    return RtfReader(iter((native_bytes(found, out_codepage or in_codepage),))), kind


def rtf_stream_to_html(stream: Stream) -> bytes | None:
    """The HTML in RTF that is not compressed, from the cursor on, in the code page of the RTF; None where it carries
    none.
    """
    found = de_encapsulate(stream.read())
    return None if found is None or found.html is None else native_bytes(found, 0)


def native_bytes(found: Encapsulated, codepage: int) -> bytes:
    """What RTF carried as bytes in a code page, 0 for its own; HTML tells what the code page lacks by number."""
    codepage = codepage or found.codepage
    return encode_text(found.text or "", codepage) if found.html is None else encoded_html(found.html, codepage)


class _Forward(Stream):
    """A stream that goes forward only."""

    def seek(self, offset: int, origin: int = 0) -> int:
        """Not offered (P-144)."""
        _refuse()

    def truncate(self, size: int) -> None:
        """Not offered (P-144)."""
        _refuse()

    def size(self) -> int:
        """Not offered (P-144)."""
        _refuse()

    def clone(self) -> Stream:
        """Not offered (P-144)."""
        _refuse()

    def revert(self) -> None:
        """Not offered (P-144)."""
        _refuse()


class RtfReader(_Forward):
    """RTF that comes in pieces, read from its beginning to its end."""

    writable = False

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = BytesIO(next(pieces, b""))  # Bytes that are no compressed RTF are told at once.

    def read(self, size: int = -1) -> bytes:
        """See `Stream.read`."""
        parts, left = [], size
        while left:
            part = self._held.read(left)
            if not part:
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._held = BytesIO(piece)
                continue
            parts.append(part)
            left -= len(part) if size > 0 else 0  # Less than nothing is everything.
        return b"".join(parts)

    def write(self, data: bytes) -> int:
        """Not offered on a stream for reading."""
        raise NoAccess("the RTF was opened for reading", hint="wrap it with MAPI_MODIFY")

    def commit(self) -> None:
        """There is nothing to hand on."""

    def close(self) -> None:
        """See `Stream.close`."""
        self._pieces = iter(())
        self._held = BytesIO()


class RtfWriter(_Forward):
    """RTF that is packed into the stream below as it comes; `commit` writes the head that says what there is."""

    writable = True

    def __init__(self, stream: Stream, *, packed: bool) -> None:
        self._stream = stream
        self._packer = Packer() if packed else None
        self._raw = self._written = 0
        self._checksum = 0xFFFFFFFF
        stream.truncate(0)
        stream.write(bytes(HEAD.size))

    def read(self, size: int = -1) -> bytes:
        """Not offered: what is written is not read back (P-144)."""
        raise NoAccess("the RTF was opened for writing", hint="wrap it again without MAPI_MODIFY")

    def write(self, data: bytes) -> int:
        """See `Stream.write`."""
        self._put(data if self._packer is None else self._packer.feed(data))
        self._raw += len(data)
        return len(data)

    def commit(self) -> None:
        """Write the end and the head; the stream below has to be committed, too. More can be written behind."""
        tail = b"" if self._packer is None else self._packer.end()
        checksum = 0 if self._packer is None else crc32(tail, self._checksum) ^ 0xFFFFFFFF
        form = MELA if self._packer is None else LZFU
        self._stream.write(tail)
        self._stream.seek(0)
        self._stream.write(HEAD.pack(self._written + len(tail) + 12, self._raw, form, checksum))
        self._stream.seek(HEAD.size + self._written)

    def close(self) -> None:
        """See `Stream.close`; the stream below stays open."""
        self._packer = None

    def _put(self, data: bytes) -> None:
        self._stream.write(data)
        self._written += len(data)
        self._checksum = crc32(data, self._checksum)


def _refuse() -> NoReturn:
    raise NoSupport("wrapped RTF goes forward only", hint="wrap the stream anew")
