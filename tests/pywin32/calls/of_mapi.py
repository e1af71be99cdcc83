"""Probes of the module `mapi`."""

from typing import Any

from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import NO_MAIL, World, interface, value

from mapix.pywin32 import mapi, mapitags

TABLE_SORT_DESCEND = 1
HTML_IN_RTF = rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}Hi{\*\htmltag72 </p>}}"


@probe("mapi.MAPIInitialize")
def mapi_is_started_once_more(w: World) -> Call:
    return call(mapi.MAPIInitialize, (mapi.MAPI_INIT_VERSION, mapi.MAPI_MULTITHREAD_NOTIFICATIONS))


@probe("mapi.MAPIUninitialize")
def mapi_is_ended_once(w: World) -> Call:
    mapi.MAPIInitialize(None)
    return call(mapi.MAPIUninitialize, gives=lambda _: interface(mapi.MAPIAdminProfiles(0)) == "PyIProfAdmin")


@probe("mapi.MAPILogonEx")
def a_profile_logs_on(w: World) -> Call:
    return call(mapi.MAPILogonEx, 0, "Work", None, NO_MAIL, gives=lambda session: session.GetMsgStoresTable(0))


@probe("mapi.MAPIAdminProfiles")
def profiles_are_administered(w: World) -> Call:
    return call(mapi.MAPIAdminProfiles, 0, gives=lambda admin: admin.GetProfileTable(0).GetRowCount(0) == 1)


@probe("mapi.HexFromBin")
def bytes_become_digits(w: World) -> Call:
    return call(mapi.HexFromBin, b"\x0a\xff", gives=lambda text: text == "0AFF")


@probe("mapi.BinFromHex")
def digits_become_bytes(w: World) -> Call:
    return call(mapi.BinFromHex, "0AfF", gives=lambda data: data == b"\x0a\xff")


@probe("mapi.HrQueryAllRows")
def all_rows_come_at_once(w: World) -> Call:
    tag = mapitags.PR_SUBJECT_W
    wanted = (mapi.RES_EXIST, (tag,))
    order = (((tag, TABLE_SORT_DESCEND),),)
    rows = (((tag, "Budget"),), ((tag, "Agenda"),))
    return call(mapi.HrQueryAllRows, w.table, (tag,), wanted, order, 0, gives=lambda found: found == rows)


@probe("mapi.RTFSync")
def bodies_are_brought_in_step(w: World) -> Call:
    w.message.SetProps([(mapitags.PR_BODY_W, "Changed")])
    return call(mapi.RTFSync, w.message, 2)


@probe("mapi.WrapCompressedRTFStream")
def compressed_rtf_is_read_through_a_stream(w: World) -> Call:
    return call(
        mapi.WrapCompressedRTFStream,
        compressed(w),
        0,
        gives=lambda stream: stream.Read(99) == HTML_IN_RTF,
    )


@probe("mapi.WrapCompressedRTFStreamEx")
def compressed_rtf_is_read_and_says_what_it_was(w: World) -> Call:
    native = (mapi.MAPI_NATIVE_BODY_TYPE_RTF, mapi.MAPI_NATIVE_BODY_TYPE_HTML)
    return call(
        mapi.WrapCompressedRTFStreamEx,
        compressed(w),
        (0, 0, 0),
        gives=lambda found: found[0].Read(9) and found[1] in native,
    )


@probe("mapi.RTFStreamToHTML")
def html_comes_out_of_rtf(w: World) -> Call:
    return call(mapi.RTFStreamToHTML, w.stream(HTML_IN_RTF), gives=lambda html: html == b"<p>Hi</p>")


def compressed(w: World) -> Any:
    """A stream of compressed RTF: of the kind that is not compressed."""
    size = len(HTML_IN_RTF)
    head = b"".join(number.to_bytes(4, "little") for number in (size + 12, size, 0x414C454D, 0))
    return w.stream(head + HTML_IN_RTF)


@probe("mapi.MAPIUIDFromBinary")
def sixteen_bytes_become_a_uid(w: World) -> Call:
    return call(mapi.MAPIUIDFromBinary, bytes(range(16)), gives=lambda uid: bytes(uid) == bytes(range(16)))


@probe("mapi.OpenIMsgSession")
def a_message_session_is_a_number(w: World) -> Call:
    return call(mapi.OpenIMsgSession, 0, gives=lambda number: number > 0)


@probe("mapi.CloseIMsgSession")
def a_message_session_is_closed(w: World) -> Call:
    return call(mapi.CloseIMsgSession, mapi.OpenIMsgSession(0))


@probe("mapi.OpenIMsgOnIStg")
def a_message_opens_on_a_storage(w: World) -> Call:
    message_class = mapitags.PR_MESSAGE_CLASS_W
    return call(
        mapi.OpenIMsgOnIStg,
        mapi.OpenIMsgSession(0),
        None,
        w.storage(),
        None,
        0,
        0,
        gives=lambda message: message.SetProps([(message_class, "IPM.Note")]) == (0, None),
    )


def writes(stream: Any) -> bool:
    return stream.Write(b"abc") == 3 and stream.Seek(0, 0) == 0 and stream.Read(9) == b"abc"


@probe("mapi.OpenStreamOnFile")
def a_file_is_a_stream(w: World) -> Call:
    name = str(w.place / "one.bin").encode()
    return call(mapi.OpenStreamOnFile, name, 0x1002, None, gives=writes)


@probe("mapi.OpenStreamOnFileW")
def a_file_with_a_wide_name_is_a_stream(w: World) -> Call:
    return call(mapi.OpenStreamOnFileW, str(w.place / "zwei-ä.bin"), 0x1002, None, gives=writes)


@probe("mapi.HrGetOneProp")
def one_property_is_read(w: World) -> Call:
    tag = mapitags.PR_SUBJECT_A
    return call(mapi.HrGetOneProp, w.message, tag, gives=lambda pair: pair == (tag, b"Minutes"))


@probe("mapi.HrSetOneProp")
def one_property_is_set(w: World) -> Call:
    tag = mapitags.PR_SUBJECT_W
    return call(mapi.HrSetOneProp, w.message, (tag, "New"), gives=lambda _: value(w.message, tag) == "New")


@probe("mapi.HrAllocAdviseSink")
def a_callback_becomes_a_sink(w: World) -> Call:
    return call(mapi.HrAllocAdviseSink, print, "context", gives=lambda sink: w.store.Advise(None, 4, sink))


@probe("mapi.HrThisThreadAdviseSink")
def a_sink_is_bound_to_this_thread(w: World) -> Call:
    return call(mapi.HrThisThreadAdviseSink, w.sink, gives=lambda sink: w.store.Advise(None, 4, sink))


@probe("mapi.HrDispatchNotifications")
def what_is_queued_is_told(w: World) -> Call:
    w.store.Advise(None, mapi.fnevObjectCreated, w.sink)
    w.made("Told of")
    return call(mapi.HrDispatchNotifications, 0, gives=lambda _: type(w.told[0][0]) is tuple)
