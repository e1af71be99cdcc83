"""Message preprocessors: what transports do to a message before any of them sends it (SPL-20, SPL-21).

def seal(asked: Preprocessing) -> Preprocessed | None:
    asked.message.set_props({PR_BODY: sealed(asked.message.get_prop(PR_BODY))})

support.register_preprocessor(seal, address_type="SMTP")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mapix.interfaces.transport import RecipientResult
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.interfaces.addrbook import AddrBook
    from mapix.interfaces.container import MapiFolder
    from mapix.interfaces.message import Message


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What a preprocessor is asked (PreprocessMessage).

    `message` is open for changes, which the spooler saves when all preprocessors are through; `recipients` are the rows
    it was asked for, which its transport would be the first to get. `folder` holds the message, and is where further
    messages are made; `session` and `address_book` are None where there is no session. Nobody may be asked anything.
    """

    message: Message
    folder: MapiFolder
    recipients: tuple[dict[PropTag, Any], ...]
    session: Any = None
    address_book: AddrBook | None = None


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """What came of it.

    `messages` are further messages, made in the folder and not submitted, best not even saved: the spooler submits them
    in the same durable step that saves the message, so that a crash leaves nothing of them. The message itself is never
    among them. `bad` are recipients that cannot be reached: they fail, and the sender gets a report of it.
    """

    messages: tuple[Message, ...] = ()
    bad: tuple[RecipientResult, ...] = ()


Preprocess = Callable[[Preprocessing], "Preprocessed | None"]
"""PreprocessMessage. What it raises puts the message off; it is asked again at the next attempt."""

RemoveInfo = Callable[["Message"], object]
"""RemovePreprocessInfo: take out of a message that was sent what only served its sending; saved by the spooler."""
