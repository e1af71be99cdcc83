"""What the settings of a store's service do to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.storesettings import check_options, options
from mapix.properties.errors import InvalidParameter
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
    PR_RETENTION_AGE_LIMIT,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SUBJECT,
)
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.testing.support import BenchSupport

_DAY = 24 * 3600


def store_with(place: Path, **settings: Any) -> MsgStore:
    """A store in memory with some settings."""
    support = BenchSupport({"name": str(place), **settings})
    return MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store


def delete_one(store: MsgStore) -> MapiFolder:
    """Delete an unread message whose sender wants to know of that; the folder it was in."""
    folder = store.open_entry(None, Access.MODIFY)
    assert isinstance(folder, MapiFolder)
    message = folder.create_message()
    asked = {PR_NON_RECEIPT_NOTIFICATION_REQUESTED: True, PR_SENDER_EMAIL_ADDRESS: "zoe@example.com"}
    message.set_props({PR_SUBJECT: "Budget", PR_MESSAGE_FLAGS: 0} | asked)
    message.save_changes(Keep.READONLY)
    assert folder.delete_messages([message.get_prop(PR_ENTRYID)])
    return folder


def kept(folder: MapiFolder) -> int:
    """How many messages were deleted from a folder and are kept."""
    return folder.get_contents_table(deleted=True).get_row_count()


def test_without_settings_nothing_is_kept_and_senders_are_told() -> None:
    """F-090, X-14."""
    assert options({}) == {"keep_sent": True, "retention": 0, "nonread_reports": True}


def test_the_days_that_deleted_things_are_kept_are_set(tmp_path: Path) -> None:
    """F-090."""
    store = store_with(tmp_path, retention_days=14)
    assert kept(delete_one(store)) == 1


def test_what_stands_on_the_store_goes_before_the_setting(tmp_path: Path) -> None:
    """F-090: it holds for everybody who has the store open."""
    store = store_with(tmp_path, retention_days=14)
    store.set_props({PR_RETENTION_AGE_LIMIT: 0})
    assert kept(delete_one(store)) == 0
    store.set_props({PR_RETENTION_AGE_LIMIT: _DAY})
    assert kept(delete_one(store)) == 1


@pytest.mark.parametrize("told", [True, False])
def test_nonread_reports_can_be_switched_off(tmp_path: Path, told: bool) -> None:
    """X-14."""
    store = store_with(tmp_path, nonread_reports=told)
    delete_one(store)
    assert len(store.outgoing.entries()) == int(told)


@pytest.mark.parametrize("days", [-1, 100_000])
def test_days_that_cannot_be_are_refused(days: int) -> None:
    with pytest.raises(InvalidParameter, match="retention_days"):
        check_options({"retention_days": days})
