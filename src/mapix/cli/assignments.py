"""`NAME = VALUE` on the command line: properties by name, values in the syntax of conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapix.interfaces.prop import MapiProp
    from mapix.properties.named import PropertyName
    from mapix.properties.tag import PropTag


def tag_of(mapi: MapiProp, text: str) -> PropTag:
    """The tag that a text names on an object: `subject`, `PR_SUBJECT`, `0x0037001F`, `{guid}/name`."""
    from mapix.properties.where.tokens import Tokens

    tokens = Tokens(text)
    tag = _reference(mapi, tokens, create=False)
    _end(tokens)
    return tag


def column_of(mapi: MapiProp, text: str) -> PropTag:
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


def assignment(mapi: MapiProp, text: str) -> tuple[PropTag, Any]:
    """The tag and the value of `subject = "Q3"`; a property name that is new to the store gets an identifier.

    Raises `WhereError`, an `InvalidParameter` that says where and what was expected.
    """
    from mapix.properties.where.literals import instant, read_value
    from mapix.properties.where.moments import Clock
    from mapix.properties.where.tokens import Tokens

    tokens = Tokens(text)
    tag = _reference(mapi, tokens, create=True)
    tokens.expect("=", "= and the value")
    value = instant(read_value(tokens, tag, Clock()))
    _end(tokens)
    return _typed(tag, value), value


def _reference(mapi: MapiProp, tokens: Any, *, create: bool) -> PropTag:
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
