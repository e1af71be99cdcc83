"""Address books: IAddrBook, containers and users."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.interfaces.addressui import AddressUI
from mapix.interfaces.container import Completion, MapiContainer
from mapix.interfaces.notify import AdviseSink, Event
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import NoSupport
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_DISPLAY_TYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_OBJECT_TYPE,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
    PR_SMTP_ADDRESS,
)

RECIPIENT_COLUMNS: Final = (
    PR_ENTRYID,
    PR_DISPLAY_NAME,
    PR_ADDRTYPE,
    PR_EMAIL_ADDRESS,
    PR_SMTP_ADDRESS,
    PR_SEARCH_KEY,
    PR_OBJECT_TYPE,
    PR_DISPLAY_TYPE,
)
"""What the row of a recipient has of an entry (ABK-81)."""

CONTENTS_COLUMNS: Final = (
    PR_DISPLAY_NAME,
    PR_ADDRTYPE,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_DISPLAY_TYPE,
    PR_OBJECT_TYPE,
    PR_INSTANCE_KEY,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SEND_RICH_INFO,
)
"""What the contents table of every container shows."""


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
    def resolve_name(
        self, rows: Sequence[dict[PropTag, Any]], *, ui: AddressUI | None = None, title: str = ""
    ) -> Resolution:
        """Complete rows that have no PR_ENTRYID (ABK-20..ABK-23). With `ui` (MAPI_DIALOG) somebody is asked about names
        that are ambiguous or unknown.
        """

    @abstractmethod
    def get_pab(self) -> bytes | None:
        """The personal address book's container."""

    @abstractmethod
    def set_pab(self, entry_id: bytes) -> None:
        """Make a container the personal address book, at once and for every session; `NotFound`, `InvalidParameter`
        for none.
        """

    @abstractmethod
    def get_default_dir(self) -> bytes | None:
        """The default directory's container."""

    @abstractmethod
    def set_default_dir(self, entry_id: bytes) -> None:
        """Make a container the default directory, at once and for every session; `NotFound`, `InvalidParameter`."""

    @abstractmethod
    def get_search_path(self) -> list[bytes]:
        """Containers in the order names are looked up."""

    @abstractmethod
    def set_search_path(self, entry_ids: Sequence[bytes | Mapping[PropTag, Any]]) -> None:
        """In which order containers are looked through: identifiers, or rows whose first property is PR_ENTRYID
        (`MissingRequiredColumn`). `NotFound` for an unknown one.
        """

    @abstractmethod
    def prepare_recips(
        self, rows: Sequence[dict[PropTag, Any]], columns: Sequence[PropTag] | None
    ) -> list[dict[PropTag, Any]]:
        """Make identifiers long-term and fill `columns` in front (ABK-40)."""

    @abstractmethod
    def one_off_table(self) -> MapiTable:
        """What recipients can be made from: the templates of all providers, and MAPI's own (ABK-66)."""

    @abstractmethod
    def new_entry(
        self,
        container: bytes | None,
        template: bytes | None,
        values: Mapping[PropTag, Any] | None = None,
        *,
        ui: AddressUI | None = None,
        flags: int = 0,
    ) -> bytes:
        """Make an entry in a container from a template, a one-off without container; its identifier (NewEntry).

        `values` are what it has; with `ui` somebody is asked for the rest. `flags` as in `create_entry`.
        """

    @abstractmethod
    def details(self, entry_id: bytes, ui: AddressUI | None, *, title: str = "") -> bool:
        """Show an entry and let it be changed; whether it was. `NoSupport` without somebody to ask (ABK-10)."""

    @abstractmethod
    def address(
        self,
        ui: AddressUI | None,
        rows: Sequence[dict[PropTag, Any]] = (),
        *,
        title: str = "",
        wells: Sequence[str] = ("To", "Cc", "Bcc"),
        resolve: bool = True,
    ) -> list[dict[PropTag, Any]]:
        """Ask whom a message goes to, and `resolve` what is answered (AB_RESOLVE). `NoSupport` without somebody to ask
        (ABK-10).
        """

    @abstractmethod
    def advise(self, entry_id: bytes | None, mask: Event | int, sink: AdviseSink) -> int:
        """Be told of critical errors of the address book with None, else of changes in a container's contents; a
        connection number. `InvalidEntryid`, `UnknownEntryid`, `NoSupport` for what nobody tells of.
        """

    @abstractmethod
    def unadvise(self, connection: int) -> None:
        """End a registration; `NotFound`."""

    def recip_options(self, row: dict[PropTag, Any]) -> dict[PropTag, Any]:
        """Ask for the options of a recipient: no address type has a dialog (`NoSupport`)."""
        raise NoSupport("recipients of this type have no options", value=row.get(PR_ADDRTYPE))

    def query_default_recip_opt(self, address_type: str) -> dict[PropTag, Any]:
        """The options recipients of a type have by default: none."""
        return {}
