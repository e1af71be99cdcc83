"""What was sent, for tests: the messages that the service CAPTURE has written into its folder, as they left.

outbox = Outbox(folder)
(sent,) = outbox
assert sent.subject == "Budget"
assert sent.to == ["ann@example.org"]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, overload

from mapix.properties.once import once
from mapix.providers.capture.envelope import SUFFIX, Envelope, Refusal, read_refusals, write_refusals

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mapix.client.message import Message


class SentMessage:
    """One message that was sent."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @once
    def _envelope(self) -> Envelope:
        return Envelope.load(self._path.with_suffix(SUFFIX).read_bytes())

    @once
    def message(self) -> Message:
        """The message as `mapix` has messages, with all its properties, recipients and attachments; a copy."""
        from mapix.client.filemessage import empty_message
        from mapix.client.items.classes import kind_of
        from mapix.client.msgfiles import content_of_file
        from mapix.objects.messages.content import write_content
        from mapix.properties.tags import PR_MESSAGE_CLASS

        made = empty_message()
        with ExitStack() as files:
            content = content_of_file(self._path.with_suffix(".msg"), files)
            write_content(content, made, keep_times=True)
        return kind_of(content.get(PR_MESSAGE_CLASS))(made)

    @once
    def mime(self) -> bytes:
        """The message as Internet mail, byte for byte."""
        return self._path.with_suffix(".eml").read_bytes()

    @once
    def email(self) -> EmailMessage:
        """The same, parsed by Python's own `email`."""
        from email import message_from_bytes, policy

        return message_from_bytes(self.mime, policy=policy.default)

    @property
    def sender(self) -> str:
        """The address it was sent from."""
        return self._envelope.sender

    @property
    def recipients(self) -> list[str]:
        """The addresses it went to, blind ones too; those that were refused are not there."""
        return list(self._envelope.recipients)

    @property
    def to(self) -> list[str]:
        """The addresses of the To recipients."""
        return self._addresses("to")

    @property
    def cc(self) -> list[str]:
        """The addresses of the Cc recipients."""
        return self._addresses("cc")

    @property
    def bcc(self) -> list[str]:
        """The addresses of the Bcc recipients, whom nobody else sees."""
        return self._addresses("bcc")

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.message.subject or ""

    @property
    def text(self) -> str:
        """The plain text."""
        return self.message.text or ""

    @property
    def html(self) -> str | None:
        """The HTML, None where there is none."""
        return self.message.html

    @property
    def attachments(self) -> dict[str, bytes]:
        """What is attached, by name; a message inside as its Internet mail."""
        found: dict[str, bytes] = {}
        for one in self.message.attachments:
            found[one.name] = one.message.to_mime() if one.message is not None else one.data or b""
        return found

    def _addresses(self, kind: str) -> list[str]:
        return [one.address for one in self.message.recipients if one.kind == kind]

    def __repr__(self) -> str:
        return f"<SentMessage {self.subject!r} from {self.sender or 'nobody'} to {', '.join(self.recipients)}>"


class Outbox(Sequence[SentMessage]):
    """The messages in a folder of the service CAPTURE, in the order they were sent. Before each look `settle` is
    called, which may wait for what is on its way.
    """

    def __init__(self, folder: Path, settle: Callable[[], object] = lambda: None) -> None:
        self.folder = folder
        self._settle = settle

    def __len__(self) -> int:
        return len(self._paths())

    @overload
    def __getitem__(self, index: int) -> SentMessage: ...

    @overload
    def __getitem__(self, index: slice) -> list[SentMessage]: ...

    def __getitem__(self, index: int | slice) -> SentMessage | list[SentMessage]:
        paths = self._paths()
        return [SentMessage(path) for path in paths[index]] if isinstance(index, slice) else SentMessage(paths[index])

    def to(self, address: str) -> list[SentMessage]:
        """The messages that went to an address, case aside."""
        wanted = address.lower()
        return [sent for sent in self if wanted in map(str.lower, sent.recipients)]

    def clear(self) -> None:
        """Forget what was sent until now."""
        for path in self._paths():
            for suffix in (SUFFIX, ".eml", ".msg"):
                path.with_suffix(suffix).unlink(missing_ok=True)

    def refuse(self, address: str, code: int = 550, text: str = "5.1.1 no such mailbox") -> None:
        """From now on mail to an address fails: for good, or with a code from 400 to 499 until `accept`."""
        write_refusals(self.folder, read_refusals(self.folder) | {address.lower(): Refusal(code, text)})

    def accept(self, address: str) -> None:
        """Undo `refuse`."""
        left = read_refusals(self.folder)
        left.pop(address.lower(), None)
        write_refusals(self.folder, left)

    def __repr__(self) -> str:
        return f"<Outbox {list(self)!r}>"

    def _paths(self) -> list[Path]:
        self._settle()
        return sorted(self.folder.glob(f"*{SUFFIX}"))
