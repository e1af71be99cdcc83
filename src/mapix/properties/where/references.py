"""Properties as a text names them.

| written | property |
|---|---|
| `subject`, `received` | a word of `vocabulary` |
| `PR_SUBJECT`, `PidTagSubject` | by name |
| `0x0037001F`, `[0x0037001F]` | by tag |
| `PidLidReminderSet`, `PSETID_Common/0x8503`, `{guid}/0x8503`, `{guid}/name`, `{guid}/"a name"` | by property name |

A type may follow: `PR_SUBJECT:string8`, `{guid}/name:long`. A property name without one has the type the reference
gives it, or that of the value it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from mapix.properties.errors import NotFound
from mapix.properties.named import PropertyName, property_sets
from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.properties.tagnames import by_name, name_of, named_by_name
from mapix.properties.where.errors import nearest
from mapix.properties.where.tokens import Kind, Token, Tokens
from mapix.properties.where.vocabulary import Scope, word_for

NameResolver = Callable[[PropertyName], int | None]
"""The identifier of a property name in a store's mapping; None where the store does not know the name."""

NOWHERE: Final = 0xFFFF
"""An identifier that no object has (PROP_ID_INVALID): what a name means that the store does not know."""

TYPES: Final = {member.name.lower(): member for member in PropType}
"""Types by the names they have in a text."""

EXPECTED: Final = "a property: a word such as subject, PR_SUBJECT, 0x0037001F or {guid}/name"


class Reference(NamedTuple):
    """A property, and how it was named: `open` says that its type is still to be learnt from a value."""

    tag: PropTag
    token: Token
    word: str = ""
    open: bool = False


