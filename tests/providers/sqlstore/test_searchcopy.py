"""Search folders arrive in copies of stores, whatever kinds both are, and find there what they found before."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.copying.storecopy import copy_store
from mapix.objects.folders.ipmtree import special_folders, validate_ipm_subtree
from mapix.properties import flags
from mapix.properties import tags as t
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.restriction import And, Comment, Content, Exist, Fuzzy, Not, Or, Property, Relop, Restriction, Sub
from mapix.properties.tag import PropTag, PropType
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.testing.builders import a_folder
from mapix.testing.support import BenchSupport

KINDS = ("memory", "sqlite", "postgresql")
URGENT = Property(Relop.EQ, t.PR_IMPORTANCE, 2)
KEYWORDS = PropertyName(PS_PUBLIC_STRINGS, "Keywords")

Make = Callable[[str], MsgStore]


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes stores of a kind, with their special folders."""
    made: list[Any] = []

    def make_one(kind: str) -> MsgStore:
        name = os.urandom(4).hex()
        settings: dict[str, Any] = {"name": name}
        if kind == "postgresql":
            settings = {"dsn": request.getfixturevalue("server").dsn(), "mailbox": name}
        elif kind == "sqlite":
            settings = {"path": str(tmp_path / f"{name}.mapix")}
        provider = MemoryStoreProvider() if kind == "memory" else SqlStoreProvider()
        support = BenchSupport(settings, home=tmp_path)
        store = provider.logon(support, entry_id=None, access=Access.MODIFY).store
        validate_ipm_subtree(store, full=True)
        made.append(store)
        return store

    yield make_one
    for store in made:
        store.close()


def folder(of: MsgStore, entry_id: bytes | None = None) -> MapiFolder:
    opened = of.open_entry(entry_id, Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


def inbox_of(store: MsgStore) -> MapiFolder:
    return folder(store, special_folders(store)["Inbox"])


def save(into: MapiFolder, subject: str, values: dict[PropTag, Any] | None = None, to: str = "") -> bytes:
    message = into.create_message()
    message.set_props({t.PR_SUBJECT: subject, t.PR_MESSAGE_CLASS: "IPM.Note"} | (values or {}))
    if to:
        row = {t.PR_DISPLAY_NAME: to, t.PR_EMAIL_ADDRESS: f"{to}@home.example", t.PR_RECIPIENT_TYPE: 1}
        message.modify_recipients(ModifyRecipients.ADD, [row])
    message.save_changes(Keep.READONLY)
    entry_id = message.get_prop(t.PR_ENTRYID)
    assert isinstance(entry_id, bytes)
    return entry_id


def entry_id_of(of: MapiFolder) -> bytes:
    entry_id = of.get_prop(t.PR_ENTRYID)
    assert isinstance(entry_id, bytes)
    return entry_id


def searcher(store: MsgStore, name: str, restriction: Restriction, scope: list[MapiFolder], how: int) -> MapiFolder:
    found = a_folder(store, "").create_folder(name, kind=flags.FOLDER_SEARCH)
    found.set_search_criteria(restriction, [entry_id_of(one) for one in scope], how)
    return found


def found(store: MsgStore, name: str) -> list[str]:
    rows = query_all_rows(named(store, name).get_contents_table(), (t.PR_SUBJECT,))
    return sorted(subject for (subject,) in rows)


def named(store: MsgStore, name: str) -> MapiFolder:
    """The folder of a name below the root."""
    rows = query_all_rows(folder(store).get_hierarchy_table(), (t.PR_ENTRYID, t.PR_DISPLAY_NAME))
    return next(folder(store, entry_id) for entry_id, its_name in rows if its_name == name)


def says_so(report: Any) -> None:
    """The counts add up."""
    for tally in (report.folders, report.messages):
        assert tally.read == tally.written + tally.present + tally.failed


@pytest.mark.parametrize(("one", "other"), list(product(KINDS, KINDS)))
def test_a_search_folder_arrives_and_finds_the_same(make: Make, one: str, other: str) -> None:
    """F-040, F-042, F-043."""
    source, target = make(one), make(other)
    inbox = inbox_of(source)
    inner = inbox.create_folder("Project")
    save(inbox, "Urgent", {t.PR_IMPORTANCE: 2})
    save(inner, "Urgent below", {t.PR_IMPORTANCE: 2})
    save(inner, "Calm")
    searcher(source, "Deep", URGENT, [inbox], flags.RECURSIVE_SEARCH)
    searcher(source, "Shallow", URGENT, [inbox], flags.SHALLOW_SEARCH | flags.FOREGROUND_SEARCH)
    report = copy_store(source, target)
    says_so(report)
    assert report.complete
    assert found(target, "Deep") == found(source, "Deep") == ["Urgent", "Urgent below"]
    assert found(target, "Shallow") == found(source, "Shallow") == ["Urgent"]
    for name in ("Deep", "Shallow"):
        mine, theirs = (named(store, name).get_search_criteria() for store in (source, target))
        assert (theirs.restriction, theirs.state) == (mine.restriction, mine.state)
        assert theirs.folders == (entry_id_of(inbox_of(target)),)
    save(inbox_of(target), "Urgent and new", {t.PR_IMPORTANCE: 2})
    assert found(target, "Shallow") == ["Urgent", "Urgent and new"]
    again = copy_store(source, target)
    says_so(again)
    assert again.complete
    assert (again.folders.written, again.folders.repaired) == (0, 0)


@pytest.mark.parametrize("other", KINDS)
def test_what_conditions_name_is_named_as_the_copy_names_it(make: Make, other: str) -> None:
    """P-179, R-014, R-015."""
    source, target = make("sqlite"), make(other)
    target.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, f"Other {n}") for n in range(3)], create=True)
    number = source.get_ids_from_names([KEYWORDS], create=True)[KEYWORDS]
    keywords = PropTag.of(number, PropType.MV_UNICODE)
    inbox = inbox_of(source)
    first = save(inbox, "First", {keywords: ("red", "blue")}, to="Ann")
    save(inbox, "Second", {keywords: ("green",)}, to="Bob")
    red = Property(Relop.EQ, keywords, "red")
    ann = Sub(t.PR_MESSAGE_RECIPIENTS, Content(t.PR_DISPLAY_NAME, "ann", Fuzzy.PREFIX | Fuzzy.IGNORECASE))
    place = Property(Relop.EQ, t.PR_PARENT_ENTRYID, entry_id_of(inbox))
    itself = Property(Relop.EQ, t.PR_ENTRYID, first)
    here = Property(Relop.EQ, t.PR_STORE_ENTRYID, source.get_prop(t.PR_STORE_ENTRYID))
    noted = Comment(here, ((t.PR_ENTRYID, first), (PropTag.of(number, PropType.UNICODE), "note")))
    everything = And((red, ann, place, itself, noted, Not(Or((Exist(t.PR_BODY_HTML), Not(red))))))
    searcher(source, "Named", everything, [folder(source)], flags.RECURSIVE_SEARCH)
    report = copy_store(source, target)
    assert report.complete
    assert found(target, "Named") == found(source, "Named") == ["First"]
    criteria = named(target, "Named").get_search_criteria()
    ((arrived,),) = query_all_rows(named(target, "Named").get_contents_table(), (t.PR_ENTRYID,))
    theirs = target.get_ids_from_names([KEYWORDS])[KEYWORDS]
    assert theirs != number
    assert isinstance(criteria.restriction, And)
    note = criteria.restriction.children[4]
    assert isinstance(note, Comment)
    assert note.notes == ((t.PR_ENTRYID, arrived), (PropTag.of(theirs, PropType.UNICODE), "note"))


