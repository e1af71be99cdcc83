"""What the capturing transport writes beside a message: its envelope, and the addresses it refuses.

A message that was sent is three files of one name: `.eml` is the mail as it would have left, `.msg` the message with
every property and the blind recipients, and `.json` the envelope, which is written last. The file `refused` has a line
for each address that is refused: the address, an SMTP code, and words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from mapix.properties.errors import CorruptData, InvalidParameter

SUFFIX: Final = ".json"
REFUSED: Final = "refused"
_CODES: Final = range(400, 600)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sent a message (empty for reports), and the addresses it went to."""

    sender: str
    recipients: tuple[str, ...]

    def dump(self) -> bytes:
        """The envelope as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def load(cls, data: bytes) -> Envelope:
        """An envelope that was written; `CorruptData` for anything else."""
        try:
            found = json.loads(data)
            return cls(str(found["sender"]), tuple(map(str, found["recipients"])))
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptData("this is not the envelope of a captured message") from error


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said of an address that is refused: for good with a code from 500 on, else until later."""

    code: int
    text: str


def read_refusals(folder: Path) -> dict[str, Refusal]:
    """The addresses that are refused, in small letters."""
    try:
        lines = (folder / REFUSED).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    parts = (line.split(" ", 2) for line in lines if line.strip())
    return {address: Refusal(int(code), text) for address, code, text in parts}


def write_refusals(folder: Path, refusals: Mapping[str, Refusal]) -> None:
    """Say which addresses are refused from now on; `InvalidParameter` for a code that is none of a refusal."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(folder / REFUSED, "".join(_lines(refusals)).encode())


def replace_file(path: Path, data: bytes) -> None:
    """Write a file that is there whole, or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(data)
    fresh.replace(path)


def _lines(refusals: Mapping[str, Refusal]) -> Iterable[str]:
    for address, refusal in refusals.items():
        if refusal.code not in _CODES:
            raise InvalidParameter("an address is refused with a code from 400 to 599", value=refusal.code)
        if not address or address != "".join(address.split()):
            raise InvalidParameter("this is not an address", value=address)
        yield f"{address.lower()} {refusal.code} {' '.join(refusal.text.split())}\n"
