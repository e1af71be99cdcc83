"""The care of a store in a file: pages, the files beside it, giving room back, and backups."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mapix.interfaces.care import Finding, Progress
from mapix.providers.sqlstore.care import SqlCare
from mapix.providers.sqlstore.guarding import guarded
from mapix.providers.sqlstore.sqlite.backend import sweep
from mapix.providers.sqlstore.sqlite.backup import back_up
from mapix.providers.sqlstore.sqlite.database import SqliteDatabase
from mapix.providers.sqlstore.sqlite.filecheck import check_database, repair_database
from mapix.providers.sqlstore.sqlite.packing import pack_giants

_PAGES_AT_ONCE: Final = 2000
_INCREMENTAL: Final = 2


@guarded
class SqliteCare(SqlCare):
    """See `SqlCare`."""

    database: SqliteDatabase

    def check(self) -> list[Finding]:
        """See `Care.check`."""
        return check_database(self.database)

    def repair(self) -> list[Finding]:
        """See `Care.repair`."""
        return repair_database(self.database)

    def sizes(self) -> tuple[int, int]:
        """See `SqlCare.sizes`: the file, its log, and the files beside it."""
        database, path = self.database, self.database.path
        files = sum(map(database.files.size, database.files.names()))
        taken = sum(each.stat().st_size for each in (path, Path(f"{path}-wal")) if each.exists())
        page: int = database.value("PRAGMA page_size")
        return taken + files, page * int(database.value("PRAGMA freelist_count"))

    def give_back(self) -> None:
        """See `SqlCare.give_back`. Pages go a few at a time; a store of an older version is written anew once, which
        others have to wait for.
        """
        database = self.database
        sweep(database)
        pack_giants(database)
        if database.value("PRAGMA auto_vacuum") != _INCREMENTAL:
            with database.lock:
                database.rows(f"PRAGMA auto_vacuum = {_INCREMENTAL}")
                database.again(lambda: database.connection.execute("VACUUM"))
        free = database.value("PRAGMA freelist_count")
        while free:
            with database.write():
                database.rows(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            before, free = free, database.value("PRAGMA freelist_count")
            if free >= before:
                break
        database.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def backup(self, target: Path, *, progress: Progress | None = None) -> None:
        """See `Care.backup`."""
        back_up(self.database, target, progress)
