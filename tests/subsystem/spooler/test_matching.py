"""Which transport gets which recipient."""

from __future__ import annotations

import pytest

from mapix.interfaces.spi import AddressTypes, Outcome, OutcomeKind
from mapix.interfaces.store import QueueEntry
from mapix.properties.entryid import ONE_OFF_UID, OneOff
from mapix.properties.tags import PR_ADDRTYPE, PR_ENTRYID, PR_ROWID
from mapix.subsystem.spooler.delivery import Delivery
from mapix.subsystem.spooler.matching import candidates, next_call
from mapix.subsystem.spooler.reasons import (
    DIAG_CONTENT_TOO_LONG,
    DIAG_NO_DIAGNOSTIC,
    DIAG_OR_NAME_UNRECOGNIZED,
    DIAG_SECURE_MESSAGING_ERROR,
    DIAG_SUBMISSION_PROHIBITED,
    diagnosis,
)

SMTP = {PR_ADDRTYPE: "SMTP", PR_ENTRYID: OneOff("Bob", "SMTP", "bob@example.com").dump()}


def test_uids_are_scanned_before_address_types():
    """SPL-10, SPL-11."""
    offers = [(b"by type", AddressTypes(("SMTP",))), (b"by uid", AddressTypes((), (ONE_OFF_UID,)))]
    assert candidates(SMTP, offers) == [b"by uid", b"by type"]


def test_address_types_are_asked_in_transport_order():
    """SPL-10."""
    offers = [(b"1", AddressTypes(("FAX", "SMTP"))), (b"2", AddressTypes(("SMTP",)))]
    assert candidates(SMTP, offers) == [b"1", b"2"]


@pytest.mark.parametrize("kind", ["smtp", "Smtp", "SMTP"])
def test_address_types_match_whatever_their_case(kind):
    """SPL-11."""
    assert candidates({PR_ADDRTYPE: kind}, [(b"1", AddressTypes(("SMTP",)))]) == [b"1"]


def test_no_type_list_takes_every_type():
    """SPL-12."""
    assert candidates({PR_ADDRTYPE: "X400"}, [(b"1", AddressTypes(None))]) == [b"1"]


def test_a_single_empty_type_takes_nobody():
    """SPL-12."""
    assert candidates(SMTP, [(b"1", AddressTypes(("",)))]) == []


def test_an_unresolved_recipient_is_taken_by_nobody():
    """SPL-15."""
    assert candidates({}, [(b"1", AddressTypes(None)), (b"2", AddressTypes(("",)))]) == []


def test_a_transport_that_matches_twice_is_asked_once():
    assert candidates(SMTP, [(b"1", AddressTypes(None, (ONE_OFF_UID,)))]) == [b"1"]


def test_the_first_transport_in_order_has_its_turn_with_all_its_recipients():
    delivery = Delivery.of(QueueEntry(b"e", 1, 1), [{PR_ROWID: n} for n in (1, 2, 3)])
    wanted = {1: [b"b"], 2: [b"a"], 3: [b"b", b"a"]}
    assert next_call(delivery, wanted, [b"a", b"b"]) == (b"a", [2])
    delivery = delivery.asking(b"a", [2]).after(Outcome(OutcomeKind.WAIT))
    assert next_call(delivery, wanted, [b"a", b"b"]) == (b"b", [1, 3])
    delivery = delivery.asking(b"b", [1, 3]).after(Outcome(OutcomeKind.NOT_ME))
    assert next_call(delivery, wanted, [b"a", b"b"]) == (b"a", [3])
    delivery = delivery.asking(b"a", [3]).after(Outcome(OutcomeKind.NOT_ME))
    assert next_call(delivery, wanted, [b"a", b"b"]) is None


@pytest.mark.parametrize(
    ("code", "text", "diagnostic"),
    [
        (550, "5.1.1 unknown user", DIAG_OR_NAME_UNRECOGNIZED),
        (550, "no such user", DIAG_OR_NAME_UNRECOGNIZED),
        (552, "5.3.4 too big", DIAG_CONTENT_TOO_LONG),
        (554, "5.7.1 relay denied", DIAG_SUBMISSION_PROHIBITED),
        (554, "5.7.9 bad", DIAG_SECURE_MESSAGING_ERROR),
        (554, "whatever", DIAG_NO_DIAGNOSTIC),
        (0, "10.5.1.1 is an address", DIAG_NO_DIAGNOSTIC),
    ],
)
def test_a_reply_gives_the_diagnostic_of_the_report(code, text, diagnostic):
    """RP-011."""
    assert diagnosis(code, text) == (0, diagnostic)
