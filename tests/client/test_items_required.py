"""Items carry what the specifications require of their kind, read from the file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.client.items_required import KINDS, contact, mail, missing, sent

import mapix
from mapix.formats.cfb import CompoundFile
from mapix.formats.msg import MsgFile, content_of
from mapix.properties import tags


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_has_what_the_specifications_require(kind: str, tmp_path: Path) -> None:
    """RP-007, RP-008; for the rest the tables name the sections."""
    told = KINDS[kind]
    told.make().save(tmp_path / "item.msg")
    with MsgFile.open(tmp_path / "item.msg") as file:
        content = content_of(file)
        assert file.unicode
        assert not file.defects
        assert missing(told.needed, content.properties, content) == []
        if told.recipient:
            assert missing(told.recipient, content.recipients[0], content) == []
        if told.attachment:
            assert missing(told.attachment, content.attachments[0].properties, content) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_opens_as_what_it_is(kind: str, tmp_path: Path) -> None:
    """The class on this face follows from the message class, in a file that is read or edited."""
    made = KINDS[kind].make().save(tmp_path / "item.msg")
    for mode in ("r", "r+"):
        with mapix.open(tmp_path / "item.msg", mode) as found:
            assert isinstance(found, type(made))
            assert (found.subject, found.text, found.message_class) == (made.subject, made.text, made.message_class)


@pytest.mark.parametrize("kind", KINDS)
def test_what_lies_in_a_folder_has_as_much(kind: str, tmp_path: Path, folder: mapix.Folder) -> None:
    """And comes out again as it went in, but for what a store keeps itself."""
    told = KINDS[kind]
    made = told.make().save(folder)
    (found,) = folder.messages
    assert type(found) is type(made)
    kept = ("PR_STORE_SUPPORT_MASK", "PR_MESSAGE_FLAGS", "PR_MESSAGE_SIZE")
    needed = {name: one for name, one in told.needed.items() if name not in kept}
    found.save(tmp_path / "again.msg")
    with MsgFile.open(tmp_path / "again.msg") as file:
        content = content_of(file)
        assert missing(needed, content.properties, content) == []


def test_a_draft_says_nothing_of_having_been_sent(tmp_path: Path) -> None:
    mail(draft=True).save(tmp_path / "draft.msg")
    with mapix.open(tmp_path / "draft.msg") as message:
        for name in ("PR_CLIENT_SUBMIT_TIME", "PR_MESSAGE_DELIVERY_TIME", "PR_INTERNET_MESSAGE_ID"):
            assert name not in message


def test_a_template_has_a_class_of_its_own_and_was_never_sent(tmp_path: Path) -> None:
    """[MS-OXMSG] 2.3: the root's class tells a template; a message that is made of it is yet to be sent."""
    message = sent()
    message.save(tmp_path / "q3.msg")
    message.save(tmp_path / "q3.oft")
    classes = {}
    for name in ("q3.msg", "q3.oft"):
        with CompoundFile.open(tmp_path / name) as file:
            classes[name] = file.root.clsid.hex()
    assert classes == {
        "q3.msg": "0b0d020000000000c000000000000046",
        "q3.oft": "46f0060000000000c000000000000046",
    }
    with mapix.open(tmp_path / "q3.oft") as template:
        assert (template.is_unsent, template.submitted, template.message_id) == (True, None, None)
    assert not message.is_unsent


def test_what_somebody_sets_is_not_made_anew(tmp_path: Path) -> None:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    message = mail(importance=2, sensitivity=3, submitted=when, message_id="<own@example.org>", categories=["A", "B"])
    message["PR_SENT_REPRESENTING_NAME"] = "The Boss"
    message["PR_SENT_REPRESENTING_EMAIL_ADDRESS"] = "boss@example.org"
    message.save(tmp_path / "q3.msg")
    with mapix.open(tmp_path / "q3.msg") as found:
        assert (found.importance, found["PR_PRIORITY"], found.sensitivity) == (2, 1, 3)
        assert (found.submitted, found.delivered, found.message_id) == (when, when, "<own@example.org>")
        assert (found.sender, found["PR_SENDER_SMTP_ADDRESS"]) == ("The Boss <boss@example.org>", "boss@example.org")
        assert found.categories == ("A", "B")


def test_a_message_is_attached_to_a_message(tmp_path: Path) -> None:
    """A-012, [MS-OXCMSG] 2.2.2.9: a message inside another, at any depth, each as its class has it."""
    inner = contact()
    middle = mail()
    middle.attach(inner)
    outer = sent()
    outer.attach(middle, "as seen")
    outer.save(tmp_path / "outer.msg")
    with mapix.open(tmp_path / "outer.msg") as found:
        (attached,) = found.attachments
        assert (attached.name, attached.method, attached["PR_RENDERING_POSITION"]) == ("as seen", 5, -1)
        again = attached.message
        assert again.subject == "Q3"
        assert isinstance(again.attachments[0].message, mapix.Contact)
        assert again.attachments[0].message.email == "ann@example.org"
    with mapix.open(tmp_path / "outer.msg", "r+") as edited:
        assert isinstance(edited.attachments[0].message.attachments[0].message, mapix.Contact)
    assert tags.PR_ATTACH_DATA_OBJ.id == 0x3701


def test_the_sender_is_told_once_and_stands_in_twelve_properties() -> None:
    message = mail()
    assert message.sender == ""
    message.sender = mapix.Recipient("Ann", "ann@example.org")
    assert message.sender == "Ann <ann@example.org>"
    assert message["PR_SENT_REPRESENTING_SEARCH_KEY"] == b"SMTP:ANN@EXAMPLE.ORG\0"


def test_a_mail_is_saved_twice_without_growing(tmp_path: Path) -> None:
    message = sent()
    for name in ("a.msg", "b.msg"):
        message.save(tmp_path / name)
    first, second = (content_of(MsgFile.open(tmp_path / name)) for name in ("a.msg", "b.msg"))
    changing = (tags.PR_LAST_MODIFICATION_TIME,)
    assert {k: v for k, v in first.properties.items() if k not in changing} == {
        k: v for k, v in second.properties.items() if k not in changing
    }
    assert first.recipients == second.recipients
