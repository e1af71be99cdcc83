"""Messages: fields, bodies, recipients and attachments over IMessage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self, cast

from mapix.client import body
from mapix.client.attachment import Attachment, Attachments
from mapix.client.fields import Binary, Bit, Flag, Integer, Text, Time
from mapix.client.items.fields import NamedTexts
from mapix.client.place import Place
from mapix.client.recipient import KINDS, Addressee, Recipient, recipient_rows
from mapix.interfaces.message import Message as MapiMessage
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties import flags
from mapix.properties import tags as t
from mapix.properties.errors import InvalidParameter, NoRecipients
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.formats.mime.options import MimeOptions
    from mapix.properties.content import MessageContent

__all__ = ["Message", "Place", "Recipient"]


class Message(body.RichBody):
    """A message of a folder. Made by `folder.messages.new(...)`, found by `folder.messages.where(...)`.

    `Message(subject="Q3", html="...", to=["ann@example.org"], draft=True)` makes one without a session, to be saved to
    a file; a draft opens ready to be sent. A message out of a list carries the values of its row and opens the MAPI
    object only when more is asked for.
    """

    subject = Text(t.PR_SUBJECT, "What it is about.")
    sender_name = Text(t.PR_SENDER_NAME, "Who sent it.")
    sender_address = Text(t.PR_SENDER_EMAIL_ADDRESS, "The sender's address.")
    text = body.PlainText(t.PR_BODY, "The plain text; taken from the HTML where there is no other.")
    to = Text(t.PR_DISPLAY_TO, "Names of the To recipients, as saved.", read_only=True)
    cc = Text(t.PR_DISPLAY_CC, "Names of the Cc recipients, as saved.", read_only=True)
    bcc = Text(t.PR_DISPLAY_BCC, "Names of the Bcc recipients, as saved.", read_only=True)
    delivered = Time(t.PR_MESSAGE_DELIVERY_TIME, "When it arrived.")
    submitted = Time(t.PR_CLIENT_SUBMIT_TIME, "When it was sent.")
    created = Time(t.PR_CREATION_TIME, "When it was made.", read_only=True)
    modified = Time(t.PR_LAST_MODIFICATION_TIME, "When it was saved last.", read_only=True)
    message_class = Text(t.PR_MESSAGE_CLASS, "What kind of item it is, `IPM.Note` for mail.")
    message_id = Text(t.PR_INTERNET_MESSAGE_ID, "The Message-ID of Internet mail.")
    importance = Integer(t.PR_IMPORTANCE, "0 low, 1 normal, 2 high.")
    sensitivity = Integer(t.PR_SENSITIVITY, "0 none, 1 personal, 2 private, 3 confidential.")
    size = Integer(t.PR_MESSAGE_SIZE, "Bytes, as saved.", read_only=True)
    has_attachments = Flag(t.PR_HASATTACH, "Whether something is attached.", read_only=True)
    headers = Text(t.PR_TRANSPORT_MESSAGE_HEADERS, "The header lines it came with.")
    search_key = Binary(t.PR_SEARCH_KEY, "The same in every copy.")
    categories = NamedTexts(PropertyName(PS_PUBLIC_STRINGS, "Keywords"), "What it was sorted under.")
    is_read = Bit(t.PR_MESSAGE_FLAGS, flags.MSGFLAG_READ, "Whether it was read.")
    is_unsent = Bit(t.PR_MESSAGE_FLAGS, flags.MSGFLAG_UNSENT, "Whether it is still being written.")

    def __init__(
        self,
        mapi: MapiMessage | None = None,
        *,
        place: Place | None = None,
        row: Mapping[PropTag, Any] | None = None,
        draft: bool = False,
        **fields: Any,
    ) -> None:
        self._made = mapi is None and place is None and row is None
        self._closing: list[Callable[[], None]] = []
        self._mapi = mapi
        self._place = place
        self._home: Callable[[bytes], Place] | None = None
        self._row = dict(row or {})
        if self._made:
            from mapix.client.composing import fill
            from mapix.client.filemessage import empty_message

            self._mapi = empty_message()
            self._begin(draft)
            fill(self, fields)

    @property
    def mapi(self) -> MapiMessage:
        """The IMessage underneath, opened when first needed."""
        if self._mapi is None:
            assert self._place is not None
            self._mapi = self._place.open()
        return cast(MapiMessage, self._mapi)

    def get(self, tag: PropTag) -> Any:
        """One value, from the list's row where it holds it."""
        if self._mapi is None and tag in self._row:
            return self._row[tag]
        return super().get(tag)

    def set(self, tag: PropTag, value: Any) -> None:
        """Set one value; permanent with `save` or `submit`."""
        self._row.clear()
        super().set(tag, value)

    @property
    def entry_id(self) -> bytes | None:
        """The entry identifier; None before the first save."""
        if self._place is not None:
            return self._place.entry_id
        entry_id: bytes | None = super().get(t.PR_ENTRYID)
        return entry_id

    @property
    def html(self) -> str | None:
        """The HTML, None where there is none."""
        return body.html_of(self.mapi)

    @html.setter
    def html(self, value: str | None) -> None:
        body.set_html(self, value)

    @property
    def sender(self) -> str:
        """Who sent it, as `Name <address>`; empty when nobody is known."""
        name, address = self.sender_name or "", self.sender_address or ""
        return f"{name} <{address}>" if name and address and name != address else name or address

    @sender.setter
    def sender(self, value: str | Recipient) -> None:
        from mapix.client.completing import set_sender

        set_sender(self, value)

    @property
    def recipients(self) -> list[Recipient]:
        """Everybody it goes to, unsaved changes included."""
        columns = (t.PR_RECIPIENT_TYPE, t.PR_DISPLAY_NAME, t.PR_SMTP_ADDRESS, t.PR_EMAIL_ADDRESS)
        rows = query_all_rows(self.mapi.get_recipient_table(), columns)
        return [
            Recipient(name or "", smtp or address or "", KINDS.get(kind, "to")) for kind, name, smtp, address in rows
        ]

    def add_recipients(
        self,
        *,
        to: Iterable[str | Recipient | Addressee] | str = (),
        cc: Iterable[str | Recipient | Addressee] | str = (),
        bcc: Iterable[str | Recipient | Addressee] | str = (),
    ) -> None:
        """Add people by address, `Name <address>`, several with commas between, or as entries of the address book."""
        rows = [*recipient_rows(to, "to"), *recipient_rows(cc, "cc"), *recipient_rows(bcc, "bcc")]
        if rows:
            self.mapi.modify_recipients(ModifyRecipients.ADD, rows)

    @property
    def attachments(self) -> Attachments:
        """What is attached."""
        return Attachments(self.mapi)

    def attach(
        self,
        source: str | Path | bytes | IO[bytes] | Message,
        name: str | None = None,
        *,
        content_type: str | None = None,
        inline: bool = False,
    ) -> Attachment:
        """Attach a file, bytes under a `name`, or a message; permanent with this one. `NotFound` for a missing file.

        `inline` is for images that the HTML shows: `<img src="cid:...">` with the `content_id` that it has then, which
        is its file name where nothing else was set.
        """
        if isinstance(source, Message):
            return self.attachments.add_message(source._content(), name)
        found = self.attachments.add(source, name, content_type=content_type)
        if inline:
            found.make_inline()
        return found

    def submit(self) -> bytes | None:
        """Send: save, and hand over to the spooler. The message object is dead afterwards (M-140).

        Returns the entry identifier it has in the queue. Raises `NoRecipients`.
        """
        if not self.mapi.get_recipient_table().get_row_count():
            raise NoRecipients("a message without recipients cannot be sent", hint="add_recipients")
        if super().get(t.PR_MESSAGE_CLASS) is None:
            self.message_class = "IPM.Note"
        self.mapi.save_changes(Keep.READWRITE)
        entry_id: bytes | None = super().get(t.PR_ENTRYID)
        self.mapi.submit_message()
        return entry_id

    def delete(self, *, permanently: bool = False) -> None:
        """Remove it from its folder: into Deleted Items, and from there for good (ST-047). `permanently` does not take
        the way through Deleted Items, and leaves nothing to restore.
        """
        self._saved_place().delete(permanently)

    def restore(self) -> None:
        """Have it back in the folder it was deleted from; they are in `folder.messages.listed(deleted=True)`."""
        self._saved_place().restore()

    def move_to(self, folder: Any) -> None:
        """Move it into another folder."""
        self._saved_place().move(folder)

    def copy_to(self, folder: Any) -> None:
        """Copy it, as it was saved, into another folder."""
        self._saved_place().copy(folder)

    def mark_read(self, read: bool = True, *, receipt: bool = True) -> None:
        """Set or clear its read flag. A sender who asked to be told when it was read is, unless `receipt` is False
        (M-120).
        """
        asked = 0 if receipt else flags.SUPPRESS_RECEIPT
        self.mapi.set_read_flag(asked if read else flags.CLEAR_READ_FLAG)
        self._row.clear()

    def to_mime(self, *, options: MimeOptions | None = None) -> bytes:
        """The message as Internet mail; see `mapix.to_mime`."""
        from mapix.client.mimefiles import to_mime

        return to_mime(self, options=options)

    def save(self, target: str | Path | Folder | None = None) -> Self:
        """Make changes permanent where the message lies; with a path write it to a file as `save_as`, with a folder
        put it there, where it lies from then on.
        """
        if target is None:
            self._complete()
            return super().save()
        if isinstance(target, str | Path):
            self.save_as(target)
            return self
        saved = target.messages.add(self)
        self._made, self._row, self._mapi, self._place = False, {}, None, saved._place
        return self

    def save_as(self, path: str | Path) -> Path:
        """Write it to a file, as Internet mail (`.eml`), as `.msg`, or as a template (`.oft`); the path."""
        from mapix.client.msgfiles import save_file

        return save_file(self, Path(path))

    def close(self) -> None:
        """Let go of the file it was opened from; what was not saved is lost. Twice is harmless."""
        while self._closing:
            self._closing.pop(0)()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _owning(self, *closing: Callable[[], None]) -> Self:
        """Call these when it is closed."""
        self._closing += closing
        return self

    def _content(self) -> MessageContent:
        from mapix.objects.messages.content import read_content

        if self._made:
            self._complete()
            self.mapi.save_changes(Keep.READWRITE)
        return read_content(self.mapi)

    def _begin(self, draft: bool) -> None:
        """What a message is that is made without a session, before its fields are set."""
        from mapix.client.composing import begin

        begin(self, draft=draft)

    def _complete(self) -> None:
        """Before a save: what follows from what was set. Mail of a store is its store's matter."""
        if self._made:
            from mapix.client.completing import complete

            complete(self)

    def __repr__(self) -> str:
        when = self.delivered or self.submitted or datetime.now(UTC)
        return f"<Message {self.subject!r} from {self.sender or 'nobody'} {when:%Y-%m-%d %H:%M}>"

    def _saved_place(self) -> Place:
        if self._place is None and self._home is not None and (entry_id := self.entry_id) is not None:
            self._place = self._home(entry_id)
        if self._place is None:
            raise InvalidParameter("the message is in no folder yet", hint="save() it first")
        return self._place
