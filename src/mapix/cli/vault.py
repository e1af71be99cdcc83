"""`mapix vault`: secrets in an encrypted file, on machines without a keyring."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mapix.cli.base import Group, command
from mapix.cli.output import emit_json, emit_rows, json_option, say, tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mapix.subsystem.initialize import Subsystem
    from mapix.subsystem.profiles.profilestore import ProfileStore
    from mapix.subsystem.profiles.vault import Vault


@command(examples=("mapix vault create", "MAPIX_VAULT_KEY_FILE=~/.vault-key mapix vault create"))
@json_option
def create(as_json: bool) -> None:
    """Make a vault. Its passphrase is asked twice on a terminal, or taken from where it will be found later.

    That is the file named by MAPIX_VAULT_KEY_FILE, the open file whose number MAPIX_VAULT_FD is, or the output of
    MAPIX_VAULT_COMMAND.
    """
    from mapix.subsystem.profiles.secrets import usable_keyring

    vault = _vault()
    vault.create(_new_passphrase())
    tell(as_json, f"Made {vault.path}. Whoever forgets the passphrase loses what is in it.", vault=vault.path)
    if usable_keyring() is not None:
        say("A keyring answers on this machine: it goes before the vault.")


@command(name="list", examples=("mapix vault list", "mapix vault list --json"))
@json_option
def list_(as_json: bool) -> None:
    """List what the vault holds: profile, message service and the secret's name, never the secret."""
    from mapix.cli.sessions import mapi

    with mapi() as subsystem:
        names, profiles = _names(subsystem.profiles)
        places = _vault().places() if _vault().exists else []
    rows = sorted(_described(place, names, profiles) for place in places)
    if as_json:
        emit_json({"secrets": [dict(zip(("profile", "service", "name"), row, strict=True)) for row in rows]})
    else:
        emit_rows(("profile", "service", "secret"), rows)
    if not _vault().exists:
        say("There is no vault. Try: mapix vault create")


@command(examples=("mapix vault change",))
@json_option
def change(as_json: bool) -> None:
    """Give the vault another passphrase, asked on the terminal; for a key file say it in MAPIX_VAULT_NEW_KEY_FILE."""
    import os
    from pathlib import Path

    from mapix.subsystem.profiles.unlocking import from_file

    vault = _vault()
    vault.check()
    path = os.environ.get("MAPIX_VAULT_NEW_KEY_FILE")
    vault.change(from_file(Path(path)) if path else _asked_twice("MAPIX_VAULT_NEW_KEY_FILE"))
    tell(as_json, "The vault has another passphrase.", vault=vault.path)


@command(examples=("mapix vault forget",))
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
def forget(yes: bool, as_json: bool) -> None:
    """Take out the secrets of profiles and message services that were deleted while the vault was locked."""
    from mapix.cli.profilefiles import confirm
    from mapix.cli.sessions import mapi

    vault = _vault()
    with mapi() as subsystem:
        left = _left_over(subsystem, vault.places())
    if left:
        confirm(f"Forget {len(left)} secrets that no profile has?", yes)
    for place in left:
        vault.delete_password(*_apart(place))
    tell(as_json, f"{len(left)} secrets forgotten." if left else "There is nothing to forget.", forgotten=len(left))


def _vault() -> Vault:
    from mapix.subsystem.home import home_directory
    from mapix.subsystem.profiles.vault import NAME, Vault

    return Vault(home_directory() / NAME)


def _new_passphrase() -> str:
    from mapix.subsystem.profiles.unlocking import stated_passphrase

    return stated_passphrase() or _asked_twice("MAPIX_VAULT_KEY_FILE")


def _asked_twice(instead: str) -> str:
    """A new passphrase, from the terminal; `LogonFailed` proposes the variable that names a file of one."""
    from mapix.properties.errors import LogonFailed

    if not sys.stdin.isatty():
        raise LogonFailed("there is nobody to ask for a passphrase", hint=f"set {instead}")
    answer: str = click.prompt("Passphrase of the vault", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _names(profiles: ProfileStore) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Profile and service by the key of their secrets, and profiles by their search keys; profiles that cannot be read
    are passed over.
    """
    from mapix.properties.errors import MapiError

    found: dict[str, tuple[str, str]] = {}
    keys: dict[str, str] = {}
    for name in profiles.names(app=True):
        try:
            profile = profiles.load(name)
        except MapiError:
            continue
        keys[profile.search_key.hex()] = name
        for service in profile.services:
            for uid in (service.uid, *(provider.uid for provider in service.providers)):
                found[f"{profile.search_key.hex()}/{uid.hex()}"] = name, service.display_name or service.name
    return found, keys


def _described(place: str, names: dict[str, tuple[str, str]], profiles: dict[str, str]) -> tuple[str, str, str]:
    key, _, name = _apart(place)[1].rpartition("/")
    return (*names.get(key, (profiles.get(key.partition("/")[0], ""), key)), name)


def _apart(place: str) -> tuple[str, str]:
    """For what and where a secret is kept."""
    kept_for, _, username = place.partition("/")
    return kept_for, username


def _left_over(subsystem: Subsystem, places: Iterable[str]) -> list[str]:
    """The places that no section of a profile has; a profile that cannot be read is an error, as what it has is not
    known. One that waits for its last session is one.
    """
    from mapix.subsystem.profiles.profilefile import from_text, text_of
    from mapix.subsystem.profiles.profilefolder import ProfileFolder
    from mapix.subsystem.profiles.servicesecrets import places_of

    files = ProfileFolder(subsystem.profiles.directory).files()
    profiles = [from_text(text_of(path), str(path)) for path in files]
    sections = (each for one in profiles for each in places_of(subsystem.catalogue, one, subsystem.home))
    known = {each.place.key for each in sections}
    return [place for place in places if _apart(place)[1].rpartition("/")[0] not in known]


vault = Group(
    "vault",
    commands=[create, list_, change, forget],
    examples=("mapix vault create", "mapix vault list"),
    help="The vault keeps secrets in an encrypted file, where there is no keyring.",
)
