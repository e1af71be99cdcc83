"""Errors of messages on storages: counterparts, and a save that fails (IMS-*)."""

from pathlib import Path

import pytest
from tests.objects.imsg_storages import EDIT, saved

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import open_docfile
from mapix.formats.msg import MsgFile
from mapix.formats.storageerrors import FileNotFound, Reverted, by_hresult, mapi_error
from mapix.interfaces.prop import Keep
from mapix.objects.imsg import (
    open_imsg_on_istg,
)
from mapix.properties import tags as t
from mapix.properties.errors import (
    CallFailed,
    CorruptData,
    DiskError,
    InvalidParameter,
    MapiError,
    NoAccess,
    NotFound,
    ObjectChanged,
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0x80030002, NotFound),
        (0x80030005, NoAccess),
        (0x80030020, NoAccess),
        (0x8003001D, DiskError),
        (0x80030057, InvalidParameter),
        (0x80030102, CorruptData),
        (0x80030109, CorruptData),
        (0x80030101, ObjectChanged),
        (0x80030001, CallFailed),
    ],
)
def test_storage_errors_have_counterparts(code: int, expected: type[MapiError]) -> None:
    """IMS-40."""
    assert type(mapi_error(by_hresult(code)("x"))) is expected


def test_the_storage_itself_answers_in_its_own_codes(tmp_path: Path) -> None:
    """IMS-41."""
    with open_docfile(saved(tmp_path / "x.msg"), EDIT) as storage, pytest.raises(FileNotFound):
        storage.open_stream("none")


def test_a_message_on_a_closed_storage_fails_as_a_message_does(tmp_path: Path) -> None:
    """IMS-40."""
    storage = open_docfile(saved(tmp_path / "x.msg"), EDIT)
    message = open_imsg_on_istg(None, storage)
    message.set_props({t.PR_SUBJECT: "x"})
    storage.close()
    with pytest.raises(MapiError):
        message.save_changes()
    with pytest.raises(Reverted):
        storage.commit()


class Failing(MemoryBytes):
    """Bytes whose medium stops at a number of writes."""

    left = 10**9

    def write_at(self, offset: int, data: bytes) -> None:
        self.left -= 1
        if self.left < 0:
            raise by_hresult(0x80030070)("full")
        super().write_at(offset, data)


def test_a_failed_save_leaves_the_old_state(tmp_path: Path) -> None:
    """IMS-11, IMS-40."""
    data = saved(tmp_path / "x.msg").read_bytes()
    kept, failures = 0, 0
    for writes in range(0, 40, 3):
        place = Failing(data)
        storage = open_docfile(place, EDIT)
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_SUBJECT: "new", t.PR_BODY: "b" * 20_000})
        place.left = writes
        try:
            message.save_changes(Keep.READWRITE)
        except MapiError:
            failures += 1
        with MsgFile.open(bytes(place.data)) as file:
            found = file.get(t.PR_SUBJECT), len(file.get(t.PR_BODY))
        assert found in (("Budget", 4), ("new", 20_000))
        kept += found[1] == 4
        place.left = 10**9
        storage.close()
    assert kept
    assert failures
