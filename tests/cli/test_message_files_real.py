"""Message files of other programs on the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from mapix.cli.errors import Exit
from mapix.formats.msg import MsgFile
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_MESSAGE_CLASS,
)

from .conftest import ROOT, Mapix

FOLDER = ROOT.parent / "shared" / "corpora" / "msg"
FILES = [path for path in sorted(FOLDER.glob("*/*")) if "clusterfuzz" not in path.name] if FOLDER.is_dir() else []
real_files = pytest.mark.skipif(not FILES, reason="the real files are not on this machine")


@real_files
def test_every_real_file_is_shown(mapix: Mapix) -> None:
    shown = mapix.json("cat", *FILES)["messages"]
    assert [one["file"] for one in shown] == [str(path) for path in FILES]
    assert sum(bool(one["subject"] or one["text"] or one["recipients"]) for one in shown) > len(FILES) * 0.9


@real_files
def test_every_real_file_is_checked(mapix: Mapix) -> None:
    ran = subprocess.run(
        mapix.command("msg", "check", "--json", *FILES), env=mapix.env, capture_output=True, text=True, check=False
    )
    verdicts = [one["verdict"] for one in json.loads(ran.stdout)["files"]]
    assert "unreadable" not in verdicts
    assert verdicts.count("sound") > len(FILES) // 4


@real_files
@pytest.mark.parametrize("kind", ["IPM.Note", "IPM.Contact", "IPM.Task", "IPM.Appointment", "IPM.StickyNote"])
def test_set_changes_nothing_else_in_a_real_file_of_any_kind(mapix: Mapix, tmp_path: Path, kind: str) -> None:
    path = next(path for path in FILES if kind_of(path) == kind)
    copy = tmp_path / "copy.msg"
    copy.write_bytes(path.read_bytes())
    mapix("set", copy, "subject = Another")
    told = json.loads(mapix("msg", "diff", path, copy, "--json", code=1).stdout)
    follows = {"PR_SUBJECT", "PR_NORMALIZED_SUBJECT", "PR_SUBJECT_PREFIX", "PR_CONVERSATION_TOPIC"}
    follows |= {"PR_MESSAGE_SIZE", "PR_LAST_MODIFICATION_TIME"}
    assert {one["name"] for one in told["differences"]} <= follows


def kind_of(path: Path) -> str:
    with MsgFile.open(path) as file:
        return str(file.get(PR_MESSAGE_CLASS))


@real_files
@pytest.mark.parametrize("path", FILES[::36], ids=lambda path: path.name)
def test_real_files_are_repacked_and_saved_from(mapix: Mapix, tmp_path: Path, path: Path) -> None:
    mapix("msg", "repack", path, "-o", tmp_path / "new.msg")
    assert mapix("msg", "check", tmp_path / "new.msg", code=Exit.OK).stdout
    with MsgFile.open(path) as file:
        kept = sum(1 for part in file.attachments if part.message or part.get(PropTag(0x37010102)) is not None)
    printed = subprocess.run(
        mapix.command("attachments", path, "--save", tmp_path / "out"),
        env=mapix.env,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    assert len(printed) >= kept
