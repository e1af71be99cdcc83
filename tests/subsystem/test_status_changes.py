"""Status codes that several threads change at the same moment: no bit is lost."""

from __future__ import annotations

import threading

from tests.subsystem.nasty import Courier, log_on, offer_transport

from mapix.properties.flags import STATUS_INBOUND_FLUSH, STATUS_OUTBOUND_FLUSH
from mapix.properties.tags import PR_STATUS_CODE
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.statustable import StatusBoard


def test_who_changes_a_code_undoes_nothing_that_another_thread_says_meanwhile(mail: Subsystem) -> None:
    """STA-5, STA-13: a spooler that ends a flush, and a client that asks for one."""
    offer_transport(mail, Courier())
    with log_on(mail) as session:
        table = session._core.status
        ((_, provider),) = session._core.handle.read().transports()
        other = threading.Thread(target=StatusBoard(table).raise_bits, args=(provider.uid, STATUS_INBOUND_FLUSH))

        def change(code: int) -> int:
            other.start()
            other.join(0.1)
            return code | STATUS_OUTBOUND_FLUSH

        table.change(provider.uid, change)
        other.join(60)
        both = STATUS_INBOUND_FLUSH | STATUS_OUTBOUND_FLUSH
        assert table.row(provider.uid)[PR_STATUS_CODE] & both == both


def test_a_row_that_is_not_there_is_not_made_by_a_change(mail: Subsystem) -> None:
    """STA-13."""
    with log_on(mail) as session:
        table = session._core.status
        table.change(bytes(16), lambda code: code | 1)
        assert not table.has(bytes(16))
