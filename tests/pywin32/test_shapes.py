"""Shapes of values and answers that need live objects, on a memory and on a SQLite store."""

from typing import Any

import pytest
from tests.pywin32.calls.all import CALLS
from tests.pywin32.calls.probing import has_shape
from tests.pywin32.calls.world import LIVE, World, interface, value

from mapix.interfaces.prop import Access
from mapix.objects.bags.propdata import MemorySource, PropertyBag
from mapix.properties.tag import PropTag
from mapix.pywin32 import mapi, mapitags, pythoncom, unknown
from mapix.pywin32.convert.values import pair_out
from mapix.pywin32.errors import com_error
from mapix.pywin32.iid import PyIID
from mapix.pywin32.prop import PyIMAPIProp

SUBJECT = mapitags.PR_SUBJECT_W
INHERITED: dict[str, Any] = {
    "QueryInterface": lambda found: (pythoncom.IID_IUnknown,),
    "GetProps": lambda found: ((mapitags.PR_DISPLAY_NAME_W, mapitags.PR_ENTRYID), 0),
    "SetProps": lambda found: ([(0x6616001F, "x")], True),
    "DeleteProps": lambda found: ((0x6616001F,), True),
    "CopyTo": lambda found: (None, None, 0, None, mapi.IID_IMAPIProp, found, 0, True),
    "CopyProps": lambda found: ((mapitags.PR_COMMENT_W,), 0, None, mapi.IID_IMAPIProp, found, 0, True),
    "OpenProperty": lambda found: (mapitags.PR_COMMENT_W, pythoncom.IID_IStream, 0, 0),
    "GetIDsFromNames": lambda found: ([(mapi.PS_PUBLIC_STRINGS, "Keywords")], 0),
    "GetNamesFromIDs": lambda found: ((mapitags.PR_DISPLAY_NAME_W,), None, 0),
    "GetPropList": lambda found: (mapi.MAPI_UNICODE,),
    "SaveChanges": lambda found: (mapi.KEEP_OPEN_READWRITE,),
    "GetLastError": lambda found: (mapi.MAPI_E_NOT_FOUND, 0),
    "OpenEntry": lambda found: (None, None, 0),
    "GetContentsTable": lambda found: (0,),
    "GetHierarchyTable": lambda found: (0,),
    "CreateMsgService": lambda found: ("NOTHING", None, 0, 0),
    "ConfigureMsgService": lambda found: (mapi.PS_MAPI, 0, 0, None),
    "GetMsgServiceTable": lambda found: (0,),
    "GetProviderTable": lambda found: (0,),
    "DeleteMsgService": lambda found: (mapi.PS_MAPI,),
    "RenameMsgService": lambda found: (mapi.PS_MAPI, 0, "name"),
    "OpenProfileSection": lambda found: (mapi.PS_MAPI, None, mapi.MAPI_MODIFY),
    "AdminProviders": lambda found: (mapi.PS_MAPI, 0),
}
"""Arguments for the methods that interfaces inherit."""


def failure(call: Any, *given: Any) -> int:
    with pytest.raises(com_error) as caught:
        call(*given)
    return caught.value.hresult


def outcome(call: Any, *given: Any) -> Any:
    """What a call answers, or the com_error it fails with."""
    try:
        return call(*given)
    except com_error as error:
        return error


def iid_of(name: str) -> PyIID:
    """The identifier of the interface of a wrapper class."""
    return next(iid for iid, cls in unknown.TYPES.items() if cls.__name__ == name)


def wrapper(name: str) -> type[unknown.PyIUnknown]:
    return pythoncom.TypeIIDs[iid_of(name)]


def inherited(name: str) -> list[str]:
    """The calls of the interfaces that an interface builds on, by their full names."""
    bases = [base.__name__ for base in wrapper(name).__mro__[1:]]
    return [full for full, about in CALLS.items() if about.owner in bases]


@pytest.mark.parametrize("name", LIVE)
def test_an_interface_has_what_it_inherits_with_the_same_shapes(world: World, name: str) -> None:
    """What an object does not support is a com_error with a code of MAPI's."""
    found = LIVE[name](world)
    assert interface(found) == name
    for full in inherited(name):
        about = CALLS[full]
        answer = outcome(getattr(found, about.name), *INHERITED[about.name](found))
        if isinstance(answer, com_error):
            assert answer.args == (answer.hresult, answer.strerror, None, None), full
            assert answer.mapi_error is not None, full
        else:
            assert has_shape(answer, about.answer), (full, answer)


