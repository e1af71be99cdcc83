"""PyIMessage and PyIAttach."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.message import Attach, Message, ModifyRecipients
from mapix.properties.errors import UnknownFlags
from mapix.properties.flags import (
    ATTACH_DIALOG,
    CLEAR_NRN_PENDING,
    CLEAR_READ_FLAG,
    CLEAR_RN_PENDING,
    FORCE_SUBMIT,
    GENERATE_RECEIPT_ONLY,
    MAPI_BEST_ACCESS,
    MAPI_MODIFY,
    SUPPRESS_RECEIPT,
)
from mapix.pywin32 import args
from mapix.pywin32.convert import rows
from mapix.pywin32.prop import PyIMAPIProp
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import checked, progress

_READ_FLAGS = SUPPRESS_RECEIPT | CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY | CLEAR_RN_PENDING | CLEAR_NRN_PENDING


class PyIAttach(PyIMAPIProp):
    """IAttach: properties and nothing more (A-001)."""

    _kind = Attach


class PyIMessage(PyIMAPIProp):
    """IMessage."""

    _kind = Message

    def SetReadFlag(self, flags: Any, /) -> None:
        """Read state (M-120)."""
        self._obj.set_read_flag(args.flags(flags, _READ_FLAGS) & _READ_FLAGS)

    def GetAttachmentTable(self, flags: Any, /) -> PyIMAPITable:
        """The saved attachments (M-063)."""
        return PyIMAPITable._made(self._obj.get_attachment_table(), args.wide(args.flags(flags)), self)

    def OpenAttach(self, attachmentNum: Any, iid: Any, flags: Any, /) -> PyIAttach:
        """An attachment by its number (M-061)."""
        number, word = args.int32(attachmentNum), args.flags(flags, MAPI_MODIFY | MAPI_BEST_ACCESS)
        args.iid_or_none(iid)
        return PyIAttach(checked(self._obj.open_attach(number, args.access(word)), iid), self)

    def CreateAttach(self, iid: Any, flags: Any, /) -> list[Any]:
        """`[number, attachment]` of a new one (M-060)."""
        args.iid_or_none(iid)
        args.flags(flags)
        number, attach = self._obj.create_attach()
        return [number, PyIAttach(checked(attach, iid), self)]

    def DeleteAttach(self, attachmentNum: Any, uiParam: Any, progress_: Any, flags: Any, /) -> None:
        """Remove an attachment (M-062)."""
        number = args.int32(attachmentNum)
        args.int32(uiParam)
        watcher = progress(progress_)
        args.flags(flags, ATTACH_DIALOG)
        self._obj.delete_attach(number, progress=watcher)

    def ModifyRecipients(self, flags: Any, mods: Any, /) -> None:
        """Replace (0), add, modify or remove recipients (M-080)."""
        how, recipients = args.flags(flags, 0xFFFFFFFF), rows.adrlist(mods)
        if how not in ModifyRecipients.__members__.values():
            raise UnknownFlags("recipients are replaced (0), added, modified or removed", value=f"0x{how:X}")
        self._obj.modify_recipients(ModifyRecipients(how), recipients)

    def GetRecipientTable(self, flags: Any, /) -> PyIMAPITable:
        """The recipients as they stand (M-084)."""
        return PyIMAPITable._made(self._obj.get_recipient_table(), args.wide(args.flags(flags)), self)

    def SubmitMessage(self, flags: Any, /) -> None:
        """Save, and queue for sending (M-140)."""
        args.flags(flags, FORCE_SUBMIT)
        self._settle()
        self._obj.submit_message()
