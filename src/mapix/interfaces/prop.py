"""Property objects: IMAPIProp, and the narrow waist a provider fills to get one.

A provider writes a `PropertySource`: saved values and their version, and how to save. `mapix.objects.bags.propdata`
turns it into a whole `MapiProp` with pending changes, conflicts, streams, problems and computed properties.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any, Protocol, TypeVar

from mapix.interfaces.progress import MapiProgress
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.value import Problems, Props

T = TypeVar("T")


class ObjectType(IntEnum):
    """PR_OBJECT_TYPE."""

    STORE = 1
    ADDRBOOK = 2
    FOLDER = 3
    ABCONT = 4
    MESSAGE = 5
    MAILUSER = 6
    ATTACH = 7
    DISTLIST = 8
    PROFSECT = 9
    STATUS = 10
    SESSION = 11
    FORMINFO = 12


class Access(Enum):
    """What is asked for when something is opened (GEN-12): READ, MODIFY or fail, or BEST of what there is."""

    READ = "read"
    MODIFY = "modify"
    BEST = "best"


class Keep(Enum):
    """How an object stays open after `save_changes` (P-210): READWRITE, READONLY, or CLOSE (flags 0; reads still
    work).
    """

    CLOSE = "close"
    READONLY = "readonly"
    READWRITE = "readwrite"


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """MAPIERROR: what an object says about its last failure (GEN-10, P-102)."""

    text: str
    component: str = "mapix"
    low_level: int = 0
    context: int = 0


@dataclass(slots=True)
class ChangeSet:
    """What `save_changes` hands to a source, applied whole or not at all.

    `values` are the properties set (canonical tags: text as UNICODE; large ones may be `LargeValue`), `deleted` the
    identifiers removed. A value replaces whatever its identifier had before, of whichever type (P-153). `version` is
    the version the object was opened at, or None to save over whatever is there (FORCE_SAVE).
    """

    values: dict[PropTag, Any] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    version: int | None = None


class PropertySource(Protocol):
    """Saved values and their version; and how to save."""

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """The saved values of the identifiers in `tags` (all when None) under their stored tags, and the version (0:
        never saved).

        Types in `tags` are not looked at. Big binaries and texts may be `LargeValue`. `ObjectDeleted` when it is gone.
        """

    def apply(self, changes: ChangeSet) -> int:
        """Save; the new version. `ObjectChanged` when `changes.version` is not the saved one (P-215), `ObjectDeleted`
        when it is gone.
        """


class MapiProp(ABC):
    """Any object with properties: IMAPIProp."""

    object_type: ObjectType

    @abstractmethod
    def get_props(self, tags: Sequence[PropTag] | None = None) -> dict[PropTag, Any]:
        """Values by tag, in the order asked for; what is not there is not in the mapping (P-110..P-112).

        A tag with a type gives that type or nothing; UNSPECIFIED gives the real tag. None asks for everything that
        `get_prop_list` lists except OBJECT properties. An empty sequence is `InvalidParameter`.
        """

    @abstractmethod
    def get_prop_list(self) -> list[PropTag]:
        """The tags present, text in UNICODE form, OBJECT ones included (P-120, P-121)."""

    @abstractmethod
    def set_props(self, values: Props) -> Problems:
        """Set values; the problems of single ones, empty when there are none (P-150..P-153)."""

    @abstractmethod
    def delete_props(self, tags: Collection[PropTag]) -> Problems:
        """Remove properties by identifier (P-160)."""

    @abstractmethod
    def open_property(self, tag: PropTag, kind: type[T], *, access: Access = Access.READ, create: bool = False) -> T:
        """A property as an object of `kind`: `Stream`, `Message`, `MapiTable` (P-130..P-135).

        `create` makes it, or empties it where it is. Raises `NotFound`, `InterfaceNotSupported`, `NoAccess`,
        `InvalidParameter`.
        """

    @abstractmethod
    def save_changes(self, keep: Keep = Keep.CLOSE, *, force: bool = False) -> None:
        """Make pending changes permanent (P-210..P-216). On objects that are not transacted it does nothing."""

    @abstractmethod
    def copy_to(
        self,
        target: MapiProp,
        *,
        exclude: Collection[PropTag] = (),
        without: Collection[type] = (),
        move: bool = False,
        replace: bool = True,
        progress: MapiProgress | None = None,
    ) -> Problems:
        """Copy everything but `exclude` (by identifier) into `target`, which must still be saved (P-170..P-179).

        `without` names interfaces whose sub-objects stay behind: `Message` its recipients and attachments,
        `MapiContainer` what is in it (P-175).
        """

    @abstractmethod
    def copy_props(
        self,
        target: MapiProp,
        include: Collection[PropTag],
        *,
        move: bool = False,
        replace: bool = True,
        progress: MapiProgress | None = None,
    ) -> Problems:
        """Copy only `include` into `target` (P-170, P-172)."""

    @abstractmethod
    def get_names_from_ids(
        self, ids: Iterable[int] | None = None, *, guid: bytes | None = None, flags: int = 0
    ) -> dict[int, PropertyName]:
        """Names behind identifiers of 0x8000 and above, all of the mapping when None; unknown ones are absent
        (P-190..P-193).

        Of all, `guid` chooses one property set, `flags` leaves out kinds: MAPI_NO_STRINGS, MAPI_NO_IDS.
        """

    @abstractmethod
    def get_ids_from_names(
        self, names: Iterable[PropertyName] | None, *, create: bool = False
    ) -> dict[PropertyName, int]:
        """Identifiers of names, made when `create`; unknown ones are absent; None gives the whole mapping (P-200,
        P-201).
        """

    @abstractmethod
    def get_last_error(self) -> ErrorInfo | None:
        """What there is to say about the last failed call on this very object (P-100, P-101)."""

    @abstractmethod
    def close(self) -> None:
        """Release the object; afterwards every method raises `InvalidObject` (GEN-9)."""

    def get_prop(self, tag: PropTag, default: Any = None) -> Any:
        """One value, or `default` where it is absent."""
        found = self.get_props((tag,))
        return next(iter(found.values()), default)


NameMap = Mapping[int, PropertyName]
