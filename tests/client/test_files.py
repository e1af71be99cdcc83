"""Messages in files: read, edited in place, made, saved, imported."""

from pathlib import Path

import pytest

import mapix
from mapix.properties.errors import CorruptData, InvalidObject, InvalidParameter, MapiError, NoAccess, NotFound


def made(path: Path, **fields: object) -> Path:
    message = mapix.Message(subject="Q3", text="Hello", to=["Ann <ann@example.org>"], cc="bob@example.org", **fields)
    message.attach(b"data", "a.txt")
    message.save(path)
    return path


def test_a_message_is_made_without_a_session_and_read_again(tmp_path: Path) -> None:
    """J1 of what people do: nothing but a file."""
    with mapix.open(made(tmp_path / "q3.msg", draft=True)) as message:
        assert (message.subject, message.text, message.is_unsent) == ("Q3", "Hello", True)
        assert [str(one) for one in message.recipients] == ["Ann <ann@example.org>", "bob@example.org"]
        assert [one.kind for one in message.recipients] == ["to", "cc"]
        assert [(one.name, one.data) for one in message.attachments] == [("a.txt", b"data")]
        assert message.attachments["a.txt"].save_as(tmp_path).read_bytes() == b"data"
        assert message.to == "Ann"
        with pytest.raises(NoAccess):
            message.subject = "x"
        with pytest.raises(NoAccess):
            message.attach(b"x", "y")
        assert message.mapi.get_prop(mapix.PropTag(0x0037001F)) == "Q3"


def test_html_with_an_image_inside(tmp_path: Path) -> None:
    message = mapix.Message(subject="Q3", html='<p>Hello</p><img src="cid:logo.png">', to="ann@example.org")
    message.attach(b"\x89PNG", "logo.png", inline=True)
    message.save(tmp_path / "q3.msg")
    with mapix.open(tmp_path / "q3.msg") as found:
        assert not found.is_unsent
        assert found.html == '<p>Hello</p><img src="cid:logo.png">'
        assert found.text == "Hello"
        (image,) = found.attachments
        assert (image.content_id, image["PR_ATTACHMENT_HIDDEN"], image["PR_ATTACH_FLAGS"]) == ("logo.png", True, 4)


def test_a_file_is_edited_in_place(tmp_path: Path) -> None:
    path = made(tmp_path / "q3.msg")
    with mapix.open(path, "r+") as message:
        message.subject = "Q4"
        message.add_recipients(to="cay@example.org")
        message.attach(b"more", "b.txt")
        message.save()
        message.subject = "never saved"
    with pytest.raises(InvalidObject):
        _ = message.subject
    with mapix.open(path) as message:
        assert message.subject == "Q4"
        assert [one.address for one in message.recipients] == ["ann@example.org", "bob@example.org", "cay@example.org"]
        assert [one.name for one in message.attachments] == ["a.txt", "b.txt"]


def test_a_message_is_saved_over_the_file_it_is_read_from(tmp_path: Path) -> None:
    path = tmp_path / "q3.msg"
    message = mapix.Message(subject="Q3")
    message.attach(bytes(2_000_000), "big.bin")
    message.save(path)
    with mapix.open(path) as message:
        message.save_as(path)
    with mapix.open(path) as message:
        assert message.attachments[0].data == bytes(2_000_000)
    assert [each.name for each in tmp_path.iterdir()] == ["q3.msg"]


def test_files_change_their_format(tmp_path: Path) -> None:
    path = made(tmp_path / "q3.msg")
    with mapix.open(path) as message:
        message.save_as(tmp_path / "q3.eml")
        message.save_as(tmp_path / "q3.oft")
        with pytest.raises(InvalidParameter, match=r"q3\.msg"):
            message.save_as(tmp_path / "q3.doc")
    for name in ("q3.eml", "q3.oft"):
        with mapix.open(tmp_path / name) as message:
            assert (message.subject, message.text.strip()) == ("Q3", "Hello")  # type: ignore[union-attr]
            assert message.attachments[0].data == b"data"


