"""Search folders: what they look for, as clients say and ask it (F-040..F-045).

    set_criteria(folder, Content(PR_SUBJECT, "budget", Fuzzy.SUBSTRING | Fuzzy.IGNORECASE), [inbox], RECURSIVE_SEARCH)
    get_criteria(folder).state & SEARCH_REBUILD

A search is alive from its start: its results follow every change. A first pass over what is there already is done
before `set_criteria` returns, or with BACKGROUND_SEARCH in a thread (X-21); either way SEARCH_COMPLETE is told at its
end. New criteria start the search anew, another priority alone does not (F-042). With STATIC_SEARCH the results stay as
the first pass finds them, and stopping leaves them as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mapix.interfaces.backend import (
    Search,
)
from mapix.interfaces.container import SearchCriteria
from mapix.objects.restrictions.canonical import canonical
from mapix.objects.restrictions.evaluate import check
from mapix.properties.errors import (
    BadValue,
    InvalidParameter,
    NoAccess,
    NoSupport,
    NotInitialized,
    TooComplex,
    UnknownFlags,
)
from mapix.properties.flags import (
    BACKGROUND_SEARCH,
    CONTENT_INDEXED_SEARCH,
    FOLDER_SEARCH,
    FOREGROUND_SEARCH,
    NON_CONTENT_INDEXED_SEARCH,
    RECURSIVE_SEARCH,
    RESTART_SEARCH,
    SEARCH_COMPLETE,
    SEARCH_FOREGROUND,
    SEARCH_REBUILD,
    SEARCH_RECURSIVE,
    SEARCH_RUNNING,
    SEARCH_STATIC,
    SHALLOW_SEARCH,
    STATIC_SEARCH,
    STOP_SEARCH,
)
from mapix.properties.restriction import Restriction
from mapix.properties.restrictionbytes import dump_restriction, load_restriction
from mapix.properties.tags import PR_FOLDER_TYPE

if TYPE_CHECKING:
    from mapix.objects.folders.folderobject import FolderObject

_PAIRS: Final = (
    STOP_SEARCH | RESTART_SEARCH,
    RECURSIVE_SEARCH | SHALLOW_SEARCH,
    FOREGROUND_SEARCH | BACKGROUND_SEARCH,
    CONTENT_INDEXED_SEARCH | NON_CONTENT_INDEXED_SEARCH,
)
_KNOWN: Final = sum(_PAIRS) | STATIC_SEARCH


def set_criteria(
    folder: FolderObject, restriction: Restriction | None, folders: Sequence[bytes] | None, flags: int
) -> None:
    """See `MapiContainer.set_search_criteria`. No folders at all are the former ones, too."""
    _check_kind(folder)
    _check_flags(flags)
    backend = folder.context.backend
    with backend.transaction():
        old = backend.search(folder.number)
        where = old.restriction if restriction is None and old else _checked(restriction)
        scope = _scope(folder, folders) if folders else _former(old).folders
        search = Search(where, scope, _state(old, flags))
        changed = old is None or _criteria(old) != _criteria(search)
        search, restart = _decided(search, flags, changed=changed)
        backend.set_search(folder.number, search, restart=restart)
        unfinished = search.state & SEARCH_REBUILD
        if unfinished and search.state & SEARCH_FOREGROUND:
            backend.build_search(folder.number)
    if unfinished and not search.state & SEARCH_FOREGROUND:
        folder.context.builder.start(folder.number)


def get_criteria(folder: FolderObject) -> SearchCriteria:
    """See `MapiContainer.get_search_criteria`."""
    _check_kind(folder)
    search = _former(folder.context.backend.search(folder.number))
    scope = tuple(folder.context.ids.folder(number) for number in search.folders)
    return SearchCriteria(search.restriction, scope, search.state)


def is_live(search: Search) -> bool:
    """Whether results follow every change."""
    return bool(search.state & SEARCH_RUNNING) and not search.state & SEARCH_STATIC


def finished(state: int) -> int:
    """The state of a search whose first pass has come to its end."""
    ended = SEARCH_REBUILD | (SEARCH_RUNNING if state & SEARCH_STATIC else 0)
    return state & ~ended | SEARCH_COMPLETE


def refuse_search_folder(folder: FolderObject) -> None:
    """`NoAccess` for what cannot be done in a search folder: it holds nothing of its own (F-040)."""
    if folder.is_search:
        raise NoAccess("nothing can be put into a search folder (F-040)", value=folder.number)


def _check_kind(folder: FolderObject) -> None:
    if not folder.is_search:
        raise NoSupport("only search folders have search criteria", hint="create_folder(name, kind=FOLDER_SEARCH)")


def _check_flags(flags: int) -> None:
    if flags & ~_KNOWN:
        raise UnknownFlags("SetSearchCriteria does not know these flags", value=hex(flags))
    for pair in _PAIRS:
        if flags & pair == pair:
            raise InvalidParameter("these two flags exclude one another (F-042)", value=hex(pair))


def _former(old: Search | None) -> Search:
    if old is None:
        raise NotInitialized("the search folder has no criteria yet", hint="a restriction and folders")
    return old


def _checked(restriction: Restriction | None) -> Restriction:
    """The restriction in its canonical form; `TooComplex` when it cannot be evaluated, or not be kept."""
    if restriction is None:
        raise NotInitialized("the search folder has no criteria yet", hint="a restriction and folders")
    wanted = canonical(restriction)
    check(wanted)
    try:
        return load_restriction(dump_restriction(wanted))
    except BadValue as error:
        raise TooComplex("a constant of this restriction cannot be kept", hint=str(error)) from None


def _scope(folder: FolderObject, entry_ids: Sequence[bytes]) -> tuple[int, ...]:
    """The numbers of the folders to look in; never search folders (F-040)."""
    ids, backend = folder.context.ids, folder.context.backend
    numbers = tuple(dict.fromkeys(map(ids.read_folder, entry_ids)))
    for number in numbers:
        values, _ = backend.folder(number).load((PR_FOLDER_TYPE,))
        if values.get(PR_FOLDER_TYPE) == FOLDER_SEARCH:
            raise InvalidParameter("a search folder is no place to search in (F-040)", value=ids.folder(number))
    return numbers


def _state(old: Search | None, flags: int) -> int:
    """How the search is to be done: what the flags say, and where they say nothing, as before."""
    before = SEARCH_FOREGROUND if old is None else old.state
    state = SEARCH_STATIC if flags & STATIC_SEARCH else 0
    if not flags & (RESTART_SEARCH | STATIC_SEARCH):
        state = before & SEARCH_STATIC
    if flags & RECURSIVE_SEARCH or (before & SEARCH_RECURSIVE and not flags & SHALLOW_SEARCH):
        state |= SEARCH_RECURSIVE
    if flags & FOREGROUND_SEARCH or (before & SEARCH_FOREGROUND and not flags & BACKGROUND_SEARCH):
        state |= SEARCH_FOREGROUND
    return state | before & (SEARCH_RUNNING | SEARCH_REBUILD | SEARCH_COMPLETE)


def _criteria(search: Search) -> tuple[object, ...]:
    """What makes other results."""
    return search.restriction, set(search.folders), search.state & (SEARCH_RECURSIVE | SEARCH_STATIC)


def _decided(search: Search, flags: int, *, changed: bool) -> tuple[Search, bool]:
    """The search with its state, and whether its first pass begins anew."""
    state = search.state
    if flags & STOP_SEARCH:
        gone = SEARCH_RUNNING | SEARCH_REBUILD | (SEARCH_COMPLETE if changed else 0)
        return Search(search.restriction, search.folders, state & ~gone), False
    restart = changed or bool(flags & RESTART_SEARCH)
    if restart:
        state = state & ~SEARCH_COMPLETE | SEARCH_RUNNING | SEARCH_REBUILD
    return Search(search.restriction, search.folders, state), restart
