"""`mapix convert` as users run it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import mapix as face
from mapix.convert.plan import Plan
from mapix.formats.msg import write_msg
from mapix.properties.tags import PR_BODY

from .conftest import Mapix

MAIL = b"From: ann@example.org\r\nTo: bob@example.org\r\nSubject: Q3\r\nMessage-ID: <1@x.org>\r\n\r\nThe numbers\r\n"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A folder with a mail, a damaged file and another mail below."""
    folder = tmp_path / "mail"
    (folder / "below").mkdir(parents=True)
    (folder / "a.eml").write_bytes(MAIL)
    (folder / "bad.msg").write_bytes(b"\xd0\xcf\x11\xe0 and nothing")
    (folder / "below" / "b.eml").write_bytes(MAIL)
    return folder


def test_one_file_becomes_another_by_its_name(mapix: Mapix, mail: Path, tmp_path: Path) -> None:
    mapix("convert", mail / "a.eml", "-o", tmp_path / "out" / "q3.msg")
    assert face.open(tmp_path / "out" / "q3.msg").subject == "Q3"
    mapix("convert", tmp_path / "out" / "q3.msg", "-o", tmp_path / "back.eml")
    assert (tmp_path / "back.eml").read_bytes() == MAIL
    mapix("convert", mail / "a.eml", "-o", tmp_path / "one.mbox")
    assert (tmp_path / "one.mbox").read_bytes().startswith(b"From ann@example.org Thu Jan  1 00:00:00 1970\nFrom: ")
    assert {path.name for path in tmp_path.iterdir()} == {"mail", "out", "back.eml", "one.mbox"}
    ran = mapix("convert", mail / "bad.msg", "-o", tmp_path / "bad.eml", code=3)
    assert "MAPI_E_CORRUPT_DATA" in ran.stderr
    assert not (tmp_path / "bad.eml").exists()


def test_rich_text_alone_is_what_readable_formats_show(mapix: Mapix, tmp_path: Path) -> None:
    """In a process that has opened nothing else before."""
    face.Message(subject="Q3", rtf=rb"{\rtf1\ansi Hello {\b world}\par}").save(tmp_path / "q3.msg")
    content = face.open(tmp_path / "q3.msg")._content()
    content.properties.pop(PR_BODY, None)
    write_msg(content, tmp_path / "rich.msg")
    for form, shown in (("md", "Hello **world**"), ("txt", "Hello world"), ("html", "Hello &lt;b&gt;world")):
        mapix("convert", tmp_path / "rich.msg", "-o", tmp_path / f"rich.{form}")
        assert shown in (tmp_path / f"rich.{form}").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not limit memory")
def test_a_conversion_within_limits_of_time_and_memory_is_as_without(mapix: Mapix, mail: Path, tmp_path: Path) -> None:
    """The process whose memory is limited is another one."""
    limits = ("--time-limit", "60", "--memory-limit", "1024")
    ran = mapix("convert", mail, "--to", "msg", "-o", tmp_path / "out", *limits, code=3)
    assert "3 read = 2 written + 0 repaired + 1 failed" in ran.stderr
    assert face.open(tmp_path / "out" / "below" / "b.msg").subject == "Q3"
    assert "--memory-limit" in mapix("convert", mail, "-o", tmp_path / "o.eml", "--memory-limit", "5", code=2).stderr


def test_what_is_there_is_not_written_over(mapix: Mapix, mail: Path, tmp_path: Path) -> None:
    target = tmp_path / "q3.msg"
    target.write_bytes(b"precious")
    ran = mapix("convert", mail / "a.eml", "-o", target, code=1)
    assert "MAPI_E_COLLISION" in ran.stderr
    assert "--fresh" in ran.stderr
    assert target.read_bytes() == b"precious"
    mapix("convert", mail / "a.eml", "-o", target, "--fresh")
    assert face.open(target).subject == "Q3"
    (tmp_path / "page.files").mkdir()
    (tmp_path / "page.files" / "mine").write_bytes(b"mine")
    assert "page.files" in mapix("convert", mail / "a.eml", "-o", tmp_path / "page.html", code=1).stderr
    assert (tmp_path / "page.files" / "mine").read_bytes() == b"mine"


def test_a_source_that_is_not_there_leaves_nothing_behind(mapix: Mapix, tmp_path: Path) -> None:
    ran = mapix("convert", tmp_path / "nothing.eml", "-o", tmp_path / "x.msg", code=4)
    assert "there is no such file" in ran.stderr
    assert list(tmp_path.glob("*.msg")) == []