def test_messages_inside_messages_are_read_and_saved(tmp_path: Path, folder: mapix.Folder) -> None:
    from mapix.interfaces.message import Message
    from mapix.interfaces.prop import Access
    from mapix.properties.tags import PR_ATTACH_DATA_OBJ, PR_SUBJECT

    outer = mapix.Message(subject="outer")
    _, attach = outer.mapi.create_attach()
    inner = attach.open_property(PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    inner.set_props({PR_SUBJECT: "inner"})
    inner.save_changes()
    attach.save_changes()
    outer.save(tmp_path / "outer.msg")
    with mapix.open(tmp_path / "outer.msg") as message:
        found = message.attachments[0].message
        assert found.subject == "inner"
        found.save_as(tmp_path / "inner.msg")
        assert found.mapi.get_prop(PR_SUBJECT) == "inner"
    with mapix.open(tmp_path / "inner.msg", "r+") as message:
        assert message.subject == "inner"
    imported = folder.messages.import_file(tmp_path / "outer.msg")
    assert imported.attachments[0].message.subject == "inner"


def test_several_files_in_a_session(tmp_path: Path) -> None:
    """IMS-3."""
    path = made(tmp_path / "q3.msg")
    with mapix.message_session() as session:
        one = session.open(path)
        other = session.new(tmp_path / "new.msg", subject="new", to="ann@example.org")
        one.subject = other.subject
        one.save()
        other.save()
    with pytest.raises(InvalidObject):
        one.save()
    for name in ("q3.msg", "new.msg"):
        with mapix.open(tmp_path / name) as message:
            assert message.subject == "new"


def test_files_go_into_folders_and_messages_of_folders_into_files(tmp_path: Path, folder: mapix.Folder) -> None:
    path = made(tmp_path / "q3.msg")
    imported = folder.messages.import_file(path)
    assert (imported.subject, imported.text, imported.to) == ("Q3", "Hello", "Ann")
    assert imported.attachments["a.txt"].data == b"data"
    imported.save_as(tmp_path / "copy.msg")
    imported.save_as(tmp_path / "copy.eml")
    with mapix.open(tmp_path / "copy.msg") as copy:
        assert (copy.subject, copy.text) == ("Q3", "Hello")
        assert copy.attachments[0].data == b"data"
    assert folder.messages.import_file(tmp_path / "copy.eml").subject == "Q3"
    assert folder.count == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("notes.txt", b"Dear Ann, this is a text\n"),
        ("page.html", b"<!DOCTYPE html><title>x</title>"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("picture.eml", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"),
        ("archive.zip", b"PK\3\4\x14\0\0\0"),
        ("empty.eml", b""),
    ],
)
def test_a_file_that_is_no_message_is_not_read_as_one(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CorruptData):
        mapix.open(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("mail", b"Subject: x\n\nHello", "Hello"),
        ("mail.txt", b"\r\nX-Long: y\r\n\r\nHello", "Hello"),
        ("body.eml", b"Only a body, as some programs keep it\n", "Only a body, as some programs keep it\n"),
        ("mbox", b"From ann@example.org Thu Jan  1 00:00:00 2020\nTo: bob@example.org\n\nHello", "Hello"),
    ],
)
def test_mail_is_read_whatever_it_is_called_and_bodies_that_are_called_mail(
    tmp_path: Path, name: str, data: bytes, text: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert mapix.open(tmp_path / name).text == text


def test_what_is_no_message_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        mapix.open(tmp_path / "none.msg")
    (tmp_path / "x.msg").write_bytes(b"no compound file")
    with pytest.raises(CorruptData):
        mapix.open(tmp_path / "x.msg")
    with pytest.raises(InvalidParameter):
        mapix.open(made(tmp_path / "q3.msg"), "w")
    with pytest.raises(MapiError):
        mapix.Message(nonsense=1)
