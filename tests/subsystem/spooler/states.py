"""What may become of a recipient, in short; and a pace that tries nothing again by itself."""

from __future__ import annotations

from mapix.interfaces.spi import RecipientState
from mapix.subsystem.spooler.delivery import Pace

SENT, FAILED, RETRY, DECLINED = (
    RecipientState.SENT,
    RecipientState.FAILED,
    RecipientState.RETRY,
    RecipientState.DECLINED,
)
SLOW = Pace(first=3600, most=3600)
