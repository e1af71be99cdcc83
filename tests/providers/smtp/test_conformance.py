"""The SMTP transport passes the conformance suite, before a real server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures_smtp import Running, Sink, running

from mapix.interfaces.spi import TransportProvider
from mapix.providers.smtp.service import NONE
from mapix.providers.smtp.transport import SmtpProvider
from mapix.testing.transport_conformance import TransportConformance, TransportPowers


class TestSmtpTransport(TransportConformance):
    """The whole suite, each test with a server of its own."""

    powers = TransportPowers.SENDS | TransportPowers.REFUSES | TransportPowers.IDENTITY
    server: Running

    @pytest.fixture(autouse=True)
    def bench(self, tmp_path: Path) -> Iterator[None]:
        with running(Sink(on_rcpt={"nobody@example.com": "550 no such user"})) as self.server:
            self.tmp_path = tmp_path
            self.store = self.make_store(tmp_path)
            self.transport, self.support = self.log_on()
            yield
            self.transport.logoff()

    def make_provider(self) -> TransportProvider:
        return SmtpProvider()

    def settings(self, tmp_path: Path) -> Mapping[str, Any]:
        settings = {"host": "127.0.0.1", "port": self.server.port, "security": NONE, "timeout": 5}
        return {**settings, "address": "me@example.com"}

    def arrived(self) -> Sequence[tuple[str, Sequence[str]]]:
        taken = self.server.sink.accepted
        return [(str(make_header(decode_header(each.headers["Subject"]))), each.recipients) for each in taken]

    def unknown_address(self) -> str:
        return "nobody@example.com"
