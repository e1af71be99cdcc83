"""Messages in files: read straight from a .msg file, edited in place, made without a session, in and out of folders.

with mapix.open("mail.msg") as message:
    print(message.subject, [one.name for one in message.attachments])
with mapix.open("mail.msg", "r+") as message:
    message.subject = "Q3"
    message.save()
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final, Self, cast

from mapix.client.composing import fill
from mapix.client.filemessage import EDIT, empty_message, open_to_read
from mapix.client.files import replacing, writing
from mapix.client.items.classes import kind_of
from mapix.client.message import Message
from mapix.formats.cfb.storage import create_docfile, is_docfile, open_docfile
from mapix.formats.defects import Defect
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.formats.recognition import LOOKED_AT, is_mail, loose_kind
from mapix.formats.storage import Mode
from mapix.formats.storageerrors import StorageError, mapi_error
from mapix.objects.imsg import MessageSession, open_imsg_on_istg, open_imsg_session
from mapix.objects.messages.content import write_content
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.errors import CorruptData, InvalidParameter
from mapix.properties.flags import MAPI_UNICODE, MSGFLAG_READ, MSGFLAG_UNSENT

_SUFFIXES: Final = (".eml", ".msg", ".oft", ".tnef", ".dat")
_TNEF: Final = b"\x78\x9f\x3e\x22"
_OF_SENT: Final = (t.PR_CLIENT_SUBMIT_TIME, t.PR_MESSAGE_DELIVERY_TIME, t.PR_INTERNET_MESSAGE_ID)


def open_file(path: str | os.PathLike[str], mode: str = "r") -> Message:
    """The message in a file: .msg and .oft with mode "r" to read, "r+" to edit in place; .eml and TNEF (winmail.dat)
    and a calendar or card of one (.ics, .vcf) to read. A context manager that closes; what was not saved is lost.

    Raises: NotFound, InvalidParameter for another mode, CorruptData for a file that holds no message.
    """
    if mode not in ("r", "r+"):
        raise InvalidParameter("files are opened to be read (r) or edited (r+)", value=mode)
    source = Path(path)
    with told_as_mapi():
        if not is_docfile(source):
            return _mail_file(source, mode)
        return _edited(source, None) if mode == "r+" else open_to_read(source)


def content_of_file(path: str | os.PathLike[str], files: ExitStack) -> MessageContent:
    """Everything of the message in a .msg, .oft, .eml or TNEF file, which stays open until `files` are closed."""
    source = Path(path)
    with told_as_mapi():
        if is_docfile(source):
            return content_of(files.enter_context(MsgFile.open(source)))
        _refuse_other(source)
    return _other_content(source, files)[0]


def _other_content(source: Path, files: ExitStack) -> tuple[MessageContent, tuple[Defect, ...]]:
    """The message of a file that is no compound file, and what was wrong with it."""
    with source.open("rb") as file:
        head = file.read(LOOKED_AT)
    if head.startswith(_TNEF) or source.suffix.lower() == ".tnef":
        from mapix.formats.tnef import TnefFile

        tnef = files.enter_context(TnefFile.open(source))
        if tnef.defects and not (tnef.content.properties or tnef.content.recipients or tnef.content.attachments):
            raise CorruptData(f"nothing of the TNEF stream can be read: {tnef.defects[0]}", value=str(source))
        return tnef.content, tnef.defects
    if not head:
        raise CorruptData("the file is empty", value=str(source))
    if loose_kind(head):
        return _loose_content(source)
    if not is_mail(head, source.name):
        hint = "mapix.from_mime reads any bytes as mail"
        raise CorruptData("this is no message: it begins with no header line", value=str(source), hint=hint)
    from mapix.formats.mime import from_mime

    with source.open("rb") as mail:
        parsed = from_mime(mail)
    return parsed.value, parsed.defects


def _loose_content(source: Path) -> tuple[MessageContent, tuple[Defect, ...]]:
    """The appointment or contact in a file of its own."""
    from mapix.formats.mime.loose import divided, read_loose

    data = source.read_bytes()
    count = len(divided(data))
    if count > 1:
        raise InvalidParameter(f"{count} appointments or contacts in one file", value=str(source), hint="mapix convert")
    parsed = read_loose(data)
    return parsed.value, parsed.defects


class FileSession:
    """A message session: what was opened in it closes with it (IMS-3). A context manager."""

    def __init__(self) -> None:
        self._session = open_imsg_session(MAPI_UNICODE)
        self._files = ExitStack()

    def open(self, path: str | os.PathLike[str]) -> Message:
        """The message in a .msg file, to be edited in place."""
        with told_as_mapi():
            message = _edited(Path(path), self._session)
        self._files.callback(message.close)
        return message

    def new(self, path: str | os.PathLike[str], **fields: Any) -> Message:
        """A new .msg file, which is there with `save`; a file of this name is replaced then."""
        with told_as_mapi():
            storage = create_docfile(Path(path), EDIT | Mode.CREATE)
        message = Message(open_imsg_on_istg(self._session, storage))._owning(storage.close)
        self._files.callback(message.close)
        message.mapi.set_props({t.PR_MESSAGE_CLASS: "IPM.Note", t.PR_MESSAGE_FLAGS: MSGFLAG_READ | MSGFLAG_UNSENT})
        return fill(message, fields)

    def close(self) -> None:
        """Close everything; twice is harmless."""
        self._session.close()
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def save_file(message: Message, target: Path) -> Path:
    """Write a message to a file of the format that its name tells; the path."""
    suffix = target.suffix.lower()
    if suffix not in _SUFFIXES:
        hint = f"{target.stem}.msg"
        raise InvalidParameter("a message can be saved as .eml, .msg, .oft or .tnef", value=str(target), hint=hint)
    if suffix == ".eml":
        from mapix.formats.mime import MimeOptions

        data = message.to_mime(options=MimeOptions(unsent=True) if message.is_unsent else None)
        with writing(target) as file:
            file.write(data)
        return target
    if suffix in (".tnef", ".dat"):
        from mapix.formats.tnef import write_tnef

        with replacing(target) as file:
            write_tnef(message._content(), cast(BinaryIO, file))
        return target
    content = _as_template(message._content()) if suffix == ".oft" else message._content()
    with replacing(target) as file, told_as_mapi():
        write_msg(content, cast(BinaryIO, file), template=suffix == ".oft")
    return target


def _as_template(content: MessageContent) -> MessageContent:
    """A template is a message that nobody has sent yet."""
    values = {tag: value for tag, value in content.properties.items() if tag not in _OF_SENT}
    values[t.PR_MESSAGE_FLAGS] = values.get(t.PR_MESSAGE_FLAGS, 0) | MSGFLAG_UNSENT
    return replace(content, properties=values)


def _edited(path: Path, session: MessageSession | None) -> Message:
    storage = open_docfile(path, EDIT)
    try:
        mapi = open_imsg_on_istg(session, storage)
    except BaseException:
        storage.close()
        raise
    return kind_of(mapi.get_prop(t.PR_MESSAGE_CLASS))(mapi)._owning(mapi.close, storage.close)


def _mail_file(path: Path, mode: str) -> Message:
    if mode != "r":
        raise InvalidParameter("only .msg files are edited in place", value=str(path), hint="save_as a .msg file")
    with ExitStack() as files:
        mapi = empty_message()
        _refuse_other(path)
        content, defects = _other_content(path, files)
        write_content(content, mapi, keep_times=True)
    message = kind_of(mapi.get_prop(t.PR_MESSAGE_CLASS))(mapi)
    vars(message)["defects"] = defects
    return message


def _refuse_other(path: Path) -> None:
    """What is called .msg or .oft and is no compound file is no mail either."""
    from mapix.formats.storageerrors import InvalidHeader

    if path.suffix.lower() in (".msg", ".oft"):
        raise InvalidHeader("the file is no compound file", value=str(path))


@contextmanager
def told_as_mapi() -> Iterator[None]:
    """Errors of storages in MAPI's words (IMS-40)."""
    try:
        yield
    except StorageError as error:
        raise mapi_error(error) from error
