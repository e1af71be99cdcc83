"""Messages and folders are listed, found, arranged, shown to the last property and changed, each by its own process."""

import json
import subprocess
from pathlib import Path

import pytest

from mapix.cli.errors import Exit

from .conftest import Mapix


@pytest.fixture
def ann(mapix: Mapix) -> Mapix:
    """A home with Ann's profile and three messages in her Inbox, the newest last."""
    mapix.init()
    for subject, text in (("Budget 2026", "first"), ("Minutes", "the budget again"), ("Report", "x" * 5000)):
        mapix("send", "--to", "ann@example.org", "--subject", subject, "--text", text, "--wait")
    return mapix


def subjects(mapix: Mapix, *options: str) -> list[str]:
    """The subjects a list shows."""
    return [message["subject"] for message in mapix.json("ls", *options)["messages"]]


def test_a_list_shows_only_what_satisfies_a_condition(ann: Mapix) -> None:
    assert subjects(ann, "--where", "subject ~ budget") == ["Budget 2026"]
    assert subjects(ann, "--where", "body ~ budget or size > 4KB") == ["Report", "Minutes"]


def test_a_wrong_condition_says_where_it_is_wrong(ann: Mapix) -> None:
    text = ann("ls", "--where", "subject ~~ x", code=Exit.FAILED).stderr
    assert "MAPI_E_INVALID_PARAMETER" in text
    assert "column" in text


def test_a_list_is_sorted_and_goes_on_after_a_message(ann: Mapix) -> None:
    assert subjects(ann, "--sort", "subject") == ["Budget 2026", "Minutes", "Report"]
    assert subjects(ann, "--sort=-subject") == ["Report", "Minutes", "Budget 2026"]
    first = ann.json("ls", "--sort", "subject", "--limit", "1")["messages"][0]["id"]
    assert subjects(ann, "--sort", "subject", "--after", first) == ["Minutes", "Report"]


def test_a_list_shows_the_columns_that_are_asked_for(ann: Mapix) -> None:
    document = ann.json("ls", "--columns", "subject,size,PR_MESSAGE_CLASS", "--sort", "subject")
    row = document["messages"][0]
    assert row["subject"] == "Budget 2026"
    assert row["PR_MESSAGE_CLASS"] == "IPM.Note"
    assert isinstance(row["size"], int)
    line = ann("ls", "--columns", "subject,received", "--limit", "1").stdout.rstrip("\n").split("\t")
    assert line[1] == "Report"
    assert len(line) == 3


def test_words_are_found_in_every_folder(ann: Mapix) -> None:
    ann("mkdir", "Archive")
    ann("mv", "inbox#1", "Archive")
    found = ann.json("search", "budget")["messages"]
    assert {(each["folder"], each["subject"]) for each in found if each["folder"] != "Sent Items"} == {
        ("Inbox", "Budget 2026"),
        ("Inbox", "Minutes"),
    }
    assert [each["folder"] for each in ann.json("search", "xxx", "--in", "Archive")["messages"]] == ["Archive"]


def test_folders_are_made_with_those_above(ann: Mapix) -> None:
    ann("mkdir", "Archive/2026", code=Exit.NOT_FOUND)
    ann("mkdir", "-p", "Archive/2026", "Archive/2027")
    paths = {each["path"] for each in ann.json("folders")["folders"]}
    assert paths >= {"Archive", "Archive/2026", "Archive/2027"}
    ann("mkdir", "-p", "Archive/2026")
    assert "MAPI_E_COLLISION" in ann("mkdir", "Archive", code=Exit.FAILED).stderr


def test_messages_are_moved_and_copied(ann: Mapix) -> None:
    ann("mkdir", "Archive")
    assert "moved 1 message to Archive" in ann("mv", "inbox#1", "Archive").stderr
    assert "copied 2 messages to Archive" in ann("cp", "inbox", "Archive", "--where", "received > 2020-01-01").stderr
    assert subjects(ann) == ["Minutes", "Budget 2026"]
    assert subjects(ann, "Archive", "--sort", "subject") == ["Budget 2026", "Minutes", "Report"]


def test_folders_are_moved_renamed_and_copied_with_what_is_in_them(ann: Mapix) -> None:
    ann("mkdir", "-p", "Archive/2026", "Elsewhere")
    ann("mv", "inbox#1", "Archive/2026")
    ann("mv", "Archive/2026", "Elsewhere")
    assert subjects(ann, "Elsewhere/2026") == ["Report"]
    ann("cp", "Elsewhere/2026", "Elsewhere/2027")
    assert subjects(ann, "Elsewhere/2027") == subjects(ann, "Elsewhere/2026")
    assert "MAPI_E_FOLDER_CYCLE" in ann("mv", "Elsewhere", "Elsewhere/2027", code=Exit.FAILED).stderr


