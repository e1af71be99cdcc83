"""Every table of a session is the one table view, and answers every call as the rules say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.subsystem.bench import Script, book_service

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import MapiTable, TableType, query_all_rows
from mapix.objects.tables.tableview import TableView
from mapix.properties import tags as t
from mapix.properties.errors import NoSupport
from mapix.properties.flags import FOLDER_SEARCH, MAPI_NEW_SESSION, RECURSIVE_SEARCH
from mapix.properties.restriction import Exist
from mapix.properties.tag import PropTag
from mapix.providers.memory.mailbox import forget_mailbox
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session
from mapix.testing.builders import recipient
from mapix.testing.support import BenchSupport
from mapix.testing.tablebattery import look_over

STAFF = {"Billy Larson": "larson@example.com", "Ann Archer": "ann@example.com", "Bill Lee": "lee@example.com"}
STORES = ("MEMORY", "MAPIXSTORE")


class World:
    """A session with something in every table."""

    def __init__(self, session: Session, profiles: Any, kind: str, directory: Path) -> None:
        self.session, self.profiles, self.kind, self.directory = session, profiles, kind, directory
        ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), (t.PR_ENTRYID,), limit=1)
        self.store = session.open_msg_store(entry_id, Access.MODIFY)
        self.root = self.folder(None)
        self.work = self.root.create_folder("Work")
        self.below = self.work.create_folder("Below")
        self.gone = self.root.create_folder("Gone")
        for name in ("one", "two", "three"):
            self.save(self.work, name)
            self.save(self.work, name, associated=True)
            self.below.create_folder(name)
        self.delete()
        self.search = self.root.create_folder("Found", kind=FOLDER_SEARCH)
        scope = [self.root.get_prop(t.PR_ENTRYID)]
        self.search.set_search_criteria(Exist(t.PR_SUBJECT), scope, RECURSIVE_SEARCH)
        self.message = self.full_message()
        self.book = session.open_address_book()
        contacts = self.container(self.book.get_pab())
        for name, address in STAFF.items():
            user = contacts.create_entry()  # type: ignore[attr-defined]
            user.set_props({t.PR_DISPLAY_NAME: name, t.PR_EMAIL_ADDRESS: address})
            user.save_changes()

    def folder(self, entry_id: bytes | None) -> MapiFolder:
        opened = self.store.open_entry(entry_id, Access.MODIFY)
        assert isinstance(opened, MapiFolder)
        return opened

    def container(self, entry_id: bytes | None) -> AbContainer:
        opened = self.book.open_entry(entry_id, Access.MODIFY if entry_id else Access.READ)
        assert isinstance(opened, AbContainer)
        return opened

    def directory_container(self) -> AbContainer:
        """The one container of the address book that is not of one's own."""
        own = self.book.get_pab()
        rows = query_all_rows(self.container(None).get_hierarchy_table(), (t.PR_ENTRYID,))
        return self.book.open_entry(next(entry_id for (entry_id,) in rows if entry_id != own))  # type: ignore[return-value]

    def save(self, into: MapiFolder, subject: str, **options: bool) -> bytes:
        message = into.create_message(**options)
        message.set_props({t.PR_SUBJECT: subject, t.PR_MESSAGE_CLASS: "IPM.Note"})
        message.save_changes(Keep.READONLY)
        entry_id = message.get_prop(t.PR_ENTRYID)
        assert isinstance(entry_id, bytes)
        return entry_id

    def delete(self) -> None:
        """Messages and folders that are kept after they were deleted."""
        self.gone.delete_messages([self.save(self.gone, name) for name in ("a", "b")])
        for name in ("x", "y"):
            self.gone.delete_folder(self.gone.create_folder(name).get_prop(t.PR_ENTRYID))

    def full_message(self) -> Message:
        message = self.work.create_message()
        message.modify_recipients(ModifyRecipients.ADD, [recipient(address) for address in STAFF.values()])
        for name in ("a.txt", "b.txt"):
            _, attachment = message.create_attach()
            attachment.set_props({t.PR_ATTACH_LONG_FILENAME: name})
            attachment.save_changes()
        return message

    def queue(self) -> MapiTable:
        """The outgoing queue of a store that the spooler has open."""
        settings = {"name": f"queue {self.directory}", "path": str(self.directory / "queue.mapix")}
        provider = MemoryStoreProvider() if self.kind == "MEMORY" else SqlStoreProvider()
        support = BenchSupport(settings, home=self.directory)
        self.spooled: MsgStore = provider.logon(support, entry_id=None, access=Access.MODIFY, spooler=True).store
        root = self.spooled.open_entry(None, Access.MODIFY)
        assert isinstance(root, MapiFolder)
        for subject in ("first", "second"):
            message = root.create_message()
            message.set_props({t.PR_SUBJECT: subject})
            message.modify_recipients(ModifyRecipients.ADD, [recipient("ann@example.com")])
            message.submit_message()
        return self.spooled.get_outgoing_queue()


def of_folder(tag: PropTag) -> Callable[[World], MapiTable]:
    return lambda world: world.work.open_property(tag, MapiTable)


