"""The bodies of a message: plain text, RTF and HTML, and which of them is the real one (M-040..M-048, [MS-OXBBODY]).

What a client sets is kept. Which body is native - the one the others follow from - is what was set last, of several
the best by [MS-OXBBODY] 2.1.3.1; PR_NATIVE_BODY_INFO tells it. Who can turn one form into another says so
(`bodyconverters` does):

    register(Body.HTML, Body.PLAIN, text_of_html)

From then on a save derives the plain text of every native body, and refreshes forms of earlier saves that are out of
date; forms that are not stored are made when somebody asks for them (the middle level of M-044). What a client sets
together stays as it is, whatever it says. Without a converter nothing is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, MutableMapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from mapix.properties.codepage import ANSI
from mapix.properties.flags import STORE_RTF_OK
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_BODY,
    PR_HTML,
    PR_INTERNET_CPID,
    PR_NATIVE_BODY_INFO,
    PR_RTF_COMPRESSED,
    PR_RTF_IN_SYNC,
)
from mapix.properties.value import whole

if TYPE_CHECKING:
    from mapix.objects.bags.propreading import Entry, ReadingBag


class Body(IntEnum):
    """PR_NATIVE_BODY_INFO ([MS-OXCMSG] 2.2.1.58.2)."""

    UNDEFINED = 0
    PLAIN = 1
    RTF = 2
    HTML = 3
    CLEAR_SIGNED = 4


TAGS: Final = {Body.PLAIN: PR_BODY, Body.RTF: PR_RTF_COMPRESSED, Body.HTML: PR_HTML}
"""Where each form is kept: text, compressed RTF as bytes, HTML as bytes in the message's PR_INTERNET_CPID."""

Converter = Callable[[Any, int], Any]
"""From a body's value and the message's PR_INTERNET_CPID to the value of another form; None where it cannot be."""

_FORMS: Final = {tag.id: body for body, tag in TAGS.items()}
_IDS: Final = frozenset((*_FORMS, PR_NATIVE_BODY_INFO.id))
_OTHERS: Final = frozenset((*_IDS, PR_RTF_IN_SYNC.id)) - {PR_BODY.id}
_CONVERTERS: Final[dict[tuple[Body, Body], Converter]] = {}


def register(source: Body, target: Body, convert: Converter | None) -> None:
    """From now on `convert` turns `source` into `target`; None forgets how."""
    if convert is None:
        _CONVERTERS.pop((source, target), None)
    else:
        _CONVERTERS[source, target] = convert


def can_convert(source: Body, target: Body) -> bool:
    """Whether `converted` can do it."""
    return bool(_path(source, target))


def promises() -> int:
    """STORE_RTF_OK while plain text and RTF are kept in step (M-041), else 0."""
    both = can_convert(Body.PLAIN, Body.RTF) and can_convert(Body.RTF, Body.PLAIN)
    return STORE_RTF_OK if both else 0


def converted(source: Body, target: Body, value: Any, codepage: int = ANSI) -> Any:
    """The body `value` of form `source` in form `target`, directly or through the third; None where nobody can."""
    steps = _path(source, target)
    for convert in steps:
        value = None if value is None else convert(value, codepage)
    return value if steps else None


def best_body(present: Collection[Body], *, in_sync: bool) -> Body:
    """The best of the bodies that are there ([MS-OXBBODY] 2.1.3.1); `in_sync` is PR_RTF_IN_SYNC."""
    if Body.RTF in present and (in_sync or not {Body.HTML, Body.PLAIN} & set(present)):
        return Body.RTF
    if Body.HTML in present:
        return Body.HTML
    return Body.PLAIN if Body.PLAIN in present else Body.UNDEFINED


def native_body(message: ReadingBag) -> Body:
    """The native body of a message as it stands, as told by a client or found by `best_body`."""
    told = message._value(PR_NATIVE_BODY_INFO)
    return Body(told) if told in Body.__members__.values() else _best(message)


def derived(message: ReadingBag, wanted: Body) -> Any:
    """A body that is not stored, made from the native one; None where nobody can."""
    if not _CONVERTERS:
        return None
    native = native_body(message)
    return _made(message, native, wanted) if native in TAGS and native is not wanted else None


