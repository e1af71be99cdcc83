"""What the full text index has of messages, and what a search may ask of it.

Texts stand in *parts*: subject, sender, recipients, attachments and body. Each is kept by its trigrams, any three
characters in a row, so that a part of a word is found like a whole one. The index answers with messages that may have
what is looked for; whether they do is decided by the condition itself, which stays exact.

For that, texts are made *plain* first, so that whatever `mapix.objects.restrictions.contentmatch` or PROPERTY takes for
the same is the same: what is found in a text, with or without regard to case and accents, is found in its plain form.
Marks go, and so does the iota that Greek writes below letters or beside them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mapix.objects.restrictions.contentmatch import from_first_word, level_of, words
from mapix.properties import tags as t
from mapix.properties.restriction import Content, Fuzzy, Property, Relop, Restriction
from mapix.properties.tag import PropTag, PropType

SHORT: Final = "short"
"""The index of subject, sender, recipients and names of attachments."""

BODY: Final = "body"
"""The index of the text of messages."""

COLUMNS: Final = {SHORT: ("subject", "sender", "recipients", "attachments"), BODY: ("body",)}
"""The parts in each index."""

_OF_MESSAGES: Final = {
    "subject": (t.PR_SUBJECT, t.PR_NORMALIZED_SUBJECT, t.PR_CONVERSATION_TOPIC),
    "sender": (
        *(t.PR_SENDER_NAME, t.PR_SENDER_EMAIL_ADDRESS, t.PR_SENDER_SMTP_ADDRESS),
        *(t.PR_SENT_REPRESENTING_NAME, t.PR_SENT_REPRESENTING_EMAIL_ADDRESS, t.PR_SENT_REPRESENTING_SMTP_ADDRESS),
    ),
    "recipients": (t.PR_DISPLAY_TO, t.PR_DISPLAY_CC, t.PR_DISPLAY_BCC),
    "body": (t.PR_BODY,),
}
PART_OF: Final = {tag.id: part for part, tags in _OF_MESSAGES.items() for tag in tags}
"""The part that a property of messages is in."""

ATTACHMENT_TAGS: Final = (t.PR_ATTACH_LONG_FILENAME, t.PR_ATTACH_FILENAME, t.PR_DISPLAY_NAME)
RECIPIENT_TAGS: Final = (t.PR_DISPLAY_NAME, t.PR_EMAIL_ADDRESS)

_PARTS: Final = {
    None: {tag: part for part, tags in _OF_MESSAGES.items() for tag in tags},
    t.PR_MESSAGE_RECIPIENTS: dict.fromkeys(RECIPIENT_TAGS, "recipients"),
    t.PR_MESSAGE_ATTACHMENTS: dict.fromkeys(ATTACHMENT_TAGS, "attachments"),
}
_INDEX_OF: Final = {part: index for index, parts in COLUMNS.items() for part in parts}
_MOST_GRAMS: Final = 24
_DROPPED: Final = frozenset(("Mn", "Mc", "Me"))
_IOTA: Final = "\u03b9"


@dataclass(frozen=True, slots=True)
class Needle:
    """A part of a message that has all of some trigrams."""

    part: str
    grams: tuple[str, ...]

    @property
    def index(self) -> str | None:
        """The index that knows."""
        return _INDEX_OF[self.part]


@dataclass(frozen=True, slots=True)
class Combined:
    """`every` one of some wishes, or some of them."""

    every: bool
    wishes: tuple[Wish, ...]

    @property
    def index(self) -> str | None:
        """The index that knows; None where it takes several."""
        found = {wish.index for wish in self.wishes}
        return found.pop() if len(found) == 1 else None


Wish = Needle | Combined
"""What an index is asked for."""


def plain(text: str) -> str:
    """`text` as the index has it: each character by itself becomes some or none."""
    if text.isascii():
        return text.lower().replace("\0", "")
    return "".join(_plain_letters(unicodedata.normalize("NFD", text.casefold())))


def _plain_letters(text: str) -> Iterator[str]:
    for letter in text:
        if "\ud800" <= letter <= "\udfff":
            yield "\ufffd"
        elif letter > "\x7f":
            marks = unicodedata.combining(letter) or unicodedata.category(letter) in _DROPPED
            if not marks and letter != _IOTA:
                yield letter
        elif letter != "\0":
            yield letter


def grams_of(text: str) -> tuple[str, ...]:
    """The trigrams of a plain text, each once."""
    return tuple(dict.fromkeys(text[place : place + 3] for place in range(len(text) - 2)))


def wish_of(node: Restriction, below: PropTag | None = None) -> Wish | None:
    """What the index knows of a condition without children, on a message or on the rows `below` it; None where it
    cannot help.
    """
    if not isinstance(node, Content | Property) or not isinstance(node.value, str):
        return None
    part = _PARTS[below].get(node.tag)
    if part is None or node.tag.type != PropType.UNICODE:
        return None
    if isinstance(node, Property):
        return _needle(part, (node.value,)) if node.relop == Relop.EQ else None
    level = level_of(node)
    if level == Fuzzy.PHRASE_MATCH:
        return _needle(part, words(node.value))
    return _needle(part, (from_first_word(node.value) if level == Fuzzy.PREFIX_ON_ANY_WORD else node.value,))


def combined(wishes: Sequence[Wish | None], *, every: bool) -> Wish | None:
    """All of some wishes, or one of them; None where that asks for nothing."""
    known = tuple(wish for wish in wishes if wish is not None)
    if not known or (not every and len(known) < len(wishes)):
        return None
    return known[0] if len(known) == 1 else Combined(every, known)


def _needle(part: str, texts: Sequence[str]) -> Needle | None:
    grams = tuple(dict.fromkeys(gram for text in texts for gram in grams_of(plain(text))))
    if not grams:
        return None
    return Needle(part, grams[:: len(grams) // _MOST_GRAMS + 1])
