"""Search folders of a memory store, as the backend works on them: links to messages, kept in step by every transaction.

Whatever changes a message notes its number in `Mailbox.touched`; at the end of the transaction, or when results are
read before that, `settle` tries those messages on every search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from mapix.interfaces.backend import (
    Search,
)
from mapix.interfaces.notify import Event
from mapix.interfaces.prop import ObjectType
from mapix.objects.folders.searching import finished, is_live
from mapix.objects.restrictions.evaluate import compile_matcher
from mapix.properties.flags import SEARCH_REBUILD, SEARCH_RECURSIVE
from mapix.providers.memory.mailbox import ROOT, Mailbox
from mapix.providers.memory.part import MailboxPart
from mapix.providers.memory.rows import message_row
from mapix.providers.memory.sources import is_unread

_MESSAGE: Final = int(ObjectType.MESSAGE)
_FOLDER: Final = int(ObjectType.FOLDER)


class SearchWork(MailboxPart):
    """The search folder part of a backend."""

    has_searches = True

    def search(self, folder: int) -> Search | None:
        """See `StoreBackend.search`."""
        return self.mailbox.searches.get(folder)

    def searches(self, state: int) -> list[int]:
        """See `StoreBackend.searches`."""
        with self.mailbox.lock:
            return [number for number, one in self.mailbox.searches.items() if one.state & state == state]

    def results(self, folder: int) -> list[int]:
        """See `StoreBackend.results`."""
        with self.mailbox.lock:
            return sorted(self.mailbox.shown(folder)) if folder in self.mailbox.links else []

    def set_search(self, folder: int, search: Search, *, restart: bool) -> None:
        """See `StoreBackend.set_search`."""
        mailbox = self._writable()
        with mailbox.transaction():
            mailbox.folder(folder)
            settle(mailbox)
            mailbox.journal.put(mailbox.searches, folder, search)
            if restart:
                mailbox.journal.drop(mailbox.passes, folder)
                for number in list(mailbox.links[folder]):
                    _unlink(mailbox, folder, number)
                _tell_all(mailbox, folder)

    def build_search(self, folder: int, most: int | None = None) -> bool:
        """See `StoreBackend.build_search`."""
        mailbox = self._writable()
        with mailbox.transaction():
            mailbox.folder(folder)
            search = mailbox.searches.get(folder)
            if search is None or not search.state & SEARCH_REBUILD:
                return True
            tried = mailbox.passes.get(folder, 0)
            waiting = sorted(number for number in mailbox.messages if number > tried)
            for number in waiting[:most]:
                _put_in_step(mailbox, folder, number, _judge(mailbox, search), tell=False)
            _tell_all(mailbox, folder)
            if most is not None and len(waiting) > most:
                mailbox.journal.put(mailbox.passes, folder, waiting[most - 1])
                return False
            mailbox.journal.drop(mailbox.passes, folder)
            mailbox.journal.put(mailbox.searches, folder, replace(search, state=finished(search.state)))
            mailbox.tell(Event.SEARCH_COMPLETE, _FOLDER, folder, mailbox.folder(folder).parent)
        return True


def settle(mailbox: Mailbox) -> None:
    """Bring all results in step with the messages that were changed."""
    touched, mailbox.touched = mailbox.touched, {}
    for folder in mailbox.links if touched else ():
        search = mailbox.searches.get(folder)
        if search is not None:
            wanted = _judge(mailbox, search) if is_live(search) else mailbox.links[folder].__contains__
            for number in touched:
                _put_in_step(mailbox, folder, number, wanted, tell=True)


def _judge(mailbox: Mailbox, search: Search) -> Callable[[int], bool]:
    """Whether a message satisfies a search."""
    test = compile_matcher(search.restriction)

    def wanted(number: int) -> bool:
        record = mailbox.messages[number]
        if record.associated or not _covers(mailbox, search, record.folder):
            return False
        row = message_row(mailbox, mailbox.decorator, number, record.folder)
        return test(row.get, row.parts)

    return wanted


def _covers(mailbox: Mailbox, search: Search, folder: int) -> bool:
    """Whether messages of a folder are looked at."""
    if not search.state & SEARCH_RECURSIVE:
        return folder in search.folders
    while folder not in search.folders:
        if folder == ROOT:
            return False
        folder = mailbox.folders[folder].parent
    return True


def _put_in_step(mailbox: Mailbox, folder: int, number: int, wanted: Callable[[int], bool], *, tell: bool) -> None:
    """Make a message a result of a search, or no more, and tell if it is to be told."""
    had = number in mailbox.links[folder]
    if number not in mailbox.messages or not wanted(number):
        if had:
            _unlink(mailbox, folder, number)
            _tell(mailbox, number, 0, folder)
        return
    unread = is_unread(mailbox.messages[number])
    if mailbox.links[folder].get(number) is not unread:
        mailbox.journal.put(mailbox.links[folder], number, unread)
        mailbox.tell_folder(folder)
    if tell:
        _tell(mailbox, number, folder, folder if had else 0)


def _unlink(mailbox: Mailbox, folder: int, number: int) -> None:
    mailbox.journal.drop(mailbox.links[folder], number)
    mailbox.journal.drop(mailbox.statuses, (folder, number))
    mailbox.tell_folder(folder)


def _tell(mailbox: Mailbox, number: int, folder: int, old: int) -> None:
    mailbox.tell(Event.TABLE_MODIFIED, _MESSAGE, number, folder, old_parent=old)


def _tell_all(mailbox: Mailbox, folder: int) -> None:
    """All the results may be others."""
    _tell(mailbox, 0, folder, folder)
    mailbox.tell_folder(folder)
