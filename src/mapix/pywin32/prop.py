"""PyIMAPIProp: properties of any object; and PyIProfSect, which has nothing more."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from typing import Any

from mapix.formats.storage import Storage
from mapix.interfaces.admin import ProfSect
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import Computed, InterfaceNotSupported, InvalidParameter
from mapix.properties.flags import (
    FORCE_SAVE,
    KEEP_OPEN_READONLY,
    KEEP_OPEN_READWRITE,
    MAPI_CREATE,
    MAPI_DECLINE_OK,
    MAPI_DIALOG,
    MAPI_MODIFY,
    MAPI_MOVE,
    MAPI_NO_IDS,
    MAPI_NO_STRINGS,
    MAPI_NOREPLACE,
    NON_EMS_XP_SAVE,
    SPAMFILTER_ONSAVE,
    STREAM_APPEND,
)
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import Problems
from mapix.pywin32 import args
from mapix.pywin32.convert import names, readplans, rows, tags, values
from mapix.pywin32.convert.readplans import quick
from mapix.pywin32.errors import S_OK, W_ERRORS_RETURNED
from mapix.pywin32.storage import PyIStorage
from mapix.pywin32.stream import PyIStream
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import NOT_REGISTERED, TYPES, PyIUnknown, method, wrapper

_COPY_FLAGS = MAPI_MOVE | MAPI_NOREPLACE | MAPI_DECLINE_OK | MAPI_DIALOG
_SAVE_FLAGS = KEEP_OPEN_READONLY | KEEP_OPEN_READWRITE | FORCE_SAVE | SPAMFILTER_ONSAVE | NON_EMS_XP_SAVE
Changed = tuple[int, tuple[tuple[int, int, int], ...] | None]


def read(target: MapiProp, wanted: Sequence[PropTag] | None, wide: bool) -> tuple[values.Pair, ...]:
    """Properties in the order asked for; None asks for all but objects (P-110, P-041)."""
    if wanted is None:
        wanted = [tags.in_width(tag, wide) for tag in target.get_prop_list() if tag.type != PropType.OBJECT]
        if not wanted:
            return ()
    asked = list(dict.fromkeys(values.stored(tag) for tag in wanted if tag.type != PropType.NULL))
    found = target.get_props(asked) if asked or not wanted else {}
    return tuple(values.found(tag, found, wide) for tag in wanted)


class PyIMAPIProp(PyIUnknown):
    """IMAPIProp."""

    _kind = MapiProp
    _guarded = frozenset({"GetProps"})

    def __init__(self, target: Any, owner: PyIUnknown | None = None) -> None:
        super().__init__(target, owner)
        self._streams: weakref.WeakSet[PyIStream | PyIStorage] = weakref.WeakSet()

    def _as(self, cls: type[PyIUnknown]) -> PyIUnknown:
        other = super()._as(cls)
        if isinstance(other, PyIMAPIProp):
            other._streams = self._streams
        return other

    def _settle(self) -> None:
        """Hand what direct streams and storages wrote to the object, before it is saved or copied (P-141)."""
        for stream in list(self._streams):
            stream._settle()

    def GetProps(self, propList: Any, flags: Any = 0, /) -> tuple[int, tuple[values.Pair, ...]]:
        """`(hr, ((tag, value), …))`; what is missing is `(id << 16 | PT_ERROR, scode)` (P-110..P-112)."""
        plain = quick(self._obj, propList, flags)
        return (S_OK, plain) if plain is not None else self._props(propList, flags)

    @method
    def _props(self, propList: Any, flags: Any, /) -> tuple[int, tuple[values.Pair, ...]]:
        """GetProps the long way."""
        wanted, wide = tags.tags(propList), args.wide(args.flags(flags))
        readplans.learn(propList, flags, wanted)
        pairs = read(self._obj, wanted, wide)
        failed = any(tag & 0xFFFF == PropType.ERROR for tag, _ in pairs)
        return W_ERRORS_RETURNED if failed else S_OK, pairs

    def GetPropList(self, flags: Any, /) -> tuple[int, ...]:
        """The tags present, text in the width MAPI_UNICODE tells (P-120)."""
        wide = args.wide(args.flags(flags))
        return tags.numbers(tags.in_width(tag, wide) for tag in self._obj.get_prop_list())

    def SetProps(self, propList: Any, wantProblems: Any = False, /) -> Changed:
        """`(hr, problems)`; nothing is set when one value is of the wrong kind (P-150)."""
        given = values.props_in(propList)
        problems = self._obj.set_props(given)
        return _changed(problems, wantProblems, _places(propList, given) if problems else None)

    def DeleteProps(self, propList: Any, wantProblems: Any = False, /) -> Changed:
        """`(hr, problems)` (P-160)."""
        return _changed(self._obj.delete_props(_needed(tags.tags(propList))), wantProblems)

    def CopyTo(
        self,
        IIDExcludeList: Any,
        propTags: Any,
        uiParam: Any,
        progress: Any,
        resultIID: Any,
        dest: Any,
        flags: Any,
        wantProblems: Any = False,
        /,
    ) -> Changed:
        """Copy all but the tags named; excluding an interface leaves its parts behind (P-170..P-175)."""
        without = [TYPES[iid]._kind for iid in args.iids_or_none(IIDExcludeList) if iid in TYPES]
        exclude = tags.tags(propTags) or []
        args.int32(uiParam)
        args.ignored_text(progress)
        target = _destination(dest, resultIID)
        word = args.flags(flags, _COPY_FLAGS)
        self._settle()
        move, replace = bool(word & MAPI_MOVE), not word & MAPI_NOREPLACE
        problems = self._obj.copy_to(target, exclude=exclude, without=without, move=move, replace=replace)
        return _copied(problems, wantProblems)

    def CopyProps(
        self,
        propTags: Any,
        uiParam: Any,
        progress: Any,
        resultIID: Any,
        dest: Any,
        flags: Any,
        wantProblems: Any = False,
        /,
    ) -> Changed:
        """Copy only the tags named (P-170)."""
        include = _needed(tags.tags(propTags))
        args.int32(uiParam)
        args.ignored_text(progress)
        target = _destination(dest, resultIID)
        word = args.flags(flags, _COPY_FLAGS)
        self._settle()
        move, replace = bool(word & MAPI_MOVE), not word & MAPI_NOREPLACE
        return _copied(self._obj.copy_props(target, include, move=move, replace=replace), wantProblems)

    def OpenProperty(self, propTag: Any, iid: Any, interfaceOptions: Any, flags: Any, /) -> Any:
        """A property as a stream, message, table or storage (P-130..P-135); without an iid as a message."""
        tag = tags.tag(propTag)
        options = args.flags(interfaceOptions, 0xFFFFFFFF)
        word = args.flags(flags, MAPI_MODIFY | MAPI_CREATE | STREAM_APPEND)
        cls = _opened_as(iid)
        access = Access.MODIFY if word & MAPI_MODIFY else Access.READ
        opened = self._obj.open_property(tag, cls._kind, access=access, create=bool(word & MAPI_CREATE))
        if isinstance(opened, MapiTable):
            return PyIMAPITable._made(opened, args.wide(options), self)
        if isinstance(opened, Storage):
            storage = PyIStorage._of_property(opened, self, options)
            self._streams.add(storage)
            return storage
        if not isinstance(opened, Stream):
            return cls(opened, self)
        stream = PyIStream._of_property(opened, self, options, append=bool(word & STREAM_APPEND))
        self._streams.add(stream)
        return stream

    def GetIDsFromNames(self, nameIds: Any, flags: Any = 0, /) -> tuple[int, ...]:
        """The tags of names, without types; 10 for one that is not mapped (P-200, P-201)."""
        wanted = names.names(nameIds)
        create = bool(args.flags(flags, MAPI_CREATE) & MAPI_CREATE)
        if wanted is None and create:
            raise InvalidParameter("names must be given to be created")
        found = self._obj.get_ids_from_names(wanted, create=create)
        return tuple(names.tag_of(found.get(name)) for name in (found if wanted is None else wanted))

    def GetNamesFromIDs(
        self, propTags: Any, propSetGuid: Any = None, flags: Any = 0, /
    ) -> tuple[int, tuple[int, ...] | None, list[names.Name]]:
        """`(hr, tags, names)`, names aligned with tags (P-190..P-193)."""
        wanted, guid = tags.tags(propTags), args.iid_or_none(propSetGuid)
        word = args.flags(flags, MAPI_NO_STRINGS | MAPI_NO_IDS)
        if wanted is None:
            mapping = self._obj.get_names_from_ids(None, guid=None if guid is None else bytes(guid), flags=word)
            return _all_names(mapping)
        mapped = _names_of(self._obj, _needed(wanted))
        found = [mapped.get(tag.id) for tag in wanted]
        numbers = tuple(int(tag) if name else tags.error_tag(tag) for tag, name in zip(wanted, found, strict=True))
        return S_OK if all(found) else W_ERRORS_RETURNED, numbers, [names.name_out(name) for name in found]

    def SaveChanges(self, flags: Any, /) -> None:
        """Make changes permanent (P-210); nothing where they already are."""
        word = args.flags(flags, _SAVE_FLAGS)
        self._settle()
        self._obj.save_changes(_keep(word), force=bool(word & FORCE_SAVE))

    def GetLastError(self, hr: Any, flags: Any = 0, /) -> tuple[int, str, str, int, int] | None:
        """What there is to say about the object's last failure: a MAPIERROR or None (GEN-10)."""
        args.flags(hr, 0xFFFFFFFF)
        args.flags(flags)
        return self._last_error()


