"""TNEF on the command line: winmail.dat as a message file, and mail in passing."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.formats.streamed import memory_of
from tests.formats.tnef.test_tnef_unwrap import mail
from tests.formats.tnef.tnef_cases import message

from mapix.cli.files import names_file
from mapix.formats.tnef import read_tnef, tnef_bytes
from mapix.properties.tags import PR_DISPLAY_NAME

from .conftest import Mapix


@pytest.fixture
def winmail(tmp_path: Path) -> Path:
    path = tmp_path / "winmail.dat"
    path.write_bytes(tnef_bytes(message()))
    return path


def filtered(data: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mapix", "filter", *options]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)


def test_winmail_is_a_message_file_by_its_name() -> None:
    assert all(map(names_file, ("winmail.dat", "x/Winmail (2).DAT", "mail.tnef")))
    assert not any(map(names_file, ("other.dat", "winmail.dat#1", "Inbox")))


def test_winmail_is_shown_listed_and_saved(mapix: Mapix, winmail: Path, tmp_path: Path) -> None:
    assert "Hello" in mapix("cat", winmail).stdout
    saved = mapix("attachments", winmail, "--save", tmp_path / "out").stdout.splitlines()
    assert Path(saved[0]).name == "a.txt"
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"text"
    mapix("show", winmail, "--save", tmp_path / "a.msg")
    mapix("show", tmp_path / "a.msg", "--save", tmp_path / "b.tnef")
    again = read_tnef(tmp_path / "b.tnef").value
    assert [row[PR_DISPLAY_NAME] for row in again.recipients] == ["Bill", "Anna"]
    assert "Hello" in mapix("cat", tmp_path / "b.tnef").stdout


def test_winmail_is_checked(mapix: Mapix, winmail: Path, tmp_path: Path) -> None:
    assert mapix("msg", "check", winmail).stdout.split() == [str(winmail), "sound"]
    cut = tmp_path / "cut.tnef"
    cut.write_bytes(winmail.read_bytes()[:-40])
    told = mapix("msg", "check", cut, "--json", code=3)
    assert json.loads(told.stdout)["files"][0]["verdict"] == "defects"


def test_internet_mail_is_checked_with_the_tnef_in_it(mapix: Mapix, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(tnef_bytes(message())))
    (tmp_path / "b.eml").write_bytes(mail(tnef_bytes(message())[:300]))
    told = mapix("msg", "check", tmp_path / "a.eml", tmp_path / "b.eml", "--json", code=3).stdout
    first, second = json.loads(told)["files"]
    assert (first["verdict"], second["verdict"]) == ("sound", "defects")
    assert "is damaged and stays a file" in [one["what"] for one in second["defects"]]


def test_mail_without_tnef_passes_byte_for_byte() -> None:
    for data in (b"", b"\0\xff no mail", b"Subject: x\n\nbody\r\n.dat", bytes(range(256)) * 1000):
        ran = filtered(data)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, data, b"")


def test_mail_with_tnef_comes_out_with_parts() -> None:
    ran = filtered(mail(tnef_bytes(message())))
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"ms-tnef" not in ran.stdout
    assert b'filename="a.txt"' in ran.stdout or b"a.txt" in ran.stdout


def test_damaged_tnef_passes_unchanged_and_is_told_unless_quiet() -> None:
    data = mail(tnef_bytes(message())[:300])
    ran = filtered(data)
    assert (ran.returncode, ran.stdout) == (0, data)
    assert b"damaged" in ran.stderr
    assert filtered(data, "--quiet").stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full here")
def test_where_nothing_can_be_written_the_mail_is_to_be_kept() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "mapix", "filter"]
        ran = subprocess.run(command, input=b"x" * 100, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert ran.returncode == 75


@pytest.mark.skipif(sys.platform == "win32", reason="this system gives streams in another way")
@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_without_a_stream_the_mail_is_to_be_kept(closed: str) -> None:
    """Where nothing comes that may be no mail at all, and what goes to nowhere would be lost."""
    command = f"{sys.executable} -m mapix filter {closed}"
    ran = subprocess.run(command, shell=True, input=b"x" * 100, capture_output=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (75, b"")
    assert b"no stdin or stdout" in ran.stderr


def test_a_failure_that_nobody_foresaw_lets_the_mail_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from mapix.cli.filter import _changed
    from mapix.formats.tnef import inmail

    def broken(data: bytes) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(inmail, "without_tnef", broken)
    data = mail(tnef_bytes(message()))
    assert _changed(data) == (data, ["the mail passes unchanged: RuntimeError: unforeseen"])


FILTERED = """
import base64, sys
from pathlib import Path
from tests.formats.streamed import MadeValue, peak
from mapix.cli import filter as tested
from mapix.formats.tnef import write_tnef
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_METHOD, PR_SUBJECT

