"""The care of a store: looking it over, what it holds, giving room back, copies while it is in use.

    care = store.care()
    if care is not None:
        for finding in care.check():
            print(finding)

A store provider may offer it (`StoreBackend.care`); `mapix store` and the bench of store tests use what there is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be: of which kind, the number of the object concerned (0 for none), what is there,
    and whether it has been made good.
    """

    kind: str
    number: int = 0
    detail: str = ""
    repaired: bool = False

    def __str__(self) -> str:
        number = f" {self.number}" if self.number else ""
        return f"{self.kind}{number}: {self.detail}" + (" (repaired)" if self.repaired else "")


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What a store holds. Sizes are bytes.

    `deleted` are messages that were deleted and are kept, `embedded` those inside attachments; neither counts among
    `messages`, whose `associated` ones are. `large_values` are contents kept once however many properties hold them:
    `large_size` is what they measure, `shared_size` what would be there besides if nothing were shared, `stored_size`
    what they take compressed. `size` is what the store takes in all, of which `free_size` can be given back.
    """

    folders: int = 0
    search_folders: int = 0
    messages: int = 0
    associated: int = 0
    deleted: int = 0
    embedded: int = 0
    recipients: int = 0
    attachments: int = 0
    properties: int = 0
    named_properties: int = 0
    queued: int = 0
    large_values: int = 0
    large_size: int = 0
    shared_size: int = 0
    stored_size: int = 0
    size: int = 0
    free_size: int = 0


@dataclass(frozen=True, slots=True)
class Compaction:
    """What `Care.compact` did: bytes the store took `before` and takes `after`, deleted messages and folders that were
    let go of for ever, and bytes of large values that nobody held any more.
    """

    before: int
    after: int
    purged: int = 0
    collected: int = 0


Progress = Callable[[int, int], None]
"""Hears how far something is: so much of so much."""


class Care(Protocol):
    """What can be done for one store. Others may use the store meanwhile."""

    def check(self) -> list[Finding]:
        """What is wrong; nothing is changed."""

    def repair(self) -> list[Finding]:
        """Make good what can be made good without guessing; what was found, marked where it no longer is."""

    def stats(self) -> StoreStats:
        """What it holds."""

    def compact(self, *, purge_before: int | None = None) -> Compaction:
        """Give back room: what was deleted before a moment (FILETIME) goes for ever, large values that nobody holds
        go, and the room of all that went is the system's again. In small steps where the store can, so that others
        wait for moments only.
        """

    def backup(self, target: Path, *, progress: Progress | None = None) -> None:
        """Write a copy of the store as it is at one moment, whole in itself, while others go on. It is looked over
        before it takes its name. `Collision` for a file that exists; `NoSupport` where stores are no files.
        """
