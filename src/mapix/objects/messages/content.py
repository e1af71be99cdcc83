"""Messages as values and back: `MessageContent` from any live message, and into any (n formats, m providers).

    content = read_content(message)
    write_content(content, other)
    other.save_changes()

Everything travels: properties, recipients, attachments, messages inside them. Named properties go by their names, so
the two messages may live in different stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mapix.interfaces.message import Attach, Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.objects.bags import normal
from mapix.objects.bags.computed import is_message_class
from mapix.objects.bags.names import remap
from mapix.objects.bags.openstream import is_docfile
from mapix.objects.bags.propdata import PropertyBag
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import Computed, InvalidParameter, InvalidType, NoAccess, NoSupport, NotFound
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_METHOD,
    PR_ATTACH_NUM,
    PR_CREATION_TIME,
    PR_INSTANCE_KEY,
    PR_MESSAGE_CLASS,
)
from mapix.properties.value import Problem, Problems

_FIRST_NAMED: Final = 0x8000
_TEXTS_OF_8_BITS: Final = frozenset((PropType.STRING8, PropType.MV_STRING8))
_EXPECTED: Final = frozenset((Computed.hresult, NoAccess.hresult))
_DATA: Final = PR_ATTACH_DATA_BIN.id


def read_content(message: Message) -> MessageContent:
    """Everything of `message` as it stands, unsaved changes included; large values are not read."""
    content = _read(message)
    used = named_ids(content)
    content.names = message.get_names_from_ids(used) if used else {}
    _share_names(content, content.names)
    return content


def write_content(content: MessageContent, message: Message, *, keep_times: bool = False) -> Problems:
    """Put everything of `content` into `message`, whose recipients are replaced and attachments added.

    The message must still be saved; its attachments are. With `keep_times` it is as old as what `content` was read
    from (PR_CREATION_TIME). Returns the properties it did not take, those it keeps itself aside.
    """
    used = named_ids(content)
    names = {number: name for number, name in content.names.items() if number in used}
    ids = message.get_ids_from_names(names.values(), create=True) if names else {}
    writing = _Writing(names, ids, [], keep_times)
    _write(content, message, writing)
    return writing.problems


def stored(item: MapiProp) -> dict[PropTag, Any]:
    """The properties of an object that are its own, large values unread where the object can tell them apart."""
    return item.stored_props() if isinstance(item, PropertyBag) else item.get_props(None)


def recipient_rows(message: Message) -> list[dict[PropTag, Any]]:
    """The recipients of any message, as rows that `modify_recipients` takes."""
    from mapix.objects.messages.messageobject import MessageObject

    if isinstance(message, MessageObject):
        return message.recipients()
    table = message.get_recipient_table()
    columns = table.query_columns(available=True)
    rows = [dict(zip(columns, row, strict=True)) for row in query_all_rows(table, columns)]
    skipped = (PR_INSTANCE_KEY,)
    return [{tag: cell for tag, cell in row.items() if cell is not None and tag not in skipped} for row in rows]


def attachment_numbers(message: Message) -> list[int]:
    """The numbers of a message's attachments, ascending."""
    direct = getattr(message, "attachment_numbers", None)
    if direct is not None:
        numbers: list[int] = sorted(direct())
        return numbers
    return sorted(row[0] for row in query_all_rows(message.get_attachment_table(), (PR_ATTACH_NUM,)))


def inner_message(attachment: Attach, access: Access = Access.READ, *, create: bool = False) -> Message | None:
    """The message inside an attachment, None when there is none (A-012)."""
    try:
        return attachment.open_property(PR_ATTACH_DATA_OBJ, Message, access=access, create=create)
    except (NotFound, NoSupport):
        return None


def _read(message: Message) -> MessageContent:
    return MessageContent(
        properties=stored(message),
        recipients=recipient_rows(message),
        attachments=[_read_attachment(message.open_attach(number)) for number in attachment_numbers(message)],
    )


