"""Flags and orders of calls of a session: what is taken, what is refused, how a client starts and stops."""

from __future__ import annotations

import gc
import logging
from typing import Any

import pytest
from tests.pywin32.conftest import NO_MAIL, default_store
from tests.pywin32.test_objects import failure, ids, message

from mapix.pywin32 import mapi, mapitags
from mapix.subsystem.initialize import is_initialized

DEFERRED = 0x8
CACHES = 0x4000 | 0x200


def test_flags_of_caches_and_of_putting_off_are_taken_and_change_nothing(session: Any, folder: Any) -> None:
    """SES-3, SES-15, GEN-11: an error is told at once, and not by the next call."""
    message(folder)
    (entry_id,) = ids(folder)
    opened = session.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS | DEFERRED | CACHES)
    assert type(opened).__name__ == "PyIMessage"
    folder.DeleteMessages([entry_id], 0, None, 0x10)
    assert failure(session.OpenEntry, entry_id, None, DEFERRED) == mapi.MAPI_E_NOT_FOUND
    assert failure(session.OpenEntry, entry_id, None, 0x10000) == mapi.MAPI_E_UNKNOWN_FLAGS


def test_a_store_is_opened_with_the_flags_of_stores(session: Any) -> None:
    """SES-11: MDB_WRITE is what lets it be changed; MAPI_MODIFY's number is MDB_NO_DIALOG's."""
    entry_id = dict(session.GetMsgStoresTable(0).QueryRows(1, 0)[0])[mapitags.PR_ENTRYID]
    every = mapi.MDB_NO_DIALOG | mapi.MDB_NO_MAIL | mapi.MDB_TEMPORARY | 0x100 | DEFERRED
    for flags, level in ((mapi.MDB_NO_DIALOG, 0), (every, 0), (every | mapi.MDB_WRITE, 1), (mapi.MAPI_BEST_ACCESS, 1)):
        root = session.OpenMsgStore(0, entry_id, None, flags).OpenEntry(None, None, mapi.MAPI_BEST_ACCESS)
        _, ((_, granted),) = root.GetProps(mapitags.PR_ACCESS_LEVEL)
        assert granted == level
    assert failure(session.OpenMsgStore, 0, entry_id, None, 0x2) == mapi.MAPI_E_UNKNOWN_FLAGS


def test_an_object_comes_under_the_interfaces_it_has(session: Any, folder: Any) -> None:
    """GEN-8: none asked for gives the object's own."""
    message(folder)
    (entry_id,) = ids(folder)
    assert type(session.OpenEntry(entry_id, None, 0)).__name__ == "PyIMessage"
    assert type(session.OpenEntry(entry_id, mapi.IID_IMAPIProp, 0)).__name__ == "PyIMessage"
    opened = session.OpenEntry(entry_id, None, 0)
    assert failure(opened.QueryInterface, mapi.IID_IMAPITable) == mapi.MAPI_E_INTERFACE_NOT_SUPPORTED


def test_a_session_nobody_holds_any_more_is_logged_off(profile: str) -> None:
    """SES-62: and what it opened is dead only when nobody holds that, either."""
    mapi.MAPIInitialize(None)
    flags = NO_MAIL | mapi.MAPI_ALLOW_OTHERS
    first = mapi.MAPILogonEx(0, "", None, flags)
    watching = mapi.MAPILogonEx(0, "", None, mapi.MAPI_NO_MAIL)
    told: list[Any] = []
    watching.Advise(None, mapi.fnevExtended, mapi.HrAllocAdviseSink(lambda *given: told.append(given)))
    del first
    gc.collect()
    mapi.HrDispatchNotifications(0)
    mapi.HrDispatchNotifications(0)
    assert len(told) == 1


def test_a_client_stops_in_the_order_it_started_and_nothing_is_left(
    profile: str, caplog: pytest.LogCaptureFixture
) -> None:
    """SUB-14, SUB-15, NOT-1: registrations, objects, session, MAPI."""
    with caplog.at_level(logging.WARNING):
        mapi.MAPIInitialize((0, mapi.MAPI_MULTITHREAD_NOTIFICATIONS))
        session = mapi.MAPILogonEx(0, "", None, NO_MAIL)
        store = default_store(session)
        number = store.Advise(None, mapi.fnevNewMail, mapi.HrAllocAdviseSink(print))
        assert number
        store.Unadvise(number)
        store = None
        session.Logoff(0, 0, 0)
        session = None
        mapi.MAPIUninitialize()
    assert not is_initialized()
    assert caplog.records == []


@pytest.mark.parametrize("window", [0, 1, 0x7FFFFFFF])
def test_any_window_will_do_where_nothing_is_shown(profile: str, window: int) -> None:
    """LOG-4."""
    mapi.MAPIInitialize(None)
    session = mapi.MAPILogonEx(window, "", None, NO_MAIL)
    assert session.OpenAddressBook(window, None, mapi.AB_NO_DIALOG)
    assert session.Logoff(window, 0, 0) is None
