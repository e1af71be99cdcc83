"""Every kind of notification as scripts see it."""

from typing import Any

import pytest

from mapix.interfaces.notify import (
    ErrorNotification,
    Event,
    ExtendedNotification,
    NewMailNotification,
    Notification,
    ObjectNotification,
    StatusNotification,
    TableEvent,
    TableNotification,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME, PR_ROWID
from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.convert.notifications import told

ROW = ((PR_DISPLAY_NAME, "Ann"), (PR_ROWID, None))
KEY = (mapitags.PR_INSTANCE_KEY, b"key")


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        (
            ErrorNotification(Event.CRITICAL_ERROR, 0x80040200, b"id", "the end"),
            (1, (b"id", mapi.MAPI_E_END_OF_SESSION, mapi.MAPI_UNICODE, (0, "the end", "mapix", 0, 0))),
        ),
        (
            NewMailNotification(Event.NEW_MAIL, b"id", b"folder", "IPM.Note", 0),
            (2, (b"id", b"folder", mapi.MAPI_UNICODE, "IPM.Note", 0)),
        ),
        (
            ObjectNotification(Event.OBJECT_MOVED, b"id", 5, b"to", b"old", b"from"),
            (0x20, (b"id", mapi.MAPI_MESSAGE, b"to", b"old", b"from", None)),
        ),
        (
            ObjectNotification(Event.OBJECT_MODIFIED, b"id", 3, tags=(PropTag(0x36020003),)),
            (0x10, (b"id", mapi.MAPI_FOLDER, None, None, None, (0x36020003,))),
        ),
        (
            TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_ADDED, 0, b"key", None, ROW),
            (
                0x100,
                (
                    mapi.TABLE_ROW_ADDED,
                    0,
                    KEY,
                    (1, None),
                    ((mapitags.PR_DISPLAY_NAME_W, "Ann"), (0x3000000A, mapi.MAPI_E_NOT_FOUND)),
                ),
            ),
        ),
        (
            TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_MODIFIED, 0, b"key", b"key"),
            (0x100, (mapi.TABLE_ROW_MODIFIED, 0, KEY, KEY, ())),
        ),
        (
            TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_MODIFIED, 0, b"key"),
            (0x100, (mapi.TABLE_ROW_MODIFIED, 0, KEY, (1, None), ())),
        ),
        (
            TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_DELETED, 0, b"key"),
            (0x100, (mapi.TABLE_ROW_DELETED, 0, KEY, (0, None), ())),
        ),
        (
            TableNotification(Event.TABLE_MODIFIED, TableEvent.ERROR, 0x80004005),
            (0x100, (mapi.TABLE_ERROR, mapi.MAPI_E_CALL_FAILED, (0, None), (0, None), ())),
        ),
        (ExtendedNotification(Event.EXTENDED, 1, b"data"), (0x80000000, (1, b"data"))),
        (
            StatusNotification(Event.STATUS_OBJECT_MODIFIED, b"id", ROW[:1]),
            (0x200, (b"id", [(mapitags.PR_DISPLAY_NAME_W, "Ann")])),
        ),
        (Notification(Event.STATUS_OBJECT_MODIFIED), (0x200, None)),
    ],
)
def test_a_notification_is_a_pair_of_event_and_information(given: Notification, seen: Any) -> None:
    """NOT-27, N-032, VS-1003..VS-1010."""
    assert told([given]) == [seen]


def test_rows_have_the_width_of_their_table() -> None:
    given = TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_ADDED, 0, b"key", b"prior", ROW[:1])
    ((_, (*_, prior, row)),) = told([given], wide=False)
    assert prior == (mapitags.PR_INSTANCE_KEY, b"prior")
    assert row == ((mapitags.PR_DISPLAY_NAME_A, b"Ann"),)
