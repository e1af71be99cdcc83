"""Profiles taken from one machine to another: one TOML file, secrets in it only when asked for, and then sealed.

    text = export_profile(subsystem, "Work", passphrase="...")
    name = import_profile(subsystem, text, "work.toml", passphrase=lambda: "...")

Without secrets the file is what a profile's file is. With them it has a table `secrets`, sealed as a vault is.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mapix.properties.errors import CorruptData, LogonFailed, NoSupport
from mapix.properties.tags import PR_RESOURCE_PATH
from mapix.subsystem.profiles.profile import Profile
from mapix.subsystem.profiles.profilefile import HEAD, from_text, to_text
from mapix.subsystem.profiles.secrets import all_or_none
from mapix.subsystem.profiles.servicesecrets import places_of
from mapix.subsystem.profiles.toml_writer import dump

if TYPE_CHECKING:
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.initialize import Subsystem

_TABLE = "secrets"
_SEALED_HEAD = "# A profile of mapix. Its passwords are at the end, sealed with a passphrase.\n\n"


def export_profile(subsystem: Subsystem, name: str, passphrase: str | None = None) -> str:
    """The profile as one file; with `passphrase` the secrets that keyring or vault keep for it, too, sealed by it.

    Raises NotFound, CorruptData, and NoSupport where the libraries for sealing are missing.
    """
    profile = subsystem.profiles.load(name)
    profile.renamed, profile.files, profile.deleted = "", "", False
    _forget_places(subsystem.catalogue, profile)
    text = to_text(profile)
    if passphrase is None:
        return text
    from mapix.subsystem.profiles.vault import seal

    found = {
        f"{uid.hex()}/{secret}": value
        for uid, place, names in places_of(subsystem.catalogue, profile, subsystem.home)
        for secret in names
        if (value := place.fetch_kept(secret)) is not None
    }
    sealed = b64encode(seal(found, passphrase)).decode("ascii")
    return text.replace(HEAD, _SEALED_HEAD, 1).rstrip("\n") + "\n\n" + dump({_TABLE: {"sealed": sealed}})


def import_profile(
    subsystem: Subsystem,
    text: str,
    where: str,
    *,
    name: str | None = None,
    passphrase: Callable[[], str] | None = None,
) -> str:
    """Make a profile of an exported one, under its own name or another; its name. `where` names the file in errors.

    Raises CorruptData, Version, InvalidParameter for the name, Collision when it is taken, LogonFailed for a wrong
    passphrase or where secrets come along and none is said, NoSupport where nothing keeps secrets. Then there is no
    new profile.
    """
    document, sealed = _taken_apart(text, where)
    profile = from_text(document, where)
    secrets = _unsealed(sealed, where, passphrase) if sealed is not None else {}
    profile.name, profile.search_key = name or profile.name, uuid4().bytes_le
    profile.renamed, profile.deleted = "", False
    _forget_places(subsystem.catalogue, profile)
    subsystem.profiles.add(profile)
    try:
        _keep(subsystem, profile, secrets)
    except BaseException:
        subsystem.profiles.delete(profile.name)
        raise
    return profile.name


def _forget_places(catalogue: Catalogue, profile: Profile) -> None:
    """Take away where files were on a machine: a store that was there is not lost on another one, but begins anew."""
    for service, provider in profile.providers():
        described = catalogue.find(service.name)
        specs = described.providers if described is not None else ()
        if any(spec.name == provider.name and spec.notes_place for spec in specs):
            provider.properties = {t: v for t, v in provider.properties.items() if t >> 16 != PR_RESOURCE_PATH >> 16}


def _keep(subsystem: Subsystem, profile: Profile, secrets: dict[str, str]) -> None:
    known = {uid.hex(): place for uid, place, _ in places_of(subsystem.catalogue, profile, subsystem.home)}
    with all_or_none() as changes:
        for place, secret in secrets.items():
            uid, _, name = place.partition("/")
            if uid in known:
                changes.store(known[uid], name, secret)


def _taken_apart(text: str, where: str) -> tuple[str, bytes | None]:
    """The profile's own part of a file, and what is sealed in it."""
    mark = f"\n[{_TABLE}]\n"
    document, found, rest = text.partition(mark)
    if not found:
        return text, None
    import tomllib

    try:
        table: dict[str, Any] = tomllib.loads(rest)
        return document + "\n", b64decode(table["sealed"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CorruptData("the file is damaged: its secrets cannot be read", value=where) from None


def _unsealed(sealed: bytes, where: str, passphrase: Callable[[], str] | None) -> dict[str, str]:
    from mapix.subsystem.profiles.vault import unseal

    if passphrase is None:
        raise LogonFailed("the file holds secrets, and nobody says the passphrase", value=where)
    said = passphrase()
    try:
        return unseal(sealed, said, where)
    except LogonFailed:
        text = "the secrets of the file do not open: the passphrase is wrong, or the file is damaged"
        raise LogonFailed(text, value=where, hint="the passphrase it was exported with") from None
    except NoSupport as error:
        raise NoSupport(f"the secrets of the file cannot be opened: {error.text}", hint=error.hint) from None
