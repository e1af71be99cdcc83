"""How long providers of strangers may take: seconds for each kind of call, 0 for no limit.

`MAPIX_PROVIDER_LIMITS` changes them for a process: `logon=30,submit=0`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from mapix.properties.errors import InvalidParameter

VARIABLE: Final = "MAPIX_PROVIDER_LIMITS"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: `logon` also for what is asked before one, `logoff` also for the end of a provider, `poll` for all
    short calls of a transport, `submit` from one sign of life to the next (progress, or time given to the spooler),
    `preprocess` for one preprocessor and `hook` for one spooler hook at one message.
    """

    logon: float = 60.0
    logoff: float = 10.0
    poll: float = 60.0
    submit: float = 600.0
    preprocess: float = 120.0
    hook: float = 60.0


def limits_of(environment: Mapping[str, str] = os.environ) -> Limits:
    """The limits of this process; `InvalidParameter` for a variable that cannot be read."""
    known = {field.name for field in fields(Limits)}
    changed: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in environment.get(VARIABLE, "").split(","))):
        name, _, text = part.partition("=")
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if name.strip() not in known or not 0 <= seconds < float("inf"):
            hint = "seconds, as in logon=30,submit=0; names: " + ", ".join(sorted(known))
            raise InvalidParameter(f"{VARIABLE} cannot be read", value=part, hint=hint)
        changed[name.strip()] = seconds
    return replace(Limits(), **changed)