def test_a_message_of_another_kind_is_told(mapix: Mapix, mail: Path, tmp_path: Path) -> None:
    ran = mapix("convert", mail / "a.eml", "-o", tmp_path / "a.vcf", code=3)
    assert "nothing written: vcf holds no such message" in ran.stderr
    assert not (tmp_path / "a.vcf").exists()


def test_stdin_is_a_source(mapix: Mapix, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mapix", "convert", "-", "-o", str(tmp_path / "x.msg")]
    subprocess.run(words, input=MAIL, env=mapix.env, check=True, timeout=60)
    assert face.open(tmp_path / "x.msg").subject == "Q3"
    words[4:] = ["-", "--to", "txt", "-o", str(tmp_path / "folder")]
    subprocess.run(words, input=MAIL, env=mapix.env, check=True, timeout=60)
    subprocess.run(words, input=MAIL.replace(b"Q3", b"Q4"), env=mapix.env, check=True, timeout=60)
    texts = sorted(path.read_text() for path in (tmp_path / "folder").glob("stdin-*.txt"))
    assert ["Subject: Q3" in texts[0], "Subject: Q4" in texts[1]] == [True, True]
    assert not list((tmp_path / "folder" / ".mapix-convert").glob("stdin-*"))
    told = json.loads(
        subprocess.run([*words, "--json"], input=MAIL, env=mapix.env, check=True, capture_output=True).stdout
    )
    assert (told["read"], told["resumed"]) == (2, 2)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize(("form", "jobs"), [("msg", "1"), ("mbox", "1"), ("json", "2")])
def test_ctrl_c_tells_the_counts_so_far_and_the_same_command_goes_on(
    mapix: Mapix, tmp_path: Path, form: str, jobs: str
) -> None:
    (tmp_path / "in").mkdir()
    for number in range(800):
        (tmp_path / "in" / f"{number}.eml").write_bytes(MAIL + b"%d\r\n" % number)
    for attempt in range(20):
        out = tmp_path / f"out{attempt}.{form}"
        words = ["convert", str(tmp_path / "in"), "--to", form, "-o", str(out), "--jobs", jobs]
        code, said = interrupted(mapix, words, Plan(form, str(out)).work / "journal.jsonl")
        counts = re.search(r"^(\d+) read = (\d+) written \+ 0 repaired \+ 0 failed;", said, re.MULTILINE)
        assert counts is not None, said
        done = int(counts[1])
        if done < 800:
            break
    assert (code, "the same command" in said, "Traceback" in said) == (130, True, False), said
    assert 0 < done < 800
    told = json.loads(mapix(*words, "--json").stdout)
    assert (told["read"], told["written"]) == (800, 800)
    assert done <= told["resumed"] < 800


def interrupted(mapix: Mapix, words: list[str], journal: Path) -> tuple[int, str]:
    """Interrupt a conversion whose journal names a source; its exit code and what it said. It may be done before.

    Python's warnings are off, as they usually are: a file that was being opened is not closed, which is one of them.
    """
    command, env = [sys.executable, "-m", "mapix", *words], {**mapix.env, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, process_group=0) as process:
        while process.poll() is None and b'"source"' not in (journal.read_bytes() if journal.exists() else b""):
            time.sleep(0.002)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_stdin_that_is_nothing_leaves_nothing(mapix: Mapix, tmp_path: Path) -> None:
    for more in (["-o", str(tmp_path / "x" / "x.msg")], ["--to", "msg", "-o", str(tmp_path / "y"), "--dry-run"]):
        words = [sys.executable, "-m", "mapix", "convert", "-", *more]
        subprocess.run(words, input=b"no mail", env=mapix.env, timeout=60, check=False, capture_output=True)
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "y").exists()


def test_a_large_stdin_is_not_held_in_memory(tmp_path: Path) -> None:
    from mapix.convert.stdin import kept

    class Endless:
        left = 64 << 20
        most = 0

        def read(self, size: int) -> bytes:
            self.most, taken = max(self.most, size), min(size, self.left)
            self.left -= taken
            return bytes(taken)

    stream = Endless()
    with kept(stream, tmp_path / "work") as path:  # type: ignore[arg-type]
        assert path.stat().st_size == 64 << 20
    assert 0 < stream.most <= 1 << 20
    assert list((tmp_path / "work").iterdir()) == []


