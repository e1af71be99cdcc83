"""Messages: bodies, recipients, attachments, sending."""

import io
from pathlib import Path

import pytest

import mapix
from mapix import Folder, Message, Recipient, Session
from mapix.client.files import safe_name, writing
from mapix.properties.errors import InvalidParameter, LogonFailed, NoRecipients, NotFound


def test_text_and_html_each_have_their_field(folder: Folder) -> None:
    message = folder.messages.new(text="plain", html="<p>r\u00efch</p>").save()
    found = folder.messages.get(message.entry_id or b"")
    assert found.text == "plain"
    assert found.html == "<p>r\u00efch</p>"


def test_text_comes_from_html_where_there_is_no_other(folder: Folder) -> None:
    message = folder.messages.new(html="<h1>Title</h1><p>one &amp; two<br>three</p><script>x</script>").save()
    assert folder.messages.get(message.entry_id or b"").text == "Title\r\n\r\none & two\r\nthree"
    assert folder.messages.new().html is None
    assert folder.messages.new(text="words").save().html is None


def test_recipients_are_given_as_people_write_them(folder: Folder) -> None:
    message = folder.messages.new(to="Ann Archer <ann@example.org>, bob@example.org", cc=["Carl <carl@example.org>"])
    message.add_recipients(bcc=[Recipient("Dora", "dora@example.org")])
    message.save()
    found = folder.messages.get(message.entry_id or b"")
    assert [(each.kind, str(each)) for each in found.recipients] == [
        ("to", "Ann Archer <ann@example.org>"),
        ("to", "bob@example.org"),
        ("cc", "Carl <carl@example.org>"),
        ("bcc", "Dora <dora@example.org>"),
    ]
    assert found.to == "Ann Archer; bob@example.org"
    assert found.bcc == "Dora"


@pytest.mark.parametrize("wrong", ["nobody", "a@b, nobody", "", "Name <nobody>"])
def test_what_is_no_address_is_refused(folder: Folder, wrong: str) -> None:
    message = folder.messages.new()
    with pytest.raises(InvalidParameter):
        message.add_recipients(to=[wrong])
    assert message.recipients == []


def test_an_unknown_field_is_named(folder: Folder) -> None:
    with pytest.raises(InvalidParameter, match="subjekt"):
        folder.messages.new(subjekt="x")


def test_attachments_come_from_files_bytes_and_open_files(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_bytes(b"1;2\n")
    message = folder.messages.new()
    message.attach(tmp_path / "numbers.csv")
    message.attach(b"raw", "raw.bin", content_type="application/x-raw")
    message.attach(io.BytesIO(b"z" * 3_000_000), "large.dat")
    message.save()
    found = folder.messages.get(message.entry_id or b"")
    assert found.has_attachments
    assert [each.name for each in found.attachments] == ["numbers.csv", "raw.bin", "large.dat"]
    assert [each.content_type for each in found.attachments][1] == "application/x-raw"
    assert found.attachments["raw.bin"].data == b"raw"
    with found.attachments[2].open() as stream:
        assert len(stream.read()) == 3_000_000
    with pytest.raises(NotFound):
        found.attachments["none"]


def test_an_attachment_is_saved_under_its_own_name(folder: Folder, tmp_path: Path) -> None:
    message = folder.messages.new()
    message.attach(b"data", "../../etc/r\u00e9port?.txt")
    message.save()
    (attachment,) = folder.messages.get(message.entry_id or b"").attachments
    path = attachment.save_as(tmp_path)
    assert path == tmp_path / "r\u00e9port_.txt"
    assert path.read_bytes() == b"data"
    assert attachment.save_as(tmp_path / "other").read_bytes() == b"data"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a/b.txt", "b.txt"),
        ("..\\..\\c.txt", "c.txt"),
        ("..", "attachment"),
        ("x\x00\ny", "xy"),
        ("Nul.txt", "_Nul.txt"),
        ('a"b|c', "a_b_c"),
        ("\ud800", "attachment"),
    ],
)
def test_names_of_files_lead_nowhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("letter", ["x", "\u00fc", "\U0001f600"])
def test_long_names_of_files_are_cut_and_keep_their_suffix(letter: str) -> None:
    name = safe_name(letter * 300 + ".txt")
    assert name.endswith(f"{letter}.txt")
    assert 230 < len(name.encode()) <= 240
    assert safe_name("x." + letter * 300).startswith(f"x.{letter}")
    assert len(safe_name("x." + letter * 300).encode()) <= 240


def test_a_file_that_cannot_be_written_to_the_end_is_taken_away(folder: Folder, tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        with writing(path) as file:
            file.write(b"half")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail(tmp_path / "a.txt")
    assert not (tmp_path / "a.txt").exists()


def test_what_cannot_be_attached_is_refused(folder: Folder, tmp_path: Path) -> None:
    message = folder.messages.new()
    with pytest.raises(NotFound, match=r"gone\.txt"):
        message.attach(tmp_path / "gone.txt")
    with pytest.raises(InvalidParameter):
        message.attach(tmp_path)
    with pytest.raises(InvalidParameter, match="name"):
        message.attach(b"nameless")
    assert len(message.attachments) == 0


def test_a_message_to_oneself_arrives(session: Session) -> None:
    """SPL-1."""
    message = session.new(subject="Note", text="to myself", to="ann@example.org")
    message.attach(b"x", "x.txt")
    message.submit()
    assert session.flush(60) == 0
    (found,) = session.inbox.messages
    assert (found.subject, found.text, found.sender) == ("Note", "to myself", "Ann Archer <ann@example.org>")
    assert not found.is_read
    assert [each.name for each in found.attachments] == ["x.txt"]
    assert [each.subject for each in session.sent.messages] == ["Note"]
    assert session.outbox.messages.count() == 0


def test_a_message_to_nobody_is_refused(session: Session) -> None:
    with pytest.raises(NoRecipients):
        session.new(subject="x").submit()
    assert session.outbox.count in (0, 1)


def test_a_message_is_saved_as_a_file_of_a_kind_that_is_known(folder: Folder, tmp_path: Path) -> None:
    message = folder.messages.new(subject="Saved", text="words", to="ann@example.org", bcc="eve@example.org").save()
    data = message.save_as(tmp_path / "saved.eml").read_bytes()
    assert b"Subject: Saved\r\n" in data
    assert b"eve@example.org" not in data
    with pytest.raises(InvalidParameter, match=r"saved\.msg"):
        message.save_as(tmp_path / "saved.txt")


def test_a_message_that_was_not_saved_is_in_no_folder(folder: Folder) -> None:
    with pytest.raises(InvalidParameter, match="save"):
        folder.messages.new().delete()


def test_a_repr_tells_what_it_is(folder: Folder) -> None:
    message = folder.messages.new(subject="Q3").save()
    assert repr(message).startswith("<Message 'Q3' from nobody")
    assert repr(folder) == "<Folder 'Work' 1 messages>"
    assert isinstance(message, Message)


def test_without_a_profile_there_is_no_logon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path))
    with pytest.raises(LogonFailed, match="mapix init"):
        mapix.logon()