@pytest.mark.parametrize("name", LIVE)
def test_a_wrapper_is_named_compared_and_closed_to_attributes(world: World, name: str) -> None:
    """VS-1204, VS-1205."""
    found = LIVE[name](world)
    iid = iid_of(name)
    assert type(found) is pythoncom.TypeIIDs[iid]
    again = found.QueryInterface(iid)
    assert (again == found, again is found, hash(again) == hash(found), found != world) == (True, False, True, True)
    assert repr(found).startswith(f"<{name} at 0x")
    for slip in ("Subject", "QueryInterface"):
        with pytest.raises(AttributeError):
            setattr(found, slip, 1)


def test_calls_answer_hr_and_data_or_only_one_of_them(world: World) -> None:
    """VS-401..VS-404."""
    answers = {about.full_name: about.answer for about in CALLS.values()}
    both = {name.partition(".")[2] for name, answer in answers.items() if answer.startswith("(hr")}
    assert both == {"GetProps", "SetProps", "DeleteProps", "CopyTo", "CopyProps", "GetNamesFromIDs"}
    only_hr = {name for name, answer in answers.items() if answer == "hr"}
    bulk = ("CopyMessages", "DeleteMessages", "EmptyFolder", "SetReadFlags", "DeleteFolder")
    assert only_hr == {f"PyIMAPIFolder.{name}" for name in bulk}
    lists = {name.partition(".")[2] for name, answer in answers.items() if answer.startswith("[")}
    assert lists == {"CreateAttach", "GetStatus", "QueryPosition", "HrGetExchangeStatus"}


def test_a_warning_is_an_hr_and_a_failure_is_raised(world: World) -> None:
    """VS-405."""
    gone = value(world.made("Gone"), mapitags.PR_ENTRYID)
    assert world.folder.DeleteMessages([gone], 0, None, mapi.DELETE_HARD_DELETE) == 0
    assert world.folder.DeleteMessages([gone, world.message_id], 0, None, 0) == mapi.MAPI_W_PARTIAL_COMPLETION == 263808
    assert world.folder.GetProps((SUBJECT,))[0] == mapi.MAPI_W_ERRORS_RETURNED == 263040
    assert failure(world.store.OpenEntry, gone, None, 0) == mapi.MAPI_E_NOT_FOUND < 0


def test_several_outputs_are_a_list_from_some_calls_and_a_tuple_from_others(world: World) -> None:
    """VS-406."""
    assert type(world.message.CreateAttach(None, 0)) is list
    assert type(world.table.GetStatus()) is type(world.table.QueryPosition()) is list
    assert type(world.store.GetReceiveFolder("", 0)) is tuple
    assert type(world.message.GetNamesFromIDs((SUBJECT,))) is tuple


def test_arrays_of_tags_are_tuples(world: World) -> None:
    """VS-101, VS-107."""
    tags = world.message.GetPropList(mapi.MAPI_UNICODE)
    assert type(tags) is tuple
    assert all(type(tag) is int and 0 <= tag < 1 << 32 for tag in tags)
    assert type(world.table.QueryColumns(0)) is tuple
    assert world.message.GetNamesFromIDs(None, mapi.PS_ROUTING_ENTRYID) == (0, (), [])


@pytest.mark.parametrize("tags", [SUBJECT, [SUBJECT], (SUBJECT,), range(SUBJECT, SUBJECT + 1)])
def test_one_tag_or_any_sequence_of_them_is_an_array(world: World, tags: Any) -> None:
    """VS-103."""
    assert world.message.GetProps(tags) == (0, ((SUBJECT, "Minutes"),))


def test_none_is_all_tags_and_an_empty_sequence_none_of_them(world: World) -> None:
    """VS-106."""
    hr, everything = world.message.GetProps(None, mapi.MAPI_UNICODE)
    assert (hr, (SUBJECT, "Minutes") in everything) == (0, True)
    assert failure(world.message.GetProps, ()) == mapi.MAPI_E_INVALID_PARAMETER
    assert failure(world.message.DeleteProps, []) == mapi.MAPI_E_INVALID_PARAMETER
    other = world.folder.CreateMessage(None, 0)
    assert world.message.CopyTo(None, [], 0, None, mapi.IID_IMessage, other, 0) == (0, None)


def test_a_null_takes_anything_and_is_none(world: World) -> None:
    """VS-218, VS-309, VS-312."""
    world.message.SetProps([(0x66010001, object()), (SUBJECT, "Set")])
    assert world.message.GetProps((1, SUBJECT)) == (0, ((1, None), (SUBJECT, "Set")))
    with pytest.raises(TypeError, match="Unsupported MAPI property type 0x1"):
        mapi.HrGetOneProp(world.message, 1)


