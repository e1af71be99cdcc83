"""The module `win32com.mapi.mapi`: its functions, constants, interface identifiers and wrapper classes.

The constants are put here from `mapi_constants`, the identifiers from `iids`; both are generated.
"""

from __future__ import annotations

from collections.abc import Callable
from string import hexdigits
from typing import TYPE_CHECKING, Any

from mapix.interfaces.prop import MapiProp
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import MapiTable, query_all_rows
from mapix.properties.errors import InvalidParameter, from_hresult
from mapix.properties.tag import PropType
from mapix.pywin32 import args, bytestreams, iids, imsg, sink
from mapix.pywin32.admin import PyIProfAdmin
from mapix.pywin32.convert import restrictions, rows, tags, values
from mapix.pywin32.converter import PyIConverterSession as PyIConverterSession
from mapix.pywin32.iid import IID, PyIID, from_bytes
from mapix.pywin32.mapi_constants import *  # noqa: F403
from mapix.pywin32.message import PyIMessage
from mapix.pywin32.prop import PyIMAPIProp, read
from mapix.pywin32.session import PyIMAPISession, log_off_dropped, running
from mapix.pywin32.storage import PyIStorage
from mapix.pywin32.stream import PyIStream, note_written
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import guarded, strict_target_of, target_of
from mapix.subsystem.initialize import mapi_initialize, mapi_uninitialize

globals().update({name: IID(text) for name, text in iids.MAPI.items()})

if TYPE_CHECKING:

    def __getattr__(name: str) -> PyIID:
        """The identifiers, for type checkers."""


_ANY = 0xFFFFFFFF


@guarded
def MAPIInitialize(init: Any, /) -> None:
    """Start MAPI for this process, or count one more user (SUB-1); `init` is None or `(MAPI_INIT_VERSION, flags)`."""
    if init is None:
        return mapi_initialize()
    if not isinstance(init, tuple) or len(init) != 2:
        raise TypeError("MAPIINIT_0 must be None or a tuple of (version, flags)")
    version, flags = args.int32(init[0]), args.flags(init[1], _ANY)
    if version != 0:
        raise InvalidParameter("there is one version of MAPIINIT_0", value=version, hint="MAPI_INIT_VERSION")
    return mapi_initialize(flags)


@guarded
def MAPIUninitialize() -> None:
    """Undo one MAPIInitialize; the last one ends every session (SUB-10)."""
    log_off_dropped()
    mapi_uninitialize()


@guarded
def MAPILogonEx(uiParam: Any, profileName: Any, password: Any = None, flags: Any = 0, /) -> PyIMAPISession:
    """Log on (LOG-1..LOG-36); a profile's name of None is none, as an empty one is."""
    args.int32(uiParam)
    word = args.flags(flags, _ANY)
    profile, secret = args.mapistr_or_none(profileName, word), args.mapistr_or_none(password, word)
    log_off_dropped()
    return PyIMAPISession(running().logon(profile, secret, word))


@guarded
def MAPIAdminProfiles(flags: Any, /) -> PyIProfAdmin:
    """The profiles of this user."""
    args.flags(flags)
    return PyIProfAdmin(running().admin_profiles())


@guarded
def HexFromBin(val: Any, /) -> str:
    """Bytes as upper-case hexadecimal digits."""
    return args.buffer(val).hex().upper()


@guarded
def BinFromHex(val: Any, /) -> bytes:
    """The bytes of hexadecimal digits; ValueError when there is anything else in the text."""
    text = args.wstr(val)
    if len(text) % 2 or not set(text) <= set(hexdigits):
        raise ValueError("FBinFromHex failed - input data is invalid")
    return bytes.fromhex(text)


@guarded
def HrQueryAllRows(
    table: Any, properties: Any, restrictions_: Any, sortOrderSet: Any, rowsMax: Any, /
) -> tuple[tuple[values.Pair, ...], ...]:
    """All rows of a table; more than `rowsMax` (unless 0) are MAPI_E_TABLE_TOO_BIG (T-041)."""
    source: MapiTable = target_of(table, PyIMAPITable)
    columns, where = tags.tags(properties), restrictions.restriction(restrictions_)
    order, limit = restrictions.sort_order(sortOrderSet), args.int32(rowsMax)
    found = query_all_rows(source, columns, where, order, max(limit, 0))
    return rows.rows_out(source.query_columns(), found)


@guarded
def HrGetOneProp(prop: Any, propTag: Any, /) -> values.Pair:
    """`(tag, value)`; a missing property is com_error MAPI_E_NOT_FOUND (P-116)."""
    source: MapiProp = strict_target_of(prop, PyIMAPIProp)
    asked = tags.tag(propTag)
    ((found, value),) = read(source, [asked], False)
    if found & 0xFFFF == PropType.ERROR:
        raise from_hresult(value, "the property cannot be had", value=asked)
    if value is None:
        raise TypeError(f"Unsupported MAPI property type 0x{found & 0xFFFF:X}")
    return found, value


@guarded
def HrSetOneProp(prop: Any, propValue: Any, /) -> None:
    """Set one property; a problem with it is a com_error (P-116)."""
    target: MapiProp = strict_target_of(prop, PyIMAPIProp)
    tag, value = values.pair_in(propValue)
    for problem in target.set_props({tag: value}):
        raise from_hresult(problem.scode, "the property cannot be set", value=problem.tag)


@guarded
def HrAllocAdviseSink(callback: Callable[..., Any], context: Any = None, /) -> sink.PyIMAPIAdviseSink:
    """A sink that calls `callback(notifications, context)` (NOT-23)."""
    if not callable(callback):
        raise TypeError("OnNotify must be callable")
    return sink.of_callback(callback, context)


