"""Sessions of messages on storages: flags, storages that are refused, and how everything ends (IMS-*)."""

import pytest
from tests.objects.imsg_storages import READ, new_storage

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Mode
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.objects.imsg import (
    StorageMessage,
    open_imsg_on_istg,
    open_imsg_session,
)
from mapix.properties import tags as t
from mapix.properties.errors import (
    InvalidObject,
    InvalidParameter,
    UnknownFlags,
    by_symbol,
)
from mapix.properties.flags import MAPI_UNICODE, STORE_UNICODE_OK


def test_a_session_knows_one_flag() -> None:
    """IMS-1, IMS-2; scenario 22."""
    assert not open_imsg_session().unicode
    assert open_imsg_session(MAPI_UNICODE).unicode
    for flags in (1, 2, 4, MAPI_UNICODE | 1, -1):
        with pytest.raises(UnknownFlags) as error:
            open_imsg_session(flags)
        assert type(error.value) is by_symbol("MAPI_E_INVALID_FLAGS")


def test_a_unicode_message_says_so_and_keeps_text() -> None:
    """P-222, IMS-2, IMS-21; scenario 22."""
    for flags, unicode in ((MAPI_UNICODE, True), (0, False)):
        message = open_imsg_on_istg(None, new_storage(), flags=flags)
        assert bool(message.get_prop(t.PR_STORE_SUPPORT_MASK) & STORE_UNICODE_OK) is unicode
    with open_imsg_session(MAPI_UNICODE) as session:
        message = open_imsg_on_istg(session, new_storage(), flags=0)
        message.set_props({t.PR_SUBJECT: "日本語 \N{GRINNING FACE}"})
        message.save_changes(Keep.READWRITE)
        assert message.is_unicode
        assert message.get_prop(t.PR_SUBJECT) == "日本語 \N{GRINNING FACE}"


def test_closing_a_session_ends_everything_opened_in_it() -> None:
    """IMS-3, IMS-4; scenario 22."""
    place = MemoryBytes()
    session = open_imsg_session()
    message = open_imsg_on_istg(session, new_storage(place))
    message.set_props({t.PR_SUBJECT: "kept", t.PR_BODY: "text"})
    _, attach = message.create_attach()
    attach.set_props({t.PR_ATTACH_METHOD: 5})
    inner = attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    message.save_changes(Keep.READWRITE)
    message.set_props({t.PR_SUBJECT: "never saved"})
    table, stream = message.get_recipient_table(), message.open_property(t.PR_BODY, Stream)
    session.close()
    for dead in (
        lambda: message.get_props(),
        lambda: attach.get_props(),
        lambda: inner.get_props(),
        lambda: table.get_row_count(),
        lambda: stream.read(),
        lambda: message.save_changes(),
    ):
        with pytest.raises(InvalidObject):
            dead()
    with pytest.raises(InvalidObject):
        open_imsg_on_istg(session, new_storage())
    session.close()
    again = open_imsg_on_istg(None, open_docfile(place, READ))
    assert again.get_prop(t.PR_SUBJECT) == "kept"


def test_sessions_and_messages_without_one_are_independent() -> None:
    """IMS-5, IMS-6, IMS-7."""
    first, second = open_imsg_session(), open_imsg_session()
    messages = [open_imsg_on_istg(session, new_storage()) for session in (first, second, None)]
    for message in messages:
        message.set_props({t.PR_SUBJECT: "x"})
    first.close()
    with pytest.raises(InvalidObject):
        messages[0].get_props()
    assert [message.get_prop(t.PR_SUBJECT) for message in messages[1:]] == ["x", "x"]
    second.close()
    assert messages[2].get_prop(t.PR_SUBJECT) == "x"


def test_the_callback_comes_once_however_the_message_ends() -> None:
    """IMS-4; scenario 22: lpfMsgCallRelease, for messages on storages and not for those inside them."""
    calls: list[tuple[int, StorageMessage]] = []
    session = open_imsg_session()

    def released(number: int, message: StorageMessage) -> None:
        calls.append((number, message))

    first = open_imsg_on_istg(session, new_storage(), released=released, caller_data=1)
    second = open_imsg_on_istg(session, new_storage(), released=released, caller_data=2)
    _, attach = first.create_attach()
    attach.set_props({t.PR_ATTACH_METHOD: 5})
    attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True).close()
    attach.close()
    assert calls == [], "only messages on storages call"
    first.close()
    assert calls == [(1, first)]
    session.close()
    second.close()
    assert calls == [(1, first), (2, second)]


def test_storages_of_other_modes_and_no_storage_are_refused() -> None:
    """IMS-10; scenario 22: STGM_READ, or STGM_READWRITE with STGM_TRANSACTED."""
    with pytest.raises(InvalidParameter):
        open_imsg_on_istg(None, None)  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter, match="TRANSACTED"):
        open_imsg_on_istg(None, create_docfile(MemoryBytes(), Mode.READWRITE | Mode.SHARE_EXCLUSIVE))
    with pytest.raises(InvalidParameter):
        open_imsg_on_istg(None, create_docfile(MemoryBytes(), Mode.WRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE))
    with pytest.raises(UnknownFlags):
        open_imsg_on_istg(None, new_storage(), flags=2)
