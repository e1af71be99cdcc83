"""Coverage-guided fuzzing of what `mapix convert` reads: `python fuzz/fuzz_convert.py -max_total_time=300`.

The first byte of an input says what it is: a message in JSON, a mailbox, a zip or tar archive, packed or not, or the
name of a file. Whatever comes in, each source is converted or fails for a reason that was foreseen, and no target lies
outside of the output or in the place of another one. Needs atheris; `make fuzz` runs it.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.convert.archives import Archives
    from mapix.convert.items import Item
    from mapix.convert.mboxes import items_of, quoted, unquoted
    from mapix.convert.names import joined, short, unique
    from mapix.convert.plan import Plan
    from mapix.convert.sources import Scan
    from mapix.convert.targets.jsonform import Json, from_json
    from mapix.convert.work import convert_item
    from mapix.properties.errors import CorruptData

MOST: Final = 100_000
KINDS: Final = ("json", "mbox", "zip", "tar", "tgz", "name")
_FORBIDDEN: Final = frozenset('<>:"/|?*\\')


def one_input(data: bytes) -> None:
    """Read one input as what its first byte says."""
    if 1 < len(data) < MOST:
        judge_as(KINDS[data[0] % len(KINDS)], data[1:])


def judge(data: bytes) -> None:
    """The same bytes as each kind."""
    for kind in KINDS:
        judge_as(kind, data)


def judge_as(kind: str, data: bytes) -> None:
    """Read bytes as one kind."""
    if kind == "name":
        judge_name(data)
        return
    with TemporaryDirectory(prefix="fuzz-convert") as folder:
        path = Path(folder, f"source.{kind}")
        path.write_bytes(data)
        if kind == "json":
            judge_json(path, data)
        elif kind == "mbox":
            judge_mailbox(path, data)
        else:
            judge_archive(path, "zip" if kind == "zip" else "tar")


def judge_json(path: Path, data: bytes) -> None:
    """A message that was read is written, and read as the same; and its .msg file is written, too."""
    try:
        content = from_json(data)
    except CorruptData:
        return
    other = path.with_name("again.json")
    Json(Plan("json", str(path.parent))).write(content, other, "again")
    again = from_json(other.read_bytes())
    assert repr(sorted(again.properties.items())) == repr(sorted(content.properties.items())), "another message"
    judge_items(path.parent, [Item("json", "json", path=str(path), size=len(data))])


def judge_mailbox(path: Path, data: bytes) -> None:
    """Messages do not overlap, and what is put into a mailbox comes out of it."""
    items = list(items_of(str(path), path.name, "box"))
    ends = 0
    for item in items:
        assert ends <= item.start <= item.start + item.size <= len(data), "messages overlap"
        ends = item.start + item.size
    judge_items(path.parent, items)
    with ExitStack() as files:
        lines = (data.replace(b"\r\n", b"\n") if b"\n" in data else data.replace(b"\r", b"\n")).rstrip(b"\n")
        assert unquoted(quoted(data), files) == lines + b"\n\n", "a mailbox changes what it holds"


def judge_archive(path: Path, form: str) -> None:
    """Each member once, inside of the output."""
    plan = Plan("msg", str(path.parent / "out"))
    judge_items(path.parent, list(Archives(plan).items(str(path), path.name, "archive", form)))
    list(Scan([str(path)], plan).items())


def judge_items(place: Path, items: list[Item]) -> None:
    """Every item is converted, or fails for a reason that was foreseen."""
    targets = [item.target.casefold() for item in items]
    assert len(set(targets)) == len(targets), "two sources have one target"
    assert len({item.name for item in items}) == len(items), "two sources have one name"
    for item in items[:8]:
        for part in item.target.split("/"):
            judge_part(part)
        outcome = convert_item(item, Plan("json", str(place / "out"), time_limit=60))
        assert outcome.code != "MAPI_E_CALL_FAILED", outcome.error
        assert outcome.code != "MAPI_E_TIMEOUT", "it takes too long"


def judge_part(part: str) -> None:
    """A name is one of every file system."""
    assert part.strip(". "), part
    assert not _FORBIDDEN & set(part), part
    assert part.isprintable(), part
    assert len(part.encode("utf-8", "surrogatepass")) <= 200, part


def judge_name(data: bytes) -> None:
    """Names of any letters become safe ones, and different ones stay different."""
    names = data.decode("utf-8", "surrogateescape").split("\n")[:50]
    for name in names:
        judge_part(short(name))
    chosen = unique([(name, f"{number}", ".msg") for number, name in enumerate(names)])
    assert len({one.casefold() for one in chosen}) == len(chosen), "two sources have one name"
    for one in chosen:
        judge_part(joined("", one))


def seeds() -> list[bytes]:
    """One of each kind."""
    mail = b"From: ann@example.org\nSubject: x\n\nHello\n"
    json = (
        b'{"mapix":"message","schema":1,"message":{"properties":[{"tag":"0x0037001F","value":"x"},{"tag":"0x00390040",'
        b'"value":"132224400000000000"},{"tag":"0x80010102","named":{"set":"{00020329-0000-0000-C000-000000000046}",'
        b'"name":"n"},"value":"AAE="},{"tag":"0x80021003","named":{"set":"{00020329-0000-0000-C000-000000000046}",'
        b'"id":7},"value":[1,2]}],"recipients":[[{"tag":"0x3001001F","value":"Ann"}]],"attachments":[{"properties":'
        b'[{"tag":"0x37050003","value":5}],"message":{"properties":[],"recipients":[],"attachments":[]}}]}}'
    )
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.eml", "../b.eml", "A.EML", "in/c.mbox", "/etc/d.eml"):
            archive.writestr(name, b"From x\n" * name.endswith("mbox") + mail)
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        for name, kind in (("a.eml", tarfile.REGTYPE), ("../b.eml", tarfile.SYMTYPE), ("c.eml", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(mail) * (kind == tarfile.REGTYPE)
            archive.addfile(info, io.BytesIO(mail))
    tar = tarred.getvalue()[:4096]
    return [
        b"\0" + json,
        b"\1From a Thu\n" + mail + b"\n>From b\n\nFrom c\n" + mail,
        b"\2" + packed.getvalue(),
        b"\3" + tar,
        b"\4" + gzip.compress(tar, mtime=0),
        b"\5CON.eml\n../x\n\xc3\xa9\ne\xcc\x81\na:b\na?b\n" + b"l" * 300,
    ]


if __name__ == "__main__":
    run("convert", one_input, seeds())
