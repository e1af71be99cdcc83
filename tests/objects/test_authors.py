"""Who made a message, and who changed it last."""

from pathlib import Path
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties.errors import Computed
from mapix.properties.tags import (
    PR_CREATOR_ENTRYID,
    PR_CREATOR_NAME,
    PR_ENTRYID,
    PR_LAST_MODIFIER_ENTRYID,
    PR_LAST_MODIFIER_NAME,
    PR_SENDER_ENTRYID,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import open_mailbox
from mapix.testing.support import BenchSupport

NAMES = (PR_CREATOR_NAME, PR_CREATOR_ENTRYID, PR_LAST_MODIFIER_NAME, PR_LAST_MODIFIER_ENTRYID)
ANN = {PR_SENDER_NAME: "Ann", PR_SENDER_ENTRYID: b"ann"}
BOB = {PR_SENDER_NAME: "Bob", PR_SENDER_ENTRYID: b"bob"}


def open_store(name: str, identity: dict[Any, Any], owner: str = "") -> StoreObject:
    backend = MemoryBackend(open_mailbox(name, "ann@example.com" if owner else "", owner))
    return StoreObject(backend, BenchSupport(identity=identity), provider="memory", access=Access.MODIFY)


def new_message(store: StoreObject) -> Message:
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    message = root.create_message()
    message.set_props({PR_SUBJECT: "x"})
    message.save_changes(Keep.READWRITE)
    return message


def authors(message: Message) -> list[Any]:
    return list(message.get_props(NAMES).values())


def stored(message: Any) -> set[Any]:
    return set(NAMES) & set(message.stored_props())


def test_the_owners_own_messages_need_no_word(tmp_path: Path) -> None:
    """Objects 4.1: what nobody else did was the owner."""
    store = open_store(f"{tmp_path} own", ANN, owner="Ann")
    message = new_message(store)
    assert authors(message) == ["Ann", b"ann"] * 2
    assert stored(message) == set()
    store.close()


def test_what_somebody_else_does_is_written_down(tmp_path: Path) -> None:
    name = f"{tmp_path} shared"
    mine, theirs = open_store(name, ANN, owner="Ann"), open_store(name, BOB)
    message = new_message(theirs)
    assert authors(message) == ["Bob", b"bob"] * 2
    again = mine.open_entry(message.get_prop(PR_ENTRYID), Access.MODIFY)
    assert isinstance(again, Message)
    assert authors(again) == ["Bob", b"bob"] * 2
    again.set_props({PR_SUBJECT: "y"})
    again.save_changes(Keep.READWRITE)
    assert authors(again) == ["Bob", b"bob", "Ann", b"ann"]
    for store in (mine, theirs):
        store.close()


def test_a_store_without_an_owner_is_whose_session_it_is(tmp_path: Path) -> None:
    store = open_store(f"{tmp_path} nobody's", BOB)
    assert authors(new_message(store)) == ["Bob", b"bob"] * 2
    store.close()
    store = open_store(f"{tmp_path} nobody's", {})
    assert authors(new_message(store)) == []
    store.close()


@pytest.mark.parametrize("tag", NAMES)
def test_nobody_signs_for_another(tmp_path: Path, tag: Any) -> None:
    """P-009."""
    store = open_store(f"{tmp_path} {tag}", ANN, owner="Ann")
    (problem,) = new_message(store).set_props({tag: b"x" if tag.type == 0x102 else "x"})
    assert problem.scode == Computed.hresult
    store.close()
