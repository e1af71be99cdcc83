"""Ctrl-C that comes as another error."""

import threading

import click
import pytest

from mapix.cli.errors import Exit, report
from mapix.properties.errors import CallFailed
from mapix.properties.interrupts import is_interrupt, let_interrupt_through
from mapix.subsystem.isolation.callers import Caller
from mapix.subsystem.isolation.objects import watched_call


class Pressed:
    """Somebody presses Ctrl-C while a class is being defined."""

    def __set_name__(self, owner: type, name: str) -> None:
        raise KeyboardInterrupt


def defined() -> BaseException:
    """What comes of it: before Python 3.12 another error."""
    try:
        type("Defined", (), {"field": Pressed()})
    except BaseException as error:
        return error
    raise AssertionError


def test_what_was_made_of_an_interrupt_is_one() -> None:
    wrapped = RuntimeError("while a class was defined")
    wrapped.__cause__ = KeyboardInterrupt()
    assert is_interrupt(defined())
    assert is_interrupt(wrapped)
    assert not is_interrupt(RuntimeError("another"))
    assert not is_interrupt(None)


def test_an_interrupt_goes_through_to_the_main_thread_alone() -> None:
    let_interrupt_through(RuntimeError("another"))
    with pytest.raises(KeyboardInterrupt):
        let_interrupt_through(defined())
    passed = []
    thread = threading.Thread(target=lambda: passed.append(let_interrupt_through(defined())))
    thread.start()
    thread.join()
    assert passed == [None]


def test_no_provider_is_blamed_for_an_interrupt() -> None:
    def logon() -> None:
        type("Defined", (), {"field": Pressed()})

    with pytest.raises(KeyboardInterrupt):
        watched_call("Acme", "logon", logon)


def test_an_interrupt_of_what_a_provider_asks_is_none_of_the_provider() -> None:
    """LOG-15: at a question, on the thread that waits for the provider."""

    def pressed() -> None:
        raise KeyboardInterrupt

    caller = Caller("Acme")
    with pytest.raises(KeyboardInterrupt):
        caller.converse("logon", lambda job: job.ask(pressed), 60)
    with pytest.raises(CallFailed):
        caller.call("logon", pressed, 60)
    caller.close()


def test_a_command_that_was_stopped_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    for error in (defined(), KeyboardInterrupt(), click.Abort()):
        assert report(error) == Exit.INTERRUPTED
        assert capsys.readouterr().err == "mapix: stopped\n"
