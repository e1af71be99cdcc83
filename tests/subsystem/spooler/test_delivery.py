"""The way of a message as a value: whatever transports say, nothing is lost and nobody gets it twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mapix.interfaces.spi import AddressTypes, Outcome, OutcomeKind, RecipientResult, RecipientState
from mapix.interfaces.store import QueueEntry
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DELIVER_TIME,
    PR_NDR_DIAG_CODE,
    PR_NDR_REASON_CODE,
    PR_REPORT_TEXT,
    PR_REPORT_TIME,
    PR_RESPONSIBILITY,
    PR_ROWID,
)
from mapix.properties.times import TICKS_PER_SECOND
from mapix.subsystem.spooler.delivery import NOBODY, Delivery, Pace
from mapix.subsystem.spooler.matching import candidates, next_call
from mapix.subsystem.spooler.reasons import (
    DIAG_MAXIMUM_TIME_EXPIRED,
    DIAG_OR_NAME_UNRECOGNIZED,
    REASON_TRANSFER_IMPOSSIBLE,
)
from mapix.subsystem.spooler.recipient import (
    STEPS,
    Recipient,
    Stage,
    Word,
    diagram,
    read_recipient,
    record_of,
    unreported,
)

ONE, TWO = b"one", b"two"
NOW = 132_000_000_000_000_000
PACE = Pace()


def row(number: int, kind: str = "SMTP") -> dict:
    return {PR_ROWID: number, PR_ADDRTYPE: kind, PR_RESPONSIBILITY: False}


def delivery(*rows: dict, submitted: int = NOW) -> Delivery:
    return Delivery.of(QueueEntry(b"entry", submitted, submitted), rows or (row(1), row(2)))


def result(number: int, state: RecipientState, code: int = 0, text: str = "") -> RecipientResult:
    return RecipientResult(number, state, code, text)


def stages(value: Delivery) -> list[Stage]:
    return [each.stage for each in value.recipients]


def test_a_fresh_delivery_is_due_at_its_time_and_not_before():
    value = delivery()
    assert value.is_due(NOW)
    assert not value.is_due(NOW - 1)


def test_everybody_sent_settles_the_message():
    sent = [result(1, RecipientState.SENT), result(2, RecipientState.SENT)]
    value = delivery().asking(ONE, (1, 2)).after(Outcome(results=tuple(sent)))
    assert value.settled
    assert value.stage is Stage.SENT
    assert not value.is_due(NOW + 1)


def test_one_refused_recipient_fails_alone():
    said = (result(1, RecipientState.SENT), result(2, RecipientState.FAILED, 550, "5.1.1 unknown"))
    value = delivery().asking(ONE, (1, 2)).after(Outcome(results=said))
    assert stages(value) == [Stage.SENT, Stage.FAILED]
    assert value.stage is Stage.FAILED
    assert value.recipients[1].said == "550 5.1.1 unknown"


def test_a_recipient_put_off_waits_and_is_offered_again_in_the_next_round():
    said = (result(1, RecipientState.SENT), result(2, RecipientState.RETRY, 451, "busy"))
    value = delivery().asking(ONE, (1, 2)).after(Outcome(results=said)).round_over(NOW, PACE, 0.0)
    assert stages(value) == [Stage.SENT, Stage.HELD]
    assert value.due == NOW + 60 * TICKS_PER_SECOND
    assert value.reason == "451 busy"
    assert [each.row_id for each in value.again().ready()] == [2]


def test_recipients_a_transport_does_not_mention_go_to_the_next_one():
    value = delivery().asking(ONE, (1, 2)).after(Outcome(results=(result(1, RecipientState.SENT),)))
    assert value.ready()[0].declined == {ONE}


def test_not_me_offers_all_recipients_to_the_next_transport():
    value = delivery().asking(ONE, (1, 2)).after(Outcome(OutcomeKind.NOT_ME))
    assert [each.declined for each in value.ready()] == [{ONE}, {ONE}]


def test_refused_fails_everybody_the_transport_was_given_and_nobody_else():
    value = delivery().asking(ONE, (2,)).after(Outcome(OutcomeKind.REFUSED, code=552, text="too big"))
    assert stages(value) == [Stage.READY, Stage.FAILED]


def test_whom_no_transport_takes_fails_with_a_clear_text():
    value = delivery().round_over(NOW, PACE, 0.0)
    assert {each.text for each in value.recipients} == {NOBODY}
    assert record_of(value.recipients[0], NOW)[PR_NDR_REASON_CODE] == REASON_TRANSFER_IMPOSSIBLE
    assert record_of(value.recipients[0], NOW)[PR_NDR_DIAG_CODE] == DIAG_OR_NAME_UNRECOGNIZED


def test_a_transport_that_is_down_makes_the_message_wait_for_ever_without_a_report():
    """SPL-14."""
    long_ago = NOW - 400 * 86400 * TICKS_PER_SECOND
    value = delivery(submitted=long_ago).asking(ONE, (1, 2)).after(Outcome(OutcomeKind.WAIT, text="no network"))
    value = value.round_over(NOW, PACE, 0.0)
    assert stages(value) == [Stage.HELD, Stage.HELD]
    assert value.reason == "no network"


def test_the_wait_a_transport_asks_for_is_kept():
    """Scenario 15."""
    value = delivery().asking(ONE, (1, 2)).after(Outcome(OutcomeKind.WAIT, wait=2.5)).round_over(NOW, PACE, 1.0)
    assert value.due == NOW + 25 * TICKS_PER_SECOND // 10


def test_the_shortest_wait_of_a_round_counts():
    value = delivery().asking(ONE, (1,)).after(Outcome(OutcomeKind.BUSY, wait=30))
    value = value.asking(TWO, (2,)).after(Outcome(OutcomeKind.WAIT, wait=5))
    assert value.round_over(NOW, PACE, 0.0).due == NOW + 5 * TICKS_PER_SECOND


def test_who_could_not_be_reached_when_it_was_submitted_is_told_why():
    """SPL-15: what was known of a name or a list then, unless somebody took it all the same."""
    known = row(1, "MAPIPDL") | {PR_REPORT_TEXT: "the list has no members"}
    value = delivery(known, row(2, "FAX")).round_over(NOW, PACE, 0.0)
    assert [each.text for each in value.recipients] == ["the list has no members", NOBODY]
    assert stages(value) == [Stage.FAILED, Stage.FAILED]
    taken = delivery(known).asking(ONE, (1,)).after(Outcome(results=(result(1, RecipientState.SENT),)))
    assert stages(taken) == [Stage.SENT]
    refused = delivery(known).asking(ONE, (1,)).after(Outcome(OutcomeKind.REFUSED, code=550, text="no lists here"))
    assert refused.recipients[0].said == "550 no lists here"


def test_nobody_is_given_up_because_a_clock_jumped():
    value, later = delivery(submitted=0), Outcome(results=(result(1, RecipientState.RETRY, 451, "full"),))
    for attempt in range(PACE.least):
        assert stages(value)[0] is not Stage.FAILED
        assert value.attempts == attempt
        value = value.again().asking(ONE, (1, 2)).after(later).round_over(NOW, PACE, 0.0)
    assert stages(value)[0] is Stage.FAILED


def test_a_recipient_put_off_for_five_days_is_given_up_with_the_last_answer():
    value = delivery(submitted=NOW - 5 * 86400 * TICKS_PER_SECOND)._replace(attempts=PACE.least - 1).asking(ONE, (1, 2))
    value = value.after(Outcome(results=(result(1, RecipientState.RETRY, 451, "full"), result(2, RecipientState.SENT))))
    value = value.round_over(NOW, PACE, 0.0)
    assert stages(value) == [Stage.FAILED, Stage.SENT]
    assert value.recipients[0].text == "given up after 5 days; the last answer was: 451 full"
    assert record_of(value.recipients[0], NOW)[PR_NDR_DIAG_CODE] == DIAG_MAXIMUM_TIME_EXPIRED


def test_giving_up_is_counted_from_the_time_the_message_was_to_leave():
    entry = QueueEntry(b"entry", NOW - 30 * 86400 * TICKS_PER_SECOND, NOW)
    value = Delivery.of(entry, [row(1)], since=NOW).asking(ONE, (1,))
    value = value.after(Outcome(results=(result(1, RecipientState.RETRY, 451, "full"),)))
    assert stages(value.round_over(NOW, PACE, 0.0)) == [Stage.HELD]


def test_pauses_grow_to_a_limit():
    pace = Pace(first=10, factor=2, most=35, spread=0.5)
    assert [pace.pause(n, 0.0) for n in (1, 2, 3, 5000)] == [10, 20, 35, 35]
    assert pace.pause(1, 1.0) == 15


def test_a_settled_recipient_ignores_later_words():
    sent = Recipient(1).told(Word.SENT, 250, "ok")
    assert all(sent.told(word, 550, "no") is sent for word in Word)


def test_results_for_rows_the_transport_was_not_given_are_ignored():
    value = delivery().asking(ONE, (1,)).after(Outcome(results=(result(2, RecipientState.SENT),)))
    assert stages(value) == [Stage.READY, Stage.READY]


def test_what_is_recorded_reads_back_as_the_same_stage():
    for word, code in ((Word.SENT, 250), (Word.FAILED, 550), (Word.NOBODY, 0)):
        one = Recipient(7).told(word, code, "said")
        again = read_recipient({PR_ROWID: 7, **record_of(one, NOW)})
        assert again is not None
        assert again.stage is one.stage


def test_rows_somebody_else_is_responsible_for_are_no_part_of_the_delivery():
    value = delivery({PR_ROWID: 1, PR_RESPONSIBILITY: True}, row(2))
    assert [each.row_id for each in value.recipients] == [2]


def test_a_message_whose_rows_are_all_handled_is_settled():
    assert delivery({PR_ROWID: 1, PR_RESPONSIBILITY: True}).settled


def test_only_newly_settled_recipients_are_recorded():
    before = delivery().asking(ONE, (1, 2)).heard([result(1, RecipientState.SENT, 250, "2.0.0 ok")])
    after = before.heard([result(2, RecipientState.FAILED, 550, "no")])
    assert list(after.changes(before, NOW)) == [2]
    assert after.changes(before, NOW)[2][PR_REPORT_TEXT] == "550 no"


def test_reported_rows_are_not_reported_again():
    failed = {PR_ROWID: 1, **record_of(Recipient(1).told(Word.FAILED, 550, "no"), NOW)}
    assert unreported([failed], Stage.FAILED) == [failed]
    assert unreported([failed], Stage.SENT) == []
    assert unreported([{**failed, PR_REPORT_TIME: NOW}], Stage.FAILED) == []


def test_the_diagram_shows_every_step():
    drawn = diagram()
    assert all(f"{old.value} --> {new.value}: {word.value}" in drawn for (old, word), new in STEPS.items())


def test_no_step_leaves_a_final_stage():
    assert {old for old, _ in STEPS} == {Stage.READY, Stage.HELD}


RESULT = st.builds(
    RecipientResult,
    st.integers(1, 5),
    st.sampled_from(RecipientState),
    st.sampled_from((0, 250, 450, 451, 550, 552)),
    st.text("ab", max_size=2),
)
OUTCOME = st.builds(
    Outcome,
    st.sampled_from([kind for kind in OutcomeKind if kind is not OutcomeKind.AGAIN]),  # counted by the journey
    st.lists(RESULT, max_size=6).map(tuple),
    st.sampled_from((0.0, 0.0, 1.5, 60.0)),
)
OFFERS = st.lists(
    st.sampled_from((AddressTypes(("SMTP",)), AddressTypes(None), AddressTypes(("FAX", "SMTP")), AddressTypes(("",)))),
    max_size=3,
).map(lambda types: [(b"%d" % index, each) for index, each in enumerate(types)])


@given(st.data())
def test_every_way_ends_sent_failed_or_queued_and_nobody_is_offered_after_being_sent(data):
    kinds = data.draw(st.lists(st.sampled_from(("SMTP", "FAX", "X400", "")), min_size=1, max_size=5))
    rows = [row(number, kind) for number, kind in enumerate(kinds, 1)]
    offers = data.draw(OFFERS)
    stored = {each[PR_ROWID]: dict(each) for each in rows}
    acknowledged: dict[int, int] = {}
    now, entry = NOW, QueueEntry(b"e", NOW, NOW)
    for _ in range(data.draw(st.integers(1, 5))):
        value = Delivery.of(entry, stored.values())
        if value.settled:
            break
        asked: set[tuple[bytes, int]] = set()
        wanted = {number: candidates(each, offers) for number, each in stored.items()}
        while (call := next_call(value, wanted, [uid for uid, _ in offers])) is not None:
            uid, numbers = call
            for number in numbers:
                assert number not in acknowledged
                assert (uid, number) not in asked
                asked.add((uid, number))
            outcome = data.draw(OUTCOME)
            before, value = value, value.asking(uid, numbers).after(outcome)
            for number, props in value.changes(before, now).items():
                stored[number].update(props)
                if PR_DELIVER_TIME in props:
                    acknowledged[number] = acknowledged.get(number, 0) + 1
        before, value = value, value.round_over(now, PACE, data.draw(st.floats(0, 1)))
        for number, props in value.changes(before, now).items():
            stored[number].update(props)
        assert {each.row_id for each in value.recipients} == set(stored)
        assert all(each.stage in (Stage.SENT, Stage.FAILED, Stage.HELD) for each in value.recipients)
        assert value.settled or value.due > now
        entry = QueueEntry(b"e", NOW, value.due, value.attempts, value.reason)
        now = max(now, value.due) + data.draw(st.integers(0, 3 * 86400)) * TICKS_PER_SECOND
    assert all(count == 1 for count in acknowledged.values())
    for number, each in stored.items():
        found = read_recipient(each)
        assert found is not None
        assert (found.stage is Stage.SENT) == (number in acknowledged)
