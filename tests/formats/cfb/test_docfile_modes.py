"""How storages may be opened: COM's modes and their errors, and who shares a file with whom."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.formats.cfb.cfb_cases import READ, RW, put, storage_tree, strictly
from tests.formats.cfb.docfile_cases import CLASS, TRANSACTED

from mapix.formats.cfb import CompoundFile, sharing
from mapix.formats.cfb.storage import create_docfile, is_docfile, open_docfile
from mapix.formats.storage import Commit, Mode, Storage
from mapix.formats.storageerrors import (
    AccessDenied,
    FileAlreadyExists,
    FileNotFound,
    InvalidFlag,
    InvalidHeader,
    InvalidParameter,
    NotCurrent,
    PathNotFound,
    ShareViolation,
)


class TestModes:
    @pytest.mark.parametrize(
        "mode",
        [
            Mode.READ | Mode.SHARE_DENY_NONE,
            Mode.READWRITE | Mode.SHARE_DENY_WRITE,
            RW | Mode.CREATE,
            RW | Mode.PRIORITY,
            RW | Mode.SIMPLE,
            RW | Mode.DIRECT_SWMR,
            RW | Mode.CONVERT,
            RW | Mode.NOSCRATCH,
            RW | Mode.TRANSACTED | Mode.NOSNAPSHOT,
            RW | Mode.DELETEONRELEASE,
            Mode.READ | Mode.TRANSACTED | Mode.NOSCRATCH | Mode.SHARE_DENY_WRITE,
            3 | Mode.SHARE_EXCLUSIVE,
            Mode.READWRITE | 0x50,
            RW | 0x80,
        ],
    )
    def test_modes_that_do_not_exist(self, mode: int, tmp_path: Path) -> None:
        create_docfile(tmp_path / "file").close()
        with pytest.raises(InvalidFlag):
            open_docfile(tmp_path / "file", mode)

    @pytest.mark.parametrize(
        "mode",
        [
            Mode.READ,
            READ,
            Mode.READ | Mode.SHARE_DENY_WRITE,
            RW,
            Mode.READWRITE,
            RW | Mode.TRANSACTED | Mode.NOSCRATCH,
            Mode.READWRITE | Mode.SHARE_DENY_NONE | Mode.TRANSACTED,
            Mode.READWRITE | Mode.SHARE_DENY_NONE | Mode.TRANSACTED | Mode.NOSNAPSHOT,
            Mode.READ | Mode.SHARE_DENY_READ | Mode.TRANSACTED,
        ],
    )
    def test_modes_that_do(self, mode: int, tmp_path: Path) -> None:
        create_docfile(tmp_path / "file").close()
        with open_docfile(tmp_path / "file", mode) as root:
            assert root.elements() == []
            assert root.stat().name == str(tmp_path / "file")

    def test_a_file_that_is_read_only_stays_as_it_is(self, tmp_path: Path) -> None:
        with create_docfile(tmp_path / "file") as root:
            put(root, "x", b"1")
            root.create_storage("s").close()
        before = (tmp_path / "file").read_bytes()
        with open_docfile(tmp_path / "file") as root:
            calls = [
                lambda: root.create_stream("y"),
                lambda: root.create_storage("y"),
                lambda: root.open_stream("x", RW),
                lambda: root.open_storage("s", RW),
                lambda: root.destroy_element("x"),
                lambda: root.rename_element("x", "y"),
                lambda: root.set_class(CLASS),
                lambda: root.set_state_bits(1, 1),
                lambda: root.set_element_times(None, created=1),
                lambda: root.commit(),
            ]
            for call in calls:
                with pytest.raises(AccessDenied):
                    call()
            assert root.open_stream("x").read() == b"1"
        assert (tmp_path / "file").read_bytes() == before

    @pytest.mark.parametrize(
        "mode",
        [
            Mode.READWRITE,
            Mode.READWRITE | Mode.SHARE_DENY_NONE,
            RW | Mode.TRANSACTED,
            RW | Mode.DELETEONRELEASE,
            RW | Mode.NOSCRATCH,
            RW | Mode.CONVERT,
        ],
    )
    def test_modes_that_streams_cannot_have(self, root: Storage, mode: int) -> None:
        with pytest.raises(InvalidFlag):
            root.create_stream("x", mode)
        put(root, "y", b"")
        with pytest.raises(InvalidFlag):
            root.open_stream("y", RW | Mode.CREATE)

    def test_creating(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with create_docfile(path) as root:
            put(root, "x", b"1")
        with pytest.raises(FileAlreadyExists):
            create_docfile(path)
        with pytest.raises(PathNotFound):
            create_docfile(tmp_path / "none" / "file")
        with pytest.raises(InvalidFlag):
            create_docfile(path, Mode.READ | Mode.SHARE_EXCLUSIVE)
        with pytest.raises(InvalidParameter):
            create_docfile(path, RW | Mode.CREATE, version=7)
        with create_docfile(path, TRANSACTED | Mode.CREATE) as root:
            assert root.elements() == []
            assert strictly(path) == {"x": b"1"}
            put(root, "y", b"2")
            root.commit()
            assert strictly(path) == {"y": b"2"}
        with create_docfile(path, RW | Mode.CREATE, version=4) as root:
            assert strictly(path) == {}
            put(root, "z", b"3")
        with CompoundFile.open(path) as file:
            assert file.version == 4
            assert file.defects == ()
        path.write_bytes(b"no docfile" * 1000)
        with create_docfile(path, TRANSACTED | Mode.CREATE) as root:
            assert strictly(path) == {}

    def test_a_file_that_goes_with_its_storage(self, tmp_path: Path) -> None:
        with create_docfile(tmp_path / "file", RW | Mode.DELETEONRELEASE) as root:
            assert (tmp_path / "file").exists()
            put(root, "x", b"1")
        assert not (tmp_path / "file").exists()
        with create_docfile(None) as root:
            put(root, "x", b"1" * 2_000_000)
            assert len(storage_tree(root)["x"]) == 2_000_000

    def test_what_is_a_compound_file(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        create_docfile(path).close()
        assert is_docfile(path)
        assert is_docfile(path.read_bytes())
        assert is_docfile(io.BytesIO(path.read_bytes()))
        path.write_bytes(b"other")
        assert not is_docfile(path)
        with pytest.raises(InvalidHeader):
            open_docfile(path)
        with pytest.raises(FileNotFound):
            is_docfile(tmp_path / "none")


class TestSharing:
    def test_an_exclusive_opener_is_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        with create_docfile(path):
            for mode in (Mode.READ, RW, Mode.READ | Mode.TRANSACTED | Mode.SHARE_DENY_NONE):
                with pytest.raises(ShareViolation):
                    open_docfile(path, mode)
        with open_docfile(path), open_docfile(path), pytest.raises(ShareViolation):
            open_docfile(path, RW)
        open_docfile(path, RW).close()

    def test_other_processes_are_excluded_too(self, tmp_path: Path) -> None:
        import subprocess
        import sys

        path = tmp_path / "file"
        code = (
            "import sys; from pathlib import Path; from mapix.formats.cfb.storage import open_docfile\n"
            "try: open_docfile(Path(sys.argv[1]), int(sys.argv[2])); print('opened')\n"
            "except Exception as error: print(type(error).__name__)"
        )

        def another(mode: int) -> str:
            command = [sys.executable, "-c", code, str(path), str(mode)]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

        with create_docfile(path):
            assert another(Mode.READ) == "ShareViolation"
        with open_docfile(path):
            assert another(RW) == "ShareViolation"
            assert another(Mode.READ) == "opened"

    def test_who_shares_sees_a_snapshot_and_the_last_one_wins(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        shared = Mode.READWRITE | Mode.SHARE_DENY_NONE | Mode.TRANSACTED
        with create_docfile(path) as root:
            put(root, "x", b"old" * 3000)
        with open_docfile(path, shared) as one, open_docfile(path, shared) as two:
            put(one, "x", b"one" * 3000)
            one.commit(Commit.ONLYIFCURRENT)
            assert strictly(path) == {"x": b"one" * 3000}
            assert storage_tree(two) == {"x": b"old" * 3000}
            put(two, "y", b"two")
            with pytest.raises(NotCurrent):
                two.commit(Commit.ONLYIFCURRENT)
            two.commit()
            assert strictly(path) == {"x": b"old" * 3000, "y": b"two"}
            two.commit(Commit.ONLYIFCURRENT)
            with pytest.raises(NotCurrent):
                one.commit(Commit.ONLYIFCURRENT)
            one.revert()
            assert storage_tree(one) == {"x": b"one" * 3000}


def test_a_storage_that_is_collected_while_another_is_opened_stands_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = create_docfile(tmp_path / "one", Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE)
    held = [gone]
    lock = sharing._lock

    def collecting(*given: object) -> None:
        held.clear()
        lock(*given)

    monkeypatch.setattr(sharing, "_lock", collecting)
    del gone
    opened = create_docfile(tmp_path / "two", Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE)
    assert not held
    opened.close()
    create_docfile(tmp_path / "one", Mode.READWRITE | Mode.SHARE_EXCLUSIVE | Mode.CREATE).close()
