"""The people a user keeps: one readable file, `contacts.toml` in the home directory.

Shared by all profiles of the user; read at every use and written whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mapix.properties.errors import CorruptData, DiskError, InvalidParameter, NotFound
from mapix.properties.tag import PropTag
from mapix.subsystem.durable import directory_lock, replace_file
from mapix.subsystem.profiles.propvalues import read_properties, write_properties
from mapix.subsystem.profiles.toml_writer import dump

Contact = dict[PropTag, Any]
_HEAD = "# The personal address book of mapix.\n\n"


class Contacts:
    """People by their uids (16 bytes)."""

    def __init__(self, home: Path) -> None:
        self.path = home / "contacts.toml"

    def all(self) -> dict[bytes, Contact]:
        """Everybody, in the order they were added; `CorruptData` naming the line of a damaged file."""
        import tomllib

        try:
            document = tomllib.loads(self.path.read_text(encoding="utf-8"))
            return dict(_read(item) for item in document.get("contact", ()))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DiskError(f"cannot read the contacts ({error.strerror})", value=str(self.path)) from error
        except (ValueError, KeyError, TypeError, AttributeError, InvalidParameter) as error:
            hint = "correct the file by hand, or put its copy *.bak in its place"
            raise CorruptData(f"the file of contacts is damaged: {error}", value=str(self.path), hint=hint) from None

    def exist(self) -> bool:
        """Whether there is somebody, or a file that cannot be read."""
        try:
            return bool(self.all())
        except (CorruptData, DiskError):
            return True

    def get(self, uid: bytes) -> Contact:
        """One person; `NotFound`."""
        found = self.all().get(uid)
        if found is None:
            raise NotFound("there is no such contact", value=uid)
        return found

    def put(self, uid: bytes, contact: Mapping[PropTag, Any]) -> None:
        """Add or replace a person."""
        with directory_lock(self.path.parent):
            self._write({**self.all(), uid: dict(contact)})

    def remove(self, uid: bytes) -> None:
        """Remove a person; `NotFound`."""
        with directory_lock(self.path.parent):
            people = self.all()
            if people.pop(uid, None) is None:
                raise NotFound("there is no such contact", value=uid)
            self._write(people)

    def _write(self, people: Mapping[bytes, Contact]) -> None:
        entries = [{"uid": uid.hex(), **write_properties(contact)} for uid, contact in people.items()]
        replace_file(self.path, (_HEAD + dump({"contact": entries} if entries else {})).encode())


def _read(item: Mapping[str, Any]) -> tuple[bytes, Contact]:
    uid = bytes.fromhex(item["uid"])
    if len(uid) != 16:
        raise InvalidParameter("a contact's uid has 16 bytes", value=uid)
    return uid, read_properties({name: value for name, value in item.items() if name != "uid"})
