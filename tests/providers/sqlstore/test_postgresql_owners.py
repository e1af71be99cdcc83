"""Many mailboxes of one PostgreSQL database, of several owners: who reaches what, and who delivers to whom."""

from __future__ import annotations

import logging

import psycopg
import pytest
from tests.fixtures_postgresql import PostgreSql
from tests.providers.sqlstore.helpers import file, people, save, undone
from tests.providers.sqlstore.town import Town

from mapix.interfaces.backend import MessageChanges
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import Access
from mapix.objects.messages.content import read_content, recipient_rows
from mapix.objects.stores.storeobject import StoreObject
from mapix.properties import tags
from mapix.properties.errors import MapiError, NoAccess, NotFound
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.postgresql.backend import PostgreSqlBackend, open_named
from mapix.providers.sqlstore.postgresql.connection import Place
from mapix.providers.sqlstore.service import NAME
from mapix.subsystem.spooler.inbound import deliver
from mapix.testing.support import BenchSupport

SET = bytes(range(16))


def as_store(backend: PostgreSqlBackend) -> StoreObject:
    """The store of a backend."""
    return StoreObject(backend, BenchSupport(), provider=NAME, access=Access.MODIFY, spooler=True)


def test_a_mailbox_is_somebody_s_own(town: Town, ann: PostgreSqlBackend) -> None:
    save(ann)
    for other in ("bob", "admin"):
        with pytest.raises(NoAccess, match="somebody else"):
            open_named(town.place(other), "ann")
    with pytest.raises(NotFound):
        open_named(town.place("bob"), "nobody's")


def test_every_table_is_isolated_or_closed(town: Town) -> None:
    open_to_all = {"migration"}
    rows = town.server.execute(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,"
        " EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 0) FROM pg_class c"
        " WHERE c.relnamespace = 'mapix'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')",
        database=town.database,
    )
    assert len(rows) > 20
    assert {name for name, isolated, is_open in rows if is_open and not isolated} == open_to_all


TABLES = (
    *("store", "folder", "message", "property", "recipient", "attachment", "blob", "chunk"),
    *("change", "named_property", "used_tag", "queue"),
)


