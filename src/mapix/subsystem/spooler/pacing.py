"""How soon a spooler tries again, as the environment of its process says: `MAPIX_RETRY_SECONDS`, the first pause."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Final

from mapix.subsystem.spooler.delivery import Pace

VARIABLE: Final = "MAPIX_RETRY_SECONDS"
_log = logging.getLogger(__name__)


def pace_of(environment: Mapping[str, str] = os.environ) -> Pace:
    """The pace of this process. Each further pause is twice as long as the one before; what is no number of seconds
    from 0.01 to those of the longest pause is told in the log and passed over.
    """
    text, usual = environment.get(VARIABLE, "").strip(), Pace()
    if not text:
        return usual
    try:
        first = float(text)
    except ValueError:
        first = 0.0
    if not 0.01 <= first <= usual.most:
        _log.warning("%s is a number of seconds from 0.01 to %g, not %r", VARIABLE, usual.most, text)
        return usual
    return Pace(first=first)