class PyIProfSect(PyIMAPIProp):
    """IProfSect."""

    _kind = ProfSect


def _needed(found: list[PropTag] | None) -> list[PropTag]:
    if not found:
        raise InvalidParameter("property tags must be given")
    return found


def _places(items: Sequence[Any], given: Iterable[PropTag]) -> list[int]:
    """Where in the script's list the values stand, which for a tag named twice is its last place."""
    last = {values.stored(tags.tag(item[0])): place for place, item in enumerate(items)}
    return [last[tag] for tag in given]


def _changed(problems: Problems, wanted: Any, places: Sequence[int] | None = None) -> Changed:
    return W_ERRORS_RETURNED if problems else S_OK, rows.problems_out(problems, bool(wanted), places)


def _copied(problems: Problems, wanted: Any) -> Changed:
    """As `_changed`; what the destination computes itself is listed, but no reason for a warning (P-176)."""
    failed = any(problem.scode != Computed.hresult for problem in problems)
    return W_ERRORS_RETURNED if failed else S_OK, rows.problems_out(problems, bool(wanted))


def _keep(word: int) -> Keep:
    if word & KEEP_OPEN_READWRITE:
        return Keep.READWRITE
    return Keep.READONLY if word & KEEP_OPEN_READONLY else Keep.CLOSE