@pytest.mark.parametrize("role", ["bob", "admin"])
def test_rows_of_others_are_neither_seen_nor_written(town: Town, ann: PostgreSqlBackend, role: str) -> None:
    ann.ids_from_names([PropertyName(SET, "budget")], create=True)
    save(ann, {tags.PR_BODY: "x" * 100_000}, recipients=people(2), attachments={0: file(b"data")}, submit=True)
    mailbox = ann.database.mailbox
    keeper = town.server
    for table in TABLES:
        where = f"FROM mapix.{table} WHERE mailbox = {mailbox}"
        assert keeper.execute(f"SELECT count(*) {where}", database=town.database)[0][0] > 0, table
    with town.connect(role) as other:
        for chosen in ("0", str(mailbox)):
            other.execute(f"SET mapix.mailbox = '{chosen}'")
            for inside in ("no", "yes") if role == "bob" else ("no",):
                other.execute(f"SET mapix.inside = '{inside}'")
                for table in TABLES:
                    rows = other.execute(f"SELECT mailbox FROM {table} WHERE mailbox = {mailbox}").fetchall()
                    assert rows == [], table
                    changed = other.execute(f"UPDATE {table} SET mailbox = mailbox WHERE mailbox = {mailbox}").rowcount
                    assert changed == 0, table
                    assert other.execute(f"DELETE FROM {table} WHERE mailbox = {mailbox}").rowcount == 0, table
        for sql in (
            f"INSERT INTO folder (mailbox, id, name, name_key, folder_type, creation_time, modification_time)"
            f" VALUES ({mailbox}, 999999, 'x', 'x', 1, 0, 0)",
            f"INSERT INTO change VALUES ({mailbox}, 99, 0, 0, 0, 0, 0, 0, 0)",
            "SELECT share_mailbox('bob', true)",
            "SELECT take_address('x', 'x')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(sql)
        if role == "bob":
            for table in ("access", "mailbox"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    other.execute(f"SELECT * FROM {table}")
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    other.execute(f"DELETE FROM {table}")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(f"SELECT give_away(1, 1, {mailbox}, 0)")
    assert len(ann.messages(ann.root)) == 1


def test_a_mailbox_is_opened_to_others_and_closed_again(town: Town, ann: PostgreSqlBackend) -> None:
    number = save(ann).number
    ann.share("bob", on=True)
    shared = open_named(town.place("bob"), "ann")
    assert shared.messages(shared.root) == [number]
    save(shared)
    assert len(ann.messages(ann.root)) == 2
    with pytest.raises(NoAccess):
        shared.share("cy", on=True)
    ann.share("bob", on=False)
    assert shared.messages(shared.root) == []
    shared.close()
    with pytest.raises(NoAccess):
        open_named(town.place("bob"), "ann")


def test_who_is_a_member_of_the_owning_role_reaches_its_mailbox(town: Town) -> None:
    group = f"{town.database}_sales"
    town.server.execute(f"CREATE ROLE {group} LOGIN", f"GRANT {group} TO cy")
    town.open(group, None, "sales").close()
    reached = open_named(town.place("cy"), "SALES")
    save(reached)
    reached.close()
    with pytest.raises(NoAccess):
        open_named(town.place("bob"), "sales")


def test_an_address_stays_with_the_first_mailbox_that_has_it(
    town: Town, ann: PostgreSqlBackend, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        thief = town.open("bob", "ANN@home.example", "thief")
    assert "keeps going to another mailbox" in caplog.text
    found = ann.open_mailbox("ann@HOME.example")
    assert found is not None
    assert found.uid == ann.uid
    found.close()
    ann.set_owner(None)
    thief.set_owner("ann@home.example")
    found = thief.open_mailbox("ann@home.example")
    assert found is not None
    assert found.uid == thief.uid
    found.close()
    thief.close()
    assert ann.open_mailbox("nobody@home.example") is None


def full_message(ann: PostgreSqlBackend) -> MessageChanges:
    named = PropTag.of(
        ann.ids_from_names([PropertyName(SET, "budget")], create=True)[PropertyName(SET, "budget")], 0x1F
    )
    values = {
        tags.PR_SUBJECT: "hello",
        tags.PR_MESSAGE_CLASS: "IPM.Note",
        tags.PR_BODY: "dear Bob " * 20_000,
        tags.PR_MESSAGE_FLAGS: 0,
        named: "of a name",
    }
    return MessageChanges(values, recipients=people(3), attachments={0: file(b"d" * 300_000), 1: file(b"small")})


def test_mail_is_delivered_to_mailboxes_that_may_not_be_read(
    town: Town, ann: PostgreSqlBackend, bob: PostgreSqlBackend
) -> None:
    told: list[object] = []
    bob.listen(lambda changes: told.extend(change.event for change in changes))
    inbox = bob.create_folder(bob.root, "Inbox", {})
    bob.set_receive_folder("IPM.Note", inbox)
    bob.ids_from_names([PropertyName(SET, name) for name in ("others", "come", "first")], create=True)
    message = ann.new_message(ann.root, associated=False)
    message.apply(full_message(ann))
    content = read_content(as_store(ann).open_entry(as_store(ann).context.ids.message(message.number), Access.READ))

    for key in (b"first", b"first", b"second"):
        mailbox = ann.open_mailbox("BOB@home.example")
        assert mailbox is not None
        store = as_store(mailbox)
        assert deliver(store, content, key) is not None or key == b"first"
        store.close()

    numbers = bob.messages(inbox)
    assert len(numbers) == 2
    budget = PropTag.of(
        bob.ids_from_names([PropertyName(SET, "budget")], create=False)[PropertyName(SET, "budget")], 0x1F
    )
    for number in numbers:
        arrived = as_store(bob).open_entry(as_store(bob).context.ids.message(number), Access.READ)
        read = read_content(arrived)
        assert read.properties[tags.PR_SUBJECT] == "hello"
        assert arrived.get_prop(budget) == "of a name"
        assert len(recipient_rows(arrived)) == 3
        assert [one.properties[tags.PR_ATTACH_SIZE] > 4 for one in read.attachments] == [True, True]
        assert bob.message(number).load((tags.PR_BODY,))[0][tags.PR_BODY].size == 2 * 9 * 20_000
    assert bob.folder(inbox).load(None)[0][tags.PR_CONTENT_COUNT] == 2
    assert bob.folder(inbox).load(None)[0][tags.PR_CONTENT_UNREAD] == 2
    bob.poll()
    assert told.count(Event.NEW_MAIL) == 2
    blobs = "SELECT count(*) FROM mapix.blob WHERE mailbox = {}"
    (count,) = town.server.execute(blobs.format(bob.database.mailbox), database=town.database)[0]
    assert count == 2, "one copy of each large value"


def test_who_delivers_learns_nothing_of_the_other_mailbox(
    town: Town, ann: PostgreSqlBackend, bob: PostgreSqlBackend
) -> None:
    number = save(bob).number
    tray = ann.open_mailbox("bob@home.example")
    assert tray is not None
    assert tray.uid == bob.uid
    assert tray.messages(tray.root) == []
    assert tray.children(tray.root) == []
    with pytest.raises(NotFound):
        tray.message(number)
    with pytest.raises(NotFound):
        tray.folder(bob.root)
    assert tray.delete_messages([number]) == []
    with pytest.raises(MapiError):
        save(tray, folder=bob.root)
    tray.close()
    assert bob.messages(bob.root) == [number]


def test_a_delivery_that_fails_leaves_nothing_anywhere(ann: PostgreSqlBackend, bob: PostgreSqlBackend) -> None:
    tray = ann.open_mailbox("bob@home.example")
    assert tray is not None
    with undone(tray):
        assert tray.mark_delivered(b"key")
        save(tray)
    assert bob.messages(bob.root) == []
    assert tray.messages(tray.root) == []
    with tray.transaction():
        assert tray.mark_delivered(b"key")
        save(tray)
    assert len(bob.messages(bob.root)) == 1
    assert not tray.mark_delivered(b"key")
    tray.close()


HAND_OVER = "SELECT hand_over({}, 1, 2, 4, 5, 3, 0)"


def tray_of(bob: PostgreSqlBackend) -> int:
    """The mailbox from which Bob delivers to Ann, with what he delivered handed over."""
    delivering = bob.open_mailbox("ann@home.example")
    assert delivering is not None
    save(delivering)
    delivering.close()
    mailbox: int = delivering.database.mailbox
    return mailbox


def in_tray(town: Town, tray: int, number: int, *statements: str) -> psycopg.Connection:
    """Bob's own connection inside a transaction, with a message in his tray and what he does besides."""
    other = town.connect("bob")
    other.execute("BEGIN")
    other.execute(f"SET LOCAL mapix.mailbox = '{tray}'")
    other.execute(f"INSERT INTO message (id, folder, message_class_key) SELECT {number}, root, '' FROM store")
    for statement in statements:
        other.execute(statement)
    return other


@pytest.mark.parametrize("what", ["attachment", "message", "folder", "mailbox"])
def test_with_numbers_of_others_nothing_of_theirs_is_handed_over(
    town: Town, ann: PostgreSqlBackend, bob: PostgreSqlBackend, what: str
) -> None:
    mailbox = ann.database.mailbox
    message = save(ann, {tags.PR_BODY: "y" * 100_000}, attachments={0: file(b"secret" * 20_000)}).number
    tray = tray_of(bob)

    def rows() -> list[object]:
        wanted = (f"SELECT * FROM mapix.{table} WHERE mailbox = {mailbox}" for table in TABLES)
        return [sorted(town.server.execute(one, database=town.database), key=repr) for one in wanted]

    before = rows()
    its_attachment = f"SELECT id FROM mapix.attachment WHERE mailbox = {mailbox}"
    attachment = town.server.execute(its_attachment, database=town.database)
    taken = {"attachment": attachment[0][0], "message": message, "folder": ann.root, "mailbox": mailbox}[what]
    for target in (bob.database.mailbox, mailbox):
        with in_tray(town, tray, 7, f"INSERT INTO attachment (id, message, number) VALUES ({taken}, 7, 0)") as other:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(HAND_OVER.format(target))
            other.execute("ROLLBACK")
    assert rows() == before


def test_counts_of_others_are_not_led_astray(town: Town, ann: PostgreSqlBackend, bob: PostgreSqlBackend) -> None:
    inbox = ann.create_folder(ann.root, "Inbox", {})
    ann.set_receive_folder("", inbox)
    tray = tray_of(bob)
    lies = (
        f"SET LOCAL mapix.counted = '{inbox} '",
        f"SET LOCAL mapix.counts_{inbox} = '{{1000,1000,0}}'",
        "SET LOCAL mapix.inside = 'yes'",
    )
    with in_tray(town, tray, 7, *lies) as other:
        other.execute(HAND_OVER.format(ann.database.mailbox))
        for lie in lies:
            other.execute(lie)
        other.execute("COMMIT")
    with in_tray(town, tray, 9, lies[1]) as other:
        other.execute(HAND_OVER.format(ann.database.mailbox))
        other.execute("COMMIT")
    assert len(ann.messages(inbox)) == 3
    counts = ann.folder(inbox).load((tags.PR_CONTENT_COUNT, tags.PR_CONTENT_UNREAD))[0]
    assert counts == {tags.PR_CONTENT_COUNT: 3, tags.PR_CONTENT_UNREAD: 3}


def test_a_database_without_stores_says_who_makes_them(server: PostgreSql) -> None:
    server.role("newcomer")
    server.execute("CREATE DATABASE unprepared")
    with pytest.raises(NoAccess, match="open a store as the owner of the database once"):
        open_named(Place.of(server.dsn("newcomer", "unprepared")), "newcomer", create=True)
    open_named(Place.of(server.dsn(database="unprepared")), "keeper", create=True).close()
    open_named(Place.of(server.dsn("newcomer", "unprepared")), "newcomer", create=True).close()
