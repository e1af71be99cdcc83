"""Two processes on one store file: one sends, one lists, and neither is ever told that the database is locked."""

import json
import subprocess
import sys

import pytest

from .conftest import Mapix

SENDER = """
import sys, time, mapix
sent, end = 0, time.monotonic() + float(sys.argv[1])
with mapix.logon() as session:
    while time.monotonic() < end or sent <= 10:
        session.new(subject=f"n {sent}", text="words " * 50, to="ann@example.org").submit()
        sent += 1
        if sent % 10 == 0:
            session.flush(60)
    left = session.flush(60)
print(sent, left)
"""
LISTER = """
import sys, time, mapix
end, most, rounds = time.monotonic() + float(sys.argv[1]), 0, 0
with mapix.logon(mail=False) as session:
    while time.monotonic() < end or rounds <= 10:
        found = [message.subject for message in session.inbox.messages.order_by(-mapix.Message.delivered)[:100]]
        count = session.inbox.messages.count()
        assert count >= most, (count, most)
        assert len(found) == len(set(found))
        most, rounds = count, rounds + 1
print(most, rounds)
"""


def run_both(mapix: Mapix, seconds: float) -> tuple[int, int]:
    """Send and list for `seconds`: how many messages were sent, and how many arrived. Neither process fails."""
    mapix.init()
    commands = [[sys.executable, "-c", code, str(seconds)] for code in (SENDER, LISTER)]
    running = [
        subprocess.Popen(command, env=mapix.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    said = [process.communicate(timeout=seconds + 120) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert "locked" not in "".join(text for pair in said for text in pair)
    sent, left = map(int, said[0][0].split())
    seen, rounds = map(int, said[1][0].split())
    assert left == 0
    assert rounds > 10
    assert seen <= sent
    assert json.loads(mapix("store", "check", "--json").stdout)["problems"] == []
    return sent, {row["path"]: row["messages"] for row in mapix.json("folders")["folders"]}["Inbox"]


def test_one_process_sends_while_another_lists(mapix: Mapix) -> None:
    sent, arrived = run_both(mapix, 10)
    assert sent == arrived > 10


@pytest.mark.soak
def test_one_process_sends_while_another_lists_for_a_minute(mapix: Mapix) -> None:
    sent, arrived = run_both(mapix, 60)
    assert sent == arrived > 10
