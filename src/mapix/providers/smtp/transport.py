"""The SMTP transport: submissions to messages on the wire, replies to results.

A message that was handed over is acknowledged through `Submission.progress` before the server hears another word, so
a crash never sends it twice (SPL-76). The one unavoidable doubt, a connection that breaks between the dot and its
reply, is answered by trying again under the same Message-ID.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.spi import (
    AddressTypes,
    Outcome,
    OutcomeKind,
    Submission,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.objects.messages.correspondents import identity, own_sender
from mapix.properties.errors import LogonFailed, NetworkError, Unconfigured
from mapix.properties.flags import (
    NOTIFY_END_OUTBOUND,
    STATUS_AVAILABLE,
    STATUS_FLUSH_QUEUES,
    STATUS_OFFLINE,
    STATUS_OUTBOUND_ENABLED,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_RESOURCE_METHODS,
    PR_ROWID,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
)
from mapix.providers.smtp.mail import LOG_ON_FIRST, Mail, UnsendableError, mail_of
from mapix.providers.smtp.server import SERVICE_CLOSES, ConnectionLostError, Envelope, Reply, Server
from mapix.providers.smtp.service import NEVER, PORTS, STARTTLS

if TYPE_CHECKING:
    from mapix.providers.smtp.connection import Connection

KEEP_OPEN: Final = 30.0
"""Seconds an idle connection is kept for the next message."""

_NOT_THE_MESSAGE: Final = LOG_ON_FIRST | {SERVICE_CLOSES}
"""Replies that speak of the server or the profile, not of the message."""

_TOO_MANY: Final = frozenset((452, 552))
"""Replies to a further RCPT that mean: not in this transaction (RFC 5321 4.5.3.1.10)."""


class SmtpProvider(TransportProvider):
    """The provider behind the service SMTP."""

    def logon(self, support: TransportSupport) -> SmtpTransport:
        return SmtpTransport(support)

    def identity(self, support: TransportSupport) -> Mapping[PropTag, Any]:
        settings = support.section.settings
        return identity(settings.get("name"), settings.get("address"))


class SmtpTransport(TransportLogon):
    """One logged-on SMTP transport with its connection."""

    def __init__(self, support: TransportSupport) -> None:
        self._support = support
        settings = support.section.settings
        self._server = server_of(support)
        self._batch = max(int(settings.get("max_recipients") or 100), 1)
        self._sender = own_sender(settings)
        self._tnef = settings.get("tnef") or NEVER
        self._made: Connection | None = None
        self._ready: tuple[object, Mail] | None = None
        self._shown = ""
        row = {PR_RESOURCE_METHODS: STATUS_VALIDATE_STATE | STATUS_FLUSH_QUEUES}
        support.modify_status_row(row | _status(""))

    def address_types(self) -> AddressTypes:
        return AddressTypes(("SMTP",))

    def submit_message(self, submission: Submission) -> Outcome:
        ready, self._ready = self._ready, None
        try:
            mail = (
                ready[1]
                if ready and ready[0] == _identity(submission)
                else mail_of(submission, self._sender, self._tnef)
            )
        except UnsendableError as error:
            return Outcome(OutcomeKind.REFUSED, code=error.code, text=error.text)
        answers: dict[str, Reply] = {}
        trouble = ""
        try:
            self._hand_over(mail, submission, answers)
        except (NetworkError, LogonFailed) as error:
            trouble = str(error)
            self._show(trouble)
            if not answers and not isinstance(error, ConnectionLostError):
                return Outcome(OutcomeKind.WAIT, text=trouble)
        return _outcome(mail, answers, trouble)

    def prepare(self, submission: Submission) -> None:
        try:
            self._ready = _identity(submission), self._mail(submission)
        except UnsendableError:
            self._ready = None

    def flush(self) -> None:
        self._ready = None
        made = self._made
        if made is not None and made.is_open and time.monotonic() - made.used > KEEP_OPEN:
            made.close()

    def transport_notify(self, flags: int) -> None:
        """Working offline, and at the end, nothing is kept open (SPL-45)."""
        if flags & NOTIFY_END_OUTBOUND and self._made is not None:
            self._made.close()

    def validate_state(self) -> None:
        """Connect, greet, protect and log on, and say what is wrong: `NetworkError` or `LogonFailed`."""
        trial = _connection_to(server_of(self._support))
        trial.open()
        trial.close()

    def logoff(self) -> None:
        if self._made is not None:
            self._made.close()

    def _mail(self, submission: Submission) -> Mail:
        return mail_of(submission, self._sender, self._tnef)

    @property
    def _connection(self) -> Connection:
        """The connection, made with what it needs when the first message goes."""
        if self._made is None:
            self._made = _connection_to(self._server)
        return self._made

    def _hand_over(self, mail: Mail, submission: Submission, answers: dict[str, Reply]) -> None:
        """Send to everybody, in as many transactions as it takes; `answers` fills as replies come in."""
        left = list(mail.rows)
        while left:
            batch, left = left[: self._batch], left[self._batch :]
            replies = self._in_one_go(mail, batch, submission)
            settled = any(reply.good for reply in replies)
            for address, reply in zip(batch, replies, strict=True):
                if settled and reply.code in _TOO_MANY:
                    left.append(address)
                else:
                    answers[address] = reply
            self._show("")

    def _in_one_go(self, mail: Mail, batch: Sequence[str], submission: Submission) -> list[Reply]:
        """One transaction; on a kept connection that turns out to be dead, once more on a fresh one."""
        old = self._connection.refresh(submission.meanwhile)
        try:
            replies = self._transaction(mail, batch, submission)
            if not (old and _is_closed(replies)):
                return replies
        except ConnectionLostError as error:
            if error.unknown or not old:
                raise
        self._connection.refresh()
        return self._transaction(mail, batch, submission)

    def _transaction(self, mail: Mail, batch: Sequence[str], submission: Submission) -> list[Reply]:
        said = {address: no for address in batch if (no := self._impossible(mail, address)) is not None}
        addresses = [address for address in batch if address not in said]

        def accepted(replies: list[Reply]) -> None:
            pairs = zip(addresses, replies, strict=True)
            results = [result for address, reply in pairs if reply.good for result in mail.results(address, reply)]
            if results:
                submission.progress(results)

        if addresses:
            envelope = Envelope(mail.sender, tuple(addresses), mail.data, mail.needs_utf8(addresses))
            said |= zip(addresses, self._connection.send(envelope, accepted, submission.meanwhile), strict=True)
        return [said[address] for address in batch]

    def _impossible(self, mail: Mail, address: str) -> Reply | None:
        """Why this server can never take the message for `address`; None when it can (RFC 1870, RFC 6531)."""
        limit = self._connection.size_limit()
        if 0 < limit < len(mail.data):
            return Reply(552, f"5.3.4 the message has {len(mail.data)} bytes, {self._server} takes at most {limit}")
        if mail.needs_utf8([address]) and not self._connection.offers("smtputf8"):
            return Reply(553, f"5.6.7 an address has characters beyond ASCII, {self._server} does not offer SMTPUTF8")
        return None

    def _show(self, trouble: str) -> None:
        """Tell the status table, when something changed."""
        if trouble != self._shown:
            self._shown = trouble
            self._support.modify_status_row(_status(trouble), update=True)


def _connection_to(server: Server) -> Connection:
    from mapix.providers.smtp.connection import Connection

    return Connection(server)


def server_of(support: TransportSupport) -> Server:
    """The server the settings name; the password is fetched when it is needed."""
    section = support.section
    settings = section.settings
    host, security = settings.get("host"), settings.get("security") or STARTTLS
    if not host:
        raise Unconfigured("the service SMTP has no host", hint="set host to the name of a mail server")
    return Server(
        host=host,
        port=int(settings.get("port") or PORTS[security]),
        security=security,
        user=settings.get("user") or None,
        password=lambda: section.secret("password"),
        timeout=float(settings.get("timeout") or 60),
        ehlo_name=settings.get("ehlo_name") or None,
        ca_file=settings.get("ca_file") or None,
        verify=settings.get("verify") is not False,
    )


def _is_closed(replies: Sequence[Reply]) -> bool:
    """Whether nobody was taken because the server ends the conversation, whatever it or we say of single recipients."""
    return any(reply.code == SERVICE_CLOSES for reply in replies) and not any(reply.good for reply in replies)


def _identity(submission: Submission) -> object:
    """What makes two submissions the same mail: the message and the rows it is for."""
    return submission.delivery_key, tuple(row[PR_ROWID] for row in submission.recipients)


def _outcome(mail: Mail, answers: Mapping[str, Reply], trouble: str) -> Outcome:
    """What the replies mean; whom nobody answered for is tried again because of `trouble`."""
    codes = {reply.code for reply in answers.values()}
    if not trouble and codes and codes <= _NOT_THE_MESSAGE:
        reply = next(iter(answers.values()))
        return Outcome(OutcomeKind.WAIT, code=reply.code, text=reply.text)
    later = Reply(0, trouble)
    results = (each for to in mail.rows for each in mail.results(to, answers.get(to, later)))
    return Outcome(results=(*results, *mail.unsendable))


def _status(trouble: str) -> dict[PropTag, Any]:
    code = STATUS_OFFLINE if trouble else STATUS_AVAILABLE | STATUS_OUTBOUND_ENABLED
    return {PR_STATUS_CODE: code, PR_STATUS_STRING: trouble}
