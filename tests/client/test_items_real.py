"""Items that other programs wrote: read as what they are, and edited with everything else as it was."""

import shutil
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import mapix
from mapix.client.items.base import Item
from mapix.client.items.fields import NO_DATE
from mapix.client.items.journal import JournalEntry
from mapix.formats.msg import MsgFile, content_of
from mapix.properties import named_tags as n
from mapix.properties import tags as t
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "msg"
KINDS = (mapix.Contact, mapix.DistributionList, mapix.Task, mapix.Note, mapix.Post, JournalEntry, mapix.Report)
FOLLOWS_SUBJECT = (t.PR_SUBJECT, t.PR_SUBJECT_PREFIX, t.PR_NORMALIZED_SUBJECT)
KEPT_BY_STORES = (t.PR_LAST_MODIFICATION_TIME, t.PR_MESSAGE_SIZE)
OF_TASKS = (n.PidLidTaskVersion, n.PidLidTaskLastUpdate)
"""A task counts its changes ([MS-OXOTASK] 2.2.2.2.10, 2.2.2.2.13)."""


@cache
def items() -> list[Path]:
    """The files of the public corpus that hold such items."""
    found = []
    for path in sorted(CORPUS.glob("*/*")) if CORPUS.is_dir() else []:
        try:
            with mapix.open(path) as message:
                found += [path] if isinstance(message, KINDS) else []
        except mapix.MapiError:
            continue
    return found


needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the public files are not here")


def values(path: Path) -> dict[PropTag | tuple[PropertyName, int], object]:
    """All properties, named ones by name."""
    with MsgFile.open(path) as file:
        content = content_of(file)
        return {
            (content.names[tag >> 16], tag.type) if tag >> 16 in content.names else tag: value
            for tag, value in content.properties.items()
        }


@needs_corpus
def test_every_field_of_real_items_can_be_read() -> None:
    kinds: Counter[str] = Counter()
    for path in items():
        with mapix.open(path) as item:
            kinds[type(item).__name__] += 1
            told = {name: getattr(item, name) for name in dir(type(item)) if not name.startswith("_")}
            assert told["subject"]
    assert kinds == {"Contact": 6, "Task": 6, "Note": 4, "DistributionList": 2, "Post": 1}


@needs_corpus
def test_checksums_of_real_lists_fit() -> None:
    """[MS-OXOCNTC] 2.2.2.2.3, as Outlook computes it."""
    lists = []
    for path in items():
        with mapix.open(path) as item:
            if isinstance(item, mapix.DistributionList):
                assert item.is_intact
                lists.append([(one.address, bool(one.stored)) for one in item.members])
    assert [("email@gmail.com", True), ("email@domain.com", True)] in lists


@needs_corpus
def test_a_new_subject_leaves_the_rest_of_real_items_as_it_was(tmp_path: Path) -> None:
    """IMS-12, for the typed face."""
    for number, path in enumerate(items()):
        copy = tmp_path / f"{number}.msg"
        shutil.copyfile(path, copy)
        before = values(copy)
        with mapix.open(copy, "r+") as item:
            assert isinstance(item, Item)
            item.subject = "Another"
            item.save()
        after = values(copy)
        skipped = {
            *FOLLOWS_SUBJECT,
            *KEPT_BY_STORES,
            t.PR_CONVERSATION_TOPIC,
            *((name, n.NAMED_TYPES[name][0]) for name in OF_TASKS),
        }
        assert {key: one for key, one in after.items() if key not in skipped} == {
            key: one for key, one in before.items() if key not in skipped
        }, path.name
        assert after[t.PR_SUBJECT] == "Another"


def test_a_day_in_the_year_4501_is_no_day(tmp_path: Path) -> None:
    """[MS-OXOTASK] 2.2.2.2.5: what Outlook writes for none."""
    task = mapix.Task(subject="x")
    task.set_named(n.PidLidTaskDueDate, 0x40, NO_DATE)
    assert task.due is None
    contact = mapix.Contact(birthday=date(1980, 1, 1))
    contact.set_named(n.PidLidBirthdayLocal, 0x40, NO_DATE)
    contact.set(t.PR_BIRTHDAY, NO_DATE)
    assert contact.birthday is None


def test_saving_what_nobody_changed_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.msg"
    for made in (
        mapix.Contact(given_name="Ann", emails=["ann@example.org"]),
        mapix.Task(subject="x"),
        mapix.Note("x"),
        mapix.DistributionList("x", members=["ann@example.org"]),
        mapix.JournalEntry(subject="x"),
    ):
        made.save(path)
        before = values(path)
        with mapix.open(path, "r+") as item:
            item.save()
        after = values(path)
        assert {key: one for key, one in after.items() if key not in KEPT_BY_STORES} == {
            key: one for key, one in before.items() if key not in KEPT_BY_STORES
        }