def test_every_property_is_shown_with_its_name_and_meaning(ann: Mapix) -> None:
    lines = [line.split("\t") for line in ann("props", "inbox#1").stdout.splitlines()]
    shown = {line[1]: line[3] for line in lines}
    assert shown["PR_SUBJECT"] == "Report"
    assert shown["PR_MESSAGE_FLAGS"].startswith("MSGFLAG_")
    assert shown["PR_MESSAGE_DELIVERY_TIME"].startswith("20")
    document = ann.json("props", "inbox#1", "--recipients")
    assert {each["name"]: each["value"] for each in document["recipients"][0]}["PR_EMAIL_ADDRESS"] == "ann@example.org"
    assert "PR_DISPLAY_NAME" in ann("props", "Inbox").stdout
    assert "PR_STORE_SUPPORT_MASK" in ann("props", "--store").stdout


def test_attachments_have_properties_too(ann: Mapix, tmp_path: Path) -> None:
    (tmp_path / "q3.csv").write_text("1;2\n")
    ann("send", "--to", "ann@example.org", "--text", "t", "--attach", tmp_path / "q3.csv", "--wait")
    shown = json.loads(ann("props", "inbox#1", "--attachment", "0", "--json").stdout)["properties"]
    assert {each["name"]: each["value"] for each in shown}["PR_ATTACH_LONG_FILENAME"] == "q3.csv"


def test_properties_are_set_and_removed(ann: Mapix) -> None:
    ann("set", "inbox#1", 'subject = "New"', "importance = high", 'PS_PUBLIC_STRINGS/Matter = "4711"')
    values = {each["name"]: each["value"] for each in ann.json("props", "inbox#1")["properties"]}
    assert values["PR_SUBJECT"] == "New"
    assert values["PR_IMPORTANCE"] == 2
    assert values["PS_PUBLIC_STRINGS/Matter"] == "4711"
    assert subjects(ann, "--where", 'PS_PUBLIC_STRINGS/Matter = "4711"') == ["New"]
    ann("set", "inbox#1", "--delete", "PS_PUBLIC_STRINGS/Matter")
    ann("props", "inbox#1", "PS_PUBLIC_STRINGS/Matter", code=Exit.NOT_FOUND)


def test_a_property_that_cannot_be_set_changes_nothing(ann: Mapix) -> None:
    ann("set", "inbox#1", 'subject = "New"', "PR_MESSAGE_SIZE = 1", code=Exit.FAILED)
    assert subjects(ann, "--limit", "1") == ["Report"]


def test_what_is_deleted_goes_to_deleted_items_and_comes_back(ann: Mapix) -> None:
    found = ann.json("ls", "--limit", "1")["messages"][0]["id"]
    assert "deleted 1 message" in ann("rm", found).stderr
    assert subjects(ann, "deleted") == ["Report"]
    ann("restore", found)
    assert subjects(ann, "--limit", "1") == ["Report"]
    ann("rm", "inbox", "--where", "subject ~ budget")
    ann("mkdir", "Archive")
    ann("restore", "deleted#1", "--to", "Archive")
    assert subjects(ann, "Archive") == ["Budget 2026"]


def test_folders_are_deleted_and_come_back(ann: Mapix) -> None:
    ann("mkdir", "-p", "Old/Older")
    ann("rm", "Old")
    assert {each["path"] for each in ann.json("folders")["folders"]} >= {"Deleted Items/Old/Older"}
    ann("restore", "Old")
    assert {each["path"] for each in ann.json("folders")["folders"]} >= {"Old/Older"}
    ann("rm", "--hard", "Old")
    ann("restore", "Old", code=Exit.NOT_FOUND)


