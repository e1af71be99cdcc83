"""Transports that send: what arrives, and what they say of each recipient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mapix.interfaces.spi import OutcomeKind, RecipientResult, RecipientState
from mapix.objects.messages.content import recipient_rows
from mapix.properties.tags import PR_ROWID
from mapix.testing.transport_bench import TransportBench, TransportPowers


class TransportSendingTests(TransportBench):
    """Submissions and their outcomes."""

    def test_a_message_arrives_at_everybody_it_is_for(self) -> None:
        """SPI-28."""
        self.needs(TransportPowers.SENDS)
        people = [self.address(name) for name in ("ann", "bob", "cy")]
        submission = self.submission("Budget", *people)
        outcome = self.transport.submit_message(submission)
        assert outcome.kind is OutcomeKind.DONE
        assert set(self.states(outcome).values()) == {RecipientState.SENT}
        assert sorted(address for _, to in self.arrived() for address in to) == sorted(people)
        assert {subject for subject, _ in self.arrived()} == {"Budget"}

    def test_it_speaks_of_every_recipient_it_was_given_and_of_no_other(self) -> None:
        """SPL-11."""
        self.needs(TransportPowers.SENDS)
        submission = self.submission("Budget", self.address("ann"), self.address("bob"))
        outcome = self.transport.submit_message(submission)
        self.results_fit(submission, outcome.results)
        assert set(self.states(outcome)) == {row[PR_ROWID] for row in submission.recipients}

    def test_only_the_recipients_it_is_to_handle_get_the_message(self) -> None:
        """SPL-11: others are another transport's, or have it already."""
        self.needs(TransportPowers.SENDS)
        submission = self.submission("Budget", self.address("ann"), self.address("bob"))
        mine = submission.recipients[1:]
        self.transport.submit_message(replace(submission, recipients=mine))
        assert [address for _, to in self.arrived() for address in to] == [self.address("bob")]

    def test_what_is_told_on_the_way_is_what_is_told_in_the_end(self) -> None:
        """SPL-76."""
        self.needs(TransportPowers.SENDS)
        told: list[RecipientResult] = []

        def progress(results: Sequence[RecipientResult]) -> None:
            told.extend(results)

        submission = replace(self.submission("Budget", self.address("ann"), self.address("bob")), progress=progress)
        outcome = self.transport.submit_message(submission)
        final = self.states(outcome)
        self.results_fit(submission, told)
        assert all(final.get(result.row_id, result.state) is result.state for result in told)

    def test_the_message_is_left_as_it_is(self) -> None:
        """SPL-11."""
        self.needs(TransportPowers.SENDS)
        submission = self.submission("Budget", self.address("ann"))
        before = submission.message.get_props(None), recipient_rows(submission.message)
        self.transport.submit_message(submission)
        assert (submission.message.get_props(None), recipient_rows(submission.message)) == before

    def test_messages_of_any_kind_get_through(self) -> None:
        """SPI-28."""
        self.needs(TransportPowers.SENDS)
        whole = "\r\n".join([".", "From here", "ü" * 400, ""])
        kinds: dict[str, dict[str, Any]] = {
            "Grüße, 你好": {},
            "With a file": {"attached": {"data.bin": bytes(range(256)) * 300}},
            "With a dot": {"text": whole},
        }
        for subject, parts in kinds.items():
            outcome = self.transport.submit_message(self.submission(subject, **parts))
            assert set(self.states(outcome).values()) == {RecipientState.SENT}, subject
        assert [subject for subject, _ in self.arrived()] == ["Grüße, 你好", "With a file", "With a dot"]

    def test_getting_ready_hands_nothing_over(self) -> None:
        """SPL-76."""
        self.needs(TransportPowers.SENDS)
        submission = self.submission("Budget")
        self.transport.prepare(submission)
        assert list(self.arrived()) == []
        self.transport.submit_message(submission)
        assert len(self.arrived()) == 1

    def test_many_messages_go_one_after_the_other(self) -> None:
        """SPL-3."""
        self.needs(TransportPowers.SENDS)
        subjects = [f"Number {number}" for number in range(20)]
        for subject in subjects:
            self.transport.submit_message(self.submission(subject))
            self.transport.flush()
        assert [subject for subject, _ in self.arrived()] == subjects

    def test_an_unknown_address_is_not_told_to_be_sent(self) -> None:
        """SPL-12: it failed, or is left to others; who is known gets the message."""
        self.needs(TransportPowers.SENDS)
        self.needs(TransportPowers.REFUSES)
        submission = self.submission("Budget", self.unknown_address(), self.address("bob"))
        outcome = self.transport.submit_message(submission)
        unknown, known = (self.states(outcome)[row[PR_ROWID]] for row in submission.recipients)
        assert unknown in (RecipientState.FAILED, RecipientState.DECLINED)
        assert known is RecipientState.SENT
        assert [address for _, to in self.arrived() for address in to] == [self.address("bob")]

    def test_a_delivery_that_is_repeated_arrives_once(self) -> None:
        """SPL-76."""
        self.needs(TransportPowers.SENDS)
        self.needs(TransportPowers.ONCE)
        submission = self.submission("Budget")
        for attempt in (1, 2):
            outcome = self.transport.submit_message(replace(submission, attempt=attempt))
            assert set(self.states(outcome).values()) == {RecipientState.SENT}
        assert len(self.arrived()) == 1
