"""ITnef: properties of live messages into streams and out of them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from mapix.client.filemessage import empty_message
from mapix.formats.tnef import read_tnef, tnef_bytes
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.objects import tnef as m
from mapix.objects.messages.content import read_content, write_content
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import CorruptData, InvalidParameter, NoSupport, UnknownFlags
from mapix.properties.flags import MAPI_CREATE, MAPI_MODIFY
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag

NAME = "winmail.dat"


def person(name: str) -> dict[PropTag, Any]:
    return {
        t.PR_DISPLAY_NAME: name,
        t.PR_ADDRTYPE: "SMTP",
        t.PR_EMAIL_ADDRESS: f"{name}@example.org",
        t.PR_RECIPIENT_TYPE: 1,
    }


def file(name: str, data: bytes, place: int = -1) -> AttachmentContent:
    values = {t.PR_ATTACH_METHOD: 1, t.PR_ATTACH_LONG_FILENAME: name, t.PR_ATTACH_DATA_BIN: data}
    return AttachmentContent({**values, t.PR_RENDERING_POSITION: place})


@pytest.fixture
def message() -> Message:
    """A message with a name, recipients, two files and a message inside."""
    inner = MessageContent({t.PR_SUBJECT: "Inside"}, [person("carl")])
    content = MessageContent(
        {t.PR_SUBJECT: "Q3", t.PR_BODY: "One * and * two", t.PR_IMPORTANCE: 2, PropTag(0x8000001F): "4711"},
        [person("ann"), person("bob")],
        [file("a.txt", b"a", 4), file("b.txt", b"b", 10), AttachmentContent({t.PR_ATTACH_METHOD: 5}, inner)],
        {0x8000: PropertyName(PS_PUBLIC_STRINGS, "Matter")},
    )
    made = empty_message()
    write_content(content, made)
    made.save_changes()
    return made


def encoder(message: Message, flags: int = 0, key: int = 0x100) -> tuple[m.Tnef, BytesIO]:
    stream = BytesIO()
    return m.open_tnef_stream_ex(stream, NAME, m.TNEF_ENCODE | flags, message, key), stream


def named(content: MessageContent) -> dict[Any, Any]:
    return {content.names[tag >> 16].name: value for tag, value in content.properties.items() if tag >> 16 >= 0x8000}


def test_what_is_added_waits_until_finish(message: Message) -> None:
    """ENCODE queues until Finish."""
    tnef, stream = encoder(message)
    tnef.add_props(m.TNEF_PROP_EXCLUDE, 0, None, [])
    assert stream.getvalue() == b""
    assert tnef.finish() == (0x100, [])
    content = read_tnef(stream.getvalue()).value
    assert content.get(t.PR_SUBJECT) == "Q3"
    assert named(content) == {"Matter": "4711"}
    assert [part.properties.get(t.PR_ATTACH_LONG_FILENAME) for part in content.attachments] == ["a.txt", "b.txt", None]
    inner = content.attachments[2].message
    assert inner is not None
    assert [row[t.PR_DISPLAY_NAME] for row in inner.recipients] == ["carl"]
    assert content.recipients == []
    assert all(tag.is_transmittable for tag in content.properties)


def test_properties_that_are_included_are_all_there_is(message: Message) -> None:
    tnef, stream = encoder(message)
    tnef.add_props(m.TNEF_PROP_INCLUDE, 0, None, [t.PR_SUBJECT, t.PR_MESSAGE_RECIPIENTS])
    tnef.finish()
    content = read_tnef(stream.getvalue()).value
    assert content.properties == {t.PR_SUBJECT: "Q3"}
    assert [row[t.PR_DISPLAY_NAME] for row in content.recipients] == ["ann", "bob"]
    assert content.attachments == []


def test_message_and_attachments_are_told_apart(message: Message) -> None:
    for flags, subjects, files in (
        (m.TNEF_PROP_MESSAGE_ONLY, "Q3", 0),
        (m.TNEF_PROP_ATTACHMENTS_ONLY, None, 3),
    ):
        tnef, stream = encoder(message)
        tnef.add_props(m.TNEF_PROP_EXCLUDE | flags, 0, None, [t.PR_BODY])
        tnef.finish()
        content = read_tnef(stream.getvalue()).value
        assert (content.get(t.PR_SUBJECT), len(content.attachments)) == (subjects, files)
    tnef, stream = encoder(message)
    tnef.add_props(m.TNEF_PROP_EXCLUDE, 0, None, [t.PR_MESSAGE_ATTACHMENTS])
    tnef.finish()
    assert read_tnef(stream.getvalue()).value.attachments == []


def test_one_attachment_with_other_data_and_one_with_a_message_of_a_stream(message: Message) -> None:
    tnef, stream = encoder(message)
    whole = m.TNEF_PROP_EXCLUDE
    tnef.add_props(whole | m.TNEF_PROP_CONTAINED, 0, BytesIO(b"other"), [])
    inner = tnef_bytes(MessageContent({t.PR_SUBJECT: "By stream"}))
    tnef.add_props(whole | m.TNEF_PROP_CONTAINED_TNEF, 2, BytesIO(inner), [])
    tnef.finish()
    first, second = read_tnef(stream.getvalue()).value.attachments
    assert first.properties[t.PR_ATTACH_DATA_BIN] == b"other"
    assert second.message is not None
    assert second.message.properties == {t.PR_SUBJECT: "By stream"}
    with pytest.raises(InvalidParameter):
        tnef.add_props(whole | m.TNEF_PROP_CONTAINED_TNEF, 0, None, [])


def test_values_that_are_set_are_written_and_the_message_stays(message: Message) -> None:
    tnef, stream = encoder(message)
    tnef.add_props(m.TNEF_PROP_EXCLUDE, 0, None, [])
    tnef.set_props(0, 0, {t.PR_SUBJECT: "Other", t.PR_PRIORITY: 1})
    tnef.set_props(m.TNEF_PROP_CONTAINED, 1, {t.PR_ATTACH_LONG_FILENAME: "c.txt"})
    tnef.finish()
    content = read_tnef(stream.getvalue()).value
    assert (content.get(t.PR_SUBJECT), content.get(t.PR_PRIORITY)) == ("Other", 1)
    assert content.attachments[1].properties[t.PR_ATTACH_LONG_FILENAME] == "c.txt"
    assert message.get_prop(t.PR_SUBJECT) == "Q3"


def test_recipients_of_a_table_are_written_with_its_columns(message: Message) -> None:
    tnef, stream = encoder(message)
    table = message.get_recipient_table()
    table.set_columns([t.PR_DISPLAY_NAME, t.PR_RECIPIENT_TYPE])
    tnef.encode_recips(0, table)
    tnef.finish()
    rows = read_tnef(stream.getvalue()).value.recipients
    assert rows == [{t.PR_DISPLAY_NAME: name, t.PR_RECIPIENT_TYPE: 1} for name in ("ann", "bob")]
    with pytest.raises(UnknownFlags):
        tnef.encode_recips(1, None)


def test_components_are_finished_one_at_a_time(message: Message) -> None:
    tnef, stream = encoder(message, m.TNEF_COMPONENT_ENCODING)
    assert tnef.finish_component(m.TNEF_COMPONENT_MESSAGE, 0, {t.PR_PRIORITY: 1}, [t.PR_SUBJECT]) == []
    tnef.finish_component(m.TNEF_COMPONENT_ATTACHMENT, 1, None, [t.PR_ATTACH_DATA_BIN])
    tnef.finish()
    content = read_tnef(stream.getvalue()).value
    assert content.properties == {t.PR_SUBJECT: "Q3", t.PR_PRIORITY: 1}
    assert [part.properties[t.PR_ATTACH_DATA_BIN] for part in content.attachments] == [b"b"]
    for flags, number in ((0, 0), (m.TNEF_COMPONENT_MESSAGE, 1)):
        with pytest.raises(InvalidParameter):
            tnef.finish_component(flags, number)
    with pytest.raises(NoSupport):
        encoder(message)[0].finish_component(m.TNEF_COMPONENT_MESSAGE, 0)


def test_a_pure_stream_has_no_attributes_that_only_repeat(message: Message) -> None:
    sizes = []
    for flags in (m.TNEF_BEST_DATA, m.TNEF_PURE):
        tnef, stream = encoder(message, flags)
        tnef.add_props(m.TNEF_PROP_EXCLUDE, 0, None, [])
        tnef.finish()
        sizes.append(len(stream.getvalue()))
    assert sizes[1] < sizes[0]


def test_a_value_that_cannot_be_written_is_a_problem_and_the_rest_is_there(message: Message) -> None:
    """P-151."""
    tnef, stream = encoder(message)
    tnef.set_props(0, 0, {t.PR_SUBJECT: "Good", t.PR_IMPORTANCE: "high"})
    _, problems = tnef.finish()
    assert [one.tag for one in problems] == [t.PR_IMPORTANCE]
    assert read_tnef(stream.getvalue()).value.properties == {t.PR_SUBJECT: "Good"}


def test_what_is_extracted_is_there_at_once_and_attachments_once(message: Message) -> None:
    """ExtractProps is immediate."""
    data = tnef_bytes(read_content(message))
    target = empty_message()
    target.set_props({t.PR_SUBJECT: "before", t.PR_BODY: "kept"})
    target.modify_recipients(ModifyRecipients.ADD, [person("eve")])
    tnef = m.open_tnef_stream_ex(BytesIO(data), NAME, m.TNEF_DECODE, target)
    left_out = [t.PR_BODY, t.PR_MESSAGE_RECIPIENTS]
    assert tnef.extract_props(m.TNEF_PROP_EXCLUDE, left_out) == []
    assert (target.get_prop(t.PR_SUBJECT), target.get_prop(t.PR_BODY)) == ("Q3", "kept")
    assert tnef.extract_props(m.TNEF_PROP_INCLUDE, [t.PR_BODY]) == []
    assert target.get_prop(t.PR_BODY) == "One * and * two"
    content = read_content(target)
    assert [row[t.PR_DISPLAY_NAME] for row in content.recipients] == ["eve"]
    assert len(content.attachments) == 3
    assert named(content) == {"Matter": "4711"}


def test_defects_of_a_stream_are_problems(message: Message) -> None:
    data = tnef_bytes(MessageContent({t.PR_SUBJECT: "Q3"}))
    target = empty_message()
    tnef = m.open_tnef_stream_ex(BytesIO(data[:-3]), NAME, m.TNEF_DECODE, target)
    problems = tnef.extract_props(m.TNEF_PROP_EXCLUDE)
    assert [one.scode for one in problems] == [CorruptData.hresult]
    assert target.get_prop(t.PR_SUBJECT) == "Q3"


def test_tags_stand_in_the_text_where_attachments_have_their_place(message: Message) -> None:
    tnef, _ = encoder(message, key=0x200)
    with tnef.open_tagged_body() as body:
        text = body.read().decode()
    assert text == "One [[ a.txt : 512 in winmail.dat ]] and [[ b.txt : 513 in winmail.dat ]] two"
    assert message.get_prop(t.PR_BODY) == "One * and * two"


def test_tags_that_are_written_become_places(message: Message) -> None:
    data = tnef_bytes(read_content(message), key=0x200)
    target = empty_message()
    tnef = m.open_tnef_stream_ex(BytesIO(data), NAME, m.TNEF_DECODE, target)
    tnef.extract_props(m.TNEF_PROP_EXCLUDE, [t.PR_RENDERING_POSITION])
    with tnef.open_tagged_body(target, MAPI_CREATE | MAPI_MODIFY) as body:
        body.write(b"Now [[ a.txt : 512 in winmail.dat ]] or [[ b.txt : 513 in winmail.dat ]]! [[ x : 9 in y ]]")
    assert target.get_prop(t.PR_BODY) == "Now   or  ! [[ x : 9 in y ]]"
    places = [target.open_attach(number).get_prop(t.PR_RENDERING_POSITION) for number in (0, 1)]
    assert places == [4, 9]
    with pytest.raises(InvalidParameter):
        tnef.open_tagged_body(target, MAPI_CREATE)
    with pytest.raises(UnknownFlags):
        tnef.open_tagged_body(target, 0x40)


def test_streams_are_encoded_or_decoded(message: Message) -> None:
    tnef, stream = encoder(message)
    with pytest.raises(NoSupport):
        tnef.extract_props(m.TNEF_PROP_EXCLUDE)
    tnef.finish()
    decoding = m.open_tnef_stream(BytesIO(stream.getvalue()), NAME, m.TNEF_DECODE, message)
    assert decoding.key == 0x100
    for call in (
        lambda: decoding.add_props(m.TNEF_PROP_EXCLUDE, 0, None, []),
        lambda: decoding.set_props(0, 0, {}),
        lambda: decoding.encode_recips(0, None),
        decoding.finish,
    ):
        with pytest.raises(NoSupport):
            call()


@pytest.mark.parametrize(
    ("flags", "name", "key", "error"),
    [
        (0x4, NAME, 1, UnknownFlags),
        (m.TNEF_ENCODE, NAME, 0, InvalidParameter),
        (m.TNEF_ENCODE, NAME, 0x10000, InvalidParameter),
        (m.TNEF_ENCODE, "a:b", 1, InvalidParameter),
        (m.TNEF_ENCODE, "", 1, InvalidParameter),
        (m.TNEF_DECODE, NAME, 0, CorruptData),
    ],
)
def test_what_cannot_be_opened(message: Message, flags: int, name: str, key: int, error: type[Exception]) -> None:
    """The key must not be 0; CORRUPT_DATA."""
    with pytest.raises(error):
        m.open_tnef_stream_ex(BytesIO(b"no TNEF"), name, flags, message, key)


def test_flags_of_methods_are_looked_at(message: Message) -> None:
    tnef, _ = encoder(message)
    for flags in (0, m.TNEF_PROP_INCLUDE | m.TNEF_PROP_EXCLUDE):
        with pytest.raises(InvalidParameter):
            tnef.add_props(flags, 0, None, [])
    with pytest.raises(UnknownFlags):
        tnef.set_props(0x8, 0, {})
    with pytest.raises(UnknownFlags):
        tnef.finish(1)


def test_the_code_page_of_a_stream() -> None:
    assert m.get_tnef_stream_codepage(BytesIO(bytes.fromhex("789F3E22 0100"))) == (437, 0)
    told = MessageContent({t.PR_MESSAGE_CODEPAGE: 1251})
    assert m.get_tnef_stream_codepage(BytesIO(tnef_bytes(told))) == (1251, 0)


class Pipe(BytesIO):
    """A file that is read once, from its beginning."""

    def seekable(self) -> bool:
        return False


@pytest.fixture
def _pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever has more than 100 bytes stays in its file."""
    for module in ("source", "attributes", "parts"):
        monkeypatch.setattr(f"mapix.formats.tnef.{module}.AT_ONCE", 100)


