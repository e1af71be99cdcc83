"""Mail in a file that is not read into memory is read as in memory, wherever its pieces end."""

import io

import pytest

from mapix.formats.mime import from_mime, source
from mapix.formats.mime.source import FileSource, MemorySource, source_of
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.value import whole

MAIL = (
    b"From: Ann <ann@example.com>\r\nTo: Bill <bill@example.com>\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=bound\r\n\r\npreamble\r\n--bound\r\n\r\nHello there\r\n--bound\r\n"
    b"Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJz\r\n" * 20
    + b"\r\n--bound\r\nContent-Type: message/rfc822\r\n\r\nSubject: inside\r\n\r\ntext\r\n--bound--\r\n"
)


def told(content: MessageContent) -> list[object]:
    """What a message says, large values read."""
    files = [whole(t.PR_ATTACH_DATA_BIN, each.properties.get(t.PR_ATTACH_DATA_BIN)) for each in content.attachments]
    inside = [each.message.get(t.PR_SUBJECT) for each in content.attachments if each.message is not None]
    return [content.get(t.PR_SUBJECT), content.get(t.PR_BODY), files, inside]


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 8, 64, 100, 1000])
def test_pieces_of_any_size_make_the_same_message(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PIECE", piece)
    monkeypatch.setattr(source, "IN_MEMORY", 0)
    monkeypatch.setattr("mapix.formats.mime.reading.PIECE", piece)
    assert isinstance(source_of(io.BytesIO(MAIL)), FileSource)
    assert told(from_mime(io.BytesIO(MAIL)).value) == told(from_mime(MAIL).value)


@pytest.mark.parametrize("size", range(1, 9))
def test_what_is_looked_for_is_found_across_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PIECE", size)
    data = b"ababcabcab" * 3
    file, memory = FileSource(io.BytesIO(data)), MemorySource(data)
    for what in (b"a", b"abc", b"cab", b"abcabcabab", b"zz"):
        for start in range(len(data)):
            for end in (len(data), start + 4, start):
                assert file.find(what, start, end) == memory.find(what, start, end)


@pytest.mark.parametrize("most", [0, 1 << 20])
def test_a_pipe_is_read_like_a_file(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "IN_MEMORY", most)

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert told(from_mime(Pipe(MAIL)).value) == told(from_mime(MAIL).value)
