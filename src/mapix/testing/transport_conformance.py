"""The conformance suite of transports: what every transport of MAPI does, as tests.

    class TestPigeonTransport(TransportConformance):
        powers = TransportPowers.SENDS

        def make_provider(self):
            return PigeonProvider()

        def settings(self, tmp_path):
            return {"loft": str(tmp_path / "loft")}

        def arrived(self):
            return [(note.subject, note.addresses) for note in read_notes(self.tmp_path / "loft")]

Every test is inherited; those of powers a transport does not have are skipped. The tests cite the rules they hold.
"""

from __future__ import annotations

from mapix.testing.transport_bench import TransportBench, TransportPowers
from mapix.testing.transport_fetching import TransportFetchingTests
from mapix.testing.transport_logons import TransportLogonTests
from mapix.testing.transport_sending import TransportSendingTests

__all__ = ["TransportBench", "TransportConformance", "TransportPowers"]


class TransportConformance(TransportLogonTests, TransportSendingTests, TransportFetchingTests):
    """All transport tests; subclass it, name the provider."""