@pytest.mark.usefixtures("_pieces")
@pytest.mark.parametrize("kind", [BytesIO, Pipe])
def test_data_of_attachments_stays_in_its_file_till_it_is_written(message: Message, kind: type[BytesIO]) -> None:
    tnef, stream = encoder(message)
    file = kind(b"before" + b"large" * 100)
    file.read(6)
    tnef.add_props(m.TNEF_PROP_EXCLUDE | m.TNEF_PROP_CONTAINED, 0, file, [])
    tnef.finish()
    assert not file.closed
    assert read_tnef(stream.getvalue()).value.attachments[0].properties[t.PR_ATTACH_DATA_BIN] == b"large" * 100


@pytest.mark.usefixtures("_pieces")
def test_an_object_that_is_closed_reads_no_more_and_leaves_the_streams_of_others(message: Message) -> None:
    written = BytesIO(tnef_bytes(read_content(message)))
    with m.open_tnef_stream_ex(written, NAME, m.TNEF_DECODE, empty_message()) as tnef:
        assert tnef.extract_props(m.TNEF_PROP_EXCLUDE) == []
    tnef.close()
    assert not written.closed
    piped = Pipe(written.getvalue())
    assert m.get_tnef_stream_codepage(piped) == m.get_tnef_stream_codepage(written)
    with m.open_tnef_stream_ex(Pipe(written.getvalue()), NAME, m.TNEF_DECODE, empty_message()) as tnef:
        assert tnef.extract_props(m.TNEF_PROP_EXCLUDE) == []