def _read_attachment(attachment: Attach) -> AttachmentContent:
    method = attachment.get_prop(PR_ATTACH_METHOD)
    inner = inner_message(attachment) if method == ATTACH_EMBEDDED_MSG else None
    values = stored(attachment)
    if method == ATTACH_OLE and is_docfile(values.get(PR_ATTACH_DATA_BIN)):
        values[PR_ATTACH_DATA_OBJ] = values.pop(PR_ATTACH_DATA_BIN)
    content = AttachmentContent(values, None if inner is None else _read(inner))
    attachment.close()
    return content


@dataclass(slots=True)
class _Writing:
    """What all parts of a message that is being written share; see `write_content`."""

    names: Mapping[int, PropertyName]
    ids: Mapping[PropertyName, int]
    problems: list[Problem]
    keep_times: bool


def _write(content: MessageContent, message: Message, writing: _Writing) -> None:
    _set(message, _classed(content.properties, writing), writing)
    rows = [remap(_typed(row, writing), writing.names, writing.ids) for row in content.recipients]
    if rows:
        message.modify_recipients(ModifyRecipients.REPLACE, rows)
    for part in content.attachments:
        _, attachment = message.create_attach()
        _set(attachment, _as_bytes(part.properties), writing)
        if part.message is not None:
            inner = inner_message(attachment, Access.MODIFY, create=True)
            if inner is None:
                raise NoSupport("the store has no messages inside attachments", value=part.properties)
            _write(part.message, inner, writing)
            inner.save_changes(Keep.CLOSE)
        attachment.save_changes(Keep.CLOSE)


def _classed(values: Mapping[PropTag, Any], writing: _Writing) -> Mapping[PropTag, Any]:
    """The properties of a message; one whose class is none, as damage makes them, is a note."""
    name = values.get(PR_MESSAGE_CLASS)
    if not isinstance(name, str) or is_message_class(name):
        return values
    writing.problems.append(Problem(list(values).index(PR_MESSAGE_CLASS), PR_MESSAGE_CLASS, InvalidParameter.hresult))
    return {**values, PR_MESSAGE_CLASS: "IPM.Note"}


def _typed(values: Mapping[PropTag, Any], writing: _Writing) -> Mapping[PropTag, Any]:
    """The properties whose types are those of values; damage makes others."""
    odd = [tag for tag in values if (kind := tag & 0xFFFF) not in _TEXTS_OF_8_BITS and normal.check_of(kind) is None]
    if not odd:
        return values
    order = list(values)
    writing.problems += [Problem(order.index(tag), tag, InvalidType.hresult) for tag in odd]
    return {tag: value for tag, value in values.items() if tag not in odd}


def _as_bytes(values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any]:
    """The properties of an attachment as objects take them: the document of an OLE object is bytes (A-010)."""
    if PR_ATTACH_DATA_OBJ not in values:
        return values
    return {PR_ATTACH_DATA_BIN if tag == PR_ATTACH_DATA_OBJ else tag: value for tag, value in values.items()}


def _set(item: MapiProp, values: Mapping[PropTag, Any], writing: _Writing) -> None:
    objects = [tag for tag in values if tag & 0xFFFF == PropType.OBJECT]
    if objects:
        order = list(values)
        writing.problems += [Problem(order.index(tag), tag, InvalidType.hresult) for tag in objects]
        values = {tag: value for tag, value in values.items() if tag not in objects}
    kept = remap(values, writing.names, writing.ids)
    if kept:
        writing.problems += [problem for problem in item.set_props(kept) if problem.scode not in _EXPECTED]
    created = kept.get(PR_CREATION_TIME) if writing.keep_times else None
    if created is not None and isinstance(item, PropertyBag):
        item._put({PR_CREATION_TIME.id: (PR_CREATION_TIME, created)})


def named_ids(content: MessageContent) -> set[int]:
    """Identifiers of named properties anywhere in a message."""
    return {tag >> 16 for values in _all_values(content) for tag in values if tag >> 16 >= _FIRST_NAMED}


def _all_values(content: MessageContent) -> Iterable[Mapping[PropTag, Any]]:
    yield content.properties
    yield from content.recipients
    for part in content.attachments:
        yield part.properties
        if part.message is not None:
            yield from _all_values(part.message)


def _share_names(content: MessageContent, names: Mapping[int, PropertyName]) -> None:
    for part in content.attachments:
        if part.message is not None:
            part.message.names = names
            _share_names(part.message, names)
