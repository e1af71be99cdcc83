"""PyIAddrBook, and what is found in address books: PyIABContainer, PyIMailUser, PyIDistList."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.addrbook import AbContainer, AddrBook, MailUser
from mapix.interfaces.container import MapiContainer
from mapix.interfaces.prop import ObjectType
from mapix.properties.errors import AmbiguousRecip, NotFound
from mapix.properties.flags import AB_NO_DIALOG, MAPI_CACHE_ONLY, MAPI_DIALOG
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_DISPLAY_NAME
from mapix.pywin32 import args
from mapix.pywin32.container import PyIMAPIContainer, open_entry, opens
from mapix.pywin32.convert import rows
from mapix.pywin32.convert.values import Pair
from mapix.pywin32.prop import PyIMAPIProp
from mapix.pywin32.unknown import PyIUnknown

_RESOLVE_FLAGS = MAPI_DIALOG | AB_NO_DIALOG | MAPI_CACHE_ONLY


class PyIABContainer(PyIMAPIContainer):
    """IABContainer."""

    _kind = AbContainer


class PyIMailUser(PyIMAPIContainer):
    """IMailUser."""

    _kind = MailUser


class PyIDistList(PyIMAPIContainer):
    """IDistList."""

    _kind = MapiContainer

    @classmethod
    def _fits(cls, target: object) -> bool:
        return isinstance(target, MapiContainer) and target.object_type == ObjectType.DISTLIST


class PyIAddrBook(PyIMAPIProp):
    """IAddrBook."""

    _kind = AddrBook

    def ResolveName(self, uiParm: Any, flags: Any, entryTitle: Any, ADRLIST: Any, /) -> tuple[tuple[Pair, ...], ...]:
        """The list with what was found (ABK-20..ABK-23); MAPI_E_NOT_FOUND and MAPI_E_AMBIGUOUS_RECIP say which names
        were not.
        """
        args.int32(uiParm)
        word = args.flags(flags, _RESOLVE_FLAGS)
        args.wstr_or_none(entryTitle)
        found = self._obj.resolve_name(rows.adrlist(ADRLIST))
        if found.unresolved:
            raise NotFound("no such recipient", value=_named(found.rows, found.unresolved))
        if found.ambiguous:
            raise AmbiguousRecip("more than one recipient fits", value=_named(found.rows, found.ambiguous))
        return tuple(rows.row_out(row, args.wide(word)) for row in found.rows)

    def OpenEntry(self, entryId: Any, iid: Any, flags: Any, /) -> PyIUnknown:
        """An entry; the root container with None (ABK-65)."""
        return open_entry(self._obj, self, entryId, iid, flags, keeps=False)

    def CompareEntryIDs(self, entryId1: Any, entryId2: Any, flags: Any = 0, /) -> int:
        """1 when both name one entry."""
        args.flags(flags, common=0)
        return int(self._obj.compare_entry_ids(args.chars(entryId1), args.chars(entryId2)))


def _named(found: list[dict[PropTag, Any]], places: list[int]) -> str:
    return ", ".join(str(found[place].get(PR_DISPLAY_NAME, "?")) for place in places)


opens(ObjectType.ADDRBOOK, PyIAddrBook)
opens(ObjectType.ABCONT, PyIABContainer)
opens(ObjectType.MAILUSER, PyIMailUser)
opens(ObjectType.DISTLIST, PyIDistList)
