"""What spooler hooks say of messages: one after the other, each seeing what those before it decided (SPL-22, SPI-6).

A hook that fails is passed over, so that no mail is lost by it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import cast

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Placement, SpoolerHook
from mapix.interfaces.store import MsgStore
from mapix.properties.tags import PR_DELETE_AFTER_SUBMIT

_log = logging.getLogger(__name__)


def placed(
    hooks: Iterable[SpoolerHook], opened: Callable[[], AbstractContextManager[Message]], folder: bytes
) -> bytes | None:
    """Where the inbound hooks send a message that lies in `folder`; None: away with it.

    Each gets an opening of its own, which ends with its turn: one that is left behind can change nothing any more.
    """
    for hook in hooks:
        try:
            with opened() as message:
                placement = hook.inbound(message, folder)
        except Exception:
            _log.exception("an inbound hook failed; the message goes on without it")
            continue
        if placement.folder is None:
            return None
        folder = placement.folder
        if placement.stop:
            break
    return folder


def kept(hooks: Iterable[SpoolerHook], message: Message) -> Placement | None:
    """Where the outbound hooks want a message that was sent; None where they leave it to the message (SPL 6.5)."""
    wish: Placement | None = None
    for hook in hooks:
        try:
            said = hook.outbound(message)
        except Exception:
            _log.exception("an outbound hook failed; the message goes on without it")
            continue
        if said is None:
            continue
        wish = said if isinstance(said, Placement) else Placement(said)
        if wish.stop or wish.folder is None:
            break
    return wish


def delete_afterwards(store: MsgStore, entry_id: bytes) -> None:
    """A hook wants a message that was sent gone: the sent-mail step deletes it, however often it is begun."""
    message = cast(Message, store.open_entry(entry_id, Access.MODIFY))
    try:
        message.set_props({PR_DELETE_AFTER_SUBMIT: True})
        message.save_changes()
    finally:
        message.close()
