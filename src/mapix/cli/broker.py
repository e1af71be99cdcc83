"""`mapix broker`: the process through which sessions are shared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mapix.cli.base import Group, command
from mapix.cli.output import emit_json, emit_rows, iso, json_option, say, tell

if TYPE_CHECKING:
    from mapix.subsystem.broker.frames import State
    from mapix.subsystem.broker.link import Link


@command(examples=("mapix broker status", "mapix broker status --json"))
@json_option
def status(as_json: bool) -> None:
    """Show the sessions that are shared between processes: profile, members, messages that wait."""
    state = _state()
    if as_json:
        emit_json(_document(state) if state is not None else {"running": False})
        return
    if state is None:
        say("No broker runs: no session is shared.")
        return
    say(f"The broker is process {state.pid}.")
    emit_rows(
        ("profile", "members", "processes", "waiting"),
        ((one.profile, sum(one.members.values()), _listed(one.members), one.waiting) for one in state.sessions),
    )


@command(examples=("mapix broker stop",))
@json_option
def stop(as_json: bool) -> None:
    """End the broker. What waits stays in the Outbox; programs that share a session start another one."""
    link = _link()
    if link is None:
        tell(as_json, "No broker runs.", stopped=False)
        return
    from mapix.properties.errors import CallFailed
    from mapix.subsystem.broker.frames import Done, Stop

    pid = link.pid
    try:
        link.ask(Stop(), Done)
    except CallFailed:
        if not link.dead:
            raise  # Otherwise it was about to end.
    finally:
        link.wait_for_the_end()
    tell(as_json, "The broker has ended.", stopped=True, process=pid)


def _link() -> Link | None:
    from mapix.subsystem.broker.starting import find_broker
    from mapix.subsystem.home import home_directory

    return find_broker(home_directory())


def _state() -> State | None:
    link = _link()
    if link is None:
        return None
    from mapix.properties.errors import CallFailed
    from mapix.subsystem.broker.frames import State, Status

    try:
        return link.ask(Status(), State)
    except CallFailed:
        if not link.dead:
            raise
        return None  # It was about to end.
    finally:
        link.close()


def _document(state: State) -> dict[str, Any]:
    sessions = [
        {
            "profile": one.profile,
            "members": [{"process": pid, "members": count} for pid, count in sorted(one.members.items())],
            "waiting": one.waiting,
        }
        for one in state.sessions
    ]
    started = iso(datetime.fromtimestamp(state.started, UTC))
    return {"running": True, "process": state.pid, "started": started, "sessions": sessions}


def _listed(members: dict[int, int]) -> str:
    return ", ".join(map(str, sorted(members)))


broker = Group(
    "broker",
    commands=[status, stop],
    examples=("mapix broker status", "mapix broker stop"),
    help="The broker lets several processes share one session.",
)
