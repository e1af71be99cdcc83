"""What the broker knows: the shared sessions and their members. Nothing here reads, writes or waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from mapix.properties.errors import InvalidParameter
from mapix.subsystem.broker.frames import Disabled, Learned, Offer, Shared

K = TypeVar("K")


@dataclass(slots=True)
class Party:
    """The members that one connection speaks for: how many, and whether any has mail."""

    pid: int
    count: int
    mail: bool


@dataclass(slots=True)
class SharedSession(Generic[K]):
    """A shared session and the connections of its members."""

    uid: bytes
    profile: str
    text: str
    secrets: dict[str, str]
    typed: dict[str, str]
    disabled: dict[bytes, str]
    parties: dict[K, Party] = field(default_factory=dict)

    @property
    def has_mail(self) -> bool:
        """Whether any member has mail."""
        return any(party.mail for party in self.parties.values())

    def shared(self) -> Shared:
        """What a new member is told."""
        return Shared(self.uid, self.profile, self.text, dict(self.secrets), dict(self.typed), dict(self.disabled))

    def learn(self, told: Learned | Disabled) -> None:
        """Keep a secret or the failure of a service for those who join later."""
        match told:
            case Disabled():
                self.disabled[told.service] = told.reason
            case Learned(typed=True):
                self.typed[told.place] = told.secret
            case Learned():
                self.secrets[told.place] = told.secret

    def others(self, key: K) -> list[K]:
        """The connections of the other members."""
        return [each for each in self.parties if each != key]


class Registry(Generic[K]):
    """Shared sessions, the newest last; `K` names a connection."""

    def __init__(self) -> None:
        self.sessions: dict[bytes, SharedSession[K]] = {}
        self._of: dict[K, bytes] = {}

    def session_of(self, key: K) -> SharedSession[K] | None:
        """The session that a connection is in."""
        return self.sessions.get(self._of[key]) if key in self._of else None

    def join(self, key: K, pid: int, *, mail: bool) -> SharedSession[K] | None:
        """One more member of the newest session; None where there is none (LOG-6, LOG-9)."""
        self._refuse_known(key)
        if not self.sessions:
            return None
        session = next(reversed(self.sessions.values()))
        self._enter(session, key, Party(pid, 1, mail))
        return session

    def newest(self) -> bytes:
        """The uid of the session that who joins now gets, empty where there is none (LOG-9)."""
        return next(reversed(self.sessions), b"")

    def offer(self, key: K, pid: int, offer: Offer) -> SharedSession[K]:
        """A session that is shared from now on, or one that is known and gets these members (back)."""
        self._refuse_known(key)
        told = offer.shared
        if len(told.uid) != 16 or offer.members < 1:
            raise InvalidParameter("a shared session has a uid of 16 bytes and a member", value=told.uid)
        session = self.sessions.get(told.uid)
        if session is None:
            session = SharedSession(told.uid, told.profile, told.text, {}, {}, {})
            self._insert(session, newest=offer.newest)
        session.secrets |= told.secrets
        session.typed |= told.typed
        session.disabled |= told.disabled
        self._enter(session, key, Party(pid, offer.members, offer.mail))
        return session

    def change(self, key: K, by: int, *, mail: bool) -> SharedSession[K] | None:
        """Members of a connection came or went; the session, None when the connection is in none."""
        session = self.session_of(key)
        if session is not None:
            party = session.parties[key]
            session.parties[key] = replace(party, count=max(party.count + by, 0), mail=mail)
            if not session.parties[key].count:
                self.leave(key)
        return session

    def leave(self, key: K) -> SharedSession[K] | None:
        """A connection ended; the session it was in. Its last connection takes the session with it."""
        session = self.session_of(key)
        if session is not None:
            del session.parties[key]
            del self._of[key]
            if not session.parties:
                del self.sessions[session.uid]
        return session

    def learn(self, key: K, told: Learned | Disabled) -> SharedSession[K] | None:
        """What a member found out, see `SharedSession.learn`; the session."""
        session = self.session_of(key)
        if session is not None:
            session.learn(told)
        return session

    def _enter(self, session: SharedSession[K], key: K, party: Party) -> None:
        session.parties[key] = party
        self._of[key] = session.uid

    def _insert(self, session: SharedSession[K], *, newest: bool) -> None:
        if newest:
            self.sessions[session.uid] = session
        else:
            self.sessions = {session.uid: session, **self.sessions}

    def _refuse_known(self, key: K) -> None:
        if key in self._of:
            raise InvalidParameter("this connection is in a session already")