def _destination(dest: Any, iid: Any) -> MapiProp:
    """Where a copy goes; it must have the interface named."""
    found = wrapper(dest)
    cls = TYPES.get(args.iid(iid))
    if cls is None or not cls._fits(found._obj) or not isinstance(found._obj, MapiProp):
        raise InterfaceNotSupported("the destination has no such interface", value=str(args.iid(iid)))
    return found._obj


def _opened_as(iid: Any) -> type[PyIUnknown]:
    if iid is None:
        return next(cls for cls in TYPES.values() if cls._kind is Message)
    cls = TYPES.get(args.iid(iid))
    if cls is None:
        raise TypeError(NOT_REGISTERED)
    return cls


def _names_of(target: MapiProp, wanted: list[PropTag]) -> dict[int, PropertyName]:
    """Names by identifier: those of the mapping, and the fixed ones below 0x8000."""
    named = sorted({tag.id for tag in wanted if tag.is_named})
    fixed = {tag.id: names.fixed_name(tag.id) for tag in wanted if tag.id < 0x8000}
    return fixed | (target.get_names_from_ids(named) if named else {})


def _all_names(mapping: dict[int, PropertyName]) -> tuple[int, tuple[int, ...], list[names.Name]]:
    """Names of a mapping, in the order of their identifiers (P-192)."""
    found = sorted(mapping.items())
    return S_OK, tuple(names.tag_of(number) for number, _ in found), [names.name_out(name) for _, name in found]