def of_message(tag: PropTag) -> Callable[[World], MapiTable]:
    return lambda world: world.message.open_property(tag, MapiTable)


TABLES: dict[str, tuple[int, Callable[[World], MapiTable]]] = {
    "profiles": (2, lambda world: world.profiles.get_profile_table()),
    "services": (2, lambda world: world.session.admin_services().get_msg_service_table()),
    "providers": (2, lambda world: world.session.admin_services().get_provider_table()),
    "providers of a service": (1, lambda world: providers_of_service(world.session)),
    "stores": (1, lambda world: world.session.get_msg_stores_table()),
    "status": (2, lambda world: world.session.get_status_table()),
    "receive folders": (1, lambda world: world.store.get_receive_folder_table()),
    "receive folder settings": (1, lambda world: world.store.open_property(t.PR_RECEIVE_FOLDER_SETTINGS, MapiTable)),
    "contents": (3, lambda world: world.work.get_contents_table()),
    "contents as a property": (3, of_folder(t.PR_CONTAINER_CONTENTS)),
    "associated contents": (3, lambda world: world.work.get_contents_table(associated=True)),
    "associated contents as a property": (3, of_folder(t.PR_FOLDER_ASSOCIATED_CONTENTS)),
    "deleted contents": (2, lambda world: world.gone.get_contents_table(deleted=True)),
    "hierarchy": (3, lambda world: world.below.get_hierarchy_table()),
    "hierarchy as a property": (1, of_folder(t.PR_CONTAINER_HIERARCHY)),
    "deep hierarchy": (4, lambda world: world.work.get_hierarchy_table(deep=True)),
    "deleted folders": (2, lambda world: world.gone.get_hierarchy_table(deleted=True)),
    "no contents": (0, lambda world: world.below.get_contents_table()),
    "search results": (3, lambda world: world.search.get_contents_table()),
    "recipients": (3, lambda world: world.message.get_recipient_table()),
    "recipients as a property": (3, of_message(t.PR_MESSAGE_RECIPIENTS)),
    "attachments": (2, lambda world: world.message.get_attachment_table()),
    "attachments as a property": (2, of_message(t.PR_MESSAGE_ATTACHMENTS)),
    "address book hierarchy": (2, lambda world: world.container(None).get_hierarchy_table()),
    "deep address book hierarchy": (2, lambda world: world.container(None).get_hierarchy_table(deep=True)),
    "address book contents": (0, lambda world: world.container(None).get_contents_table()),
    "contacts": (3, lambda world: world.container(world.book.get_pab()).get_contents_table()),
    "below contacts": (0, lambda world: world.container(world.book.get_pab()).get_hierarchy_table()),
    "a directory": (3, lambda world: world.directory_container().get_contents_table()),
    "outgoing queue": (2, World.queue),
}
"""How many rows there are at least, and how a table is opened."""


def providers_of_service(session: Session) -> MapiTable:
    ((uid, *_), *_) = query_all_rows(session.admin_services().get_msg_service_table(), (t.PR_SERVICE_UID,))
    return session.admin_services().admin_providers(uid).get_provider_table()


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest, system: Subsystem, profile: str, tmp_path: Path) -> Iterator[World]:
    """A session over one kind of store."""
    system.catalogue.register(book_service(Script(), STAFF))
    profiles = system.admin_profiles()
    profiles.create_profile("Other")
    services = profiles.admin_services(profile)
    services.create_msg_service("BOOK")
    settings: dict[str, Any] = (
        {"name": str(tmp_path)} if request.param == "MEMORY" else {"path": str(tmp_path / "store.mapix")}
    )
    services.create_msg_service(request.param, None, settings | {"retention_days": 30})
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        yield World(session, profiles, request.param, tmp_path)
    forget_mailbox(str(tmp_path))
    forget_mailbox(f"queue {tmp_path}")


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_the_one_and_answers_every_call(world: World, name: str) -> None:
    """ABK-78, T-001, T-003, T-020..T-041."""
    least, open_table = TABLES[name]
    table = open_table(world)
    assert isinstance(table, TableView)
    assert table.get_row_count() >= least
    if name != "outgoing queue":
        look_over(lambda: open_table(world), bookmarks=not name.startswith("attachments"))
    else:
        look_over(world.spooled.get_outgoing_queue)
        world.spooled.close()


LIVE = (
    "stores",
    "status",
    "contents",
    "associated contents",
    "hierarchy",
    "search results",
    "recipients",
    "attachments",
)


@pytest.mark.parametrize("name", LIVE)
def test_tables_of_what_changes_are_live_and_tell(world: World, name: str) -> None:
    """SES-30, SES-31, T-002, T-020."""
    table = TABLES[name][1](world)
    assert table.get_status()[1] is TableType.DYNAMIC
    table.unadvise(table.advise(Event.TABLE_MODIFIED, lambda batch: None))


def test_tables_that_never_change_tell_nothing(world: World) -> None:
    """SES-32, NOT-5, T-002, T-020."""
    table = world.profiles.get_profile_table()
    assert table.get_status()[1] is TableType.SNAPSHOT
    with pytest.raises(NoSupport):
        table.advise(Event.TABLE_MODIFIED, lambda batch: None)
