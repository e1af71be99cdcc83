"""`NAME = VALUE` on the command line: properties by name, values in the syntax of conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mapix.properties.named import PropertyName
    from mapix.properties.tag import PropTag


class HasNames(Protocol):
    """What knows identifiers of property names; every MAPI object does."""

    def get_ids_from_names(
        self, names: Iterable[PropertyName] | None, *, create: bool = False
    ) -> dict[PropertyName, int]:
        """See `MapiProp.get_ids_from_names`."""


class KnownNames:
    """Names that are known by their identifiers, and no others."""

    def __init__(self, names: Mapping[int, PropertyName]) -> None:
        self._ids = {name: number for number, name in names.items()}

    def get_ids_from_names(
        self, names: Iterable[PropertyName] | None, *, create: bool = False
    ) -> dict[PropertyName, int]:
        """See `MapiProp.get_ids_from_names`; nothing is created."""
        wanted = self._ids if names is None else names
        return {name: self._ids[name] for name in wanted if name in self._ids}


def tag_of(mapi: HasNames, text: str) -> PropTag:
    """The tag that a text names on an object: `subject`, `PR_SUBJECT`, `0x0037001F`, `{guid}/name`."""
    from mapix.properties.where.tokens import Tokens

    tokens = Tokens(text)
    tag = _reference(mapi, tokens, create=False)
    _end(tokens)
    return tag


def column_of(mapi: HasNames, text: str) -> PropTag:
    """The tag of a column that a text names; `from`, `to`, `cc` and `bcc` are what lists show of them."""
    from mapix.properties import tags as t

    lists = {
        "from": t.PR_SENDER_NAME,
        "to": t.PR_DISPLAY_TO,
        "cc": t.PR_DISPLAY_CC,
        "bcc": t.PR_DISPLAY_BCC,
        "attachments": t.PR_HASATTACH,
    }
    return lists.get(text.lower()) or tag_of(mapi, text)


def assignment(mapi: HasNames, text: str) -> tuple[PropTag, Any]:
    """The tag and the value of `subject = "Q3"`; text needs no quotes. A property name that is new to the store gets an
    identifier.

    Raises `WhereError`, an `InvalidParameter` that says where and what was expected.
    """
    from mapix.properties.where.literals import instant, read_value
    from mapix.properties.where.moments import Clock
    from mapix.properties.where.tokens import Tokens

    tokens = Tokens(text)
    tag = _reference(mapi, tokens, create=True)
    bare = _bare_text(tokens, tag)
    if bare:
        return tag, bare
    tokens.expect("=", "= and the value")
    value = instant(read_value(tokens, tag, Clock()))
    _end(tokens)
    return _typed(tag, value), value


def _bare_text(tokens: Any, tag: PropTag) -> str:
    """The text behind the sign where a text property is given one without quotes."""
    from mapix.properties.tag import PropType

    sign = tokens.peek()
    if sign.text != "=" or tag.type not in (PropType.UNICODE, PropType.STRING8):
        return ""
    rest: str = tokens.source[sign.end :].strip()
    return "" if rest[:1] in ("'", '"') else rest


def _reference(mapi: HasNames, tokens: Any, *, create: bool) -> PropTag:
    from mapix.properties.where.references import References
    from mapix.properties.where.vocabulary import MESSAGE

    def identifier(name: PropertyName) -> int | None:
        return mapi.get_ids_from_names([name], create=create).get(name)

    return References(tokens, identifier).read(MESSAGE).tag


def _typed(tag: PropTag, value: Any) -> PropTag:
    from mapix.properties.tag import PropType
    from mapix.properties.where.references import natural_type

    return tag.with_type(natural_type(value)) if tag.type == PropType.UNSPECIFIED else tag


def _end(tokens: Any) -> None:
    from mapix.properties.where.tokens import Kind

    if tokens.peek().kind is not Kind.END:
        raise tokens.unexpected("the end")
