"""The three subjects of a message (M-020, X-20): PR_SUBJECT is always prefix and normalized subject.

>>> split("RE: Budget", None)
('RE: ', 'Budget')
>>> split("ABCD: z", None)
(None, 'ABCD: z')
>>> split("Antwort: x", "Antwort: ")
('Antwort: ', 'x')
"""

from __future__ import annotations

import re
from typing import Final

_PREFIX: Final = re.compile(r"[^\W\d_]{1,3}: ")


def split(subject: str, prefix: str | None) -> tuple[str | None, str]:
    """`(prefix, normalized subject)`: an explicit `prefix` holds where the subject starts with it, else one to three
    letters with colon and space are found; None for no prefix.
    """
    if prefix is not None and subject.startswith(prefix):
        return prefix, subject[len(prefix) :]
    found = _PREFIX.match(subject)
    if found is None:
        return None, subject
    return found.group(), subject[found.end() :]
