"""Messages in archives and mailboxes, friendly and hostile."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import mapix
from mapix.convert.plan import Plan
from mapix.convert.run import Course, convert
from mapix.convert.sources import Scan
from mapix.convert.zipsalvage import whole_members

from .conftest import mail
from .test_convert import adds_up, lines


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """A zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, members: list[tuple[str, bytes]], mode: str) -> Path:
    """A tar archive, packed or not."""
    with tarfile.open(path, mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def subjects(out: Path) -> list[str | None]:
    """The subjects of all .msg files below a folder."""
    return sorted(str(mapix.open(path).subject) for path in out.rglob("*.msg"))


def outside(folder: Path, *allowed: str) -> list[str]:
    """What is in a folder besides what may be there."""
    return [path.name for path in folder.iterdir() if path.name not in allowed]


def test_a_zip_archive_with_folders_and_mailboxes_is_looked_into(tmp_path: Path) -> None:
    mbox = b"From a Thu Jan  2 12:00:00 2020\n" + mail(5).replace(b"\r\n", b"\n") + b"\nFrom b\n" + mail(6)
    inner = zipped(tmp_path / "inner.zip", {"deep.eml": mail(3)}).read_bytes()
    members = {"a.eml": mail(1), "x/b.eml": mail(2), "in.zip": inner, "old.mbox": mbox, "notes.txt": b"no"}
    source = zipped(tmp_path / "mail.zip", members)
    totals = convert([str(source)], Plan("msg", str(tmp_path / "out")), Course(manifest=str(tmp_path / "m")))
    assert (totals.read, totals.failed, totals.ignored) == (5, 0, 1)
    assert subjects(tmp_path / "out") == [f"Case {n}" for n in (1, 2, 3, 5, 6)]
    names = {line["source"].removeprefix(str(tmp_path)) for line in lines(tmp_path / "m")}
    assert names == {
        "/mail.zip!a.eml",
        "/mail.zip!x/b.eml",
        "/mail.zip!in.zip!deep.eml",
        "/mail.zip!old.mbox#1",
        "/mail.zip!old.mbox#2",
    }


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archives_are_read_packed_or_not(tmp_path: Path, mode: str) -> None:
    large = mail(3, attached=bytes(range(256)) * 8000)
    members = [("a.eml", mail(1)), ("x/b.eml", mail(2)), ("c.eml", large), ("a.eml", mail(4))]
    source = tarred(tmp_path / f"mail.tar{mode[1:].replace(':', '.')}", members, mode)
    totals = convert([str(source)], Plan("msg", str(tmp_path / "out")))
    assert (totals.read, totals.written) == (4, 4)
    assert subjects(tmp_path / "out") == [f"Case {n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "name", ["../../evil.eml", "/etc/evil.eml", "C:\\evil.eml", "a/../../evil.eml", "\\\\h\\e.eml"]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_no_member_leads_out_of_the_output(tmp_path: Path, name: str, kind: str) -> None:
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    if kind == "zip":
        source = zipped(tmp_path / "s.zip", {name: mail(1)})
    else:
        source = tarred(tmp_path / "s.tar", [(name, mail(1))], "w")
    totals = convert([str(source)], Plan("msg", str(work / "out")))
    assert totals.written == 1
    assert subjects(work / "out") == ["Case 1"]
    assert outside(tmp_path, "a", source.name) == outside(tmp_path / "a", "b") == outside(work, "out") == []


def test_links_in_archives_are_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "s.tar", "w") as archive:
        info = tarfile.TarInfo("link.eml")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    info = zipfile.ZipInfo("link.eml")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive2:
        archive2.writestr(info, "/etc/passwd")
    totals = convert([str(tmp_path)], Plan("txt", str(tmp_path / "out")))
    assert (totals.read, totals.ignored) == (0, 2)


def test_a_member_that_unpacks_to_far_too_much_fails_and_the_others_do_not(tmp_path: Path) -> None:
    source = zipped(tmp_path / "s.zip", {"bomb.eml": bytes(80 << 20), "a.eml": mail(1)})
    assert source.stat().st_size < 1 << 20
    totals = convert([str(source)], Plan("eml", str(tmp_path / "out")), Course(manifest=str(tmp_path / "m")))
    assert (totals.read, totals.written, totals.failed) == (2, 1, 1)
    assert "unpacks to too much" in next(line for line in lines(tmp_path / "m") if line["error"])["error"]


def test_a_packed_tar_archive_that_unpacks_to_far_too_much_is_left(tmp_path: Path) -> None:
    members = [("a.eml", mail(1)), ("zeros", bytes(80 << 20)), ("b.eml", mail(2))]
    source = tarred(tmp_path / "s.tar.gz", members, "w:gz")
    totals = convert([str(source)], Plan("eml", str(tmp_path / "out")))
    assert (totals.written, totals.failed) == (1, 1)


@pytest.mark.parametrize("cut", [10, 200, 400])
@pytest.mark.parametrize("name", ["s.zip", "s.tar", "s.tar.gz"])
def test_a_damaged_archive_is_told_once_and_stops_nothing(tmp_path: Path, name: str, cut: int) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    if name == "s.zip":
        source = zipped(folder / name, {"a.eml": mail(1), "b.eml": mail(2)})
    else:
        source = tarred(folder / name, [("a.eml", mail(1)), ("b.eml", mail(2))], "w:gz" if "gz" in name else "w")
    source.write_bytes(source.read_bytes()[:cut])
    (folder / "good.eml").write_bytes(mail(3))
    totals = convert([str(folder)], Plan("msg", str(tmp_path / "out")), Course(manifest=str(tmp_path / "m")))
    assert adds_up(totals)
    assert totals.failed >= 1
    assert (tmp_path / "out" / "good.msg").is_file()
    assert len(lines(tmp_path / "m")) == len({line["source"] for line in lines(tmp_path / "m")})


def test_a_member_with_a_wrong_checksum_fails_alone(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr("a.eml", mail(1))
        archive.writestr("b.eml", mail(2))
    data = bytearray((tmp_path / "s.zip").read_bytes())
    place = data.find(b"Case 1")
    data[place : place + 4] = b"Cash"
    (tmp_path / "s.zip").write_bytes(data)
    totals = convert([str(tmp_path / "s.zip")], Plan("msg", str(tmp_path / "out")))
    assert (totals.written, totals.failed) == (1, 1)


def test_lines_that_begin_with_from_survive_a_mailbox(tmp_path: Path) -> None:
    text = b"Subject: quoting\r\nMessage-ID: <q@example.org>\r\n\r\n\r\nFrom me\r\n>From you\r\n>>From them\r\n"
    (tmp_path / "a.eml").write_bytes(text)
    (tmp_path / "b.eml").write_bytes(mail(1))
    convert([str(tmp_path / "a.eml"), str(tmp_path / "b.eml")], Plan("mbox", str(tmp_path / "out.mbox")))
    assert b"\n>From me\n>>From you\n>>>From them\n" in (tmp_path / "out.mbox").read_bytes()
    totals = convert([str(tmp_path / "out.mbox")], Plan("eml", str(tmp_path / "out")))
    assert totals.read == 2
    back = sorted(path.read_bytes().replace(b"\r\n", b"\n") for path in (tmp_path / "out").rglob("*.eml"))
    assert [one.split() for one in back] == sorted(data.split() for data in (text, mail(1)))


def test_mailboxes_are_read_by_others(tmp_path: Path) -> None:
    import mailbox

    for number in range(4):
        (tmp_path / f"{number}.eml").write_bytes(mail(number, attached=b"x" * (number * 700_000)))
    words = [str(tmp_path / f"{number}.eml") for number in range(4)]
    convert(words, Plan("mbox", str(tmp_path / "out.mbox")))
    convert(words, Plan("maildir", str(tmp_path / "dir")))
    for box in (mailbox.mbox(tmp_path / "out.mbox"), mailbox.Maildir(tmp_path / "dir", create=False)):
        assert sorted(str(one["Subject"]) for one in box) == [f"Case {number}" for number in range(4)]
        sizes = sorted(len(part.get_payload(decode=True)) for one in box for part in one.walk() if part.get_filename())
        assert sizes == [0, 700_000, 1_400_000, 2_100_000]
        box.close()
    again = convert([str(tmp_path / "dir")], Plan("msg", str(tmp_path / "again")))
    assert (again.read, again.written) == (4, 4)


def test_what_cannot_be_read_is_told_and_links_that_go_round_do_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.eml").write_bytes(mail(1))
    (folder / "round").symlink_to(folder)
    (folder / "nowhere.eml").symlink_to(tmp_path / "none")
    totals = convert([str(folder), str(tmp_path / "gone.eml")], Plan("msg", str(tmp_path / "out")))
    assert (totals.read, totals.written, totals.failed, totals.ignored) == (2, 1, 1, 2)


def test_what_is_named_twice_is_converted_once(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(1))
    words = [str(tmp_path), str(tmp_path / "a.eml"), f"{tmp_path}/."]
    assert len(list(Scan(words, Plan("msg", "out")).items())) == 1


def test_files_of_one_name_get_names_that_differ(tmp_path: Path) -> None:
    for number, name in enumerate(("x/a.eml", "y/a.eml", "y/A.EML")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(mail(number))
    words = [str(tmp_path / "x" / "a.eml"), str(tmp_path / "y" / "a.eml"), str(tmp_path / "y" / "A.EML")]
    convert(words, Plan("msg", str(tmp_path / "out")))
    assert subjects(tmp_path / "out") == ["Case 0", "Case 1", "Case 2"]
    assert len({path.name.casefold() for path in (tmp_path / "out").glob("*.msg")}) == 3


def test_members_that_are_no_zip_members_cost_only_themselves(tmp_path: Path) -> None:
    """A mailbox in an archive whose member is damaged, another whose checksum is wrong, and one without a name."""
    source = tmp_path / "a.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for name in ("sound.eml", "x.mbox", "y.mbox", "z"):
            archive.writestr(name, b"From x\n" * name.endswith("mbox") + mail(1))
    data = bytearray(source.read_bytes())
    data[data.index(b"PK\3\4", 10)] = 0
    place = data.index(b"Case 1", data.index(b"y.mbox"))
    data[place : place + 4] = b"case"
    end = data.rindex(b"PK\1\2")
    data[end + 28 : end + 30] = b"\0\0"
    del data[end + 46 : end + 47]
    size = int.from_bytes(data[-10:-6], "little") - 1
    data[-10:-6] = size.to_bytes(4, "little")
    source.write_bytes(data)
    failures = {}
    totals = convert(
        [str(source)],
        Plan("eml", str(tmp_path / "out")),
        Course(),
        lambda outcome, _: failures.update({outcome.source.rpartition("!")[2]: outcome.code}),
    )
    assert (totals.read, totals.failed) == (3, 2)
    assert failures == {"sound.eml": "", "x.mbox": "MAPI_E_CORRUPT_DATA", "y.mbox": "MAPI_E_CORRUPT_DATA"}


def test_an_archive_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    """A process that converts twice does not remember what was there."""
    for number in range(2):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("one.eml", mail(number))
        convert([str(tmp_path / "a.zip")], Plan("eml", str(tmp_path / f"out{number}")))
        (written,) = (tmp_path / f"out{number}").glob("*.eml")
        assert written.read_bytes() == mail(number)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_archive_that_broke_off_yields_what_is_whole(tmp_path: Path, packing: int) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", packing) as archive:
        for number in range(4):
            archive.writestr(f"in/{number}.eml", mail(number))
            archive.writestr(f"in/{number}.png", b"no mail")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    totals = convert([str(broken)], Plan("msg", str(tmp_path / "out")))
    assert (totals.written, totals.failed) == (2, 1)
    assert subjects(tmp_path / "out") == ["Case 0", "Case 1"]


def test_streamed_members_of_a_broken_archive_are_followed(tmp_path: Path) -> None:
    """Archives that are written to a pipe tell the sizes of members behind them."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.eml", mail(number))
    data = pipe.getvalue()
    (tmp_path / "a.zip").write_bytes(data[: data.index(b"PK\x01\x02")])
    totals = convert([str(tmp_path / "a.zip")], Plan("msg", str(tmp_path / "out")))
    assert (totals.written, totals.failed) == (3, 1)


@pytest.mark.parametrize("kind", ["zip", "w", "w:gz"])
def test_maildirs_and_mailboxes_without_suffix_in_archives_are_known_by_their_bytes(tmp_path: Path, kind: str) -> None:
    members = {
        "Maildir/cur/1577966400.M1P2.host:2,S": mail(1),
        "Maildir/new/1577966401.M1P2.host": mail(2),
        "Mail/Inbox": b"From a Thu Jan  2 12:00:00 2020\n" + mail(3) + b"\n",
        "Mail/Inbox.msf": b"index",
        "Mail/README": b"words\n",
    }
    path = tmp_path / ("a.zip" if kind == "zip" else "a.tar")
    if kind == "zip":
        zipped(path, members)
    else:
        tarred(path, list(members.items()), kind)
    totals = convert([str(path)], Plan("msg", str(tmp_path / "out")))
    assert (totals.read, totals.written, totals.ignored) == (3, 3, 2)
    assert subjects(tmp_path / "out") == ["Case 1", "Case 2", "Case 3"]
    assert sum(bool(mapix.open(each).is_read) for each in (tmp_path / "out").rglob("*.msg")) == 1


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("piped", [True, False])
def test_members_with_large_sizes_are_found_without_the_directory(tmp_path: Path, packed: int, piped: bool) -> None:
    """Who does not know how much will come writes sizes of 64 bits, behind the bytes where he cannot go back."""
    members = {f"{number}.eml": b"x" * number for number in (0, 10, 70_000)}
    target = Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(target, "w", packed) as archive:
        for name, data in members.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(data)
    data = bytes(target.data) if isinstance(target, Pipe) else target.getvalue()
    (tmp_path / "a.zip").write_bytes(data[: data.index(b"PK\x01\x02")])
    found = {name: member.read() for name, member in whole_members(str(tmp_path / "a.zip"))}
    assert found == ({} if piped and packed == zipfile.ZIP_STORED else members)


class Pipe(io.RawIOBase):
    """Takes bytes, and never goes back."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += data
        return len(data)


@pytest.mark.parametrize("size", [65_530, 65_536, 65_540, 131_075, 196_615])
def test_the_last_member_of_a_zip_archive_that_ends_with_it_is_whole(tmp_path: Path, size: int) -> None:
    """Where all its bytes are read while some of what they unpack to is still to come."""
    data = zipped(tmp_path / "whole.zip", {"a.eml": b"x" * size}).read_bytes()
    (tmp_path / "a.zip").write_bytes(data[: data.index(b"PK\x01\x02")])
    found = [(name, member.read()) for name, member in whole_members(str(tmp_path / "a.zip"))]
    assert found == [("a.eml", b"x" * size)]