size, folder = int(sys.argv[1]), Path(sys.argv[2])
file = AttachmentContent({PR_ATTACH_METHOD: 1, PR_ATTACH_DATA_BIN: MadeValue(size)})
write_tnef(MessageContent({PR_SUBJECT: "Large"}, attachments=[file]), folder / "a.tnef")
with (folder / "a.tnef").open("rb") as stream, (folder / "a.eml").open("wb") as mail:
    mail.write(b"Subject: Large\\nContent-Type: multipart/mixed; boundary=b\\n\\n--b\\n\\nHello\\n--b\\n")
    mail.write(b"Content-Type: application/ms-tnef\\nContent-Transfer-Encoding: base64\\n\\n")
    base64.encode(stream, mail)
    mail.write(b"\\n--b--\\n")
with (folder / "a.eml").open("rb") as mail, (folder / "b.eml").open("wb") as made:
    assert tested._pass(mail, made) == []
with (folder / "b.eml").open("rb") as made:
    assert made.seek(0, 2) > size * 4 // 3
    made.seek(0)
    assert b"ms-tnef" not in made.read(1000)
print(peak())
"""


def test_a_large_attachment_is_never_in_memory_while_it_passes(tmp_path: Path) -> None:
    assert memory_of(FILTERED, 12 << 20, tmp_path) < 60


@pytest.mark.soak
def test_500_mib_pass_in_less_than_150(tmp_path: Path) -> None:
    assert memory_of(FILTERED, 500 << 20, tmp_path) < 150


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes them")
@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_without_stdin_or_stdout_the_mail_is_to_be_kept(closed: str) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m mapix filter {closed}"
    ran = subprocess.run(command, shell=True, input=b"", stderr=subprocess.PIPE, timeout=60, check=False)
    assert ran.returncode == 75
    assert b"Traceback" not in ran.stderr


def test_a_stream_that_is_cut_at_its_beginning_is_corrupt(mapix: Mapix, tmp_path: Path) -> None:
    (tmp_path / "winmail.dat").write_bytes(bytes.fromhex("789F3E22"))
    (tmp_path / "winmail2.dat").write_bytes(bytes.fromhex("789F3E220100"))
    (tmp_path / "cut.dat").write_bytes(tnef_bytes(message())[:14])
    (tmp_path / "empty.tnef").touch()
    said = {
        "winmail.dat": "ends in its signature",
        "winmail2.dat": "there is nothing after the signature",
        "cut.dat": "nothing of the TNEF stream can be read",
        "empty.tnef": "no TNEF stream",
    }
    for name, words in said.items():
        assert words in mapix("cat", tmp_path / name, code=6).stderr
    told = mapix("msg", "check", *(tmp_path / name for name in said), "--json", code=6)
    files = json.loads(told.stdout)["files"]
    assert [one["verdict"] for one in files] == ["unreadable"] * 4
    assert all(one["defects"][0]["what"] for one in files)
    assert "signature" in files[0]["defects"][0]["what"]
    assert "no TNEF stream" in files[3]["defects"][0]["what"]