class References:
    """Reads references; `names` knows the identifiers of property names."""

    def __init__(self, tokens: Tokens, names: NameResolver | None) -> None:
        self._tokens = tokens
        self._names = names

    def starts(self, *, explicit: bool = False) -> bool:
        """Whether a reference begins here; `explicit` ones cannot be a value: no words, no bare numbers."""
        token = self._tokens.peek()
        if token.kind is Kind.SIGN:
            return token.text == "["
        if token.kind is Kind.WORD:
            return not explicit or _is_name(token.text) or self._is_named_set()
        if token.kind is Kind.GUID:
            return self._tokens.after_next().text == "/"
        return token.kind is Kind.NUMBER and not explicit

    def read(self, scope: Scope) -> Reference:
        """The reference that begins here; `WhereError` where there is none."""
        if self._tokens.accept("["):
            found = self.read(scope)
            self._tokens.expect("]")
            return found
        token = self._tokens.peek()
        match token.kind:
            case Kind.GUID:
                return self._named_by_set(token)
            case Kind.NUMBER:
                return self._numbered()
            case Kind.WORD if self._is_named_set():
                return self._named_by_set(token)
            case Kind.WORD:
                return self._worded(scope)
        raise self._tokens.unexpected(EXPECTED)

    # inside

    def _is_named_set(self) -> bool:
        token = self._tokens.peek()
        return token.kind is Kind.WORD and token.text in _sets() and self._tokens.after_next().text == "/"

    def _numbered(self) -> Reference:
        token = self._tokens.take()
        if len(token.text) != 10 or not token.text.lower().startswith("0x"):
            raise self._tokens.fault(f"{token.text} is no property", token, EXPECTED)
        try:
            tag = PropTag(int(token.text, 16))
        except ValueError:
            raise self._tokens.fault(f"{token.text} is no tag", token, "0x and eight digits") from None
        return Reference(tag, token)

    def _worded(self, scope: Scope) -> Reference:
        token = self._tokens.take()
        text = token.text
        if text.startswith(("PidLid", "PidName", "dispid")):
            return self._by_its_name(token)
        if text.upper().startswith("PR_") or text.startswith("PidTag"):
            try:
                tag = by_name(text if text.startswith("PidTag") else text.upper())
            except NotFound as error:
                hint = f"did you mean {error.hint}?" if error.hint else ""
                raise self._tokens.fault(f"no property is called {text}", token, hint=hint) from None
            return self._typed(Reference(tag, token))
        word = token.lower
        if word not in scope.words:
            raise self._tokens.fault(f"unknown word {text}", token, EXPECTED, nearest(text, scope.known()))
        return self._typed(Reference(scope.words[word], token, word))

    def _by_its_name(self, token: Token) -> Reference:
        try:
            name = named_by_name(token.text)
        except NotFound as error:
            hint = f"did you mean {error.hint}?" if error.hint else ""
            raise self._tokens.fault(f"no property name is called {token.text}", token, hint=hint) from None
        return self._named(token, name)

    def _named_by_set(self, token: Token) -> Reference:
        self._tokens.take()
        self._tokens.expect("/", "/ and the number or name of the property")
        guid = token.value if isinstance(token.value, bytes) else _sets()[token.text]
        number = self._tokens.take()
        if number.kind in (Kind.WORD, Kind.TEXT):
            return self._named(token, PropertyName(guid, str(number.value)))
        digits, _, kind = number.text.partition(":")
        try:
            name = PropertyName(guid, int(digits, 0))
        except ValueError:
            raise self._tokens.fault("bad property name", number, "a number such as 0x8503, or a name") from None
        return self._named(token, name, self._type(kind, number) if kind else None)

    def _named(self, token: Token, name: PropertyName, kind: int | None = None) -> Reference:
        if self._names is None:
            hint = "ask through a store or a folder"
            raise self._tokens.fault("only a store knows what property names stand for", token, hint=hint)
        from mapix.properties.named_tags import NAMED_TYPES

        usual = NAMED_TYPES.get(name, ())
        number = self._names(name) or NOWHERE
        known = kind if kind is not None else usual[0] if usual else PropType.UNSPECIFIED
        found = Reference(PropTag.of(number, known), token, open=kind is None and not usual)
        return self._typed(found)

    def _typed(self, found: Reference) -> Reference:
        """`found` with the type that follows, if one does."""
        if self._tokens.accept(":") is None:
            return found
        token = self._tokens.take()
        return found._replace(tag=found.tag.with_type(self._type(token.text, token)), word="", open=False)

    def _type(self, name: str, token: Token) -> int:
        plain = name.lower().removeprefix("pt_")
        if plain in TYPES:
            return TYPES[plain]
        if plain.startswith("0x") and len(plain) == 6:
            return int(plain, 16)
        raise self._tokens.fault(f"unknown type {name}", token, "such as unicode, long, systime", nearest(name, TYPES))


def show_tag(tag: PropTag, scope: Scope, *, words: bool = True, explicit: bool = False) -> str:
    """How a text names `tag`: by a word, where `words` may be used, by name, or by number.

    `explicit` is for places where a number would be a value.
    """
    word = word_for(tag, scope) if words else None
    if word is not None:
        return word
    name = name_of(tag)
    if name.startswith(("PR_", "PidTag")) and name.isascii() and by_name(name) == tag:
        return name
    return f"[{tag}]" if explicit else str(tag)


def natural_type(value: object) -> int:
    """The type of a property that is compared with a value and says nothing else."""
    if isinstance(value, bool):
        return PropType.BOOLEAN
    if isinstance(value, int):
        return PropType.LONG if -(1 << 31) <= value < 1 << 31 else PropType.LONGLONG
    if isinstance(value, float):
        return PropType.DOUBLE
    if isinstance(value, tuple) and value:
        return natural_type(value[0]) | MV_FLAG
    return PropType.BINARY if isinstance(value, bytes) else PropType.UNICODE


def _is_name(text: str) -> bool:
    return text.upper().startswith("PR_") or text.startswith(("PidTag", "PidLid", "PidName", "dispid"))


@cache
def _sets() -> dict[str, bytes]:
    return {name: data for data, name in property_sets().items()}
