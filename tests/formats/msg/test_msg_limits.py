"""Large messages: many parts in time that grows with them, and a gigabyte that never lies in memory."""

import io
import time
from pathlib import Path

import pytest
from tests.formats.msg.msg_cases import attachment, person, plainly, read, written
from tests.formats.streamed import memory_of

from mapix.formats.defects import Strictness
from mapix.formats.msg import MsgFile, content_of
from mapix.properties.content import MessageContent
from mapix.properties.flags import MAPI_TO
from mapix.properties.tags import PR_ATTACH_LONG_FILENAME, PR_DISPLAY_NAME, PR_SUBJECT


def crowd(number: int) -> MessageContent:
    rows = [person(f"Person {one}", f"person{one}@example.com", MAPI_TO) for one in range(number)]
    return MessageContent({PR_SUBJECT: "All"}, recipients=rows)


def test_two_thousand_recipients_and_five_hundred_attachments() -> None:
    content = crowd(2000)
    content.attachments = [attachment(f"file{one}.bin", bytes([one % 256]) * (one * 20)) for one in range(500)]
    data = written(content)
    with MsgFile.open(data, strictness=Strictness.STRICT) as file:
        assert [one.get(PR_DISPLAY_NAME) for one in file.recipients][1999] == "Person 1999"
        assert [one.get(PR_ATTACH_LONG_FILENAME) for one in file.attachments][499] == "file499.bin"
        assert plainly(content_of(file)) == plainly(content)


def test_time_grows_with_the_number_of_recipients_and_not_faster() -> None:
    def seconds(data: bytes) -> float:
        start = time.thread_time()
        with MsgFile.open(data) as file:
            for one in file.recipients:
                one.get(PR_DISPLAY_NAME)
        return time.thread_time() - start

    few, many = written(crowd(1000)), written(crowd(4000))
    pairs = [(seconds(few), seconds(many)) for _ in range(7)]
    assert min(pair[1] for pair in pairs) < 4 * 2.5 * min(pair[0] for pair in pairs)


def test_a_subject_of_64_kib_and_one_beyond_what_is_held() -> None:
    for size in (32 * 1024, 65 * 1024, 300 * 1024):
        content = MessageContent({PR_SUBJECT: "ü" * size})
        with MsgFile.open(written(content)) as file:
            assert plainly(content_of(file)) == plainly(content)
        content.properties[PR_SUBJECT] = "u" * size
        assert read(written(content, unicode=False)).get(PR_SUBJECT) == "u" * size


def test_text_that_ends_with_nuls_and_is_large_survives() -> None:
    content = MessageContent({PR_SUBJECT: "ü" * 200_000 + "\0\0"})
    data = written(content)
    with MsgFile.open(data) as file:
        assert plainly(content_of(file)) == plainly(content)
        assert written(content_of(file)) == data


STREAMED = """
import io, sys
from pathlib import Path
from tests.formats.streamed import MadeValue, peak
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.tags import PR_ATTACH_DATA_BIN, PR_ATTACH_METHOD, PR_SUBJECT

size, folder = int(sys.argv[1]), Path(sys.argv[2])

write_msg(MessageContent({PR_SUBJECT: "warm"}), io.BytesIO())
before = peak()
parts = [AttachmentContent({PR_ATTACH_METHOD: 1, PR_ATTACH_DATA_BIN: MadeValue(size)})]
write_msg(MessageContent({PR_SUBJECT: "Large"}, attachments=parts), folder / "a.msg")
with MsgFile.open(folder / "a.msg") as file:
    write_msg(content_of(file), folder / "b.msg")
with MsgFile.open(folder / "b.msg") as file:
    value = file.attachments[0].get(PR_ATTACH_DATA_BIN)
    assert value.size == size
    found = 0
    with value.open() as reader:
        while piece := reader.read(1 << 20):
            found += len(piece)
    assert found == size
print(peak() - before)
"""


def streamed(size: int, folder: Path) -> int:
    """MiB of memory that an attachment takes more when it is written, copied and read in pieces."""
    return memory_of(STREAMED, size, folder)


def test_a_large_attachment_is_never_in_memory(tmp_path: Path) -> None:
    assert streamed(96 << 20, tmp_path) < 24


@pytest.mark.soak
def test_a_gigabyte_is_never_in_memory(tmp_path: Path) -> None:
    assert streamed(1 << 30, tmp_path) < 48


def test_an_attachment_larger_than_what_is_told_costs_nothing_until_it_is_read() -> None:
    data = written(MessageContent(attachments=[attachment("big", b"x" * 3_000_000)]))
    counted = Counted(data)
    with MsgFile.open(counted) as file:
        assert file.attachments[0].get(PR_ATTACH_LONG_FILENAME) == "big"
    assert counted.bytes < 200_000


class Counted(io.BytesIO):
    """A file that counts what is read of it."""

    bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.bytes += len(data)
        return data

    def readinto(self, buffer: object) -> int:
        raise AssertionError("not asked for")
