"""Full disks, files that may not be written, files that are damaged: clear words, and nothing half done."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import ROOT

from mapix.cli.errors import Exit

from .conftest import Home

ANN = "ann@example.org"
posix = pytest.mark.skipif(sys.platform == "win32", reason="limits and owners of files as on Unix")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts and changes users")


@pytest.fixture
def ann(mapix: Home) -> Home:
    """Ann's home with a message in the Inbox and one in the Outbox."""
    mapix.init()
    mapix.send(ANN, subject="Here")
    mapix.send(ANN, subject="Waiting", wait=None)
    return mapix


def store_file(home: Home) -> Path:
    """The file of the default store."""
    return home.home / "stores" / "Default.mapix"


def limited(home: Home, limit: int, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that may not make any file longer than `limit` bytes."""
    code = (
        "import resource, runpy, sys\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "runpy.run_module('mapix', run_name='__main__', alter_sys=True)\n"
    )
    command = [sys.executable, "-c", code, *map(str, args)]
    return subprocess.run(command, env=home.env, input="", capture_output=True, text=True, timeout=60, check=False)


def without_room(ran: subprocess.CompletedProcess[str]) -> None:
    """The command failed for want of room, and said so in one line."""
    assert ran.returncode == Exit.FAILED, ran.stdout + ran.stderr
    assert "MAPI_E_NOT_ENOUGH_DISK (0x8004010D)" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.rstrip().endswith("Try: make room")


@posix
def test_a_limit_of_files_while_saving_leaves_nothing_half_saved(ann: Home, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(os.urandom(2_000_000))
    send = ("send", "--to", ANN, "--subject", "Large", "--text", "x", "--attach", large)
    without_room(limited(ann, 500_000, *send))
    assert ann.subjects("outbox") == ["Waiting"]
    assert [each["subject"] for each in ann.waiting] == ["Waiting"]
    assert ann.json("store", "check")["problems"] == []
    ann(*send, "--wait")
    assert ann.subjects() == ["Large", "Waiting", "Here"]


@posix
def test_a_limit_of_files_while_exporting_leaves_no_half_file(ann: Home, tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(os.urandom(2_000_000))
    ann("send", "--to", ANN, "--subject", "Large", "--text", "x", "--attach", tmp_path / "large.bin", "--wait")
    for options in (["--save", tmp_path / "out.eml"], ["--save-attachments", tmp_path / "out"]):
        ran = limited(ann, 1_000_000, "show", "inbox#1", *options)
        without_room(ran)
        assert not (tmp_path / "out.eml").exists()
        assert not list((tmp_path / "out").glob("*"))


FILLER = """
import sys, mapix
from mapix.properties.errors import MapiError
saved = 0
with mapix.logon(mail=False) as session:
    try:
        while True:
            session.outbox.messages.new(subject=f"n {saved}", text="words " * 3000).save()
            saved += 1
    except MapiError as error:
        print(error.symbol, saved, session.outbox.messages.count())
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@root
def test_a_full_disk_takes_nothing_half_and_goes_on_when_there_is_room(small_disk: Path, tmp_path: Path) -> None:
    home = Home(small_disk / "home")
    home.init()
    script = tmp_path / "fill.py"
    script.write_text(FILLER)
    symbol, saved, counted = home("run", script).stdout.split()
    assert symbol == "MAPI_E_NOT_ENOUGH_DISK"
    assert int(saved) > 10
    assert saved == counted
    assert home.json("store", "check")["problems"] == []
    assert {each["path"]: each["messages"] for each in home.json("folders")["folders"]}["Outbox"] == int(saved)
    with pytest.raises(OSError, match="No space"):
        fill(small_disk / "filler")
    failed = home("send", "--to", ANN, "--text", "x" * 100_000, code=Exit.FAILED).stderr
    assert "MAPI_E_NOT_ENOUGH_DISK (0x8004010D)" in failed
    failed = home("profile", "create", "Other", code=Exit.FAILED).stderr
    assert "MAPI_E_NOT_ENOUGH_DISK (0x8004010D)" in failed
    assert home.json("profile", "list")["profiles"] == [{"name": "Default", "default": True}]
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=8m", small_disk], check=True)
    home.send(ANN, subject="After")
    assert home.subjects() == ["After"]
    assert home.json("store", "check")["problems"] == []


@pytest.fixture
def public_place() -> Iterator[Path]:
    """A directory that everybody may enter."""
    place = Path(tempfile.mkdtemp(prefix="mapix-journey-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def as_nobody(home: Home, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as a user who owns nothing of the home."""
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    return subprocess.run(command, cwd=ROOT, env=home.env, capture_output=True, text=True, timeout=60, check=False)


@root
def test_a_home_that_may_only_be_read_can_be_read(public_place: Path) -> None:
    ann = Home(public_place / "home")
    if shutil.which("setpriv") is None or as_nobody(ann, ann.command("--version")).returncode:
        pytest.skip("nobody else can run mapix here")
    ann.init()
    ann.send(ANN, subject="Here")
    ann.send(ANN, subject="Waiting", wait=None)
    for place in (ann.home, *ann.home.rglob("*")):
        place.chmod(0o555 if place.is_dir() else 0o444)

    def nobody(*args: str) -> subprocess.CompletedProcess[str]:
        return as_nobody(ann, ann.command(*args))

    for reading in (["ls"], ["show", "inbox#1"], ["folders"], ["spooler", "status"], ["profile", "show"], ["status"]):
        ran = nobody(*reading)
        assert (ran.returncode, ran.stderr) == (0, ""), ran
    for writing in (
        ["send", "--to", ANN, "--text", "x", "--wait", "1"],
        ["init", "--yes", "--profile", "Other"],
        ["profile", "default", "--none"],
        ["service", "configure", "LOCAL", "name=x"],
        ["profile", "delete", "Default", "--yes"],
    ):
        ran = nobody(*writing)
        assert ran.returncode == Exit.LOGON, ran
        assert ran.stderr.startswith("mapix: MAPI_E_NO_ACCESS (0x80070005): "), ran
        assert "Try: " in ran.stderr
        assert len(ran.stderr.splitlines()) == 1
    ran = nobody("doctor")
    assert ran.returncode == Exit.FAILED
    assert f"wrong home: {ann.home} cannot be written to" in ran.stdout
    assert ann.subjects() == ["Here"]
    assert [each["subject"] for each in ann.waiting] == ["Waiting"]


PROFILE_DAMAGE = {
    "an equals sign too many": (lambda text: text.replace('name = "LOCAL"', 'name == "LOCAL"', 1), "at line "),
    "an end too soon": (lambda text: text[: text.index("[service.settings]") + 10], "at line "),
    "nothing": (lambda text: "", "format is missing"),
    "a uid that is none": (lambda text: text.replace('uid = "', 'uid = "x', 1), "service 1: uid"),
    "no text at all": (lambda text: "\udcff" * 100, "not UTF-8"),
}


@pytest.mark.parametrize(("damage", "said"), PROFILE_DAMAGE.values(), ids=PROFILE_DAMAGE)
def test_a_damaged_profile_is_told_with_file_and_line(ann: Home, damage: Callable[[str], str], said: str) -> None:
    profile = ann.home / "profiles" / "Default.toml"
    good = profile.read_text()
    profile.write_text(damage(good), errors="surrogateescape")
    for command in (["ls"], ["profile", "show"], ["spooler", "flush"], ["service", "configure", "LOCAL", "name=x"]):
        text = ann(*command, code=Exit.CORRUPT).stderr
        assert "MAPI_E_CORRUPT_DATA (0x8004011B)" in text
        assert str(profile) in text
        assert said in text
        assert "Try: mapix profile repair" in text
    assert [each["name"] for each in ann.json("profile", "list")["profiles"]] == ["Default"]
    assert said in ann("doctor", code=Exit.FAILED).stdout
    profile.write_text(good)
    assert ann.subjects() == ["Here"]


def test_a_damaged_profile_can_be_deleted_and_made_anew_on_the_same_store(ann: Home) -> None:
    """PRF-8."""
    (ann.home / "profiles" / "Default.toml").write_text("what = = this")
    assert "mapix profile delete Default" in ann("init", "--yes", code=Exit.FAILED).stderr
    ann("profile", "delete", "Default", "--yes")
    assert ann.json("profile", "list")["profiles"] == []
    ann.init()
    assert ann.subjects() == ["Here"]
    ann("spooler", "flush")
    assert ann.subjects() == ["Waiting", "Here"]


def test_a_setting_written_by_hand_that_cannot_be_is_named(ann: Home) -> None:
    ann("service", "add", "SMTP", "--set", "host=mail.example.org")
    profile = ann.home / "profiles" / "Default.toml"
    profile.write_text(profile.read_text().replace('"mail.example.org"', "5"))
    text = ann("doctor", code=Exit.FAILED).stdout
    assert "wrong service SMTP: MAPI_E_INVALID_PARAMETER (0x80070057): SMTP: the setting host wants text: 5" in text
    (line,) = ann.send("bob@elsewhere.example", code=Exit.PARTIAL, wait=1)
    assert "the setting host wants text" in line
    ann("service", "configure", "SMTP", "host=127.0.0.1", "port=1", "security=none")
    assert "cannot be reached" in ann("doctor", code=Exit.FAILED).stdout


def test_a_file_that_names_the_default_profile_may_hold_anything(ann: Home) -> None:
    (ann.home / "default-profile").write_bytes(b"\xff\xfe\x00nonsense")
    assert "mapix profile default 'Default'" in ann("ls", code=Exit.LOGON).stderr
    ann("profile", "default", "Default")
    assert ann.subjects() == ["Here"]


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def other_database(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE stamps (country)")
    database.close()


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()


@pytest.mark.parametrize("damage", [half, garbage, other_database, newer])
def test_a_store_that_cannot_be_read_is_told_by_every_command(ann: Home, damage: Callable[[Path], None]) -> None:
    file = store_file(ann)
    good = file.read_bytes()
    damage(file)
    symbol = "MAPI_E_VERSION (0x80040110)" if damage is newer else "MAPI_E_CORRUPT_STORE (0x80040600)"
    before = file.read_bytes()
    checks: list[list[str]] = [["store", "check"], ["store", "check", "--repair"]]
    for command in checks if damage is half else ():
        said = ann(*command, code=Exit.CORRUPT)
        assert "damaged file" in said.stdout
        assert f"Try: mapix store salvage {file}" in said.stdout + said.stderr
    for command in (
        ["ls"],
        *(() if damage is half else checks),
        ["spooler", "status"],
        ["spooler", "flush"],
        ["send", "--to", ANN, "--text", "x", "--wait", "1"],
    ):
        text = ann(*command, code=Exit.CORRUPT).stderr
        assert symbol in text
        assert str(file) in text
        assert text.count("Try: ") <= 1
        assert len(text.splitlines()) == 1
    assert symbol in ann("doctor", code=Exit.FAILED).stdout
    assert file.read_bytes() == before
    file.write_bytes(good)
    assert ann.subjects() == ["Here"]
    ann("spooler", "flush")
    assert ann.subjects() == ["Waiting", "Here"]


def test_a_store_that_cannot_be_made_leaves_no_profile(ann: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no store\n" * 1000)
    for path, code in ((tmp_path / "file", Exit.CORRUPT), (tmp_path / "file" / "below", Exit.LOGON)):
        assert str(path) in ann("init", "--yes", "--profile", "Work", "--store", path, code=code).stderr
        assert ann.json("profile", "list")["profiles"] == [{"name": "Default", "default": True}]
    assert (tmp_path / "file").read_text() == "no store\n" * 1000
    ann("init", "--yes", "--profile", "Work", "--store", tmp_path / "good")
    assert ann("profile", "default").stdout == "Work\n"


def test_a_store_whose_file_is_gone_is_missed_and_no_empty_one_takes_its_place(ann: Home) -> None:
    store = store_file(ann)
    kept = store.with_suffix(".kept")
    store.rename(kept)
    said = ann("ls", code=Exit.NOT_FOUND).stderr
    assert "MAPI_E_NOT_FOUND (0x8004010F)" in said
    assert str(store) in said
    assert not store.exists()
    kept.rename(store)
    ann("ls")