def test_a_search_that_stands_still_stands_still_in_the_copy(make: Make) -> None:
    """F-042, F-045."""
    source, target = make("sqlite"), make("sqlite")
    inbox = inbox_of(source)
    save(inbox, "Urgent", {t.PR_IMPORTANCE: 2})
    static = flags.STATIC_SEARCH | flags.FOREGROUND_SEARCH
    searcher(source, "Static", URGENT, [inbox], static)
    stopped = searcher(source, "Stopped", URGENT, [inbox], flags.FOREGROUND_SEARCH)
    stopped.set_search_criteria(None, None, flags.STOP_SEARCH)
    searcher(source, "Never", URGENT, [inbox], flags.STOP_SEARCH)
    searcher(source, "Never static", URGENT, [inbox], flags.STOP_SEARCH | static)
    assert copy_store(source, target).complete
    save(inbox_of(target), "Urgent and new", {t.PR_IMPORTANCE: 2})
    for name, subjects in {"Static": ["Urgent"], "Stopped": ["Urgent"], "Never": [], "Never static": []}.items():
        assert found(target, name) == found(source, name) == subjects
        states = {named(store, name).get_search_criteria().state for store in (source, target)}
        assert len(states) == 1


def test_a_search_folder_without_criteria_is_a_folder_all_the_same(make: Make) -> None:
    source, target = make("memory"), make("sqlite")
    made = a_folder(source, "").create_folder("Empty", kind=flags.FOLDER_SEARCH, comment="to come")
    report = copy_store(source, target)
    assert report.complete
    copied = named(target, "Empty")
    assert (copied.get_prop(t.PR_FOLDER_TYPE), copied.get_prop(t.PR_COMMENT)) == (flags.FOLDER_SEARCH, "to come")
    made.set_search_criteria(URGENT, [entry_id_of(inbox_of(source))], 0)
    again = copy_store(source, target)
    says_so(again)
    assert again.folders.written == 1
    assert copied.get_search_criteria().restriction == URGENT


def test_what_has_no_counterpart_is_told(make: Make) -> None:
    """A place to look in that did not arrive, a key that only its own store knows, a name that is taken."""
    source, target = make("sqlite"), make("memory")
    inbox, taken = inbox_of(source), a_folder(source, "").create_folder("Taken")
    key = Property(Relop.EQ, t.PR_RECORD_KEY, inbox.get_prop(t.PR_RECORD_KEY))
    a_folder(target, "").create_folder("Taken", kind=flags.FOLDER_SEARCH)
    a_folder(target, "").create_folder("In the way")
    searcher(source, "Half", URGENT, [inbox, taken], 0)
    searcher(source, "Nowhere", URGENT, [taken], 0)
    searcher(source, "Key", key, [inbox], 0)
    searcher(source, "In the way", URGENT, [inbox], 0)
    report = copy_store(source, target)
    says_so(report)
    assert {remark.folder for remark in report.failures} == {"/Taken", "/Nowhere", "/In the way"}
    assert {remark.folder: remark.reason for remark in report.repairs} == {
        "/Half": "1 of the 2 folders it looks in",
        "/Key": f"a condition names a key that only its store knows: {t.PR_RECORD_KEY!r}",
    }
    assert report.folders.repaired == 2
    assert not report.complete
