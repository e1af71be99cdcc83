"""The vault: secrets in one encrypted file, for machines without a keyring (PRF-23).

    vault = Vault(home / "vault")
    vault.create("a passphrase")
    vault.set_password("mapix", "place", "secret")

Argon2id makes the key of a passphrase, ChaCha20-Poly1305 seals the secrets, with a fresh nonce at each writing and the
file's head under the same seal. The file is replaced whole, is its owner's alone, and is read at every use. The key is
kept in memory until the process ends.
"""

from __future__ import annotations

import json
import os
import stat
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from mapix.properties.errors import Collision, CorruptData, DiskError, LogonFailed, NoAccess, NoSupport, NotFound
from mapix.subsystem.durable import directory_lock, replace_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

NAME = "vault"
LONGEST = 16 << 20
"""Bytes a vault's file has at most."""

_HEAD = struct.Struct("<8sIII16s12s")
_MAGIC = b"MAPIXV1\n"
_PASSES, _MEMORY, _LANES = 3, 64 << 10, 4
_MOST = (16, 1 << 20, 64)
_EXTRA = "install mapix[secrets]"

_keys: dict[tuple[str, bytes, tuple[int, int, int]], bytes] = {}


@dataclass(frozen=True, slots=True)
class _Head:
    """How the key is made of the passphrase: passes, KiB of memory, lanes, salt; and the nonce of this writing."""

    cost: tuple[int, int, int]
    salt: bytes
    nonce: bytes

    def pack(self) -> bytes:
        return _HEAD.pack(_MAGIC, *self.cost, self.salt, self.nonce)


class Vault:
    """Secrets by place, as a keyring keeps them. `passphrase` is asked when the file is first opened."""

    def __init__(self, path: Path, passphrase: Callable[[], str] | None = None) -> None:
        from mapix.subsystem.profiles.unlocking import passphrase_of

        self.path = path
        self._passphrase = passphrase or passphrase_of

    @property
    def exists(self) -> bool:
        """Whether there is a file."""
        return os.path.lexists(self.path)

    def create(self, passphrase: str) -> None:
        """A new vault without secrets; `Collision` where there is one, `InvalidParameter` without a passphrase."""
        with directory_lock(self.path.parent):
            if self.exists:
                raise Collision("there is a vault already", value=str(self.path))
            self._write(self._fresh(passphrase), {})

    def change(self, passphrase: str) -> None:
        """Another passphrase; with the former one nothing opens any more, not even the copy beside the file."""
        with directory_lock(self.path.parent):
            held = self._read()[1]
            head = self._fresh(passphrase)
            self._write(head, held)
            self._write(head, held)

    def places(self) -> list[str]:
        """The places that hold a secret."""
        return sorted(self._read()[1])

    def check_file(self) -> None:
        """Raises when the file cannot be one of a vault, without a passphrase: NoAccess, CorruptData, NotFound."""
        _head_of(_owned(self.path), str(self.path))

    def check(self) -> None:
        """Raises when the vault cannot be opened: LogonFailed for a wrong passphrase, CorruptData, NoAccess."""
        self._read()

    def get_password(self, service: str, username: str) -> str | None:
        """The secret of a place, None when there is none."""
        return self._read()[1].get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        with self._changing() as held:
            held[f"{service}/{username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret; `NotFound`."""
        with self._changing() as held:
            if held.pop(f"{service}/{username}", None) is None:
                raise NotFound("the vault holds no such secret", value=username)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, str]]:
        with directory_lock(self.path.parent):
            head, held = self._read()
            yield held
            self._write(head, held)

    def _read(self) -> tuple[_Head, dict[str, str]]:
        data = _owned(self.path)
        head = _head_of(data, str(self.path))
        return head, _unsealed(self._key(head), head, data[_HEAD.size :], str(self.path))

    def _write(self, head: _Head, held: Mapping[str, str]) -> None:
        fresh = _Head(head.cost, head.salt, os.urandom(12))
        replace_file(self.path, fresh.pack() + _encrypted(self._key(head), fresh, held))

    def _fresh(self, passphrase: str) -> _Head:
        head = _Head((_PASSES, _MEMORY, _LANES), os.urandom(16), bytes(12))
        _keys[self._place_of(head)] = _derived(passphrase, head)
        return head

    def _key(self, head: _Head) -> bytes:
        place = self._place_of(head)
        if place not in _keys:
            _keys[place] = _derived(self._passphrase(), head)
        return _keys[place]

    def _place_of(self, head: _Head) -> tuple[str, bytes, tuple[int, int, int]]:
        return str(self.path), head.salt, head.cost

    def forget_key(self) -> None:
        """Ask for the passphrase again at the next use."""
        for place in [place for place in _keys if place[0] == str(self.path)]:
            del _keys[place]


