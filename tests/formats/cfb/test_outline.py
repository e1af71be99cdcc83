"""Small files are read quickly by their outline, and everything is as the thorough way tells it.

Source: [MS-CFB] 2.3 to 2.6.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.drawn import examples
from tests.formats.cfb.cfb_cases import corpus

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.cfb.defects import CfbDefects
from mapix.formats.cfb.header import read_header
from mapix.formats.cfb.sectors import Sectors
from mapix.formats.cfb.structure import Structure
from mapix.formats.defects import Defects, Strictness
from mapix.formats.msg import MsgFile, content_of
from mapix.formats.msg.fileplace import raw_name
from mapix.formats.storageerrors import StorageError
from mapix.properties.content import MessageContent
from mapix.properties.tags import PR_BODY, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_HTML, PR_SUBJECT
from mapix.properties.value import whole

LARGEST = 400_000
NAMES = tuple(f"__substg1.0_{tag:08X}" for tag in (0x0037001F, 0x1000001F, 0x0C1A001E, 0x3001001F))


def thoroughly(data: bytes) -> CompoundFile:
    """A file opened without its outline."""
    defects = CfbDefects(Strictness.TOLERANT)
    header = read_header(data, defects)
    return CompoundFile(Structure(Sectors(data, None, len(data), header.shift), header, defects))


def told(file: CompoundFile) -> list[Any]:
    """All that a file tells, in its order."""
    found = [(entry.number, entry.path, entry.is_storage, entry.size, entry.described) for entry in file.root.walk()]
    streams = [file.stream(number) for number, _, is_storage, _, _ in found if not is_storage]
    return [file.version, file.root.name, found, streams, file.defects]


def told_of_message(file: CompoundFile) -> list[Any]:
    """All that is read of a message."""
    message = MsgFile(file, Defects())
    people = [[one.get(PR_DISPLAY_NAME), one.get(PR_EMAIL_ADDRESS)] for one in message.recipients]
    first = [in_memory(message.get(tag)) for tag in (PR_SUBJECT, PR_BODY, PR_HTML)]
    content = content_of(message)
    return [people, first, flat(content), dict(content.names), message.unicode, sorted(map(str, message.defects))]


def flat(content: MessageContent) -> list[Any]:
    """A message's values, all in memory."""
    parts = [(loaded(part.properties), part.message and flat(part.message)) for part in content.attachments]
    return [loaded(content.properties), [loaded(row) for row in content.recipients], parts]


def loaded(values: Any) -> dict[int, Any]:
    """Values in memory; what is no number equals itself."""
    return {tag: repr(in_memory(value)) for tag, value in values.items()}


def in_memory(value: Any) -> Any:
    """The bytes of a large value."""
    return value if value is None else whole(PR_HTML, value)


def answer(opened: Callable[[bytes], CompoundFile], data: bytes) -> Any:
    """All that a file tells when it is opened one way, or how it fails."""
    try:
        file = opened(data)
    except StorageError as error:
        return type(error)
    return told(file), told_of_message(opened(data))


def agree(data: bytes) -> bool:
    """Whether the outline answered; that both ways tell the same is asserted."""
    found = answer(CompoundFile.open, data)
    assert found == answer(thoroughly, data)
    return not isinstance(found, type) and CompoundFile.open(data).outline is not None


def sound() -> bytes:
    """A file like a message's: values of all sizes, two recipients, names."""
    entries = b"".join(
        struct.pack("<IIII", int(name[-8:], 16), 6, size, 0)
        for name, size in zip(NAMES, (66, 702, 21, 9002), strict=True)
    )
    values = [Node(name, b"a\0" * size) for name, size in zip(NAMES, (32, 350, 10, 4500), strict=True)]
    below = [Node("__properties_version1.0", bytes(8)), Node(NAMES[3], b"b\0" * 40)]
    people = [Node(f"__recip_version1.0_#{number:08X}", children=below) for number in range(2)]
    names = Node(
        "__nameid_version1.0", children=[Node(f"__substg1.0_{n:04X}0102", bytes(80)) for n in (2, 3, 4, 0x1013)]
    )
    file = io.BytesIO()
    properties = Node("__properties_version1.0", bytes(32) + entries)
    write_compound_file(Node("", children=[properties, *values, *people, names]), file)
    return file.getvalue()


SOUND = sound()


def test_a_small_sound_file_is_read_by_its_outline() -> None:
    assert agree(SOUND)


