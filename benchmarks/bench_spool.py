"""The spooler against a bare `smtplib` loop: 500 messages of 4 KiB, submitted by a client of a whole session with a
durable store, until the mail server has accepted the last; and the same bytes sent by a loop over one connection.

The server stands in a process of its own and only counts. The loop keeps nothing, reports nothing and survives
nothing.
"""

from __future__ import annotations

import logging
import multiprocessing
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from benchmarks.harness import Result, side_by_side
from mapix.formats.mime import to_mime
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.objects.messages.content import read_content
from mapix.properties import tags
from mapix.properties.entryid import OneOff
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

COUNT = 500
SIZE = 4096
ROUNDS = 3
WANTED = 3.0
ANN, BOB = "ann@example.com", "bob@example.com"
_LINE = "x" * 70 + "\r\n"
_BODY = (_LINE * (SIZE // len(_LINE) + 1))[:SIZE]


def run() -> list[Result]:
    """All measurements of the spooler."""
    with TemporaryDirectory() as directory, mail_server() as port, logged_on(Path(directory), port) as session:
        store = session.open_msg_store(_default_store(session), Access.BEST)
        outbox = cast(MapiFolder, store.open_entry(store.get_prop(tags.PR_IPM_OUTBOX_ENTRYID), Access.MODIFY))
        send_all(session, outbox, 1)
        data = _as_sent(store)
        ours, floor = side_by_side(
            lambda: send_all(session, outbox, COUNT), lambda: bare_loop(port, data, COUNT), rounds=ROUNDS
        )
        return [Result(f"{COUNT} messages of {SIZE // 1024} KiB, submitted to accepted", ours, floor, WANTED)]


def send_all(session: Session, outbox: MapiFolder, count: int) -> None:
    """Submit messages, and wait until the last is handed over."""
    row = {
        tags.PR_DISPLAY_NAME: "Bob",
        tags.PR_RECIPIENT_TYPE: 1,
        tags.PR_ADDRTYPE: "SMTP",
        tags.PR_EMAIL_ADDRESS: BOB,
        tags.PR_ENTRYID: OneOff("Bob", "SMTP", BOB).dump(),
    }
    for number in range(count):
        message = outbox.create_message()
        message.modify_recipients(ModifyRecipients.ADD, (row,))
        message.set_props({tags.PR_SUBJECT: f"message {number}", tags.PR_BODY: _BODY})
        message.submit_message()
    if left := session.flush(120):
        raise RuntimeError(f"{left} messages were not handed over")


def bare_loop(port: int, data: bytes, count: int) -> None:
    """The same bytes over one connection, without any store."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as connection:
        for _ in range(count):
            connection.sendmail(ANN, [BOB], data)


@contextmanager
def mail_server() -> Iterator[int]:
    """A server in a process of its own; its port."""
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_serve, args=(ports,), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=60)
    finally:
        process.kill()
        process.join()


@contextmanager
def logged_on(home: Path, port: int) -> Iterator[Session]:
    """A session with a store in a file and an SMTP transport."""
    with Subsystem(home) as system:
        profiles = system.admin_profiles()
        profiles.create_profile("bench")
        services = profiles.admin_services("bench")
        services.create_msg_service("MAPIXSTORE", settings={"owner_address": ANN})
        smtp = {"host": "127.0.0.1", "port": port, "security": "none", "address": ANN, "name": "Ann"}
        services.create_msg_service("SMTP", settings=smtp)
        with system.logon("bench") as session:
            yield session


def _serve(ports: Any) -> None:
    from threading import Event

    from tests.fixtures_smtp import running

    logging.disable()
    with running() as server:
        ports.put(server.port)
        Event().wait()


def _default_store(session: Session) -> bytes:
    rows = query_all_rows(session.get_msg_stores_table(), (tags.PR_ENTRYID, tags.PR_DEFAULT_STORE))
    return next(bytes(entry_id) for entry_id, default in rows if default)


def _as_sent(store: MsgStore) -> bytes:
    """What went over the wire for the one message in Sent Items."""
    folder = cast(MapiFolder, store.open_entry(store.get_prop(tags.PR_IPM_SENTMAIL_ENTRYID)))
    ((entry_id,),) = query_all_rows(folder.get_contents_table(), (tags.PR_ENTRYID,))
    return to_mime(read_content(cast(Message, store.open_entry(entry_id))))
