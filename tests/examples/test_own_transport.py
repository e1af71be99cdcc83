"""The example of a transport of one's own passes the conformance suite."""

import email
import email.policy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import own_transport
from mapix.interfaces.spi import TransportProvider
from mapix.testing.transport_conformance import TransportConformance, TransportPowers

ROOT = Path(__file__).parents[2]
ME = "me@example.com"


class TestPigeonholes(TransportConformance):
    """The whole suite, each test with a rack of its own."""

    powers = TransportPowers.ALL

    def make_provider(self) -> TransportProvider:
        return own_transport.PigeonholeProvider()

    def settings(self, tmp_path: Path) -> Mapping[str, Any]:
        self.rack = tmp_path / "rack"
        for name in ("ann@example.com", "bob@example.com", "cy@example.com", ME):
            (self.rack / name).mkdir(parents=True, exist_ok=True)
        return {"rack": str(self.rack), "address": ME}

    def arrived(self) -> Sequence[tuple[str, Sequence[str]]]:
        files = sorted(self.rack.glob("*/*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [(str(read(file)["Subject"]), [file.parent.name]) for file in files]

    def bring(self, subject: str) -> None:
        text = f"From: ann@example.com\r\nTo: {ME}\r\nSubject: {subject}\r\n\r\nHello\r\n"
        number = len(list((self.rack / ME).iterdir()))
        (self.rack / ME / f"{number}.eml").write_text(text, encoding="utf-8")

    def unknown_address(self) -> str:
        return "nobody@example.com"


def read(file: Path) -> Any:
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)


def test_the_example_is_shorter_than_120_lines() -> None:
    assert len((ROOT / "examples" / "own_transport.py").read_text(encoding="utf-8").splitlines()) < 120
