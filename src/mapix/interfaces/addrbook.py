"""Address books: IAddrBook, containers and users."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mapix.interfaces.container import Completion, MapiContainer
from mapix.interfaces.prop import Access, MapiProp
from mapix.properties.errors import NoSupport
from mapix.properties.tag import PropTag


class AbContainer(MapiContainer):
    """A container of users, lists and containers (IABContainer)."""

    @abstractmethod
    def resolve_names(self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag]) -> list[int]:
        """Per row 0 unresolved, 1 ambiguous, 2 resolved; resolved rows get PR_ENTRYID and `columns` (ABK-24). May be
        `NoSupport`.
        """

    def create_entry(self, template: bytes | None = None, flags: int = 0) -> MapiProp:
        """A new entry made from a template, or a copy of an entry; it is there after its first save (ABK-71).

        None is the template of a user. `flags` are of CREATE_CHECK_DUP_STRICT, CREATE_CHECK_DUP_LOOSE and
        CREATE_REPLACE; duplicates are judged when it is saved (`Collision`). `NoSupport` where nothing can be made.
        """
        raise NoSupport("nothing can be made in this container")

    def copy_entries(self, entry_ids: Sequence[bytes], flags: int = 0) -> Completion:
        """Copy entries, of whichever book, into this container (ABK-72); into a list they become its members.

        With CREATE_CHECK_DUP_STRICT or CREATE_CHECK_DUP_LOOSE what is here already is passed over, with CREATE_REPLACE
        replaced. What could not be copied is in the completion.
        """
        raise NoSupport("nothing can be copied into this container")

    def delete_entries(self, entry_ids: Sequence[bytes]) -> Completion:
        """Delete entries, of a list: members (ABK-72). What could not be deleted is in the completion."""
        raise NoSupport("nothing can be deleted from this container")


class DistList(AbContainer):
    """A distribution list: a recipient, and the container of its members (IDistList; ABK-75)."""


class MailUser(MapiProp):
    """A recipient (IMailUser; ABK-74)."""


@dataclass(slots=True)
class Resolution:
    """What `AddrBook.resolve_name` found: the rows, completed where they could be, and the indexes of the others
    (ABK-22).
    """

    rows: list[dict[PropTag, Any]]
    unresolved: list[int] = field(default_factory=list)
    ambiguous: list[int] = field(default_factory=list)


class AddrBook(MapiProp):
    """The integrated address book (IAddrBook)."""

    @abstractmethod
    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ) -> MapiProp:
        """An address book object, the root container with None; one-offs open as `MailUser` (ABK-65)."""

    @abstractmethod
    def compare_entry_ids(self, first: bytes, second: bytes) -> bool:
        """Whether two identifiers name one entry."""

    @abstractmethod
    def create_one_off(self, name: str | None, address_type: str, address: str, *, rich: bool = False) -> bytes:
        """The identifier of a recipient outside any book (ABK-60, ABK-64)."""

    @abstractmethod
    def resolve_name(self, rows: Sequence[dict[PropTag, Any]]) -> Resolution:
        """Complete rows that have no PR_ENTRYID (ABK-20..ABK-23)."""

    @abstractmethod
    def get_pab(self) -> bytes | None:
        """The personal address book's container."""

    @abstractmethod
    def get_default_dir(self) -> bytes | None:
        """The default directory's container."""

    @abstractmethod
    def get_search_path(self) -> list[bytes]:
        """Containers in the order names are looked up."""

    @abstractmethod
    def prepare_recips(
        self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag] | None
    ) -> list[dict[PropTag, Any]]:
        """Make identifiers long-term and fill `columns` in front (ABK-40)."""
