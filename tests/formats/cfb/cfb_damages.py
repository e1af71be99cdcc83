"""Ways to damage a compound file: each a function that changes the bytes of a sound one."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

from tests.formats.cfb.cfb_cases import nodes, read_tree

from mapix.formats.cfb import CompoundFile, write_compound_file

TREE = {"big": b"B" * 9000, "small": b"s" * 100, "tiny": b"t", "empty": b"", "dir": {"in": b"i" * 70, "deep": {}}}
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


def sound() -> bytearray:
    target = io.BytesIO()
    write_compound_file(nodes(TREE), target)
    return bytearray(target.getvalue())


def entry_at(data: bytearray, name: str) -> int:
    """Where the directory entry of that name lies in the file."""
    with CompoundFile.open(bytes(data)) as file:
        found = next(entry for entry in [file.root, *file.root.walk()] if entry.name == name)
        first = file.structure.directory_runs[0][0]
        return (first + 1) * 512 + found.number * 128


def put(data: bytearray, offset: int, form: str, *values: int) -> None:
    struct.pack_into(form, data, offset, *values)


def fat_at(data: bytearray, sector: int) -> int:
    """Where the FAT tells of a sector."""
    (first,) = struct.unpack_from("<I", data, 76)
    return (first + 1) * 512 + sector * 4


def start_of(data: bytearray, name: str) -> int:
    return int(struct.unpack_from("<I", data, entry_at(data, name) + 116)[0])


def defects(data: bytes | bytearray) -> str:
    with CompoundFile.open(bytes(data)) as file:
        read_tree(file)
        return "; ".join(map(str, file.defects))


def cycle_in_a_chain(data: bytearray) -> None:
    start = start_of(data, "big")
    put(data, fat_at(data, start + 5), "<I", start)


def chain_out_of_the_file(data: bytearray) -> None:
    put(data, fat_at(data, start_of(data, "big") + 5), "<I", 4000)


def chain_into_free_sectors(data: bytearray) -> None:
    put(data, fat_at(data, start_of(data, "big") + 5), "<I", FREE)


def chain_into_another(data: bytearray) -> None:
    with CompoundFile.open(bytes(data)) as file:
        put(data, fat_at(data, start_of(data, "big") + 5), "<I", file.structure.directory_runs[0][0])


def chain_too_short(data: bytearray) -> None:
    put(data, fat_at(data, start_of(data, "big") + 5), "<I", END)


def size_beyond_everything(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 120, "<I", 0xFFFFFFF0)


def small_size_beyond_its_chain(data: bytearray) -> None:
    put(data, entry_at(data, "small") + 120, "<I", 4000)


def small_stream_outside(data: bytearray) -> None:
    put(data, entry_at(data, "small") + 116, "<I", 100_000)


def two_streams_in_one_place(data: bytearray) -> None:
    put(data, entry_at(data, "small") + 116, "<I", start_of(data, "in"))


def sibling_is_itself(data: bytearray) -> None:
    with CompoundFile.open(bytes(data)) as file:
        number = file.root.children["small"].number
    put(data, entry_at(data, "small") + 68, "<II", number, number)


def child_is_the_root(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 76, "<I", 0)


def link_out_of_the_directory(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 68, "<I", 99_999)


def stream_with_children(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 76, "<I", 1)


def unknown_kind(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 66, "<B", 9)


def a_second_root(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 66, "<B", 5)


def no_root(data: bytearray) -> None:
    put(data, entry_at(data, "Root Entry") + 66, "<B", 1)


def name_too_long(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 64, "<H", 200)


def name_of_no_length(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 64, "<H", 0)


def name_of_odd_length(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 64, "<H", 7)


def unsorted(data: bytearray) -> None:
    put(data, entry_at(data, "big"), "<H", ord("z"))
    put(data, entry_at(data, "tiny"), "<H", ord("a"))
    put(data, entry_at(data, "dir"), "<H", ord("y"))


def two_of_one_name(data: bytearray) -> None:
    at = entry_at(data, "tiny")
    data[at : at + 66] = bytes(data[entry_at(data, "big") :][:66])


def name_with_a_slash(data: bytearray) -> None:
    put(data, entry_at(data, "tiny"), "<H", ord("/"))


def red_below_red(data: bytearray) -> None:
    for name in ("big", "dir", "tiny", "empty", "small"):
        put(data, entry_at(data, name) + 67, "<B", 0)


def purple(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 67, "<B", 7)


def stream_with_a_class(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 80, "<I", 7)


def stream_with_times(data: bytearray) -> None:
    put(data, entry_at(data, "tiny") + 100, "<Q", 7)


def storage_with_bytes(data: bytearray) -> None:
    put(data, entry_at(data, "dir") + 120, "<I", 7)


def empty_stream_with_a_sector(data: bytearray) -> None:
    put(data, entry_at(data, "empty") + 116, "<I", 3)


def high_half_of_a_size(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 124, "<I", 3)


def header_class(data: bytearray) -> None:
    data[8:24] = b"c" * 16


def header_reserved(data: bytearray) -> None:
    data[34] = 1


def header_byte_order(data: bytearray) -> None:
    put(data, 28, "<H", 0xFEFF)


def header_cutoff(data: bytearray) -> None:
    put(data, 56, "<I", 0)


def header_mini_size(data: bytearray) -> None:
    put(data, 32, "<H", 0xFFFF)


def header_sector_size(data: bytearray) -> None:
    put(data, 30, "<H", 73)


def header_counts(data: bytearray) -> None:
    put(data, 40, "<II", 0xFFFFFFFF, 0x7FFFFFFF)
    put(data, 64, "<I", 0xFFFFFFFF)
    put(data, 72, "<I", 0xFFFFFFFF)


def difat_that_loops(data: bytearray) -> None:
    put(data, 68, "<II", 3, 0xFFFFFFFF)
    put(data, 4 * 512 + 508, "<I", 3)


def fat_sector_outside(data: bytearray) -> None:
    put(data, 80, "<I", 0x00FFFFFF)


def fat_sector_named_twice(data: bytearray) -> None:
    data[80:84] = data[76:80]


def mini_fat_outside(data: bytearray) -> None:
    put(data, 60, "<I", 77_777)


def mini_stream_outside(data: bytearray) -> None:
    put(data, entry_at(data, "Root Entry") + 116, "<I", 77_777)


def mini_stream_shorter(data: bytearray) -> None:
    with CompoundFile.open(bytes(data)) as file:
        put(data, fat_at(data, file.structure.root_runs[0][0]), "<I", 70_000)
    put(data, entry_at(data, "Root Entry") + 120, "<I", 70_000)


def fat_without_marks(data: bytearray) -> None:
    (first,) = struct.unpack_from("<I", data, 76)
    put(data, fat_at(data, first), "<I", END)


def sectors_that_are_nobodys(data: bytearray) -> None:
    put(data, entry_at(data, "big") + 120, "<I", 0)


def file_cut_in_a_sector(data: bytearray) -> None:
    del data[-100:]


def file_cut_in_half(data: bytearray) -> None:
    data.extend(bytes(100))
    put(data, 76, "<I", FREE)


DAMAGES: list[Callable[[bytearray], None]] = [
    value for value in list(globals().values()) if getattr(value, "__annotations__", {}).keys() == {"data", "return"}
]
DAMAGES = [one for one in DAMAGES if one.__code__.co_argcount == 1 and one is not defects]
