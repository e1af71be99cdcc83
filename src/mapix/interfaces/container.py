"""Containers: IMAPIContainer, and folders: IMAPIFolder."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mapix.interfaces.message import Message
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import NoSupport
from mapix.properties.restriction import Restriction
from mapix.properties.sort import SortOrder


@dataclass(frozen=True, slots=True)
class Completion:
    """Result of a bulk operation: identifiers that were left out; truthy when all was done (F-070, PG-006)."""

    left_out: tuple[bytes, ...] = ()

    @classmethod
    def together(cls, parts: Iterable[Completion]) -> Completion:
        """The result of work that was done in several parts."""
        return cls(tuple(one for part in parts for one in part.left_out))

    def __bool__(self) -> bool:
        return not self.left_out


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """What a search folder looks for, the identifiers of the folders it looks in, and how far it is: `SEARCH_*` bits
    (F-043).
    """

    restriction: Restriction
    folders: tuple[bytes, ...]
    state: int


class MapiContainer(MapiProp):
    """Something with contents and a hierarchy."""

    @abstractmethod
    def open_entry(self, entry_id: bytes | None, access: Access = Access.READ, *, deleted: bool = False) -> MapiProp:
        """An object reachable from here; None opens the top container (F-023). `deleted` is SHOW_SOFT_DELETES: what
        was deleted and is kept opens too, for reading (F-090). `NotFound`, `UnknownEntryid`, `NoAccess`.
        """

    @abstractmethod
    def get_contents_table(self, *, associated: bool = False, deleted: bool = False) -> MapiTable:
        """The messages or recipients in the container (F-021); with `deleted` instead those that were deleted and are
        kept (SHOW_SOFT_DELETES, F-090), empty where nothing ever is.
        """

    @abstractmethod
    def get_hierarchy_table(self, *, deep: bool = False, deleted: bool = False) -> MapiTable:
        """The containers below; with `deep` all levels and their depth (F-022); `deleted` as with contents."""

    def set_search_criteria(
        self, restriction: Restriction | None, folders: Sequence[bytes] | None, flags: int = 0
    ) -> None:
        """Say what a search folder looks for, in which folders; None keeps what was said before (F-042).

        `flags` are of `STOP_SEARCH` or `RESTART_SEARCH`, `RECURSIVE_SEARCH` or `SHALLOW_SEARCH`, `FOREGROUND_SEARCH`
        or `BACKGROUND_SEARCH`, and `STATIC_SEARCH`. `NoSupport` for what is no search folder, `NotInitialized` when
        nothing was said before, `TooComplex` for restrictions that cannot be evaluated.
        """
        raise NoSupport("this container does not search")

    def get_search_criteria(self) -> SearchCriteria:
        """What a search folder looks for (F-043); `NotInitialized` before it was said."""
        raise NoSupport("this container does not search")


class MapiFolder(MapiContainer):
    """A folder of a message store. Its properties act at once (F-004)."""

    @abstractmethod
    def create_message(self, *, associated: bool = False) -> Message:
        """A new message, in memory until its first save (F-060)."""

    @abstractmethod
    def create_folder(
        self, name: str, *, comment: str | None = None, kind: int = 1, open_if_exists: bool = False
    ) -> MapiFolder:
        """A folder below this one; `Collision` for a name that is taken (F-061). `kind` is PR_FOLDER_TYPE."""

    @abstractmethod
    def copy_messages(
        self,
        entry_ids: Sequence[bytes],
        target: MapiFolder,
        *,
        move: bool = False,
        progress: MapiProgress | None = None,
    ) -> Completion:
        """Copy or move messages of this folder into `target` (F-062). Messages that were deleted and are kept come
        back by being moved, into this folder or another (F-090).
        """

    @abstractmethod
    def delete_messages(
        self, entry_ids: Sequence[bytes], *, hard: bool = False, progress: MapiProgress | None = None
    ) -> Completion:
        """Delete messages of this folder (F-063). Where the store keeps what is deleted, only `hard` deletes for good,
        kept ones too (F-090).
        """

    @abstractmethod
    def copy_folder(
        self,
        entry_id: bytes,
        target: MapiFolder,
        *,
        name: str | None = None,
        move: bool = False,
        subfolders: bool = True,
        progress: MapiProgress | None = None,
    ) -> Completion:
        """Copy or move a folder below this one into `target` (F-065). A folder that was deleted and is kept comes back
        by being moved, below this one or another (F-090).
        """

    @abstractmethod
    def delete_folder(
        self,
        entry_id: bytes,
        *,
        messages: bool = False,
        folders: bool = False,
        hard: bool = False,
        progress: MapiProgress | None = None,
    ) -> Completion:
        """Delete a folder below this one; `HasMessages`/`HasFolders` without leave (F-064); `hard` as with messages."""

    @abstractmethod
    def empty_folder(
        self, *, associated: bool = False, hard: bool = False, progress: MapiProgress | None = None
    ) -> Completion:
        """Remove messages and subfolders, keep the folder (F-066); `hard` as with messages."""

    @abstractmethod
    def set_read_flags(
        self, entry_ids: Sequence[bytes] | None, flags: int = 0, *, progress: MapiProgress | None = None
    ) -> Completion:
        """Read state of some or all messages by the table of M-120; `flags` as in SetReadFlags (F-067)."""

    @abstractmethod
    def get_message_status(self, entry_id: bytes) -> int:
        """Status bits of a message in this folder (F-068)."""

    @abstractmethod
    def set_message_status(self, entry_id: bytes, status: int, mask: int) -> int:
        """Set the status bits of `mask`; the old status (F-068)."""

    @abstractmethod
    def save_contents_sort(self, order: SortOrder, *, recursive: bool = False) -> None:
        """The order later contents tables start in (F-069); with `recursive` also those of all folders below."""