@guarded
def HrThisThreadAdviseSink(sink_: Any, /) -> sink.PyIMAPIAdviseSink:
    """The same sink, called on this thread only while it dispatches (NOT-21)."""
    return sink.of_this_thread(sink_)


@guarded
def HrDispatchNotifications(flags: Any, /) -> None:
    """Tell what is queued for this thread (NOT-22)."""
    args.flags(flags)
    log_off_dropped()
    running().dispatch_notifications()


@guarded
def MAPIUIDFromBinary(data: Any, /) -> PyIID:
    """The PyIID of 16 bytes."""
    given = args.buffer(data)
    if len(given) != 16:
        raise ValueError("The string is not a valid MAPIUID (bad size)")
    return from_bytes(given)


@guarded
def OpenStreamOnFile(filename: Any, flags: Any = 0, prefix: Any = None, /) -> PyIStream:
    """A stream on a file; `flags` are STGM_* and SOF_UNIQUEFILENAME, names 8-bit or text."""
    name, start = args.chars_or_none(filename), args.chars_or_none(prefix)
    word = args.flags(flags, _ANY)
    return _file_stream(name.decode() if name else None, word, start.decode() if start else None)


@guarded
def OpenStreamOnFileW(filename: Any, flags: Any = 0, prefix: Any = None, /) -> PyIStream:
    """As OpenStreamOnFile, names text only."""
    name, start = args.wstr_or_none(filename), args.wstr_or_none(prefix)
    return _file_stream(name, args.flags(flags, _ANY), start)


def _file_stream(name: str | None, flags: int, prefix: str | None) -> PyIStream:
    return PyIStream(bytestreams.on_file(name, flags, prefix))


@guarded
def RTFSync(message: Any, flags: Any, /) -> int:
    """Make text and RTF say the same (M-042, M-043); 1 when the message was changed and has to be saved."""
    from mapix.objects.messages.rtfsync import rtf_sync

    target: MapiProp = target_of(message, PyIMessage)
    return int(rtf_sync(target, args.flags(flags, _ANY)))


@guarded
def WrapCompressedRTFStream(stream: Any, flags: Any, /) -> PyIStream:
    """The RTF in a stream on PR_RTF_COMPRESSED; with MAPI_MODIFY one to write it (P-143, P-144)."""
    from mapix.objects.messages.rtfstream import wrap_compressed_rtf_stream

    target: Stream = target_of(stream, PyIStream)
    return _rtf_stream(wrap_compressed_rtf_stream(target, args.flags(flags, _ANY)), stream)


@guarded
def WrapCompressedRTFStreamEx(stream: Any, wcsinfo: Any = (0, 0, 0), /) -> tuple[PyIStream, int]:
    """The same with `(flags, inCodePage, outCodePage)`, and the kind of body: MAPI_NATIVE_BODY_TYPE_* (P-144)."""
    from mapix.objects.messages.rtfstream import wrap_compressed_rtf_stream_ex

    target: Stream = strict_target_of(stream, PyIStream)
    if not isinstance(wcsinfo, tuple) or len(wcsinfo) != 3:
        raise TypeError("the information must be a tuple of (flags, inCodePage, outCodePage)")
    flags, in_codepage, out_codepage = (args.uint32(number) for number in wcsinfo)
    opened, kind = wrap_compressed_rtf_stream_ex(target, flags, in_codepage, out_codepage)
    return _rtf_stream(opened, stream), kind


def _rtf_stream(opened: Stream, below: Any) -> PyIStream:
    """A wrapper that keeps the stream below alive; what it writes there counts."""
    if opened.writable:
        note_written(below)
    return PyIStream(opened, below if isinstance(below, PyIStream) else below._oleobj_)


@guarded
def RTFStreamToHTML(stream: Any, /) -> bytes | None:
    """The HTML that RTF carries from the cursor on, in the code page of the RTF; None where it carries none."""
    from mapix.pywin32.rtfhtml import html_of

    source: Stream = strict_target_of(stream, PyIStream)
    return html_of(source.read())


@guarded
def OpenIMsgSession(flags: Any = 0, /) -> int:
    """A message session: a number for OpenIMsgOnIStg and CloseIMsgSession (IMS-1, IMS-8)."""
    running()
    return imsg.open_session(args.flags(flags, _ANY))


@guarded
def CloseIMsgSession(session: Any, /) -> None:
    """Close everything that was opened in a message session (IMS-3); a number that is none has no effect (IMS-6)."""
    imsg.close_session(args.int32(session))


@guarded
def OpenIMsgOnIStg(
    session: Any, support: Any, storage: Any, callback: Any = None, callbackData: Any = 0, flags: Any = 0, /
) -> PyIMessage:
    """The message on a storage, a new one on an empty storage; a session of 0 is none (IMS-8, IMS-10).

    `callback`, which pywin32 does not offer, is called with `callbackData` and the message when it has ended.
    """
    number, data, word = args.int32(session), args.int32(callbackData), args.flags(flags, _ANY)
    if not imsg.is_support(support) or not (callback is None or callable(callback)):
        raise TypeError("Only None us supported for MAPISupport and CallRelease")
    running()
    return imsg.open_message(number, support, strict_target_of(storage, PyIStorage), callback, data, word)


def _original(value: object) -> bool:
    """Whether pywin32's module has it, too: a function of this module, a constant or an identifier."""
    return type(value) in (int, PyIID) or getattr(value, "__module__", None) == __name__


__all__ = [name for name, value in globals().items() if name[0] != "_" and _original(value)]
