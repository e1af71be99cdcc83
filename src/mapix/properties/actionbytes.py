"""Actions of rules as bytes: the RuleAction structure of [MS-OXORULE] 2.2.5, as ACTIONS properties hold it.

With `wide` it is that of extended rules, with counts of 32 bits, which this house stores; else that of standard rules,
where a folder of the same store is marked and a template is named by its 16 bytes of folder and message number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from mapix.properties.actions import Action, Actions, ActionType, FolderTarget, Recipients, ReplyTemplate, TagProperty
from mapix.properties.errors import BadValue, CorruptData
from mapix.properties.propertybytes import Reader, Writer, write_row

_GUID: Final = 16
_RECIPIENT: Final = 1


def dump_actions(actions: Actions, *, wide: bool = True) -> bytes:
    """`actions` as bytes; `BadValue` for data that is not of its action."""
    writer = Writer(wide=wide)
    write_actions(writer, actions)
    return writer.joined()


def load_actions(data: bytes, *, wide: bool = True) -> Actions:
    """The actions that all of `data` is; `CorruptData` when it is none."""
    reader = Reader(data, wide=wide)
    found = read_actions(reader)
    reader.finish()
    return found


def write_actions(writer: Writer, actions: Any) -> None:
    """Put actions behind what `writer` has."""
    if not isinstance(actions, Actions):
        raise BadValue("not the actions of a rule", value=actions)
    writer.count(len(actions))
    for action in actions:
        block = Writer(wide=writer.wide)
        block.number(action.type, 1)
        block.number(action.flavor, 4)
        block.number(action.flags, 4)
        _FORMS[action.type].write(block, action.data)
        writer.counted(block.joined())


def read_actions(reader: Reader) -> Actions:
    """The actions that come next."""
    reader.descend()
    found = tuple(_read_action(reader.within(reader.counted())) for _ in range(reader.count()))
    reader.ascend()
    return Actions(found)


def _read_action(block: Reader) -> Action:
    code = block.number(1)
    if code not in ActionType.__members__.values():
        raise CorruptData("no such action of a rule", value=code)
    kind, flavor, flags = ActionType(code), block.number(4), block.number(4)
    found = Action(kind, _FORMS[kind].read(block), flavor, flags)
    block.finish()
    return found


def _write_target(writer: Writer, target: Any) -> None:
    if not isinstance(target, FolderTarget):
        raise BadValue("this action puts a message into a folder", value=target)
    if not writer.wide:
        writer.number(int(not target.store), 1)
    writer.counted(target.store)
    writer.counted(target.folder)


def _read_target(reader: Reader) -> FolderTarget:
    if not reader.wide:
        reader.number(1)
    return FolderTarget(reader.counted(), reader.counted())


def _write_template(writer: Writer, template: Any) -> None:
    if not isinstance(template, ReplyTemplate) or len(template.template) != _GUID:
        raise BadValue("this action answers with a template", value=template)
    if writer.wide:
        writer.counted(template.message)
    elif len(template.message) == _GUID:
        writer.put(template.message)
    else:
        raise BadValue("a template of a standard rule is named by 16 bytes", value=template.message)
    writer.put(template.template)


def _read_template(reader: Reader) -> ReplyTemplate:
    message = reader.counted() if reader.wide else reader.take(_GUID)
    return ReplyTemplate(message, reader.take(_GUID))


def _write_deferred(writer: Writer, data: Any) -> None:
    if not isinstance(data, bytes):
        raise BadValue("a deferred action has bytes", value=data)
    writer.put(data)


def _read_deferred(reader: Reader) -> bytes:
    return reader.take(len(reader.data) - reader.at)


def _write_code(writer: Writer, code: Any) -> None:
    if not isinstance(code, int):
        raise BadValue("a bounce has a code", value=code)
    writer.number(code, 4)


def _write_recipients(writer: Writer, rows: Any) -> None:
    if not isinstance(rows, tuple):
        raise BadValue("this action sends to recipients", value=rows)
    writer.count(len(rows))
    for row in rows:
        writer.number(_RECIPIENT, 1)
        writer.count(len(row))
        write_row(writer, row)


def _read_recipients(reader: Reader) -> Recipients:
    return tuple(_read_recipient(reader) for _ in range(reader.count()))


def _read_recipient(reader: Reader) -> Any:
    reader.number(1)
    return tuple(reader.tagged() for _ in range(reader.count()))


def _write_property(writer: Writer, found: Any) -> None:
    if not isinstance(found, TagProperty):
        raise BadValue("this action sets a property", value=found)
    writer.tagged(found.tag, found.value)


def _write_nothing(writer: Writer, data: Any) -> None:
    if data is not None:
        raise BadValue("this action has no data", value=data)


class _Form(NamedTuple):
    """How the data of a type of action is written and read."""

    write: Callable[[Writer, Any], None]
    read: Callable[[Reader], Any]


_TARGET: Final = _Form(_write_target, _read_target)
_TEMPLATE: Final = _Form(_write_template, _read_template)
_RECIPIENTS: Final = _Form(_write_recipients, _read_recipients)
_NOTHING: Final = _Form(_write_nothing, lambda reader: None)
_FORMS: Final[dict[ActionType, _Form]] = {
    ActionType.MOVE: _TARGET,
    ActionType.COPY: _TARGET,
    ActionType.REPLY: _TEMPLATE,
    ActionType.OOF_REPLY: _TEMPLATE,
    ActionType.DEFER_ACTION: _Form(_write_deferred, _read_deferred),
    ActionType.BOUNCE: _Form(_write_code, lambda reader: reader.number(4)),
    ActionType.FORWARD: _RECIPIENTS,
    ActionType.DELEGATE: _RECIPIENTS,
    ActionType.TAG: _Form(_write_property, lambda reader: TagProperty(*reader.tagged())),
    ActionType.DELETE: _NOTHING,
    ActionType.MARK_AS_READ: _NOTHING,
}
