"""Tasks, sticky notes, journal entries, posts and reports."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import mapix
from mapix import TaskStatus
from mapix.client.items.classes import kind_of
from mapix.client.items.recurrence import Recurrence
from mapix.properties import named_tags as n
from mapix.properties.errors import InvalidParameter, NoAccess
from mapix.properties.named import PropertyName


def named(message: mapix.Message, name: PropertyName) -> object:
    """A named property in MAPI's form."""
    return message.get_named(name, n.NAMED_TYPES[name][0])


def saved(item: mapix.Message, path: Path) -> mapix.Message:
    item.save(path / "item.msg")
    return mapix.open(path / "item.msg")


# tasks


def state(task: mapix.Task) -> tuple[TaskStatus, float | None, bool | None, bool]:
    return task.status, task.percent_complete, task.complete, task.completed is not None


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({}, (TaskStatus.NOT_STARTED, 0.0, False, False)),
        ({"percent_complete": 0.25}, (TaskStatus.IN_PROGRESS, 0.25, False, False)),
        ({"percent_complete": 1.0}, (TaskStatus.COMPLETE, 1.0, True, True)),
        ({"complete": True}, (TaskStatus.COMPLETE, 1.0, True, True)),
        ({"status": TaskStatus.COMPLETE}, (TaskStatus.COMPLETE, 1.0, True, True)),
        ({"completed": date(2026, 1, 1)}, (TaskStatus.COMPLETE, 1.0, True, True)),
        ({"status": TaskStatus.WAITING, "percent_complete": 0.5}, (TaskStatus.WAITING, 0.5, False, False)),
        ({"status": TaskStatus.NOT_STARTED, "percent_complete": 0.5}, (TaskStatus.NOT_STARTED, 0.0, False, False)),
    ],
)
def test_status_share_and_completion_of_a_task_agree(
    told: dict[str, object], wanted: tuple[object, ...], tmp_path: Path
) -> None:
    """[MS-OXOTASK] 2.2.2.2.2, 2.2.2.2.9, 2.2.2.2.20: each is required by the others."""
    task = saved(mapix.Task(subject="Report", **told), tmp_path)
    assert isinstance(task, mapix.Task)
    assert state(task) == wanted


def test_a_task_is_done_and_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "task.msg"
    mapix.Task(subject="Report", percent_complete=0.5).save(path)
    with mapix.open(path, "r+") as task:
        assert isinstance(task, mapix.Task)
        task.complete = True
        task.save()
        assert state(task) == (TaskStatus.COMPLETE, 1.0, True, True)
        task.status = TaskStatus.DEFERRED
        task.save()
        assert state(task) == (TaskStatus.DEFERRED, 0.0, False, False)
        task.percent_complete = 0.75
        task.save()
        assert (task.status, task.percent_complete, task.version) == (TaskStatus.DEFERRED, 0.75, 4)
        task.completed = date(2026, 2, 3)
        task.save()
    with mapix.open(path) as task:
        assert isinstance(task, mapix.Task)
        assert (task.completed, task.complete) == (date(2026, 2, 3), True)


def test_the_days_of_a_task_have_no_time_zone(tmp_path: Path) -> None:
    """[MS-OXOTASK] 2.2.2.2.4, 2.2.2.2.5: midnight; the same day in this time zone for who sorts by it."""
    task = saved(mapix.Task(subject="x", start=date(2026, 3, 1), due=date(2026, 3, 31)), tmp_path)
    assert isinstance(task, mapix.Task)
    assert (task.start, task.due) == (date(2026, 3, 1), date(2026, 3, 31))
    assert named(task, n.PidLidTaskDueDate) % 864_000_000_000 == 0
    begins = mapix.Message.delivered.from_mapi(named(task, n.PidLidCommonStart))
    assert begins.astimezone().replace(tzinfo=None) == datetime(2026, 3, 1)


def test_work_is_told_in_minutes_and_a_reminder_in_four_properties(tmp_path: Path) -> None:
    when = datetime(2026, 3, 30, 9, tzinfo=UTC)
    task = saved(mapix.Task(subject="x", estimated=timedelta(hours=2), owner="Ann", reminder=when), tmp_path)
    assert isinstance(task, mapix.Task)
    assert (task.estimated, task.actual, task.owner, task.reminder) == (timedelta(hours=2), timedelta(0), "Ann", when)
    assert (task.reminder_set, task.reminder_signal, task.reminder_minutes) == (True, when, 0)
    with mapix.open(tmp_path / "item.msg", "r+") as edited:
        assert isinstance(edited, mapix.Task)
        edited.reminder = None
        edited.save()
        assert (edited.reminder, edited.reminder_set, edited.reminder_time) == (None, False, None)