def keep_in_step(message: ReadingBag, pending: MutableMapping[int, Entry], removed: set[int]) -> None:
    """At a save: note which body is native now, and bring the others up to date."""
    if _IDS.isdisjoint(pending) and _IDS.isdisjoint(removed):
        return
    if message._fresh and (PR_BODY.id in pending or not _CONVERTERS):
        return  # What it has was all set now, so its best body is the native one, and none is out of date.
    given = [_FORMS[number] for number in pending if number in _FORMS]
    if given == [Body.PLAIN] and _OTHERS.isdisjoint(message._saved) and _OTHERS.isdisjoint(pending):
        return  # Nothing but text, now and before.
    if Body.PLAIN in given and _told_in_step(message, pending):
        given.append(Body.RTF)
    if given == [Body.PLAIN] and _CONVERTERS and _only_blanks_changed(message):
        return
    if PR_BODY.id in pending and PR_RTF_IN_SYNC.id not in pending and PR_RTF_COMPRESSED.id not in pending:
        removed.add(PR_RTF_IN_SYNC.id)
    if PR_NATIVE_BODY_INFO.id not in pending:
        native = best_body(given, in_sync=_in_sync(message)) if given else native_body(message)
        _note_native(message, native, pending, removed)
    if _CONVERTERS and given:
        _bring_up_to_date(message, native_body(message), given, pending, removed)


def _told_in_step(message: ReadingBag, pending: MutableMapping[int, Entry]) -> bool:
    """Whether a client says that the text it sets is that of the RTF which is there (M-043)."""
    told = pending.get(PR_RTF_IN_SYNC.id)
    return told is not None and bool(told[1]) and message._value(PR_RTF_COMPRESSED) is not None


def _note_native(message: ReadingBag, native: Body, pending: MutableMapping[int, Entry], removed: set[int]) -> None:
    """PR_NATIVE_BODY_INFO is stored where the bodies alone do not tell it."""
    if native in TAGS and message._value(TAGS[native]) is not None and native is not _best(message):
        pending[PR_NATIVE_BODY_INFO.id] = (PR_NATIVE_BODY_INFO, int(native))
        removed.discard(PR_NATIVE_BODY_INFO.id)
    elif message._value(PR_NATIVE_BODY_INFO) is not None:
        removed.add(PR_NATIVE_BODY_INFO.id)


def _bring_up_to_date(
    message: ReadingBag,
    native: Body,
    given: Collection[Body],
    pending: MutableMapping[int, Entry],
    removed: set[int],
) -> None:
    for body, tag in TAGS.items():
        stale = body is not native and body not in given
        if not stale or (body is not Body.PLAIN and message._value(tag) is None):
            continue
        made = _made(message, native, body)
        if made is not None:
            pending[tag.id] = (tag, made)
            removed.discard(tag.id)
            if {native, body} == {Body.PLAIN, Body.RTF}:
                pending[PR_RTF_IN_SYNC.id] = (PR_RTF_IN_SYNC, True)
                removed.discard(PR_RTF_IN_SYNC.id)


def _only_blanks_changed(message: ReadingBag) -> bool:
    """Whether the new plain text has the words of the saved one, which leaves the other forms alone (M-041)."""
    saved, new = message._saved.get(PR_BODY.id), message._value(PR_BODY)
    return saved is not None and whole(PR_BODY, saved[1]).split() == whole(PR_BODY, new).split()


def _made(message: ReadingBag, native: Body, wanted: Body) -> Any:
    tag = TAGS.get(native)
    value = None if tag is None else message._value(tag)
    if tag is None or value is None or not can_convert(native, wanted):
        return None
    return converted(native, wanted, whole(tag, value), message._value(PR_INTERNET_CPID) or ANSI)


def _best(message: ReadingBag) -> Body:
    present = [body for body, tag in TAGS.items() if message._value(tag) is not None]
    return best_body(present, in_sync=_in_sync(message))


def _in_sync(message: ReadingBag) -> bool:
    return bool(message._value(PR_RTF_IN_SYNC))


def _path(source: Body, target: Body) -> list[Converter]:
    """The steps from one form to another."""
    direct = _CONVERTERS.get((source, target))
    if direct is not None:
        return [direct]
    for between in TAGS:
        first, second = _CONVERTERS.get((source, between)), _CONVERTERS.get((between, target))
        if first is not None and second is not None:
            return [first, second]
    return []


def _default(wanted: Body) -> Callable[[Any], Any]:
    return lambda message: derived(message, wanted)


def _exists(wanted: Body) -> Callable[[Any], bool]:
    def exists(message: ReadingBag) -> bool:
        native = native_body(message)
        if native not in _RICH or not can_convert(native, wanted):
            return False
        return message._value(TAGS[native]) is not None

    return exists


_RICH: Final = frozenset((Body.RTF, Body.HTML))

EXISTS: Final[dict[PropTag, Callable[[Any], bool]]] = {tag: _exists(body) for body, tag in TAGS.items()}
"""Whether a body that nobody has set is listed with the others, found out without making it. What is made of plain text
says nothing new, and is for those who ask for it.
"""

DEFAULTS: Final[dict[PropTag, Callable[[Any], Any]]] = {
    **{tag: _default(body) for body, tag in TAGS.items()},
    PR_NATIVE_BODY_INFO: lambda message: int(native_body(message)) or None,
}
"""What a message answers where nobody has set a body."""
