"""Whose files are whose: a profile that gets another name keeps its stores, and each service has its own."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.properties.tags import PR_COMMENT, PR_ENTRYID, PR_RESOURCE_PATH
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profilefile import from_text
from mapix.subsystem.profiles.transfer import export_profile, import_profile


@pytest.fixture
def stored(system: Subsystem, profile: str) -> str:
    """A profile with a store and an address book in files that no setting names."""
    admin = system.admin_profiles().admin_services(profile)
    admin.create_msg_service("MAPIXSTORE")
    admin.create_msg_service("CONTACTS")
    return profile


def mark(system: Subsystem, profile: str, comment: str | None = None) -> str | None:
    """What is noted at the store of a profile, before `comment` is noted there."""
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        session.open_address_book()
        (row,) = query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))
        store = session.open_msg_store(row[0])
        found: str | None = store.get_props([PR_COMMENT]).get(PR_COMMENT)
        if comment is not None:
            store.set_props({PR_COMMENT: comment})
            store.save_changes()
        return found


def kept(home: Path) -> list[str]:
    """The files of stores and address books."""
    folders = (home / "stores", home / "books")
    return sorted(path.name for each in folders for path in each.glob("*.mapix*") if path.suffix != ".mapix-turn")


def test_a_renamed_profile_keeps_its_store_and_its_address_book(system: Subsystem, stored: str, home: Path) -> None:
    """PRF-1: a name is a name; what a profile holds stays the same."""
    mark(system, stored, "Ann's")
    before = kept(home)
    system.admin_profiles().rename_profile(stored, "Job")
    system.admin_profiles().rename_profile("Job", "JOB")
    assert mark(system, "JOB") == "Ann's"
    assert kept(home) == before
    assert system.profiles.load("job").files_name == "Work"


def test_a_profile_renamed_with_its_last_session_keeps_its_store(system: Subsystem, stored: str, home: Path) -> None:
    """PRF-6."""
    mark(system, stored, "Ann's")
    before = kept(home)
    with system.logon(stored, flags=MAPI_NEW_SESSION):
        system.admin_profiles().rename_profile(stored, "Job")
    assert mark(system, "Job") == "Ann's"
    assert kept(home) == before


def test_a_profile_under_the_former_name_has_files_of_its_own(system: Subsystem, stored: str) -> None:
    """PRF-5: a name may be used again, and nobody finds another's mail in it."""
    mark(system, stored, "Ann's")
    profiles = system.admin_profiles()
    profiles.rename_profile(stored, "Job")
    profiles.create_profile("work")
    profiles.admin_services("work").create_msg_service("MAPIXSTORE")
    assert mark(system, "work", "Bob's") is None
    profiles.rename_profile("work", "Hobby")
    profiles.copy_profile("Job", "Work")
    assert mark(system, "Work") is None
    assert (mark(system, "Job"), mark(system, "Hobby")) == ("Ann's", "Bob's")
    assert [system.profiles.load(name).files_name for name in ("Job", "Hobby", "Work")] == ["Work", "work 2", "Work 3"]


def test_the_former_name_again_is_that_of_the_files(system: Subsystem, stored: str, home: Path) -> None:
    profiles = system.admin_profiles()
    profiles.rename_profile(stored, "Job")
    profiles.rename_profile("Job", stored)
    assert "files" not in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")


def test_a_damaged_profile_keeps_the_name_of_its_files_taken(system: Subsystem, stored: str, home: Path) -> None:
    """PRF-8: its store is there when it has been repaired."""
    mark(system, stored, "Ann's")
    profiles = system.admin_profiles()
    profiles.rename_profile(stored, "Job")
    with (home / "profiles" / "Job.toml").open("a", encoding="utf-8") as file:
        file.write("[[service]\n")
    profiles.create_profile(stored)
    assert system.profiles.load(stored).files_name == "Work 2"


def test_an_exported_profile_says_nothing_of_files(system: Subsystem, stored: str) -> None:
    """Stores are no part of an exported profile."""
    system.admin_profiles().rename_profile(stored, "Job")
    text = export_profile(system, "Job")
    assert from_text(text, "job.toml").files == ""
    assert import_profile(system, text, "job.toml", name=stored) == stored
    assert system.profiles.load(stored).files_name == "Work 2"


def test_the_section_of_a_store_names_its_file(system: Subsystem, stored: str, home: Path) -> None:
    mark(system, stored)
    system.admin_profiles().rename_profile(stored, "Job")
    mark(system, "Job")
    (provider, *_) = (entry for _, entry in system.profiles.load("Job").providers())
    assert provider.properties[PR_RESOURCE_PATH] == str(home / "stores" / "Work.mapix")


def test_a_second_store_is_another_one(system: Subsystem, stored: str, home: Path) -> None:
    """PRF-2: two services of one name share no file, and their copies none with them; a file is that of its
    service, and not of a place among the others.
    """
    admin = system.admin_profiles().admin_services(stored)
    second = admin.create_msg_service("MAPIXSTORE")
    copied = admin.copy_msg_service(second)
    assert marks(system, stored, ["first", "second", "third"]) == [None, None, None]
    assert [name for name in kept(home) if "-" in name] == ["Work-2.mapix", "Work-3.mapix"]
    system.admin_profiles().copy_profile(stored, "Copy")
    assert marks(system, "Copy") == [None, None, None]
    admin.delete_msg_service(second)
    assert marks(system, stored) == ["first", "third"]
    assert admin.create_msg_service("MAPIXSTORE") != copied
    assert marks(system, stored) == ["first", "third", "second"]


def marks(system: Subsystem, profile: str, comments: Sequence[str] = ()) -> list[str | None]:
    """What is noted at each store of a profile, in their order, before `comments` are noted there."""
    found: list[str | None] = []
    with system.logon(profile, flags=MAPI_NEW_SESSION | MAPI_NO_MAIL) as session:
        for number, (entry_id,) in enumerate(query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))):
            store = session.open_msg_store(entry_id, no_mail=True)
            found.append(store.get_props([PR_COMMENT]).get(PR_COMMENT))
            if comments:
                store.set_props({PR_COMMENT: comments[number]})
    return found
