"""`mapix msg check`: everything that is wrong with message files, and whether a strict reader takes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import clean, emit_json, emit_rows, json_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mapix.formats.defects import Defect
    from mapix.formats.msg import MsgFile, MsgMessage
    from mapix.properties.content import MessageContent

_PIECE = 1 << 20
_LOOK = 1024
_SOUND, _DEFECTS, _UNREADABLE = "sound", "defects", "unreadable"


@command(examples=("mapix msg check mail.msg", "mapix msg check *.msg --json"))
@click.argument("file", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def check(file: tuple[Path, ...], as_json: bool) -> int:
    """Read everything in message FILEs, and tell what is wrong, with its place.

    A line a file says `sound` when a strict reader takes it, `defects` when it can be read but not strictly, and
    `unreadable` when it holds no message. The exit code is 0, 3 or 6, that of the worst.
    """
    found = [_checked(path) for path in file]
    if as_json:
        emit_json({"files": found})
    else:
        lines = (line for one in found for line in _lines(one))
        emit_rows(("file", "verdict", "where", "what"), lines, wrap=True)
    verdicts = {one["verdict"] for one in found}
    return Exit.CORRUPT if _UNREADABLE in verdicts else Exit.PARTIAL if _DEFECTS in verdicts else Exit.OK


def _checked(path: Path) -> dict[str, Any]:
    """What there is to say of a file."""
    from mapix.formats.msg import MsgFile
    from mapix.formats.storageerrors import StorageError, mapi_error
    from mapix.properties.errors import CorruptData, NotFound

    if not path.is_file():
        raise NotFound("this is no file" if path.exists() else "there is no such file", value=str(path))
    told: dict[str, Any] = {"file": str(path), "bytes": path.stat().st_size}
    try:
        other = _other(path)
        if other is not None:
            return told | other
        with MsgFile.open(path) as file:
            read_all(file)
            return told | _described(file)
    except (StorageError, CorruptData) as error:
        failure = mapi_error(error) if isinstance(error, StorageError) else error
        return told | {"verdict": _UNREADABLE, "defects": [{"where": "file", "what": str(failure), "found": ""}]}


def _other(path: Path) -> dict[str, Any] | None:
    """What there is to say of TNEF or Internet mail; None for what should be a .msg file."""
    from mapix.convert.forms import COMPOUND, TNEF, by_head

    name = path.name.lower()
    with path.open("rb") as file:
        begin = file.read(_LOOK)
    if begin.startswith(COMPOUND) or (name.endswith((".msg", ".oft")) and not begin.startswith(TNEF)):
        return None
    if begin.startswith(TNEF) or name.endswith((".tnef", ".dat")):
        from mapix.formats.tnef import TnefFile

        with TnefFile.open(path) as tnef:
            return {"codepage": tnef.codepage[0], **_of_content(tnef.content, tnef.defects)}
    if not name.endswith(".eml") and by_head(begin) != "message":
        return None
    from mapix.formats.mime import from_mime

    parsed = from_mime(path.read_bytes())
    return _of_content(parsed.value, parsed.defects)


def _of_content(content: MessageContent, defects: tuple[Defect, ...]) -> dict[str, Any]:
    empty = not content.properties and not content.recipients and not content.attachments
    return {
        "verdict": _UNREADABLE if empty else _DEFECTS if defects else _SOUND,
        "recipients": len(content.recipients),
        "attachments": len(content.attachments),
        "defects": _told(defects, empty),
    }


def _told(defects: Iterable[Defect], empty: bool) -> list[dict[str, str]]:
    """Defects for JSON; what holds nothing has at least this one."""
    told = [{"where": one.where, "what": one.what, "found": one.found} for one in defects]
    return told or ([{"where": "message", "what": "there is nothing in it", "found": ""}] if empty else [])


def read_all(file: MsgFile) -> None:
    """Read everything of a file, so that its defects are known."""
    from mapix.formats.msg import foreign_of

    foreign_of(file)
    len(file.names)
    waiting = [file.message]
    while waiting:
        message = waiting.pop()
        for part in (message, *message.recipients, *message.attachments):
            for value in part.properties().values():
                _read(value)
        waiting += [one.message for one in message.attachments if one.message is not None]


def _read(value: Any) -> None:
    from mapix.properties.value import LargeValue

    if isinstance(value, LargeValue):
        with value.open() as reader:
            while reader.read(_PIECE):
                pass


def is_damaged(file: MsgFile) -> bool:
    """Whether something of a file that was read whole could not be read, or was read otherwise than it stands there."""
    structure = file.place.file.structure
    return not structure.is_sound or bool(file.message.context.defects.all)


def _described(file: MsgFile) -> dict[str, Any]:
    defects = [*file.defects, *_missing(file.message)]
    empty = not file.message.stored_tags() and not file.recipients and not file.attachments
    return {
        "verdict": _UNREADABLE if empty else _DEFECTS if defects else _SOUND,
        "unicode": file.unicode,
        "template": file.template,
        "recipients": len(file.recipients),
        "attachments": len(file.attachments),
        "defects": _told(defects, empty),
    }


def _missing(message: MsgMessage) -> list[Defect]:
    """What every message has to have ([MS-OXCMSG] 2.2.1)."""
    from mapix.formats.defects import Defect
    from mapix.properties import tags as t

    return [] if message.get(t.PR_MESSAGE_CLASS) else [Defect("message", "there is no PR_MESSAGE_CLASS")]


def _lines(one: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    name, verdict = clean(one["file"]), one["verdict"]
    if not one["defects"]:
        return [(name, verdict, "", "")]
    return [
        (name, verdict, each["where"], f"{each['what']}: {each['found']}" if each["found"] else each["what"])
        for each in one["defects"]
    ]