def test_an_object_is_a_number(world: World) -> None:
    """VS-310."""
    assert pair_out(PropTag(mapitags.PR_CONTAINER_CONTENTS), object()) == (mapitags.PR_CONTAINER_CONTENTS, 0)


def test_what_is_too_large_must_be_streamed(world: World) -> None:
    """VS-314: an object may limit what it hands out whole; stores of ours do not unless they are told to."""

    class Limited(PropertyBag):
        whole_limit = 4096

    tag = mapitags.PR_ATTACH_DATA_BIN
    _, attach = world.message.CreateAttach(None, 0)
    stream = attach.OpenProperty(tag, pythoncom.IID_IStream, 0, mapi.MAPI_MODIFY | mapi.MAPI_CREATE)
    stream.Write(bytes(1 << 20))
    stream.Commit(0)
    assert attach.GetProps((tag,)) == (0, ((tag, bytes(1 << 20)),))
    limited = PyIMAPIProp(Limited(MemorySource(attach._obj.stored_props()), access=Access.READ))
    error = tag & 0xFFFF0000 | mapitags.PT_ERROR
    assert limited.GetProps((tag,)) == (263040, ((error, mapi.MAPI_E_NOT_ENOUGH_MEMORY),))
    assert failure(mapi.HrGetOneProp, limited, tag) == mapi.MAPI_E_NOT_ENOUGH_MEMORY == -2147024882
    assert limited.OpenProperty(tag, pythoncom.IID_IStream, 0, 0).Read(9) == bytes(9)


def test_answers_stand_where_their_tags_stood(world: World) -> None:
    """VS-315, VS-316."""
    wanted = (0x7FFE0003, SUBJECT, mapitags.PR_ENTRYID & 0xFFFF0000, SUBJECT & 0xFFFF0000)
    hr, found = world.message.GetProps(wanted, mapi.MAPI_UNICODE)
    assert hr == mapi.MAPI_W_ERRORS_RETURNED
    assert [tag for tag, _ in found] == [0x7FFE000A, SUBJECT, mapitags.PR_ENTRYID, SUBJECT]


def test_a_list_of_recipients_is_any_sequence_of_rows(world: World) -> None:
    """VS-502."""
    world.message.ModifyRecipients(0, (tuple(world.recipient), world.recipient))
    assert world.message.GetRecipientTable(0).GetRowCount(0) == 2
    assert world.message.ModifyRecipients(mapi.MODRECIP_ADD, [()]) is None


def test_identifiers_are_taken_as_bytes_and_some_as_text(world: World) -> None:
    """VS-505..VS-507."""
    with pytest.raises(TypeError, match="EntryID must be a string or None"):
        world.store.OpenEntry("text", None, 0)
    assert world.session.OpenMsgStore(0, bytearray(world.store_id), None, 0) is not None
    unknown_entry = failure(world.session.OpenMsgStore, 0, b"text", None, 0)
    assert failure(world.session.OpenMsgStore, 0, "text", None, 0) == unknown_entry
    assert failure(world.store.AbortSubmit, "text") == failure(world.store.AbortSubmit, b"text")
    assert failure(world.store.CompareEntryIDs, "text", b"text") == failure(world.store.CompareEntryIDs, b"t", b"t")


def test_the_two_tags_of_a_comparison_are_independent(world: World) -> None:
    """VS-614, VS-615."""
    high = 0x80010003
    for kind, how in ((mapi.RES_PROPERTY, mapi.RELOP_EQ), (mapi.RES_CONTENT, mapi.FL_SUBSTRING)):
        world.table.Restrict((kind, (how, SUBJECT, (mapitags.PR_SUBJECT_A, b"Agenda"))), 0)
        assert world.table.GetRowCount(0) == 1
        with pytest.raises(OverflowError):
            world.table.Restrict((kind, (1 << 31, SUBJECT, (SUBJECT, "x"))), 0)
    with pytest.raises(OverflowError):
        world.table.Restrict((mapi.RES_BITMASK, (mapi.BMR_NEZ, high, 1 << 31)), 0)
    for spelling in (high, high - (1 << 32)):
        world.table.Restrict((mapi.RES_EXIST, (spelling,)), 0)
        assert world.table.GetRowCount(0) == 0


