"""Where the passphrase of a vault comes from: a file, a descriptor, a command, or whoever sits at the terminal.

1. `MAPIX_VAULT_KEY_FILE`: a file that its owner alone may read; its whole content, less the last line's end;
2. `MAPIX_VAULT_FD`: the number of an open file, read once, as a parent process hands it over;
3. `MAPIX_VAULT_COMMAND`: a command whose first line of output it is;
4. the dialogs of the logon, or those of the process (`dialogs.standing`), which the command line has on a terminal.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mapix.properties.errors import InvalidParameter, LogonFailed, UserCancel
from mapix.subsystem.profiles.secrets import run_command
from mapix.subsystem.profiles.vault import check_private

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI

KEY_FILE, DESCRIPTOR, COMMAND = "MAPIX_VAULT_KEY_FILE", "MAPIX_VAULT_FD", "MAPIX_VAULT_COMMAND"
_LONGEST = 1 << 16

_handed: dict[str, str] = {}


def passphrase_of(ui: LogonUI | None = None) -> str:
    """The passphrase, asked of `ui` where the environment leads to none; `LogonFailed` where nobody says it,
    `UserCancel`.
    """
    from mapix.subsystem import dialogs

    found = stated_passphrase()
    if found is not None:
        return found
    asked = ui if ui is not None else dialogs.standing
    if asked is None:
        hint = f"set {KEY_FILE}, {DESCRIPTOR} or {COMMAND}"
        raise LogonFailed("the vault is locked, and there is nobody to ask for its passphrase", hint=hint)
    answered = asked.ask_passphrase()
    if not answered:
        raise UserCancel("the vault stays locked")
    return answered


def stated_passphrase() -> str | None:
    """The passphrase that the environment leads to, None where it says nothing.

    Raises LogonFailed, NoAccess for a key file others may read, InvalidParameter.
    """
    if path := os.environ.get(KEY_FILE):
        return from_file(Path(path))
    if number := os.environ.get(DESCRIPTOR):
        return _from_descriptor(number)
    if command := os.environ.get(COMMAND):
        return run_command(command)
    return None


def from_file(path: Path) -> str:
    """The passphrase that a file of its owner's alone holds; `LogonFailed`, `NoAccess`."""
    try:
        check_private(path, path.stat())
        data = path.read_bytes()[:_LONGEST]
    except OSError as error:
        raise LogonFailed(f"cannot read the key file ({error.strerror})", value=str(path)) from None
    return _text(data, str(path))


def _from_descriptor(number: str) -> str:
    if number not in _handed:
        if not number.isdecimal():
            raise InvalidParameter(f"{DESCRIPTOR} is the number of an open file", value=number)
        try:
            with os.fdopen(int(number), "rb") as file:
                _handed[number] = _text(file.read(_LONGEST), DESCRIPTOR)
        except OSError as error:
            raise LogonFailed(f"cannot read {DESCRIPTOR} ({error.strerror})", value=number) from None
    return _handed[number]


def _text(data: bytes, where: str) -> str:
    try:
        found = data.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise LogonFailed("the passphrase is not UTF-8", value=where) from None
    if not found:
        raise LogonFailed("there is no passphrase", value=where)
    return found