def test_a_folder_is_watched_while_others_change_it(ann: Mapix) -> None:
    command = ann.command("watch", "inbox", "--count", "1", "--json")
    with subprocess.Popen(command, env=ann.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watcher:
        assert watcher.stderr is not None
        assert watcher.stdout is not None
        assert "watching Inbox" in watcher.stderr.readline()
        ann("send", "--to", "ann@example.org", "--subject", "News", "--text", "t", "--wait")
        event = json.loads(watcher.stdout.readline())
        assert event["event"] == "added"
        assert event["message"]["subject"] == "News"
        assert watcher.wait(60) == 0


def test_silence_ends_a_watch(ann: Mapix) -> None:
    assert ann("watch", "--for", "0.1").stdout == ""


def test_a_search_is_kept_as_a_folder_that_follows(ann: Mapix) -> None:
    ann("search", "budget", "--in", "inbox", "--save", "Money")
    path = next(each["path"] for each in ann.json("folders")["folders"] if each["path"].endswith("Money"))
    assert sorted(subjects(ann, path)) == ["Budget 2026", "Minutes"]
    ann("send", "--to", "ann@example.org", "--subject", "budget again", "--text", "t", "--wait")
    assert "budget again" in subjects(ann, path)


def test_a_store_tells_what_it_holds_and_gives_room_back(ann: Mapix) -> None:
    document = ann.json("store", "stats")
    assert document["messages"] == 6
    assert document["size"] > 0
    assert ann.json("store", "compact")["after"] > 0


def test_a_backup_is_a_store_and_replaces_nothing(ann: Mapix, tmp_path: Path) -> None:
    ann("store", "backup", tmp_path / "copy.mapix")
    assert "MAPI_E_COLLISION" in ann("store", "backup", tmp_path / "copy.mapix", code=Exit.FAILED).stderr
    ann("init", "--yes", "--profile", "Old", "--store", tmp_path / "copy.mapix")
    assert len(ann.json("ls", "--profile", "Old")["messages"]) == 3


def test_a_store_is_copied_with_counts_that_add_up(ann: Mapix) -> None:
    ann("init", "--yes", "--profile", "New", "--address", "new@example.org")
    counted = ann.json("store", "copy", "profile:New", "--profile", "Default")["messages"]
    assert counted == {"read": 6, "written": 6, "present": 0, "repaired": 0, "failed": 0}
    assert ann.json("store", "copy", "profile:New", "--profile", "Default")["messages"]["present"] == 6
    assert subjects(ann, "--profile", "New", "--sort", "subject") == ["Budget 2026", "Minutes", "Report"]
    ann("store", "copy", "Nowhere", code=Exit.NOT_FOUND)
    assert "into itself" in ann("store", "copy", "profile:New", code=Exit.FAILED).stderr


def test_a_damaged_store_is_salvaged_beside_itself(ann: Mapix, tmp_path: Path) -> None:
    ann("store", "backup", tmp_path / "mail.mapix")
    before = (tmp_path / "mail.mapix").read_bytes()
    document = json.loads(ann("store", "salvage", tmp_path / "mail.mapix", "--json").stdout)
    assert document["counts"]["message"] == {"found": 6, "rescued": 6, "lost": 0}
    assert document["lost"] == []
    assert (tmp_path / "mail.mapix").read_bytes() == before


def test_folders_that_a_store_needs_are_neither_removed_nor_moved(ann: Mapix) -> None:
    ann("mkdir", "Old")
    for name in ("Inbox", "sent", "Deleted Items", "Outbox"):
        refused = ann("rm", "Old", name, code=Exit.LOGON).stderr
        assert "--where everything" in refused
    assert "the store needs this folder" in ann("mv", "inbox", "Old", code=Exit.LOGON).stderr
    assert "Old" in ann("folders").stdout
    assert "deleted 3 messages" in ann("rm", "Inbox", "--where", "everything").stderr
    ann("mv", "Inbox", "Post")
    assert subjects(ann, "deleted", "--sort", "subject") == ["Budget 2026", "Minutes", "Report"]


def test_what_follows_a_message_is_asked_by_its_place_too(ann: Mapix) -> None:
    assert subjects(ann, "--after", "inbox#1") == ["Minutes", "Budget 2026"]
    missing = ann("ls", "--after", "999999", code=Exit.NOT_FOUND).stderr
    assert "no such message to go on after" in missing
    assert "parse_where" not in missing


def test_a_folder_without_one_above_says_how_to_make_both(ann: Mapix) -> None:
    assert "-p" in ann("mkdir", "Projects/2026", code=Exit.NOT_FOUND).stderr
    assert "--save 'Money'" in ann("mkdir", "-p", "search/Money", code=Exit.FAILED).stderr


def test_what_is_found_is_named_by_its_whole_path_and_not_cut_off_silently(ann: Mapix) -> None:
    ann("mkdir", "-p", "Archive/2026")
    ann("mv", "inbox", "Archive/2026", "--where", "everything")
    found = ann.json("search", "--where", "everything", "--in", "Archive/2026")["messages"]
    assert {message["folder"] for message in found} == {"Archive/2026"}
    assert "there are more" in ann("search", "--where", "everything", "--in", "Archive", "--limit", "2").stderr
    assert "there are more" not in ann("search", "--where", "everything", "--in", "Archive", "--limit", "3").stderr
    ann("search", "budget", "--save", "Money")
    assert ann.json("search", "budget", "--in", "search/Money")["messages"][0]["folder"] == "search/Money"


def test_single_properties_of_the_store_are_shown(ann: Mapix) -> None:
    assert "STORE_SEARCH_OK" in ann("props", "--store", "PR_STORE_SUPPORT_MASK").stdout
