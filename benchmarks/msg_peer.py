"""What other readers of .msg files take, measured in a process of its own: `python msg_peer.py PEER TASK FILES…`.

The program runs under the Python that has the peer, which need not be this one, and prints the seconds of each file as
JSON; null for a file that the peer cannot read. Nothing of mapix is loaded.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

ROUNDS = 4


def oxmsg(task: str) -> Callable[[str], Any]:
    """python-oxmsg."""
    from oxmsg import Message

    def fields(path: str) -> Any:
        message = Message.load(path)
        found: list[Any] = [message.subject, message.sender]
        found += [(one.name, one.email_address) for one in message.recipients]
        with suppress(UnicodeDecodeError, LookupError):
            found += [message.body, message.html_body]
        return message

    def attachments(path: str) -> Any:
        return [(one.file_name, one.file_bytes) for one in fields(path).attachments]

    def everything(path: str) -> Any:
        message = Message.load(path)
        for held in (message, *message.recipients, *message.attachments):
            for one in held.properties:
                with suppress(Exception):
                    _ = one.value

    return {"fields": fields, "attachments": attachments, "everything": everything}[task]


def extract_msg(task: str) -> Callable[[str], Any]:
    """extract-msg."""
    import extract_msg as peer

    def fields(message: Any) -> None:
        _ = message.subject, message.sender, [(one.name, one.email) for one in message.recipients], message.body

    def everything(message: Any) -> None:
        for held in (message, *message.recipients, *message.attachments):
            for name in held.props:
                with suppress(Exception):
                    held.getPropertyVal(name)

    def run(path: str) -> None:
        with peer.openMsg(path) as message:
            if task == "everything":
                everything(message)
                return
            if task == "rich":
                _ = message.htmlBody
                return
            fields(message)
            if task == "attachments":
                _ = [(one.longFilename, one.data) for one in message.attachments]

    return run


def aspose(task: str) -> Callable[[str], Any]:
    """aspose-email-foss."""
    from aspose.email_foss.msg import MapiMessage

    def read(path: str) -> None:
        with MapiMessage.from_file(path) as message:
            if task == "everything":
                _ = [one.value for one in message.iter_properties()]
                return
            _ = message.subject, message.get_property_value(0x0C1A, 0x1F), message.body, message.body_html
            _ = [(one.display_name, one.email_address) for one in message.recipients]
            if task == "attachments":
                _ = [(one.filename, one.data) for one in message.attachments]

    def write(path: str) -> None:
        message = MapiMessage.create("Subject", "x" * 10_000)
        message.add_recipient("bill@example.com", display_name="Bill")
        message.add_attachment("a.bin", bytes(20_000))
        message.add_attachment("b.bin", bytes(20_000))
        message.save(path)
        message.close()

    return write if task == "write" else read


PEERS = {"python-oxmsg": oxmsg, "extract-msg": extract_msg, "aspose-email-foss": aspose}


def measured(run: Callable[[str], Any], path: str) -> float | None:
    """The least time that a file takes, None where it cannot be read."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        try:
            run(path)
        except Exception:
            return None
        times.append(time.perf_counter() - start)
    return min(times)


def main(peer: str, task: str, paths: list[str]) -> None:
    """Print the seconds of each file; nothing where the peer is not installed."""
    warnings.simplefilter("ignore")
    try:
        run = PEERS[peer](task)
    except ImportError:
        return
    print(json.dumps([measured(run, path) for path in paths]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
