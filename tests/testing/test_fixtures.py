"""The fixtures for other people's tests, used as they would use them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import mapix
from mapix.properties.errors import Busy, InvalidParameter
from mapix.properties.tags import PR_IMPORTANCE
from mapix.providers.memory.mailbox import find_mailbox
from mapix.subsystem.initialize import is_initialized
from mapix.testing.sandbox import Sandbox, sandbox
from mapix.testing.sentmail import Outbox


@pytest.fixture
def box(tmp_path: Path):
    with sandbox(tmp_path) as made:
        yield made


@pytest.fixture
def session(box: Sandbox):
    with box.logon() as made:
        yield made


@pytest.fixture
def outbox(box: Sandbox) -> Outbox:
    return box.outbox


def test_what_was_sent_is_told_with_all_its_parts(session: mapix.Session, outbox: Outbox) -> None:
    """SPL-11, SPI-28."""
    message = session.new(
        subject="Budget", text="Hello Ann", importance=2, to="Ann <ann@example.org>", bcc="cy@example.org"
    )
    message.attach(b"1;2;3\n", "q3.csv")
    message.submit()
    (sent,) = outbox
    assert (sent.subject, sent.sender, sent.text.strip()) == ("Budget", "you@example.org", "Hello Ann")
    assert (sent.to, sent.cc, sent.bcc) == (["ann@example.org"], [], ["cy@example.org"])
    assert sorted(sent.recipients) == ["ann@example.org", "cy@example.org"]
    assert sent.attachments == {"q3.csv": b"1;2;3\n"}
    assert sent.message.get(PR_IMPORTANCE) == 2
    assert b"cy@example.org" not in sent.mime
    assert sent.email["To"] == "Ann <ann@example.org>"


def test_messages_inside_messages_are_told_as_mail(session: mapix.Session, outbox: Outbox) -> None:
    """A-012."""
    message = session.new(subject="Fwd: News", to="ann@example.org")
    message.attach(mapix.Message(subject="News", text="Inner"))
    message.submit()
    (inner,) = outbox[0].attachments.values()
    assert b"Subject: News" in inner


def test_messages_stand_in_the_order_they_were_sent(session: mapix.Session, outbox: Outbox) -> None:
    """SPL-3."""
    for number in range(5):
        session.new(subject=f"Number {number}", to=f"p{number % 2}@example.org").submit()
    assert [sent.subject for sent in outbox] == [f"Number {number}" for number in range(5)]
    assert [sent.subject for sent in outbox[3:]] == ["Number 3", "Number 4"]
    assert [sent.subject for sent in outbox.to("P1@example.org")] == ["Number 1", "Number 3"]
    outbox.clear()
    assert len(outbox) == 0


def test_an_address_that_is_refused_comes_back_as_a_report(session: mapix.Session, outbox: Outbox) -> None:
    """RP-008, SPL-12."""
    outbox.refuse("Bob@example.org", 550, "5.1.1 nobody here")
    session.new(subject="Budget", to=["ann@example.org", "bob@example.org"]).submit()
    (sent,) = outbox
    assert sent.recipients == ["ann@example.org"]
    (report,) = session.inbox.messages
    assert report.message_class == "REPORT.IPM.Note.NDR"


def test_what_is_put_off_goes_when_the_address_is_accepted(session: mapix.Session, outbox: Outbox) -> None:
    """SPL-76: one message, however many attempts it took."""
    outbox.refuse("bob@example.org", 451, "4.3.0 later")
    session.new(subject="Budget", to=["ann@example.org", "bob@example.org"]).submit()
    assert [sent.recipients for sent in outbox] == [["ann@example.org"]]
    outbox.accept("bob@example.org")
    assert [sorted(sent.recipients) for sent in outbox] == [["ann@example.org", "bob@example.org"]]


def test_a_refusal_needs_a_code_and_an_address(outbox: Outbox) -> None:
    """SPL-12."""
    with pytest.raises(InvalidParameter, match="400 to 599"):
        outbox.refuse("bob@example.org", 250)
    with pytest.raises(InvalidParameter, match="not an address"):
        outbox.refuse("bob at example", 550)


def test_code_that_logs_on_by_itself_gets_the_profile(box: Sandbox) -> None:
    """LOG-13."""
    with mapix.logon() as session:
        session.new(subject="Mine", to="ann@example.org").submit()
    assert [sent.subject for sent in box.outbox] == ["Mine"]


def test_people_of_the_address_book_can_be_added(session: mapix.Session, outbox: Outbox) -> None:
    """ABK-21."""
    session.address_book.add("Ann Archer", "ann@example.org")
    message = session.new(subject="Budget", to=[session.address_book.resolve("archer")])
    message.submit()
    assert outbox[0].to == ["ann@example.org"]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """SUB-12: environment, threads, stores, sessions that were left logged on."""
    environment, threads = dict(os.environ), threading.enumerate()
    with sandbox(tmp_path) as box:
        left_open = mapix.logon()
        left_open.new(subject="Late", to="ann@example.org").submit()
        address = box.address
    assert dict(os.environ) == environment
    for thread in threading.enumerate():
        if thread not in threads:
            thread.join(60)
            assert not thread.is_alive(), thread.name
    assert find_mailbox(address=address) is None
    assert not is_initialized()


def test_two_at_once_in_one_process_are_refused(box: Sandbox, tmp_path: Path) -> None:
    """SUB-1."""
    with pytest.raises(Busy, match="uses MAPI already"), sandbox(tmp_path / "other"):
        raise AssertionError("never reached")


def test_there_are_two_kinds_of_stores(tmp_path: Path) -> None:
    """PRF-30."""
    with pytest.raises(InvalidParameter, match="no store of this kind"), sandbox(tmp_path, store="paper"):
        raise AssertionError("never reached")


def test_programs_that_a_test_starts_share_a_store_in_a_file(tmp_path: Path) -> None:
    """LOG-13."""
    program = (
        "import mapix\nwith mapix.logon() as s: s.new(subject='From afar', to='ann@example.org').submit(); s.flush()"
    )
    with sandbox(tmp_path, store="sqlite", address="me@example.org") as box:
        subprocess.run([sys.executable, "-c", program], env=box.environment, check=True, timeout=60)
        (sent,) = box.outbox
        assert (sent.subject, sent.sender) == ("From afar", "me@example.org")
        with box.logon() as session:
            assert [message.subject for message in session.sent.messages] == ["From afar"]


@pytest.mark.parametrize(("words", "told"), [("wrong=1", "wrong"), ('"sqlite"', "'sqlite'")])
def test_a_marker_that_says_something_unknown_is_refused(tmp_path: Path, words: str, told: str) -> None:
    (tmp_path / "test_marked.py").write_text(
        f"import pytest\n\n@pytest.mark.mapi({words})\ndef test_it(mapi_session):\n    pass\n", encoding="utf-8"
    )
    words_of_pytest = ("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, *words_of_pytest, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"UsageError: @pytest.mark.mapi takes store, address, name by name, not {told}" in done.stdout
