"""New mail that another process delivers is told to whoever has the store open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Mapix

from mapix.interfaces.notify import Event, NewMailNotification, Notification
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_NO_MAIL, MAPI_USE_DEFAULT
from mapix.properties.tags import PR_ENTRYID, PR_SUBJECT
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

FLAGS = MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_USE_DEFAULT | MAPI_NO_MAIL


@pytest.fixture
def session(tmp_path: Path, mapix: Mapix) -> Iterator[Session]:
    """A session of this process on Ann's profile, without a spooler."""
    mapix.init()
    with Subsystem(mapix.home, sharing=False) as system, system.logon(flags=FLAGS) as made:
        yield made


def test_mail_that_another_process_delivers_is_told_here(session: Session, mapix: Mapix) -> None:
    """SPL-50, N-021, ST-070: fnevNewMail with the message and its folder, once."""
    ((entry_id,),) = query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))
    store = session.open_msg_store(entry_id)
    heard: list[Notification] = []
    session.advise(entry_id, Event.NEW_MAIL, heard.extend)
    mapix("send", "--to", "ann@example.org", "--subject", "Hello", "--text", "t", "--wait")
    end = time.monotonic() + 60
    while not heard and time.monotonic() < end:
        session.dispatch_notifications()
        time.sleep(0.02)
    session.dispatch_notifications()
    (news,) = heard
    assert isinstance(news, NewMailNotification)
    assert store.open_entry(news.entry_id).get_prop(PR_SUBJECT) == "Hello"
    assert news.parent_id == store.get_receive_folder("IPM.Note")[0]