def test_texts_that_are_answered_are_text_in_both_widths(world: World) -> None:
    """VS-902."""
    assert failure(world.message.OpenProperty, 0x7FFE0102, pythoncom.IID_IStream, 0, 0)
    for flags in (0, mapi.MAPI_UNICODE):
        assert [type(each) for each in world.message.GetLastError(0, flags)[1:3]] == [str, str]
        assert type(world.store.GetReceiveFolder("IPM", flags)[1]) is str


def test_what_is_always_wide_refuses_bytes(world: World) -> None:
    """VS-903, VS-904."""
    with pytest.raises(TypeError):
        world.profiles.ChangeProfilePassword(b"Work", "", "", 0)
    with pytest.raises(TypeError):
        world.book.ResolveName(0, 0, b"title", [])
    with pytest.raises(ValueError, match="embedded null"):
        world.providers.CreateProvider("a\0b", 0, None, 0, 0)


@pytest.mark.parametrize("mask", [-1, 0xFFFFFFFF, 1 << 40 | mapi.fnevObjectCreated])
def test_masks_are_any_number(world: World, mask: int) -> None:
    """VS-906."""
    assert world.store.Advise(None, mask, world.sink) > 0


def test_a_provider_that_cannot_be_made_is_a_system_error(world: World) -> None:
    """VS-1105."""
    with pytest.raises(SystemError):
        world.providers.CreateProvider("NOTHING", 0, None, 0, 0)


def test_the_number_of_extended_events_is_not_the_constant(world: World) -> None:
    """VS-1009: one is unsigned, the other signed."""
    assert mapi.fnevExtended == -2147483648
    assert mapi.fnevExtended & 0xFFFFFFFF == 0x80000000


def test_wrong_properties_set_nothing(world: World) -> None:
    """VS-225."""
    with pytest.raises(TypeError):
        world.message.SetProps([(SUBJECT, "Changed"), (mapitags.PR_BODY_W, b"bytes")])
    assert value(world.message, SUBJECT) == "Minutes"


ALL_TABLES: dict[str, Any] = {
    "stores": lambda w: w.session.GetMsgStoresTable(0),
    "status": lambda w: w.mail_session.GetStatusTable(0),
    "contents": lambda w: w.table,
    "hierarchy": lambda w: w.subtree.GetHierarchyTable(0),
    "recipients": lambda w: w.message.GetRecipientTable(0),
    "attachments": lambda w: (w.attach, w.message.GetAttachmentTable(0))[1],
    "receive folders": lambda w: w.store.GetReceiveFolderTable(0),
    "containers": lambda w: w.book.OpenEntry(None, None, 0).GetHierarchyTable(0),
    "entries": lambda w: (w.distribution_list, w.container.GetContentsTable(0))[1],
    "profiles": lambda w: w.profiles.GetProfileTable(0),
    "services": lambda w: w.services.GetMsgServiceTable(0),
    "providers": lambda w: w.services.GetProviderTable(0),
}


@pytest.mark.parametrize("name", ALL_TABLES)
def test_every_table_has_rows_of_plain_values(world: World, name: str) -> None:
    """VS-501: no cell is of a subclass of what scripts know."""
    table = ALL_TABLES[name](world)
    columns = table.QueryColumns(mapi.TBL_ALL_COLUMNS)
    assert has_shape(columns, "tags")
    table.SetColumns(columns, 0)
    rows = table.QueryRows(50, 0)
    assert rows
    assert has_shape(rows, "rows")
    for row in rows:
        assert [tag & 0xFFFF0000 for tag, _ in row] == [tag & 0xFFFF0000 for tag in columns]


@pytest.mark.parametrize("name", [name for name in LIVE if "GetProps" in dir(wrapper(name))])
def test_every_object_has_properties_of_plain_values(world: World, name: str) -> None:
    """VS-401, VS-313."""
    hr, found = LIVE[name](world).GetProps(None, mapi.MAPI_UNICODE)
    assert has_shape((hr, found), "(hr pairs)"), found
    assert found


@pytest.mark.parametrize("name", LIVE)
def test_a_wrapper_has_the_methods_of_the_data_and_no_other(name: str) -> None:
    """VS-1204."""
    more = {"PyIConverterSession": {"SetEncoding", "SetSaveFormat"}}.get(name, set())
    owners = {cls.__name__ for cls in wrapper(name).__mro__}
    wanted = {about.name for about in CALLS.values() if about.owner in owners} | more
    assert {each for each in dir(wrapper(name)) if not each.startswith("_")} == wanted
