"""Why a recipient was not reached: NDR reason and diagnostic codes (RP-011) from what a peer said.

>>> diagnosis(550, "5.1.1 no such user")
(0, 0)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

REASON_TRANSFER_FAILED: Final = 0
REASON_TRANSFER_IMPOSSIBLE: Final = 1

DIAG_NO_DIAGNOSTIC: Final = -1
DIAG_OR_NAME_UNRECOGNIZED: Final = 0
DIAG_OR_NAME_AMBIGUOUS: Final = 1
DIAG_MTS_CONGESTED: Final = 2
DIAG_LOOP_DETECTED: Final = 3
DIAG_RECIPIENT_UNAVAILABLE: Final = 4
DIAG_MAXIMUM_TIME_EXPIRED: Final = 5
DIAG_CONTENT_TOO_LONG: Final = 7
DIAG_PARAMETERS_INVALID: Final = 11
DIAG_CONTENT_TYPE_UNSUPPORTED: Final = 15
DIAG_TOO_MANY_RECIPIENTS: Final = 16
DIAG_SUBMISSION_PROHIBITED: Final = 29
DIAG_MAIL_ADDRESS_INCORRECT: Final = 32
DIAG_MAIL_RECIPIENT_MOVED: Final = 40
DIAG_SECURE_MESSAGING_ERROR: Final = 46

_BY_STATUS: Final[Mapping[str, int]] = {
    "1.0": DIAG_MAIL_ADDRESS_INCORRECT,
    "1.1": DIAG_OR_NAME_UNRECOGNIZED,
    "1.2": DIAG_OR_NAME_UNRECOGNIZED,
    "1.3": DIAG_MAIL_ADDRESS_INCORRECT,
    "1.4": DIAG_OR_NAME_AMBIGUOUS,
    "1.6": DIAG_MAIL_RECIPIENT_MOVED,
    "2.1": DIAG_RECIPIENT_UNAVAILABLE,
    "2.2": DIAG_RECIPIENT_UNAVAILABLE,
    "2.3": DIAG_CONTENT_TOO_LONG,
    "3.4": DIAG_CONTENT_TOO_LONG,
    "4.5": DIAG_MTS_CONGESTED,
    "4.6": DIAG_LOOP_DETECTED,
    "4.7": DIAG_MAXIMUM_TIME_EXPIRED,
    "5.3": DIAG_TOO_MANY_RECIPIENTS,
    "5.4": DIAG_PARAMETERS_INVALID,
    "6.1": DIAG_CONTENT_TYPE_UNSUPPORTED,
    "7.1": DIAG_SUBMISSION_PROHIBITED,
}
"""Subject and detail of an enhanced status code (RFC 3463) to a diagnostic."""

_BY_CODE: Final[Mapping[int, int]] = {
    550: DIAG_OR_NAME_UNRECOGNIZED,
    551: DIAG_MAIL_RECIPIENT_MOVED,
    552: DIAG_CONTENT_TOO_LONG,
    553: DIAG_MAIL_ADDRESS_INCORRECT,
}
"""SMTP reply codes (RFC 5321 4.2.3), for peers that give no enhanced status code."""

_STATUS = re.compile(r"(?<![\w.])[245]\.(\d{1,3}\.\d{1,3})(?![\w.])")


def diagnosis(code: int, text: str) -> tuple[int, int]:
    """`(PR_NDR_REASON_CODE, PR_NDR_DIAG_CODE)` for a reply code (0: none) and its text."""
    found = _STATUS.match(text)
    if found is None:
        return REASON_TRANSFER_FAILED, _BY_CODE.get(code, DIAG_NO_DIAGNOSTIC)
    status = found[1]
    if status.startswith("7.") and status not in _BY_STATUS:
        return REASON_TRANSFER_FAILED, DIAG_SECURE_MESSAGING_ERROR
    return REASON_TRANSFER_FAILED, _BY_STATUS.get(status, DIAG_NO_DIAGNOSTIC)
