"""How a submission is named, the same at every attempt, for whoever sends it."""

from __future__ import annotations

from hashlib import sha256


def submission_key(entry_id: bytes, submit_time: int) -> bytes:
    """The name of one submission of one message."""
    return sha256(entry_id + submit_time.to_bytes(8, "little")).digest()