def test_a_task_recurs(tmp_path: Path) -> None:
    """[MS-OXOTASK] 2.2.2.2.15: the pattern alone, counted from the first day, whatever the order of the fields."""
    weekly = Recurrence.weekly(on=["MO"], count=3)
    task = saved(mapix.Task(subject="x", recurrence=weekly, start=date(2026, 3, 2)), tmp_path)
    assert isinstance(task, mapix.Task)
    assert str(task.recurrence) == "weekly on MO, 3 times"
    assert task.recurrence is not None
    assert list(task.recurrence.days(date(2026, 3, 2))) == [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]
    assert (task["PR_ICON_INDEX"], named(task, n.PidLidTaskFRecurring)) == (0x501, True)
    with mapix.open(tmp_path / "item.msg", "r+") as edited:
        assert isinstance(edited, mapix.Task)
        edited.recurrence = None
        edited.save()
        assert (edited.recurrence, edited["PR_ICON_INDEX"]) == (None, 0x500)


def test_what_is_no_day_no_span_and_no_status_is_refused() -> None:
    for told in ({"due": datetime(2026, 1, 1)}, {"estimated": 5}, {"status": 9}, {"reminder": "soon"}):
        with pytest.raises(InvalidParameter):
            mapix.Task(subject="x", **told)


def test_a_task_counts_its_changes_where_they_were_counted_before(tmp_path: Path) -> None:
    """[MS-OXOTASK] 2.2.2.2.10, 2.2.2.2.13."""
    mapix.Task(subject="x").save(tmp_path / "ours.msg")
    other = mapix.Message(subject="x")
    other.message_class = "IPM.Task"
    other.save(tmp_path / "bare.msg")
    for name, versions in (("ours.msg", [1, 2]), ("bare.msg", [None, None])):
        for version in versions:
            with mapix.open(tmp_path / name, "r+") as task:
                assert isinstance(task, mapix.Task)
                assert (task.version, task.get_named(n.PidLidTaskLastUpdate, 0x40) is None) == (version, not version)
                task.subject = "y"
                task.save()


def test_private_items_say_so_twice(tmp_path: Path) -> None:
    """[MS-OXCMSG] 2.2.1.15: PidLidPrivate follows from the sensitivity."""
    assert named(saved(mapix.Task(subject="x", sensitivity=2), tmp_path), n.PidLidPrivate) is True
    assert named(saved(mapix.Task(subject="x"), tmp_path), n.PidLidPrivate) is False


# notes, journal entries, posts


def test_a_note_is_called_by_its_first_line_and_its_icon_by_its_colour(tmp_path: Path) -> None:
    note = saved(mapix.Note("\nMilk\neggs", color="blue", left=5, width=300), tmp_path)
    assert isinstance(note, mapix.Note)
    assert (note.subject, note.text, note.color) == ("Milk", "\nMilk\neggs", "blue")
    assert (note["PR_ICON_INDEX"], note.left, note.width) == (0x300, 5, 300)
    with mapix.open(tmp_path / "item.msg", "r+") as edited:
        assert isinstance(edited, mapix.Note)
        edited.text, edited.color = "Bread", "pink"
        edited.save()
        assert (edited.subject, edited["PR_ICON_INDEX"]) == ("Bread", 0x302)


def test_a_note_without_colour_is_yellow_and_others_do_not_exist(tmp_path: Path) -> None:
    assert mapix.Note("x").color == "yellow"
    assert mapix.Note().text is None
    with pytest.raises(InvalidParameter, match="blue, green"):
        mapix.Note("x", color="black")
    note = mapix.Note("x")
    note.set_named(n.PidLidNoteColor, 3, 99)
    assert note.color == "yellow"


def test_a_journal_entry_has_its_end_or_its_duration_from_the_other(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, 9, tzinfo=UTC)
    entry = saved(mapix.JournalEntry(subject="x", start=start, duration=timedelta(minutes=20)), tmp_path)
    assert isinstance(entry, mapix.JournalEntry)
    assert entry.end == start + timedelta(minutes=20)
    entry = saved(mapix.JournalEntry(subject="x", start=start, end=start + timedelta(hours=1), type="Note"), tmp_path)
    assert isinstance(entry, mapix.JournalEntry)
    assert (entry.duration, entry["PR_ICON_INDEX"]) == (timedelta(hours=1), 0x608)


def test_a_post_has_an_author_and_no_recipients(tmp_path: Path) -> None:
    post = saved(mapix.Post(subject="Parking", text="Not here.", sender="Ann <ann@example.org>"), tmp_path)
    assert (post.sender, post.recipients, post["PR_SENDER_SMTP_ADDRESS"]) == (
        "Ann <ann@example.org>",
        [],
        "ann@example.org",
    )
    assert (post.message_id or "").endswith("@example.org>")


# reports


def mail() -> mapix.Message:
    return mapix.Message(subject="Q3", text="Hello", to=["Bob <bob@example.org>"], sender="Ann <ann@example.org>")


