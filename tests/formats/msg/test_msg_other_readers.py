"""What mapix writes, and what it reads, held against independent readers that run as programs of their own.

Where a reader says something else of a real file, the tables below say why, and who is right by the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from tests.formats.msg.msg_cases import attachment, person, plain, written
from tests.formats.msg.other_readers import READERS, Told, missing

import mapix
from mapix.client.body import html_of
from mapix.formats.msg import MsgFile, content_of, foreign_of, write_msg
from mapix.properties.content import MessageContent
from mapix.properties.flags import MAPI_BCC
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_FILENAME,
    PR_ATTACH_LONG_FILENAME,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_DISPLAY_CC,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TO,
    PR_EMAIL_ADDRESS,
    PR_HTML,
    PR_INTERNET_CPID,
    PR_MESSAGE_CODEPAGE,
    PR_RECIPIENT_TYPE,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
    PR_SMTP_ADDRESS,
    PR_SUBJECT,
)
from mapix.properties.times import to_datetime
from mapix.properties.value import whole

FOLDER: Final = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"
FILES: Final = (
    [path for path in sorted(FOLDER.glob("*/*")) if "clusterfuzz" not in path.name] if FOLDER.is_dir() else []
)

SHOWN_NAME: Final = "the reader prefers PR_RECIPIENT_DISPLAY_NAME; a recipient's name is PR_DISPLAY_NAME"
NO_ADDRESS: Final = "the recipient has no address; the reader takes the name for one"
CODE_PAGE: Final = (
    "8-bit text is in the code page of PR_MESSAGE_CODEPAGE or of the locale, which the reader does not use"
)
SUBMISSION: Final = (
    "the reader takes the date out of PR_MESSAGE_SUBMISSION_ID; when it was sent is PR_CLIENT_SUBMIT_TIME"
)
CHANGED: Final = "the reader takes the date of the last change; when it was sent is PR_CLIENT_SUBMIT_TIME"
SIXTEEN: Final = "8 bits are told and 16 are there: the reader stops at the first NUL"

DIFFERENCES: Final[dict[str, dict[tuple[str, str], str]]] = {
    "poi": {
        ("test_data~Test.msg", "people"): SHOWN_NAME,
        ("test~Subject.msg", "people"): SHOWN_NAME,
        ("hsmf~attachment_test_msg.msg", "people"): SHOWN_NAME,
        ("hsmf~example_sent_regular.msg", "people"): SHOWN_NAME,
        ("hsmf~example_sent_unicode.msg", "people"): SHOWN_NAME,
        ("test-messages~plain chain.msg", "people"): SHOWN_NAME,
        ("test-messages~test subject duplicated recipients.msg", "people"): SHOWN_NAME,
        ("test-messages~tst_unicode.msg", "addresses"): NO_ADDRESS,
        ("msoutlook~replyto.msg", "addresses"): NO_ADDRESS,
        ("msoutlook~simple.msg", "addresses"): NO_ADDRESS,
        ("test~nonUnicodeCP932.msg", "subject"): CODE_PAGE,
        ("test~nonUnicodeCP932.msg", "body"): CODE_PAGE,
        ("hsmf~HTMLBodyBinary_UTF-8.msg", "subject"): CODE_PAGE,
        ("hsmf~message_1979.msg", "date"): SUBMISSION,
        ("hsmf~message_1981.msg", "date"): SUBMISSION,
        ("hsmf~outlook_30_msg.msg", "date"): SUBMISSION,
        ("hsmf~quick.msg", "date"): SUBMISSION,
        ("hsmf~bug66335.msg", "date"): CHANGED,
    },
    "msgreader": {
        ("test~nonUnicodeCP932.msg", "subject"): CODE_PAGE,
        ("test~nonUnicodeCP932.msg", "body"): CODE_PAGE,
        ("hsmf~ASCII_CP1251_LCID1049.msg", "subject"): CODE_PAGE,
        ("hsmf~ASCII_CP1251_LCID1049.msg", "body"): CODE_PAGE,
        ("POP3~Message.msg", "body"): SIXTEEN,
    },
}
"""Where a reader and mapix disagree of a field: in each case mapix says what the specification says."""


def value(item: Any, tag: PropTag) -> Any:
    found = item.get(tag)
    return None if found is None else whole(tag, found)


def ours(source: Path | bytes) -> dict[str, Any]:
    with MsgFile.open(source) as file:
        sent = file.get(PR_CLIENT_SUBMIT_TIME)
        kinds = {1: "to", 2: "cc", 3: "bcc"}
        return {
            "subject": value(file, PR_SUBJECT),
            "from": value(file, PR_SENDER_NAME),
            "body": value(file, PR_BODY),
            "date": None if sent is None else int(to_datetime(sent).timestamp()),
            "people": [value(one, PR_DISPLAY_NAME) for one in file.recipients],
            "addresses": [value(one, PR_SMTP_ADDRESS) or value(one, PR_EMAIL_ADDRESS) for one in file.recipients],
            "kinds": [kinds.get((one.get(PR_RECIPIENT_TYPE) or 0) & 15) for one in file.recipients],
            "attached": [
                value(one, PR_ATTACH_LONG_FILENAME) or value(one, PR_ATTACH_FILENAME) for one in file.attachments
            ],
            "data": [None if one.message else value(one, PR_ATTACH_DATA_BIN) for one in file.attachments],
            "inside": [None if one.message is None else value(one.message, PR_SUBJECT) for one in file.attachments],
        }


def differing(mine: Mapping[str, Any], told: Told) -> set[str]:
    """The fields of which a reader says something else. Readers find some date for a message that was never sent."""
    unsent = {"date"} if mine["date"] is None else set()
    return {
        name
        for name, other in told.fields.items()
        if name in mine and name not in unsent and not same(mine[name], other)
    }


def same(mine: Any, other: Any) -> bool:
    """No value, an empty one, and a terminator that was left in are not worth a word; readers sort people."""
    if isinstance(mine, list):
        if not any(isinstance(one, bytes) for one in mine):
            mine, other = (sorted(str(one or "") for one in each) for each in (mine, other))
        return len(mine) == len(other) and all(map(same_value, mine, other))
    return same_value(mine, other)


def same_value(mine: Any, other: Any) -> bool:
    if isinstance(mine, str) and isinstance(other, str):
        return mine.rstrip("\0") == other.rstrip("\0")
    return bool(mine == other) or not (mine or other)


pytestmark = pytest.mark.xdist_group("readers of messages")

OF_PROPERTIES: Final = ("msgreader", "poi")
"""Readers that tell what properties say; msgconvert prefers the header lines that came with a message."""


@pytest.fixture(params=sorted(READERS))
def reader(request: pytest.FixtureRequest) -> str:
    why = missing(request.param)
    if why:
        pytest.skip(why)
    return str(request.param)


@cache
def of_real_files(reader: str) -> dict[Path, Told]:
    """What a reader says of all of them; of those that are slow to start, of some."""
    return READERS[reader](FILES if reader in OF_PROPERTIES else FILES[::24])


def sent() -> MessageContent:
    """A message as it was sent, with people of every kind."""
    content = plain()
    content.properties |= {
        PR_DISPLAY_TO: "Bill",
        PR_DISPLAY_CC: "Anna",
        PR_SENDER_NAME: "Me Myself",
        PR_SENDER_ADDRTYPE: "SMTP",
        PR_SENDER_EMAIL_ADDRESS: "me@example.com",
        PR_CLIENT_SUBMIT_TIME: 132_224_400_000_000_000,
        PR_HTML: b"<p>Hello</p>",
        PR_INTERNET_CPID: 65001,
    }
    content.recipients.append(person("Carl", "carl@example.com", MAPI_BCC))
    content.attachments.insert(0, attachment("büro.bin", bytes(range(256)) * 100))
    return content


def narrow() -> MessageContent:
    """A message in the 8 bits of Western Windows, which readers take for granted."""
    content = sent()
    content.properties |= {PR_SUBJECT: "Größe", PR_BODY: "Äpfel und Öl\r\n", PR_MESSAGE_CODEPAGE: 1252}
    content.properties[PR_INTERNET_CPID] = 1252
    return content


def drafted(folder: Path) -> bytes:
    """What the typed face makes of a draft."""
    message = mapix.Message(
        subject="Q3 – ключ", text="The numbers", to=["Ann <ann@example.org>"], cc=["bob@example.org"], draft=True
    )
    message.attach(b"1;2;3\n", "q3.csv")
    return message.save_as(folder / "draft.msg").read_bytes()


def edited(folder: Path) -> bytes:
    """A file that was changed in place many times."""
    path = folder / "edited.msg"
    path.write_bytes(written(sent()))
    for number in range(5):
        with mapix.open(path, "r+") as message:
            message.subject = f"Subject {number}"
            message.text = "x" * (number * 3000 + 1)
            message.attach(bytes([number]) * 5000, f"{number}.bin")
            message.add_recipients(to=f"person{number}@example.org")
            message.save()
    return path.read_bytes()


CASES: Final[dict[str, Callable[[Path], bytes]]] = {
    "sent": lambda _: written(sent()),
    "8 bits": lambda _: written(narrow(), unicode=False),
    "draft": drafted,
    "edited": edited,
    "version 4": lambda _: written(sent(), version=4),
    "empty": lambda _: written(MessageContent({PR_SUBJECT: "nothing else"})),
    "many": lambda _: written(
        MessageContent(
            {PR_SUBJECT: "many"},
            [person(f"Person {one}", f"person{one}@example.com", one % 3 + 1) for one in range(300)],
            [attachment(f"{one}.bin", bytes([one]) * one * 100) for one in range(80)],
        )
    ),
}


BEYOND: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    # It writes header lines in the 8 bits of the file and does not say which they are.
    ("msgconvert", "8 bits"): ("subject",),
    # It finds people by PR_DISPLAY_TO and PR_DISPLAY_CC, which are not there.
    ("msgconvert", "many"): ("addresses",),
}
"""What readers cannot say of a file."""


def test_what_is_written_is_read_by_other_readers_field_by_field(reader: str, tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.msg" for name in CASES}
    for name, make in CASES.items():
        paths[name].write_bytes(make(tmp_path))
    told = READERS[reader](list(paths.values()))
    for name, path in paths.items():
        found, mine = told[path], ours(path)
        assert found.failure == "", name
        for field in BEYOND.get((reader, name), ()):
            del found.fields[field]
        if reader == "msgconvert":
            mine = as_mail(mine)
        differences = differing(mine, found)
        assert not differences, (name, {each: (mine[each], found.fields[each]) for each in differences})


def as_mail(mine: dict[str, Any]) -> dict[str, Any]:
    """What of a message is there as mail: nobody is told who got a blind copy, messages inside are mail themselves."""
    pairs = zip(mine["addresses"], mine["kinds"], strict=True)
    inside = [subject is not None for subject in mine["inside"]]
    return {
        "subject": mine["subject"],
        "date": mine["date"],
        "addresses": [address for address, kind in pairs if kind != "bcc"],
        "body": None if mine["body"] is None else mine["body"].replace("\r\n", "\n"),
        "data": [one for one, message in zip(mine["data"], inside, strict=True) if not message],
    }


@pytest.mark.skipif(bool(missing("poi")), reason=missing("poi"))
def test_html_is_read_by_another_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    path.write_bytes(written(sent()))
    assert READERS["poi"]([path])[path].fields["html"] == "<p>Hello</p>"
    with mapix.open(path) as message:
        assert html_of(message) == "<p>Hello</p>"  # type: ignore[arg-type]


@pytest.mark.skipif(not FILES, reason="the real files are not on this machine")
@pytest.mark.parametrize("reader", OF_PROPERTIES, indirect=True)
def test_real_files_are_read_as_other_readers_read_them(reader: str) -> None:
    """Of every field of every file: equal, or in the table."""
    told = of_real_files(reader)
    found = {(path.name, name) for path in FILES for name in differing(ours(path), told[path])}
    assert not [path.name for path in FILES if told[path].failure]
    assert found == set(DIFFERENCES[reader])


@pytest.mark.skipif(not FILES, reason="the real files are not on this machine")
def test_other_readers_find_in_a_rewritten_file_what_they_found_before(reader: str, tmp_path: Path) -> None:
    originals = of_real_files(reader)
    copies = []
    for number, path in enumerate(originals):
        copies.append(tmp_path / f"{number}.msg")
        with MsgFile.open(path) as file:
            write_msg(content_of(file), copies[-1], unicode=file.unicode, foreign=foreign_of(file))
    told = READERS[reader](copies)
    for path, copy in zip(originals, copies, strict=True):
        before, after = originals[path], told[copy]
        assert (after.failure == "") >= (before.failure == ""), path.name
        sent = ours(path)["date"] is not None
        changed = {name for name in before.fields if before.fields[name] != after.fields.get(name)}
        changed -= set() if sent else {"date"}
        assert changed <= KNOWN_CHANGES.get(path.name, set()), path.name


KNOWN_CHANGES: Final[dict[str, set[str]]] = {"POP3~Message.msg": {"body"}, "hsmf~bug66335.msg": {"date"}}
"""Fields that a reader reads otherwise of a rewritten file, because what was wrong in it is right now."""
