"""Independent readers of TNEF find in our streams what we wrote, and in real ones what we find."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.formats.tnef.tnef_cases import attachment, corpus, message, needs_corpus

from mapix.formats.tnef import read_tnef, tnef_bytes
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import CorruptData
from mapix.properties.tag import PropType
from mapix.properties.value import whole

PEERS = os.environ.get("MAPIX_BENCH_PEERS", sys.executable)
_TNEFPARSE = """
import json, sys, logging
logging.disable(50)
from tnefparse import TNEF
found = TNEF(open(sys.argv[1], "rb").read(), do_checksum=True)
print(json.dumps({
    "names": [one.long_filename() for one in found.attachments],
    "sizes": [len(one.data or b"") for one in found.attachments],
    "properties": sorted({one.name for one in found.mapiprops}),
    "codepage": str(found.codepage),
}))
"""
needs_tnef = pytest.mark.skipif(shutil.which("tnef") is None, reason="there is no 'tnef' on this machine")
needs_ytnef = pytest.mark.skipif(shutil.which("ytnef") is None, reason="there is no 'ytnef' on this machine")


def has_tnefparse() -> bool:
    try:
        ran = subprocess.run([PEERS, "-c", "import tnefparse"], capture_output=True, check=False, timeout=60)
    except OSError:
        return False
    return ran.returncode == 0


def files(*, several: bool = True) -> MessageContent:
    """A message with files, and values of all types that the specification has a form for."""
    content = message()
    beyond = (PropType.NULL, 0x7F00)
    content.properties = {
        tag: value
        for tag, value in content.properties.items()
        if tag.type not in beyond and (several or not tag.is_multi)
    }
    content.attachments = [attachment(f"file{one}.bin", bytes(range(256)) * one) for one in (1, 3, 40)]
    for one in content.attachments:
        one.properties[t.PR_ATTACH_FILENAME] = one.properties[t.PR_ATTACH_LONG_FILENAME]
    return content


def written(place: Path, *, several: bool = True) -> Path:
    path = place / "winmail.dat"
    path.write_bytes(tnef_bytes(files(several=several)))
    return path


def in_folder(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir() if path.suffix == ".bin"}


OURS = {one.properties[t.PR_ATTACH_LONG_FILENAME]: one.properties[t.PR_ATTACH_DATA_BIN] for one in files().attachments}


@needs_tnef
def test_tnef_finds_the_files(tmp_path: Path) -> None:
    source, out = written(tmp_path), tmp_path / "out"
    out.mkdir()
    subprocess.run(["tnef", "-f", source, "-C", out], check=True, capture_output=True, timeout=60)
    assert in_folder(out) == OURS


@needs_ytnef
def test_ytnef_finds_the_files(tmp_path: Path) -> None:
    """It stops at properties of several values, whoever writes them."""
    source, out = written(tmp_path, several=False), tmp_path / "out"
    out.mkdir()
    subprocess.run(["ytnef", "-f", str(out), source], check=True, capture_output=True, timeout=60)
    assert in_folder(out) == OURS


@pytest.mark.skipif(not has_tnefparse(), reason="tnefparse is not installed under MAPIX_BENCH_PEERS")
def test_tnefparse_finds_files_properties_and_the_code_page(tmp_path: Path) -> None:
    ran = subprocess.run([PEERS, "-c", _TNEFPARSE, written(tmp_path)], check=True, capture_output=True, timeout=60)
    found = json.loads(ran.stdout)
    assert dict(zip(found["names"], found["sizes"], strict=True)) == {name: len(data) for name, data in OURS.items()}
    assert found["codepage"].endswith("65001") or "utf" in found["codepage"].lower()
    assert len(found["properties"]) > 8


@needs_tnef
@needs_corpus
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_in_real_streams_tnef_finds_no_other_files_than_we_do(path: Path, tmp_path: Path) -> None:
    try:
        content = read_tnef(path).value
    except CorruptData:
        return
    ran = subprocess.run(["tnef", "-f", path, "-C", tmp_path], check=False, capture_output=True, timeout=60)
    if ran.returncode:
        return
    ours = {whole(t.PR_ATTACH_DATA_BIN, one.properties.get(t.PR_ATTACH_DATA_BIN)) for one in content.attachments}
    nested = {".msg", ""} if any(one.message is not None for one in content.attachments) else set()
    for found in tmp_path.iterdir():
        if found.suffix.lower() not in nested and found.name != "message.rtf":
            assert found.read_bytes() in ours, found.name
