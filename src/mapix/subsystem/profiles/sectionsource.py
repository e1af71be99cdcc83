"""Where the properties of a profile section are: in the profile, and secure ones where secrets are kept (PRF-23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from mapix.interfaces.prop import ChangeSet
from mapix.properties import codec
from mapix.properties.tag import PropTag
from mapix.subsystem.profiles.profile import Profile
from mapix.subsystem.profiles.secrets import SECURE, SecretChanges, SecretPlace, all_or_none, secure_name

if TYPE_CHECKING:
    from mapix.subsystem.profiles.profilehandle import ProfileHandle

Locate = Callable[[Profile], dict[PropTag, Any]]
"""From a profile to the properties of one section of it."""


class SectionSource:
    """The properties of a section as a source; secure ones in the keyring."""

    def __init__(self, handle: ProfileHandle, uid: bytes, locate: Locate, place: SecretPlace) -> None:
        self._handle = handle
        self._uid = uid
        self._locate = locate
        self._place = place

    def load(self, tags: Sequence[PropTag] | None) -> tuple[dict[PropTag, Any], int]:
        """See `PropertySource.load`; secure properties only when they are asked for (PRF-23)."""
        held = self._locate(self._handle.read())
        if tags is None:
            return dict(held), 1
        wanted = {tag >> 16 for tag in tags}
        found = {tag: value for tag, value in held.items() if tag >> 16 in wanted}
        for number in wanted.intersection(SECURE):
            found.update(self._fetch(number))
        return found, 1

    def apply(self, changes: ChangeSet) -> int:
        """See `PropertySource.apply`; when something fails, the secure properties are as they were."""
        gone = changes.deleted | {tag >> 16 for tag in changes.values}
        plain = {tag: value for tag, value in changes.values.items() if tag >> 16 not in SECURE}
        hidden = {tag: value for tag, value in changes.values.items() if tag >> 16 in SECURE}

        def put(profile: Profile) -> None:
            held = self._locate(profile)
            for tag in [tag for tag in held if tag >> 16 in gone]:
                del held[tag]
            held.update(plain)
            if hidden and self._uid not in profile.secure:
                profile.secure.append(self._uid)

        with all_or_none() as secrets:
            self._hide(secrets, gone, hidden)
            if plain or gone.difference(SECURE) or (hidden and self._uid not in self._handle.read().secure):
                self._handle.change(put)
        return 1

    def _hide(self, secrets: SecretChanges, gone: Set[int], hidden: Mapping[PropTag, Any]) -> None:
        """Keep secure properties where secrets are; those of `gone` that have no new value are removed."""
        texts = {tag >> 16: f"{tag} {codec.dump(tag, value).hex()}" for tag, value in hidden.items()}
        for number in sorted(gone & set(SECURE)):
            secrets.store(self._place, secure_name(number), texts.get(number))

    def _fetch(self, number: int) -> dict[PropTag, Any]:
        kept = self._place.fetch_kept(secure_name(number))
        if kept is None:
            return {}
        name, _, data = kept.partition(" ")
        tag = PropTag(int(name, 16))
        return {tag: codec.load(tag, bytes.fromhex(data))}
