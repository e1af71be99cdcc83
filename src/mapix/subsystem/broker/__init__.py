"""The broker: one small process for each user and home directory, through which sessions are shared between processes.

It knows which shared sessions there are and who is in them, hands a new member the profile and the secrets that the
first one gave, and hosts the spooler of each, so that what was submitted leaves although its sender has died. Data of
stores never passes through it: each member opens the stores of the profile for itself. Private sessions need none.

`frames` is what is said, `place` where it is said, `registry` what is known, `hosting` the spoolers, `server` the
process, `link` a member's end, `starting` how it comes to life.
"""

from __future__ import annotations

import os

VARIABLE = "MAPIX_BROKER"
"""`off` keeps sessions within their process."""


def is_possible() -> bool:
    """Whether sessions can be shared between processes here, and the user wants it."""
    if os.environ.get(VARIABLE, "").lower() == "off" or not hasattr(os, "fork"):
        return False
    import socket

    return hasattr(socket, "AF_UNIX")
