"""How an event of a calendar stands, where an occurrence of a series may have it otherwise: busy, reminder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from mapix.formats.mime.calendarfields import BUSY

_MINUTE: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(days=1000)
_BUSY: Final = 2


def busy_of(event: Any, otherwise: int = _BUSY) -> int:
    """PidLidBusyStatus of an event ([MS-OXCICAL] 2.1.3.1.1.20.46, 2.1.3.1.1.20.26)."""
    told = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS") or "").upper()
    free = str(event.get("TRANSP") or "").upper() == "TRANSPARENT"
    return BUSY.get(told, 0 if free else otherwise)


def reminder_of(event: Any) -> int | None:
    """How many minutes before an event its first alarm is that comes some time before it; None for none."""
    for alarm in event.walk("VALARM"):
        trigger = getattr(alarm.get("TRIGGER"), "dt", None)
        if isinstance(trigger, timedelta) and abs(trigger) < _LONGEST:
            return max(-trigger // _MINUTE, 0)
    return None