def seal(held: Mapping[str, str], passphrase: str) -> bytes:
    """Secrets as a vault's file has them, on their own; `NoSupport` where the libraries are missing."""
    head = _Head((_PASSES, _MEMORY, _LANES), os.urandom(16), os.urandom(12))
    return head.pack() + _encrypted(_derived(passphrase, head), head, held)


def unseal(data: bytes, passphrase: str, where: str) -> dict[str, str]:
    """What `seal` has sealed; `where` names it in errors. LogonFailed for a wrong passphrase, CorruptData."""
    head = _head_of(data, where)
    return _unsealed(_derived(passphrase, head), head, data[_HEAD.size :], where)


def _head_of(data: bytes, where: str) -> _Head:
    if len(data) < _HEAD.size or not data.startswith(_MAGIC):
        raise CorruptData("this is no vault", value=where, hint=f"its copy {where}.bak")
    _, *cost, salt, nonce = _HEAD.unpack_from(data)
    head = _Head((cost[0], cost[1], cost[2]), salt, nonce)
    if any(not 1 <= given <= most for given, most in zip(head.cost, _MOST, strict=True)):
        raise CorruptData("the vault's head is damaged", value=where, hint=f"its copy {where}.bak")
    return head


def _encrypted(key: bytes, head: _Head, held: Mapping[str, str]) -> bytes:
    return _sealing()(key).encrypt(head.nonce, json.dumps(held).encode(), head.pack())


def _unsealed(key: bytes, head: _Head, sealed: bytes, path: str) -> dict[str, str]:
    from cryptography.exceptions import InvalidTag

    try:
        held = json.loads(_sealing()(key).decrypt(head.nonce, sealed, head.pack()))
    except (InvalidTag, ValueError):
        for place in [place for place, known in _keys.items() if known == key]:
            del _keys[place]
        text = "the vault does not open: the passphrase is wrong, or the file is damaged"
        raise LogonFailed(text, value=path, hint=f"its copy {path}.bak is the vault before its last change") from None
    return {str(place): str(secret) for place, secret in held.items()}


def _derived(passphrase: str, head: _Head) -> bytes:
    """The key of a passphrase by Argon2id."""
    try:
        from argon2.exceptions import HashingError
        from argon2.low_level import Type, hash_secret_raw
    except ImportError:
        raise _missing() from None
    _sealing()
    passes, memory, lanes = head.cost
    try:
        return hash_secret_raw(passphrase.encode(), head.salt, passes, memory, lanes, 32, Type.ID)
    except HashingError as error:
        raise CorruptData(f"no key can be made as the vault's head says: {error}", value=f"{memory} KiB") from None


def _sealing() -> type[ChaCha20Poly1305]:
    """What seals; `NoSupport` where its library is missing."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    except ImportError:
        raise _missing() from None
    return ChaCha20Poly1305


def _missing() -> NoSupport:
    return NoSupport("a vault needs two libraries that are not installed", hint=_EXTRA)


def _owned(path: Path) -> bytes:
    """What a file holds that nobody else may read; `NoAccess` where somebody may, NotFound, DiskError."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise NoAccess("this is no file of its own", value=str(path), hint="put the file itself there")
        check_private(path, found)
        if found.st_size > LONGEST:
            raise CorruptData("this is too long for a vault", value=found.st_size)
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound("there is no vault", value=str(path), hint="mapix vault create") from None
    except OSError as error:
        raise DiskError(
            f"cannot read the vault ({error.strerror})", value=str(path), low_level=error.errno or 0
        ) from error


def check_private(path: Path, found: os.stat_result) -> None:
    """`NoAccess` for a file that belongs to another user or that others may read or write."""
    if os.name != "posix":
        return
    if found.st_uid != os.getuid():
        raise NoAccess("the file belongs to another user", value=str(path))
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise NoAccess("others may read or write this file", value=str(path), hint=f"chmod 600 {quote(str(path))}")
