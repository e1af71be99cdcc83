"""What the tests of calendar blobs share: the blobs of real files where they are present."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mapix.formats.msg import MsgFile
from mapix.formats.msg.file import MsgMessage
from mapix.properties import named_tags as n
from mapix.properties.errors import MapiError
from mapix.properties.named import PropertyName

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"
WANTED = (
    n.PidLidAppointmentRecur,
    n.PidLidTimeZoneStruct,
    n.PidLidAppointmentTimeZoneDefinitionStartDisplay,
    n.PidLidAppointmentTimeZoneDefinitionEndDisplay,
    n.PidLidAppointmentTimeZoneDefinitionRecur,
    n.PidLidGlobalObjectId,
    n.PidLidCleanGlobalObjectId,
)


@cache
def blobs() -> tuple[tuple[PropertyName, bytes], ...]:
    """Every calendar blob of the files, with its name; none where the files are absent."""
    return tuple(_blobs())


def of_kind(*names: PropertyName) -> list[bytes]:
    """The blobs of some properties."""
    return [data for name, data in blobs() if name in names]


def _blobs() -> Iterator[tuple[PropertyName, bytes]]:
    for path in sorted(CORPUS.rglob("*.msg")) if CORPUS.exists() else ():
        try:
            with MsgFile.open(path) as file:
                yield from _of_message(file.message, file)
        except MapiError:
            continue


def _of_message(message: MsgMessage, file: MsgFile) -> Iterator[tuple[PropertyName, bytes]]:
    for tag, value in message.properties().items():
        name = file.names.get(tag >> 16)
        if name in WANTED and isinstance(value, bytes):
            yield name, value
    for attachment in message.attachments:
        if attachment.message is not None:
            yield from _of_message(attachment.message, file)
