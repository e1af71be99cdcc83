"""Real files, where they are present: read without loss, written again, and compared with independent readers."""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import olefile
import pytest

from mapix.formats.cfb import CompoundFile
from mapix.formats.defects import Strictness
from mapix.formats.msg import Foreign, MsgFile, content_of, foreign_of, write_msg
from mapix.formats.msg.layout import NAMES
from mapix.properties.content import MessageContent
from mapix.properties.tag import PropTag
from mapix.properties.value import whole

FOLDER = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"
FILES = sorted(FOLDER.glob("*/*")) if FOLDER.is_dir() else []
BROKEN = [path for path in FILES if "clusterfuzz" in path.name]
SOUND = [path for path in FILES if path not in BROKEN]

pytestmark = pytest.mark.skipif(not FILES, reason="the real files are not on this machine")

ADDED = {0x340D0003, 0x30000003, 0x0E210003, 0x3FFD0003}
"""What writing adds where it is missing: support mask, numbers of rows and attachments, the code page of 8-bit text."""


def told(content: MessageContent) -> Iterator[dict[Any, Any]]:
    """Everything of a message, part by part, named properties by their names."""
    names = content.names

    def plain(values: Mapping[PropTag, Any]) -> dict[Any, Any]:
        return {
            (names[tag.id], tag.type) if tag.id in names else int(tag): whole(tag, value)
            for tag, value in values.items()
            if tag.id < 0x8000 or tag.id in names
        }

    yield plain(content.properties)
    yield from map(plain, content.recipients)
    for part in content.attachments:
        yield plain(part.properties)
        if part.message is not None:
            yield from told(part.message)


def elements(foreign: Foreign) -> Iterator[Any]:
    """Everything that is no message, part by part."""
    yield foreign.clsid, foreign.state_bits, foreign.created, foreign.modified
    waiting = [*foreign.nodes, *foreign.names]
    while waiting:
        node = waiting.pop()
        data = node.data
        yield node.name, data if isinstance(data, bytes | None) else whole(PropTag(0x00010102), data), node.clsid
        waiting += node.children
    for part in (*foreign.recipients, *foreign.attachments):
        yield from elements(part)
    if foreign.message is not None:
        yield from elements(foreign.message)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_written_again_has_everything_it_had(path: Path) -> None:
    with MsgFile.open(path) as file:
        content, foreign = content_of(file), foreign_of(file)
        copy = io.BytesIO()
        write_msg(content, copy, unicode=file.unicode, foreign=foreign)
        with MsgFile.open(copy.getvalue(), strictness=Strictness.STRICT) as again:
            second = content_of(again)
            for before, after in zip(told(content), told(second), strict=True):
                assert {tag: after.get(tag) for tag in before if tag != 0x340D0003} == {
                    tag: value for tag, value in before.items() if tag != 0x340D0003
                }
                assert after.keys() - before.keys() <= ADDED
            assert list(second.names.values()) == [content.names[number] for number in sorted(content.names)]
            assert sorted(map(repr, elements(foreign_of(again)))) == sorted(map(repr, elements(foreign)))
            assert again.defects == ()


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_the_support_mask_changes_in_one_bit_at_most(path: Path) -> None:
    with MsgFile.open(path) as file:
        before = file.get(PropTag(0x340D0003))
        copy = io.BytesIO()
        write_msg(content_of(file), copy, unicode=file.unicode)
    with MsgFile.open(copy.getvalue()) as again:
        after = again.get(PropTag(0x340D0003))
    assert before == after or ((before or 0) ^ (after or 0)) == 0x40000


def entries(ole: Any, path: list[str], names: set[str]) -> set[int]:
    """The tags of a property stream that an independent reader of compound files gives, with those of its streams."""
    storage = path[-1] if path else ""
    header = 32 if not path else 8 if re.match("__(recip|attach)", storage) else 24
    found = set()
    if "__properties_version1.0" in names:
        data = ole.openstream([*path, "__properties_version1.0"]).read()[header:]
        found = {tag for tag, *_ in struct.iter_unpack("<IIQ", data[: len(data) // 16 * 16])}
    streams = {int(name[12:], 16) for name in names if re.fullmatch("__substg1.0_[0-9A-F]{8}", name)}
    variable = {tag for tag in found if tag & 0x1000 or tag & 0xFFFF in (0x1E, 0x1F, 0x48, 0x102, 0x0D)}
    return {tag for tag in found - variable | streams if tag}


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_the_properties_are_those_that_a_look_at_the_streams_tells(path: Path) -> None:
    """Counted with olefile: entries of fixed types, and streams; text counts once whatever its width."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ole = olefile.OleFileIO(str(path))
    with ole, MsgFile.open(path) as file:
        streams: dict[tuple[str, ...], set[str]] = {(): set()}
        for place in ole.listdir(streams=True, storages=False):
            streams.setdefault(tuple(place[:-1]), set()).add(place[-1])
        expected = {
            plain_place(where): {tag | 1 if tag & 0xEFFF == 0x1E else tag for tag in entries(ole, list(where), names)}
            for where, names in streams.items()
            if NAMES not in where
        }
        assert {int(tag) for tag in file.properties()} == expected.pop(())
        parts: dict[tuple[str, ...], set[int]] = {}
        collect(content_of(file), (), parts)
        assert parts.keys() >= {where for where in expected if "__substg1.0_3701000D" not in where[-1:]}
        for where, tags in parts.items():
            assert tags == expected.get(where, set()), where


def plain_place(where: tuple[str, ...]) -> tuple[str, ...]:
    """A place with the names of storages of parts in capitals, as some writers have their numbers in small letters."""
    return tuple(name if "substg" in name else name.upper() for name in where)


def collect(content: MessageContent, where: tuple[str, ...], parts: dict[tuple[str, ...], set[int]]) -> None:
    """The tags of each part by where it is stored; parts of files are numbered without gaps here."""
    for number, row in enumerate(content.recipients):
        parts[*where, f"__RECIP_VERSION1.0_#{number:08X}"] = {int(tag) for tag in row}
    for number, part in enumerate(content.attachments):
        place = (*where, f"__ATTACH_VERSION1.0_#{number:08X}")
        parts[place] = {int(tag) for tag in part.properties}
        if part.message is not None:
            parts[*place, "__substg1.0_3701000D"] = {int(tag) for tag in part.message.properties}
            collect(part.message, (*place, "__substg1.0_3701000D"), parts)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_broken_files_are_read_as_far_as_they_go(path: Path) -> None:
    with MsgFile.open(path) as file:
        assert content_of(file).properties
        assert len(file.defects) > 10


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_what_is_written_again_passes_the_strict_check_of_compound_files(path: Path) -> None:
    with MsgFile.open(path) as file:
        copy = io.BytesIO()
        write_msg(content_of(file), copy, unicode=file.unicode, foreign=foreign_of(file))
    with CompoundFile.open(copy.getvalue(), strictness=Strictness.STRICT) as checked:
        assert checked.defects == ()
