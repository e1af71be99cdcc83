"""`mapix msg repack`: a message file written anew, without gaps and defects of its form."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

import click

from mapix.cli.base import command
from mapix.cli.output import clean, say

if TYPE_CHECKING:
    from mapix.formats.msg import MsgFile
    from mapix.properties.content import MessageContent

_WRITTEN: Final = {"PR_STORE_SUPPORT_MASK", "PR_MESSAGE_CODEPAGE", "PR_ROWID", "PR_ATTACH_NUM"}
"""What writing tells: the width of text, the code page of 8-bit text, and the numbers of parts that had none."""


@command(examples=("mapix msg repack mail.msg", "mapix msg repack old.msg --unicode -o new.msg"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write here instead."
)
@click.option("--unicode/--ansi", default=None, help="Text as Unicode, or in the 8 bits of its code page.")
def repack(file: Path, output: Path | None, unicode: bool | None) -> None:
    """Write a message FILE anew: in one piece, streams of others too, and the smallest that it can be.

    The new file is read and compared before it takes the place of the old one. A file with damage, of which something
    might be lost, is only written to another one with -o.
    """
    from mapix.formats.storageerrors import StorageError, mapi_error
    from mapix.properties.errors import NotFound

    if not file.is_file():
        raise NotFound("there is no such file", value=str(file))
    before = file.stat().st_size
    try:
        _write(file, output or file, unicode)
    except StorageError as error:
        raise mapi_error(error) from error
    say(f"wrote {clean(output or file)}: {before} bytes before, {(output or file).stat().st_size} now")


def _write(file: Path, target: Path, unicode: bool | None) -> None:
    from mapix.cli.msgcheck import read_all
    from mapix.client.files import replacing
    from mapix.formats.msg import MsgFile, content_of, foreign_of, write_msg

    with MsgFile.open(file) as old:
        read_all(old)
        if target == file:
            _refuse_damage(file, old)
        content = content_of(old)
        with replacing(target) as new:
            wide = old.unicode if unicode is None else unicode
            write_msg(content, cast(BinaryIO, new), unicode=wide, foreign=foreign_of(old))
            _compare(content, new)


def _refuse_damage(file: Path, old: MsgFile) -> None:
    from mapix.cli.msgcheck import is_damaged
    from mapix.properties.errors import CorruptData

    if is_damaged(old):
        hint = "mapix msg check tells what; -o FILE writes what can be read to another file"
        raise CorruptData("the file is damaged, and something might be lost", value=str(file), hint=hint)


def _compare(content: MessageContent, new: IO[bytes]) -> None:
    """Nothing but what writing tells may differ in the new file."""
    from mapix.cli.msgdiff import differences
    from mapix.formats.msg import MsgFile, content_of
    from mapix.properties.errors import CallFailed

    new.seek(0)
    with MsgFile.open(cast(BinaryIO, new)) as again:
        for each in differences(content, content_of(again)):
            if each.name not in _WRITTEN:
                raise CallFailed("the new file would not be the old one", value=each)