def test_a_nondelivery_report_says_why_and_carries_the_message(tmp_path: Path) -> None:
    """RP-007, RP-008, RP-009, RP-011."""
    when = datetime(2026, 1, 2, tzinfo=UTC)
    reasons = {
        "Bob <bob@example.org>": "550 5.1.1 no such user",
        "cay@example.org": "gone",
        "dan@example.org": "5.2.2 full",
    }
    report = saved(mapix.Report.failed(mail(), reasons, at=when), tmp_path)
    assert isinstance(report, mapix.Report)
    assert (report.kind, report.subject, report.reported_at) == ("NDR", "Undeliverable: Q3", when)
    bob, cay, dan = report.reported
    assert (bob.name, bob.address, bob.text) == ("Bob", "bob@example.org", "550 5.1.1 no such user")
    assert (bob.reason, bob.diagnostic, bob.status) == (0, 0, 511)
    assert (cay.diagnostic, cay.status, cay.text) == (-1, None, "gone")
    assert (dan.diagnostic, dan.status) == (4, 522)
    assert report.original is not None
    assert (report.original.subject, report.original_subject, report.original_to) == ("Q3", "Q3", "Bob")
    assert report.original_class == "IPM.Note"
    assert b"Status: 5.1.1" in report.to_mime()


def test_a_delivery_report_says_when(tmp_path: Path) -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    report = saved(mapix.Report.delivered_to(mail(), ["bob@example.org"], at=when), tmp_path)
    assert isinstance(report, mapix.Report)
    assert [(one.address, one.delivered) for one in report.reported] == [("bob@example.org", when)]
    assert (report.kind, report.original) == ("DR", None)


def test_receipts_say_who_has_read_it_and_who_has_not(tmp_path: Path) -> None:
    """RP-001, RP-010: as those that a store makes; they go to who sent the message."""
    for make, kind, about in (
        (mapix.Report.read, "IPNRN", "Read: Q3"),
        (mapix.Report.not_read, "IPNNRN", "Not read: Q3"),
    ):
        receipt = saved(make(mail(), "Bob <bob@example.org>"), tmp_path)
        assert isinstance(receipt, mapix.Report)
        assert (receipt.kind, receipt.subject, receipt.sender) == (kind, about, "Bob <bob@example.org>")
        assert [str(one) for one in receipt.recipients] == ["Ann <ann@example.org>"]
        assert [one.address for one in receipt.reported] == ["bob@example.org"]


# all of them


@pytest.mark.parametrize(
    ("message_class", "name"),
    [
        ("IPM.Contact", "Contact"),
        ("ipm.contact.Special", "Contact"),
        ("IPM.DistList", "DistributionList"),
        ("IPM.Task", "Task"),
        ("IPM.StickyNote", "Note"),
        ("IPM.Activity", "JournalEntry"),
        ("IPM.Post.Rss", "Post"),
        ("REPORT.IPM.Note.NDR", "Report"),
        ("IPM.Contacts", "Message"),
        ("IPM.Note", "Message"),
        ("", "Message"),
        (None, "Message"),
    ],
)
def test_a_message_class_leads_to_a_class(message_class: str | None, name: str) -> None:
    """M-002: case aside, and what begins with it is of its kind."""
    assert kind_of(message_class).__name__ == name


def test_items_of_a_file_that_is_read_cannot_be_changed(tmp_path: Path) -> None:
    note = saved(mapix.Note("x"), tmp_path)
    for name, value in (("width", 1), ("text", "y"), ("categories", ["A"])):
        with pytest.raises(NoAccess):
            setattr(note, name, value)


def test_copies_of_items_in_files_go_into_folders(tmp_path: Path, folder: mapix.Folder) -> None:
    """Through `add`, and `import_file`; named properties find their identifiers in the store (P-179)."""
    mapix.Note("x", color="green").save(tmp_path / "note.msg")
    added = folder.messages.add(mapix.open(tmp_path / "note.msg"))
    imported = folder.messages.import_file(tmp_path / "note.msg")
    for note in (added, imported):
        assert isinstance(note, mapix.Note)
        assert note.color == "green"
    assert len(folder.messages) == 2


def test_the_message_of_a_file_that_is_read_stays_in_its_file(tmp_path: Path, folder: mapix.Folder) -> None:
    note = saved(mapix.Note("x"), tmp_path)
    with pytest.raises(NoAccess, match="stays"):
        note.save(folder)
    note.save(tmp_path / "copy.msg")
    with mapix.open(tmp_path / "copy.msg", "r+") as copy:
        copy.save(folder)
    assert [one.subject for one in folder.messages] == ["x"]


def test_what_was_changed_goes_along_when_an_item_is_saved_elsewhere(tmp_path: Path) -> None:
    mapix.Contact(given_name="Ann").save(tmp_path / "a.msg")
    with mapix.open(tmp_path / "a.msg", "r+") as contact:
        assert isinstance(contact, mapix.Contact)
        contact.surname = "Archer"
        contact.save_as(tmp_path / "b.msg")
    with mapix.open(tmp_path / "b.msg") as found, mapix.open(tmp_path / "a.msg") as old:
        assert isinstance(found, mapix.Contact)
        assert (found.file_as, found.display_name, old.subject) == ("Archer, Ann", "Ann Archer", "Ann")
