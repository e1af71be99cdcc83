"""Where entry identifiers lead: from a provider's uid to the logon objects that registered it (EID-5, SPI-36)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from mapix.interfaces.prop import Access, MapiProp
from mapix.properties.entryid import provider_uid
from mapix.properties.errors import InvalidObject, UnknownEntryid

R = TypeVar("R")


class Opener(Protocol):
    """A store, or an address book provider's logon object."""

    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp: ...

    def compare_entry_ids(self, first: bytes, second: bytes) -> bool: ...


class Routes:
    """Uids and the openers behind each, in order of registration. `owner` groups what goes together at logoff."""

    def __init__(self) -> None:
        self._routes: dict[bytes, list[tuple[object, Callable[[], Any]]]] = {}

    def add(self, uid: bytes, owner: object, opener: Callable[[], Opener | None]) -> None:
        """Lead identifiers with `uid` to what `opener` answers (None while it is not there yet)."""
        self._routes.setdefault(bytes(uid), []).append((owner, opener))

    def remove(self, owner: object) -> None:
        """Forget everything an owner registered."""
        for uid, routes in list(self._routes.items()):
            self._routes[uid] = [route for route in routes if route[0] is not owner]
            if not self._routes[uid]:
                del self._routes[uid]

    def knows(self, entry_id: bytes) -> bool:
        """Whether somebody registered the uid of `entry_id`."""
        return provider_uid(entry_id) in self._routes

    def openers(self, entry_id: bytes) -> Iterator[Opener]:
        """Those who may own `entry_id`, first registered first."""
        for _, opener in list(self._routes.get(provider_uid(entry_id), ())):
            found = opener()
            if found is not None:
                yield found

    def ask(self, entry_id: bytes, question: Callable[[Any], R]) -> R:
        """The answer of the first opener that knows the identifier (EID-5); `UnknownEntryid` when none does.

        Openers that are closed already are passed over.
        """
        for opener in self.openers(entry_id):
            try:
                return question(opener)
            except (UnknownEntryid, InvalidObject):
                continue
        raise UnknownEntryid("no open store or address book knows this entry identifier", value=entry_id)

    def compare(self, first: bytes, second: bytes) -> bool:
        """Whether two identifiers name one object; False for objects of two stores (SES-45).

        `UnknownEntryid` when nobody open here knows one of them.
        """
        owner = self.ask(first, lambda opener: _owning(opener, first))
        self.ask(second, lambda opener: _owning(opener, second))
        try:
            return owner.compare_entry_ids(first, second)
        except UnknownEntryid:
            return False


def _owning(opener: Opener, entry_id: bytes) -> Opener:
    """`opener` when it knows the identifier; what it raises when it does not."""
    opener.compare_entry_ids(entry_id, entry_id)
    return opener
