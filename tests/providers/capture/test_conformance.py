"""The capturing transport passes the conformance suite: its peer is a folder."""

from __future__ import annotations

import email
from collections.abc import Mapping, Sequence
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from mapix.interfaces.spi import TransportProvider
from mapix.providers.capture.envelope import Envelope, Refusal, write_refusals
from mapix.providers.capture.transport import CaptureProvider
from mapix.testing.transport_conformance import TransportConformance, TransportPowers


class TestCapturingTransport(TransportConformance):
    """The whole suite, each test with a folder of its own."""

    powers = TransportPowers.ALL & ~TransportPowers.RECEIVES

    def make_provider(self) -> TransportProvider:
        return CaptureProvider()

    def settings(self, tmp_path: Path) -> Mapping[str, Any]:
        write_refusals(tmp_path / "mail", {self.unknown_address(): Refusal(550, "5.1.1 nobody here")})
        return {"folder": str(tmp_path / "mail"), "address": "me@example.com"}

    def arrived(self) -> Sequence[tuple[str, Sequence[str]]]:
        found = []
        for path in sorted((self.tmp_path / "mail").glob("*.json")):
            mail = email.message_from_bytes(path.with_suffix(".eml").read_bytes())
            subject = str(make_header(decode_header(mail["Subject"])))
            found.append((subject, Envelope.load(path.read_bytes()).recipients))
        return found

    def unknown_address(self) -> str:
        return self.address("nobody")
