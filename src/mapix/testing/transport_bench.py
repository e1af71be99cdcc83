"""The bench that transport tests stand on: a transport that is logged on, messages to send, and what its peer got.

`TransportConformance` and its parts derive from `TransportBench`; a provider says `make_provider`, how to start it,
and how to look at what it brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Flag, auto
from pathlib import Path
from typing import Any, ClassVar, cast
from uuid import uuid4

import pytest

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Outcome, RecipientResult, RecipientState, Submission, TransportLogon, TransportProvider
from mapix.interfaces.store import MsgStore
from mapix.objects.messages.content import recipient_rows
from mapix.properties.tags import PR_ENTRYID, PR_ROWID
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.testing.builders import a_folder, a_message
from mapix.testing.support import BenchSupport, TransportBenchSupport


class TransportPowers(Flag):
    """What a transport may lack: tests of the others are left out."""

    SENDS = auto()
    """It hands messages to a peer that the tests can look at."""
    REFUSES = auto()
    """Its peer has addresses it does not know (`unknown_address`)."""
    ONCE = auto()
    """A delivery that is repeated after a crash arrives once."""
    RECEIVES = auto()
    """It fetches mail when polled (`bring`)."""
    IDENTITY = auto()
    """It knows who its user is."""
    ALL = SENDS | REFUSES | ONCE | RECEIVES | IDENTITY


class TransportBench:
    """One transport, logged on, in every test as `self.transport`; `self.store` holds what is to be sent."""

    powers: ClassVar[TransportPowers] = TransportPowers.ALL
    transport: TransportLogon
    support: TransportBenchSupport
    store: MsgStore
    tmp_path: Path

    def make_provider(self) -> TransportProvider:
        """A new provider object."""
        raise NotImplementedError

    def settings(self, tmp_path: Path) -> Mapping[str, Any]:
        """The settings to log on with; whatever the peer needs is started here."""
        return {}

    def arrived(self) -> Sequence[tuple[str, Sequence[str]]]:
        """What the peer got, in order: the subject of each message, and the addresses it went to."""
        raise NotImplementedError

    def bring(self, subject: str) -> None:
        """Put a message where the transport fetches from (RECEIVES)."""
        raise NotImplementedError

    def address(self, name: str) -> str:
        """An address that the transport takes."""
        return f"{name}@example.com"

    def unknown_address(self) -> str:
        """An address that the peer refuses or does not know (REFUSES)."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def bench(self, tmp_path: Path) -> Iterator[None]:
        """Log on, and off when the test is over."""
        self.tmp_path = tmp_path
        self.store = self.make_store(tmp_path)
        self.transport, self.support = self.log_on()
        yield
        self.transport.logoff()

    def make_store(self, tmp_path: Path) -> MsgStore:
        """The store that messages are sent from, opened as the spooler does."""
        support = BenchSupport({"name": f"Queue of {tmp_path}"})
        return MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY, spooler=True).store

    def log_on(self) -> tuple[TransportLogon, TransportBenchSupport]:
        """Another logon, of a provider object of its own."""
        support = TransportBenchSupport(self.settings(self.tmp_path))
        return self.make_provider().logon(support), support

    def needs(self, power: TransportPowers) -> None:
        """Leave the test out for a transport without `power`."""
        if power not in self.powers:
            pytest.skip(f"the transport has not the power {power.name}")

    def submission(self, subject: str = "Budget", *people: str, text: str = "Hello", **parts: Any) -> Submission:
        """A message to `people` (or one who is taken), open to read, as the spooler gives it to a transport."""
        to = people or (self.address("ann"),)
        made = a_message(a_folder(self.store, "Outbox of tests"), subject, text, to=to, **parts)
        message = cast(Message, self.store.open_entry(made.get_prop(PR_ENTRYID), Access.READ))
        key = uuid4().bytes
        return Submission(
            message=message,
            store=self.store,
            recipients=tuple(recipient_rows(message)),
            message_id=f"<{key.hex()}@bench.example>",
            delivery_key=key,
            attempt=1,
            progress=lambda results: None,
        )

    def states(self, outcome: Outcome) -> dict[int, RecipientState]:
        """What an outcome says of each recipient."""
        return {result.row_id: result.state for result in outcome.results}

    def results_fit(self, submission: Submission, results: Sequence[RecipientResult]) -> None:
        """Results are of recipients the transport was given, each named at most once."""
        given = [row[PR_ROWID] for row in submission.recipients]
        named = [result.row_id for result in results]
        assert set(named) <= set(given)
        assert len(named) == len(set(named))
        assert all(isinstance(result.state, RecipientState) for result in results)
