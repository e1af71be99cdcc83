"""Messages as values, read from one store and written to another."""

from tests.objects.rich import DEPTH, PROJECT, check_rich, only_message, rich_message, tag_of
from tests.objects.rich import here as here
from tests.objects.rich import there as there

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Keep
from mapix.objects.messages.content import read_content, write_content
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import (
    InvalidType,
    UnexpectedType,
)
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_SUBJECT,
)
from mapix.properties.value import LargeValue


def test_a_message_read_and_written_elsewhere_is_the_same(here: MapiFolder, there: MapiFolder) -> None:
    content = read_content(rich_message(here))
    copy = there.create_message()
    assert not write_content(content, copy)
    copy.save_changes(Keep.READONLY)
    check_rich(copy, there)


def test_large_values_are_not_read_into_a_content(here: MapiFolder) -> None:
    content = read_content(rich_message(here))
    assert isinstance(content.attachments[0].properties[PR_ATTACH_DATA_BIN], LargeValue)
    assert content.names == {tag_of(here, name).id: name for name in (PROJECT, DEPTH)}
    inner = content.attachments[1].message
    assert inner is not None
    assert inner.names == content.names


def test_a_content_shows_unsaved_changes_and_no_identifiers(here: MapiFolder) -> None:
    message = here.create_message()
    message.set_props({PR_SUBJECT: "draft"})
    content = read_content(message)
    assert content.get(PR_SUBJECT) == "draft"
    assert PR_ENTRYID not in content.properties


def test_writing_tells_what_was_not_taken_but_not_what_is_computed(here: MapiFolder) -> None:
    odd, subject = PropTag.of(0x6801, 0x100B), PR_SUBJECT.with_type(PropType.LONG)
    content = MessageContent({odd: (True,), subject: 1, PR_ENTRYID: b"x", PR_BODY: "text"})
    problems = write_content(content, here.create_message())
    assert [(problem.tag, problem.scode) for problem in problems] == [
        (odd, InvalidType.hresult),
        (subject, UnexpectedType.hresult),
    ]


def test_names_nobody_told_are_left_out(here: MapiFolder) -> None:
    message = here.create_message()
    write_content(MessageContent({PropTag(0x9000001F): "nameless", PR_SUBJECT: "x"}), message)
    message.save_changes(Keep.READONLY)
    assert [tag for tag in message.get_prop_list() if tag.is_named] == []


def test_contents_within_contents_are_written(here: MapiFolder) -> None:
    innermost = MessageContent({PR_SUBJECT: "innermost"}, recipients=[{PR_DISPLAY_NAME: "Cay"}])
    middle = MessageContent({PR_SUBJECT: "middle"}, attachments=[AttachmentContent({}, innermost)])
    outer = MessageContent({PR_MESSAGE_CLASS: "IPM.Note"}, attachments=[AttachmentContent({}, middle)])
    message = here.create_message()
    write_content(outer, message)
    message.save_changes(Keep.READONLY)
    again = read_content(only_message(here))
    deep = again.attachments[0].message
    assert deep is not None
    deepest = deep.attachments[0].message
    assert deepest is not None
    assert (deep.get(PR_SUBJECT), deepest.get(PR_SUBJECT)) == ("middle", "innermost")
    assert deepest.recipients[0][PR_DISPLAY_NAME] == "Cay"
