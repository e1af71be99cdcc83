"""Messages through two transports, eight recipients each, against a bare `smtplib` loop over the same recipients.

Each message goes to eight people of two address types; each type has a transport and a server of its own. The loop
sends the same bytes to the same recipients, one server after the other, over one connection to each; it keeps nothing.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from benchmarks.bench_spool import ANN, _as_sent, _default_store, mail_server
from benchmarks.harness import Result, side_by_side
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    AddressTypes,
    MessageService,
    ProviderKind,
    ProviderSpec,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.properties import tags
from mapix.properties.entryid import OneOff
from mapix.properties.tag import PropTag
from mapix.providers.smtp.transport import SmtpTransport
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

COUNT = 100
RECIPIENTS = 8
ROUNDS = 3
WANTED = 2.5
_OTHER = "SMTP2"
_BODY = ("x" * 70 + "\r\n") * 57


class OtherTransport(SmtpTransport):
    """The SMTP transport for recipients of another address type."""

    def address_types(self) -> AddressTypes:
        return AddressTypes((_OTHER,))


class OtherProvider(TransportProvider):
    """Its provider."""

    def logon(self, support: TransportSupport) -> TransportLogon:
        return OtherTransport(support)


class HouseProvider(OtherProvider):
    """The same as one of the house, which is called without a thread and a limit of time of its own."""


HouseProvider.__module__ = "mapix.providers.bench"


def run() -> list[Result]:
    """All measurements of several transports; what guarding a stranger's transport costs is just told."""
    what = f"{COUNT} messages through two transports to {RECIPIENTS} recipients each"
    return [measured(what, HouseProvider, WANTED), measured(f"{what}, one guarded", OtherProvider, None)]


def measured(what: str, provider: type[TransportProvider], wanted: float | None) -> Result:
    """One measurement with `provider` behind the second transport."""
    with (
        TemporaryDirectory() as directory,
        mail_server() as one,
        mail_server() as two,
        logged_on(Path(directory), one, two, provider) as session,
    ):
        store = session.open_msg_store(_default_store(session), Access.BEST)
        outbox = cast(MapiFolder, store.open_entry(store.get_prop(tags.PR_IPM_OUTBOX_ENTRYID), Access.MODIFY))
        send_all(session, outbox, 1)
        data = _as_sent(store)
        ours, floor = side_by_side(
            lambda: send_all(session, outbox, COUNT), lambda: bare_loop((one, two), data, COUNT), rounds=ROUNDS
        )
    return Result(what, ours, floor, wanted)


def recipients() -> list[dict[PropTag, object]]:
    """Eight people for each transport."""
    found: list[dict[PropTag, object]] = []
    for address_type in ("SMTP", _OTHER):
        for number in range(RECIPIENTS):
            address = f"{address_type.lower()}{number}@example.com"
            found.append(
                {
                    tags.PR_DISPLAY_NAME: address,
                    tags.PR_RECIPIENT_TYPE: 1,
                    tags.PR_ADDRTYPE: address_type,
                    tags.PR_EMAIL_ADDRESS: address,
                    tags.PR_ENTRYID: OneOff(address, address_type, address).dump(),
                }
            )
    return found


def send_all(session: Session, outbox: MapiFolder, count: int) -> None:
    """Submit messages, and wait until the last is handed over."""
    rows = recipients()
    for number in range(count):
        message = outbox.create_message()
        message.modify_recipients(ModifyRecipients.ADD, rows)
        message.set_props({tags.PR_SUBJECT: f"message {number}", tags.PR_BODY: _BODY})
        message.submit_message()
    if left := session.flush(120):
        raise RuntimeError(f"{left} messages were not handed over")


def bare_loop(ports: tuple[int, int], data: bytes, count: int) -> None:
    """The same bytes to the same recipients, over one connection to each server, without any store."""
    people = [str(row[tags.PR_EMAIL_ADDRESS]) for row in recipients()]
    parts = (people[:RECIPIENTS], people[RECIPIENTS:])
    with ExitStack() as stack:
        servers = [stack.enter_context(smtplib.SMTP("127.0.0.1", port, local_hostname="localhost")) for port in ports]
        for _ in range(count):
            for server, part in zip(servers, parts, strict=True):
                server.sendmail(ANN, part, data)


@contextmanager
def logged_on(home: Path, one: int, two: int, provider: type[TransportProvider]) -> Iterator[Session]:
    """A session with a store in a file and two transports."""
    with Subsystem(home) as system:
        smtp = system.catalogue.get("SMTP")
        spec = ProviderSpec(ProviderKind.TRANSPORT, "other", "Other", provider)
        system.catalogue.register(MessageService(_OTHER, "Other", (spec,), smtp.settings))
        profiles = system.admin_profiles()
        profiles.create_profile("bench")
        services = profiles.admin_services("bench")
        services.create_msg_service("MAPIXSTORE", settings={"owner_address": ANN})
        for name, port in (("SMTP", one), (_OTHER, two)):
            settings = {"host": "127.0.0.1", "port": port, "security": "none", "address": ANN, "name": "Ann"}
            services.create_msg_service(name, settings=settings)
        with system.logon("bench") as session:
            yield session
