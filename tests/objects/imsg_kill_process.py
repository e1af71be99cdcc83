"""A process that saves a message in a file again and again, to be killed; see `tests.killedforks`.

`python -m tests.objects.imsg_kill_process FILE`.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

from tests.killedforks import Marks, serve

from mapix.formats.cfb.storage import open_docfile
from mapix.formats.msg import MsgFile
from mapix.formats.storage import Mode
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.objects.imsg import open_imsg_on_istg, open_imsg_session
from mapix.properties import tags as t
from mapix.properties.flags import MAPI_UNICODE
from mapix.properties.tag import PropTag
from mapix.properties.value import whole

State = tuple[Any, ...]
EDIT = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE


def state(number: int) -> State:
    """What the message has after save `number`: subject, body, people, and what is attached."""
    chance = random.Random(number)
    body = chance.choice(("x", "y")) * chance.choice((0, 10, 3000, 30_000))
    people = [f"Person {number}.{one}" for one in range(chance.randrange(8))]
    attached = [bytes([number & 255]) * chance.choice((5, 500, 5000, 70_000)) for _ in range(chance.randrange(4))]
    return str(number), body, people, attached


def become(message: Message, wanted: State) -> None:
    """Make a message one that has a state, and save it."""
    subject, body, people, attached = wanted
    message.set_props({t.PR_SUBJECT: subject, t.PR_BODY: body})
    rows = [{t.PR_DISPLAY_NAME: one, t.PR_RECIPIENT_TYPE: 1} for one in people]
    message.modify_recipients(ModifyRecipients.REPLACE, rows)
    table = message.get_attachment_table()
    table.set_columns((t.PR_ATTACH_NUM,))
    for (number,) in table.query_rows(1000):
        message.delete_attach(number)
    for data in attached:
        _, part = message.create_attach()
        part.set_props({t.PR_ATTACH_METHOD: 1, t.PR_ATTACH_DATA_BIN: data})
        part.save_changes()
    message.save_changes(Keep.READWRITE)


def found(path: Path) -> State:
    """The state a file has."""
    with MsgFile.open(path) as file:
        return (
            file.get(t.PR_SUBJECT),
            file.get(t.PR_BODY, ""),
            [one.get(t.PR_DISPLAY_NAME) for one in file.recipients],
            [whole(PropTag(t.PR_ATTACH_DATA_BIN), one.get(t.PR_ATTACH_DATA_BIN)) for one in file.attachments],
        )


def work(path: Path) -> None:
    """Save one state after another."""
    number = int(found(path)[0])
    marks = Marks(path)
    with open_docfile(path, EDIT) as storage:
        message = open_imsg_on_istg(open_imsg_session(MAPI_UNICODE), storage)
        while True:
            number += 1
            marks.begin(number)
            become(message, state(number))
            marks.done(number)


if __name__ == "__main__":
    serve(work, Path(sys.argv[1]))
