"""Small stores of every schema there ever was, kept as files: made once from the numbered scripts, never again.

    python -m tests.providers.sqlstore.oldstores 7

writes `schemas/7.mapix.xz`, a store as version 7 leaves it; for a new schema, once. `mail` tells what is in a store,
and has to tell the same of all of them: `schemas/mail.json`.
"""

from __future__ import annotations

import json
import lzma
import sqlite3
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.providers.sqlstore.helpers import file, people, save

from mapix.interfaces.backend import AttachmentChanges, MessageChanges
from mapix.properties import tags
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import MV_FLAG, PropTag, PropType
from mapix.properties.value import whole
from mapix.providers.sqlstore.sqlite.backend import SqliteBackend
from mapix.providers.sqlstore.sqlite.migrate import APPLICATION_ID, scripts
from mapix.providers.sqlstore.values import LARGE

PLACE = Path(__file__).with_name("schemas")
MAIL = PLACE / "mail.json"
VERSIONS = sorted(int(path.name.split(".")[0]) for path in PLACE.glob("*.mapix.xz"))
KEYWORD = PropertyName(PS_PUBLIC_STRINGS, "Keyword")
_LATER = ("change", "search_gone", "sqlite_sequence")


def old_store(version: int, path: Path) -> Path:
    """The kept store of a version, as a file of its own."""
    path.write_bytes(lzma.decompress((PLACE / f"{version}.mapix.xz").read_bytes()))
    return path


def mail(store: SqliteBackend) -> list[Any]:
    """What is in a store, as JSON would have it."""
    found: list[Any] = []
    keyword = store.ids_from_names([KEYWORD], create=False)[KEYWORD]
    for folder in (store.root, *store.children(store.root)):
        name = store.folder(folder).load((tags.PR_DISPLAY_NAME,))[0][tags.PR_DISPLAY_NAME]
        for number in store.messages(folder):
            found.append([name, *_message(store.message(number), PropTag.of(keyword, PropType.UNICODE))])
    return [*found, sorted(store.receive_folders())]


def _message(message: Any, keyword: PropTag) -> list[Any]:
    values = message.load(None)[0]
    shown = [_shown(tag, values[tag]) for tag in (tags.PR_SUBJECT, tags.PR_BODY, keyword, NUMBERS) if tag in values]
    recipients = [[row[tags.PR_DISPLAY_NAME], row[tags.PR_EMAIL_ADDRESS]] for row in message.recipients()]
    attachments = []
    for number, part in sorted(message.attachments().items()):
        inner = message.embedded(number)
        inside = None if inner is None else _shown(tags.PR_SUBJECT, inner.load(None)[0][tags.PR_SUBJECT])
        attachments.append([_shown(tag, part[tag]) for tag in (tags.PR_ATTACH_DATA_BIN,) if tag in part] + [inside])
    return [shown, recipients, attachments]


def _shown(tag: PropTag, value: Any) -> Any:
    value = whole(tag, value)
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if isinstance(data, bytes):
        return sha256(data).hexdigest() if len(data) > 100 else data.decode("utf-8", "backslashreplace")
    return list(value) if isinstance(value, tuple) else value


NUMBERS = PropTag.of(0x6801, PropType.LONG | MV_FLAG)


def _fill(path: Path) -> None:
    store = SqliteBackend(path, create=True)
    keyword = PropTag.of(store.ids_from_names([KEYWORD], create=True)[KEYWORD], PropType.UNICODE)
    folders = [store.create_folder(store.root, name, {tags.PR_COMMENT: name}) for name in ("Inbox", "Größe")]
    for number in range(6):
        inner = AttachmentChanges(embedded=MessageChanges({tags.PR_SUBJECT: f"inside {number}"}))
        values = {
            tags.PR_SUBJECT: f"Budget \U0001f4b0 {number}",
            tags.PR_NORMALIZED_SUBJECT: f"Budget \U0001f4b0 {number}",
            tags.PR_BODY: "many words " * (1 if number % 3 else LARGE // 10),
            tags.PR_MESSAGE_CLASS: "IPM.Note",
            tags.PR_MESSAGE_FLAGS: number % 2,
            tags.PR_MESSAGE_DELIVERY_TIME: 133_000_000_000_000_000 + number * 600_000_000,
            keyword: f"half \ud83d {number}",
            NUMBERS: (1, -2, number),
        }
        parts = {0: file(f"attached {number} ".encode() * 10_000), 1: inner} if number % 2 else {}
        save(store, values, folder=folders[number % 2], recipients=people(number), attachments=parts)
    save(store, {tags.PR_SUBJECT: "waiting", tags.PR_BODY: "to be sent"}, recipients=people(1), submit=True)
    store.set_receive_folder("", folders[0])
    store.set_receive_folder("IPM.Note", folders[1])
    store.close()


def make(version: int) -> None:
    """Write the store of a version, with the rows that this program makes, as far as that schema has room for them."""
    with TemporaryDirectory() as place:
        new, old = Path(place) / "new.mapix", Path(place) / "old.mapix"
        _fill(new)
        with closing(sqlite3.connect(old, isolation_level=None)) as connection:
            for script in scripts()[:version]:
                connection.executescript(script)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("ATTACH ? AS new", (str(new),))
            _copy(connection)
            connection.execute("DETACH new")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("VACUUM")
        (PLACE / f"{version}.mapix.xz").write_bytes(lzma.compress(old.read_bytes(), preset=9))
        store = SqliteBackend(new)
        if not MAIL.exists():
            MAIL.write_text(json.dumps(mail(store), indent=1, ensure_ascii=True) + "\n", encoding="ascii")
        store.close()


def _copy(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")
    names = [name for (name,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
    for name in sorted(names, key=lambda name: name != "folder"):
        if name in _LATER or name.startswith("text_"):
            continue
        columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({name})")]
        there = {row[1] for row in connection.execute(f"PRAGMA new.table_info({name})")}
        shared = ", ".join(column for column in columns if column in there)
        counts = {"content_count": "0", "unread_count": "0", "associated_count": "0"}  # triggers count
        taken = ", ".join(counts.get(column, column) for column in columns if column in there)
        connection.execute(f"INSERT INTO main.{name} ({shared}) SELECT {taken} FROM new.{name}")


if __name__ == "__main__":
    for number in sys.argv[1:]:
        make(int(number))