def test_names_inside_a_message_of_a_stream_stay_what_they_mean(message: Message) -> None:
    """P-231."""
    name = PropertyName(PS_PUBLIC_STRINGS, "Other")
    inner = tnef_bytes(MessageContent({PropTag(0x8000001F): "42"}, names={0x8000: name}))
    tnef, stream = encoder(message)
    tnef.add_props(m.TNEF_PROP_EXCLUDE, 0, None, [])
    tnef.add_props(m.TNEF_PROP_EXCLUDE | m.TNEF_PROP_CONTAINED_TNEF, 2, BytesIO(inner), [])
    tnef.finish()
    content = read_tnef(stream.getvalue()).value
    assert named(content) == {"Matter": "4711"}
    assert content.attachments[2].message is not None
    assert named(content.attachments[2].message) == {"Other": "42"}


def test_an_attachment_has_one_place_however_often_a_text_tells_of_it() -> None:
    made = empty_message()
    write_content(MessageContent({}, [], [file("a.txt", b"a")]), made)
    tag = "[[ a.txt : 256 in winmail.dat ]]"
    tnef, _ = encoder(made)
    with tnef.open_tagged_body(made, MAPI_CREATE | MAPI_MODIFY) as body:
        body.write(f"a{tag}{tag}{tag}".encode())
    assert made.get_prop(t.PR_BODY) == f"a {tag}{tag}"
    assert made.open_attach(0).get_prop(t.PR_RENDERING_POSITION) == 1


def test_attachments_at_one_place_have_a_tag_each() -> None:
    parts = [file("a.txt", b"a", 1), file("b.txt", b"b", 1)]
    made = empty_message()
    write_content(MessageContent({t.PR_BODY: "x*y"}, [], parts), made)
    tnef, _ = encoder(made)
    with tnef.open_tagged_body() as body:
        assert body.read() == b"x[[ a.txt : 256 in winmail.dat ]][[ b.txt : 257 in winmail.dat ]]y"
