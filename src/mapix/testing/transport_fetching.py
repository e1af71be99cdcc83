"""Transports that fetch: nothing is lost, and what was taken comes once."""

from __future__ import annotations

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.table import query_all_rows
from mapix.properties.tags import PR_ENTRYID, PR_MESSAGE_DELIVERY_TIME, PR_SUBJECT
from mapix.subsystem.spooler.inbound import fetch
from mapix.subsystem.spooler.transports import LoadedTransport
from mapix.testing.builders import a_folder
from mapix.testing.transport_bench import TransportBench, TransportPowers


class TransportFetchingTests(TransportBench):
    """Poll, StartMessage, and the word that a message is safe."""

    def test_without_mail_there_is_nothing_to_fetch(self) -> None:
        """SPL-50."""
        self._inbox()
        assert self.transport.poll() is False

    def test_mail_is_fetched_whole(self) -> None:
        """SPL-50, SPL-51."""
        inbox = self._inbox()
        self.bring("News")
        assert self.transport.poll() is True
        assert fetch(self.store, self._loaded()) == 1
        rows = query_all_rows(inbox.get_contents_table(), (PR_SUBJECT, PR_MESSAGE_DELIVERY_TIME))
        assert [row[0] for row in rows] == ["News"]
        assert all(isinstance(row[1], int) for row in rows)
        assert self.transport.poll() is False

    def test_several_messages_come_one_after_the_other(self) -> None:
        """SPL-52."""
        inbox = self._inbox()
        subjects = {f"Number {number}" for number in range(5)}
        for subject in subjects:
            self.bring(subject)
        assert fetch(self.store, self._loaded()) == len(subjects)
        assert {row[0] for row in query_all_rows(inbox.get_contents_table(), (PR_SUBJECT,))} == subjects

    def test_what_was_not_said_to_be_safe_comes_again(self) -> None:
        """SPL-76."""
        inbox = self._inbox()
        self.bring("News")
        first = self._started(inbox)
        other, _ = self.log_on()
        try:
            assert other.poll() is True
            again = other.start_message(self._message(inbox))
            assert again == first
            assert again is not None
            other.accept_message(again)
            assert other.poll() is False
        finally:
            other.logoff()

    def _started(self, inbox: MapiFolder) -> bytes:
        assert self.transport.poll() is True
        token = self.transport.start_message(self._message(inbox))
        assert isinstance(token, bytes)
        assert token
        return token

    def _message(self, inbox: MapiFolder) -> Message:
        return inbox.create_message(associated=True)

    def _inbox(self) -> MapiFolder:
        """The receive folder; tests of transports that do not fetch end here."""
        self.needs(TransportPowers.RECEIVES)
        inbox = a_folder(self.store, "Fetched")
        self.store.set_receive_folder("", inbox.get_prop(PR_ENTRYID))
        return inbox

    def _loaded(self) -> LoadedTransport:
        return LoadedTransport(bytes(16), "under test", self.transport)