def test_the_sums_add_up_and_what_failed_is_told(mapix: Mapix, mail: Path, tmp_path: Path) -> None:
    words = ("convert", mail, "--to", "md", "-o", tmp_path / "out", "--manifest", tmp_path / "m.jsonl")
    ran = mapix(*words, "--json", code=3)
    told = json.loads(ran.stdout)
    assert (told["schema"], told["read"], told["written"], told["repaired"], told["failed"]) == (1, 3, 2, 0, 1)
    assert "bad.msg: MAPI_E_" in ran.stderr
    manifest = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert [line["status"] for line in manifest] == ["written", "failed", "written"]
    again = mapix(*words, code=3)
    assert "3 read = 2 written + 0 repaired + 1 failed; 3 done before" in again.stderr
    assert "bad.msg" not in again.stdout


def test_a_dry_run_writes_nothing(mapix: Mapix, mail: Path, tmp_path: Path) -> None:
    ran = mapix("convert", mail, "--to", "eml", "-o", tmp_path / "out", "--dry-run", "--limit", "2")
    assert ran.stdout.splitlines() == [
        f"{mail}/a.eml\t{tmp_path}/out/a.eml",
        f"{mail}/bad.msg\t{tmp_path}/out/bad.eml",
    ]
    assert not (tmp_path / "out").exists()


def test_folders_and_messages_of_a_store_are_sources(mapix: Mapix, tmp_path: Path) -> None:
    mapix.init()
    for number in range(3):
        mapix("send", "--to", "ann@example.org", "--subject", f"Hello {number}", "--text", "x", "--wait")
    work = tmp_path / "work"
    work.mkdir()
    told = json.loads(mapix("convert", "inbox", "--to", "mbox", "-o", work / "inbox.mbox", "--verify", "--json").stdout)
    assert (told["read"], told["written"], told["different"]) == (3, 3, 0)
    assert (work / "inbox.mbox").read_text().count("\nSubject: Hello ") == 3
    mapix("convert", "inbox#1", "sent", "--to", "msg", "-o", work / "out")
    subjects = sorted(str(face.open(path).subject) for path in (work / "out").rglob("*.msg"))
    assert subjects == ["Hello 0", "Hello 1", "Hello 2", "Hello 2"]
    ran = mapix("convert", "nowhere", "--to", "msg", "-o", work / "none", code=4)
    assert "there is no such folder" in ran.stderr


def test_processes_log_on_for_themselves(mapix: Mapix, tmp_path: Path) -> None:
    mapix.init()
    program = """
import mapix
with mapix.logon(mail=False) as session:
    below = session.inbox.create_folder("Below")
    for number in range(30):
        (session.inbox, below)[number % 2].messages.new(subject=f"S {number}", text="x", to=["b@example.org"]).save()
"""
    subprocess.run([sys.executable, "-c", program], env=mapix.env, check=True, timeout=60)
    mapix("convert", "inbox", "--to", "msg", "-o", tmp_path / "out", "--jobs", "2")
    assert len(list((tmp_path / "out").glob("*.msg"))) == len(list((tmp_path / "out" / "Below").glob("*.msg"))) == 15


def test_differences_are_told_and_make_the_conversion_partial(mapix: Mapix, tmp_path: Path) -> None:
    message = face.Message(subject="x", text="y", to=["a@example.org"])
    message.attach(b"1", "a.txt")
    message["PR_INTERNET_MESSAGE_ID"] = "without brackets"
    message.save(tmp_path / "a.msg")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.msg", "a.msg")
    ran = mapix("convert", tmp_path / "a.zip", "--to", "eml", "-o", tmp_path / "eml", "--verify", code=3)
    assert "a.zip!a.msg: message id: 'without brackets' became" in ran.stderr
    assert "1 read = 1 written + 0 repaired + 0 failed; 1 differ" in ran.stderr
    mapix("convert", tmp_path / "a.zip", "--to", "tnef", "-o", tmp_path / "tnef", "--verify")
    assert face.open(tmp_path / "tnef" / "a.tnef").attachments[0].data == b"1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a.eml", "-o", "out.xyz"), "--to msg|eml"),
        (("a.eml", "--to", "txt", "-o", "out", "--verify"), "no message can be made again"),
        (("nothing.zip", "--to", "txt", "-o", "out"), "there is no such file"),
    ],
)
def test_what_cannot_be_done_is_told(mapix: Mapix, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL)
    paths = [str(tmp_path / word) if "." in word or word == "out" else word for word in words]
    ran = subprocess.run(
        mapix.command("convert", *paths), env=mapix.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode in (1, 4)
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
