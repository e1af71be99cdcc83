"""Message files on the command line: a word that ends in .msg, .oft, .eml or .tnef is a path, wherever an id may stand,
and so is winmail.dat. Where only a message can be meant, any other file that is there is known by its bytes.

A slash at the end says that it is a folder of the store after all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.properties.content import MessageContent

SUFFIXES: Final = (".msg", ".oft", ".eml", ".tnef")
_NUMBER: Final = re.compile(r".*#\d+|[0-9A-Fa-f]+")
"""What is an id or folder#n, whatever files there are."""
_LOOK: Final = 1024


def names_file(word: str) -> bool:
    """Whether a word is the path of a message file rather than something in a store."""
    name = Path(word).name.lower()
    wrapped = name.startswith("winmail") and name.endswith(".dat")
    return (wrapped or word.lower().endswith(SUFFIXES)) and "#" not in Path(word).suffix


def is_message_file(word: str) -> bool:
    """Whether a word that names a message names a file: by its name, or because there is one that no id could be.

    Raises: InvalidParameter, CorruptData for a file that holds no message.
    """
    if names_file(word):
        return True
    path = Path(word)
    if _NUMBER.fullmatch(word) or not path.is_file():
        return False
    _check_begin(path)
    return True


def _check_begin(path: Path) -> None:
    from mapix.convert.forms import by_head
    from mapix.properties.errors import CorruptData, InvalidParameter

    with path.open("rb") as file:
        form = by_head(file.read(_LOOK))
    if form in ("message", "loose"):
        return
    if form:
        raise InvalidParameter("this is a mailbox or an archive", value=str(path), hint=f"mapix convert {path}")
    raise CorruptData("this file is no message: neither a compound file nor TNEF nor Internet mail", value=str(path))


@contextmanager
def message_of(word: str, profile: str | None) -> Iterator[Message]:
    """The message that a word names, in a file or in the default store of a profile."""
    if is_message_file(word):
        from mapix.client.opening import open

        with open(word) as message:
            yield message
        return
    from mapix.cli.refs import find_message
    from mapix.cli.sessions import logged_on

    with logged_on(profile) as session:
        yield find_message(session, word)


@contextmanager
def content_of(word: str, profile: str | None) -> Iterator[MessageContent]:
    """Everything of the message that a word names: of a file what stands in it, and nothing that is computed."""
    if is_message_file(word):
        from mapix.client.msgfiles import content_of_file

        with ExitStack() as opened:
            yield content_of_file(word, opened)
        return
    from mapix.objects.messages.content import read_content

    with message_of(word, profile) as message:
        yield read_content(message.mapi)


@contextmanager
def free_place(path: Path) -> Iterator[Path]:
    """`path`, or the next `name (2).ext` that is not taken, not even by a link to nothing. An empty file stands there
    from then on, so that nobody else takes it; it goes when the block fails.
    """
    number, free = 1, path
    while not _made(free):
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    try:
        yield free
    except BaseException:
        free.unlink(missing_ok=True)
        raise


def _made(path: Path) -> bool:
    """Whether there was nothing of this name, and an empty file is now."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