def test_files_of_others_are_read_alike_by_both_ways() -> None:
    files = [path.read_bytes() for path in corpus("msg", "cfb") if path.stat().st_size < LARGEST]
    if not files:
        pytest.skip("the real files are absent")
    by_outline = sum(agree(data) for data in files if data.startswith(SOUND[:8]))
    assert by_outline > 100


def places() -> dict[str, list[int]]:
    """Where the words of the tables and of the directory stand in the sound file."""
    structure = thoroughly(SOUND).structure
    directory = [(first + at + 1) * 512 for first, count in structure.directory_runs for at in range(count)]
    minifat = [(first + at + 1) * 512 for first, count in structure.minifat_runs for at in range(count)]
    fields = (0, 24, 40, 64, 66, 68, 72, 76, 116, 120)
    return {
        "header": list(range(24, 84, 2)),
        "FAT": [(number + 1) * 512 + 4 * at for number in structure.difat for at in range(structure.chains.count)],
        "mini FAT": [start + 4 * at for start in minifat for at in range(128)],
        "directory": [start + 128 * at + field for start in directory for at in range(4) for field in fields],
    }


PLACES = places()
WORDS = st.sampled_from((0, 1, 2, 5, 0xFFFFFFFC, 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF)) | st.integers(0, 80)
CHANGES = st.tuples(st.sampled_from(sorted(PLACES)), st.integers(0, 10_000), WORDS, st.sampled_from("BHI"))


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(CHANGES, max_size=4), st.sampled_from((0, 0, 0, 1, 512, 700)))
@example([("FAT", 0, 0, "I")], 0)
@example([("mini FAT", 3, 2, "I")], 0)
@example([("directory", 27, 3, "I")], 0)
def test_whatever_is_wrong_both_ways_tell_the_same(changes: list[tuple[str, int, int, str]], cut: int) -> None:
    data = bytearray(SOUND)
    for where, place, word, size in changes:
        at = PLACES[where][place % len(PLACES[where])]
        struct.pack_into(f"<{size}", data, at, word & ((1 << 8 * struct.calcsize(size)) - 1))
    changed = bytes(data[: len(data) - cut])
    assert answer(CompoundFile.open, changed) == answer(thoroughly, changed)


def test_a_stream_that_shares_sectors_reads_what_its_chain_tells() -> None:
    """Both ways read the same bytes, and the defect is told."""
    data = bytearray(SOUND)
    file = thoroughly(SOUND)
    numbers = [entry.number for entry in file.root.walk() if not entry.is_storage and 64 < entry.size < 4096]
    first, second = numbers[:2]
    entries = [at for at in PLACES["directory"] if not at % 128]
    at = entries[second]
    struct.pack_into("<I", data, at + 116, file.structure.starts[first])
    assert agree(bytes(data))
    assert any("shares sectors" in str(defect) for defect in CompoundFile.open(bytes(data)).defects)


TWINS = (*NAMES[:3], "__properties_version1.0", "__recip_version1.0_#00000000", "__nameid_version1.0")
"""Names that the sound file has once in its root, whatever they have inside other storages."""


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("garbage", [b"", b"\xff\xd8", b"a\0b\0"])
@pytest.mark.parametrize(("name", "other"), list(permutations(TWINS, 2)))
def test_of_two_that_have_one_name_both_ways_take_the_same(
    name: str, other: str, garbage: bytes, swapped: bool
) -> None:
    """Also where garbage stands behind the NUL of one of them, and one is a storage; [MS-CFB] 2.6.1 wants zeros."""
    twins = [at for at in root_kids() if at[0] in (name, other)]
    first, second = (at for _, at in sorted(twins, key=lambda one: (one[0] != name) is not swapped))
    data = bytearray(SOUND)
    for at, behind in ((first, b""), (second, garbage)):
        raw = raw_name(name)
        letters = name.encode("utf-16-le") + b"\0\0"
        data[at : at + 66] = (letters + behind).ljust(64, b"\0") + raw[64:]
    assert agree(bytes(data))
    file = CompoundFile.open(bytes(data))
    defects = [str(defect) for defect in file.defects if "name is taken" in str(defect)]
    assert len(defects) == 1
    loser = f"entry {(second - PLACES['directory'][0]) // 128}:"
    assert not garbage or loser in defects[0]


def root_kids() -> list[tuple[str, int]]:
    """Names and places of what is in the root of the sound file, whose directory lies in one piece."""
    file = thoroughly(SOUND)
    return [(name, PLACES["directory"][0] + 128 * entry.number) for name, entry in file.root.children.items()]


def test_a_strict_reader_takes_the_thorough_way() -> None:
    assert CompoundFile.open(SOUND, strictness=Strictness.STRICT).outline is None
