"""The bodies of a message: where plain text, RTF and HTML are kept in step at a save (M-040..M-048).

The store is not RTF-aware: it keeps every body it is given, and what the client said about their agreement only as
long as that is still true (M-042).
"""

from __future__ import annotations

from collections.abc import Collection

from mapix.properties.tags import PR_BODY, PR_RTF_COMPRESSED, PR_RTF_IN_SYNC


def out_of_step(changed: Collection[int]) -> bool:
    """Whether a save that changes these identifiers makes PR_RTF_IN_SYNC untrue, so that it must go (M-042)."""
    return PR_BODY.id in changed and PR_RTF_IN_SYNC.id not in changed and PR_RTF_COMPRESSED.id not in changed
