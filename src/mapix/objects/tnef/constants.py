"""Flags of `OpenTnefStreamEx` and of the methods of `ITnef`."""

from __future__ import annotations

from typing import Final

TNEF_DECODE: Final = 0x0
TNEF_ENCODE: Final = 0x2
TNEF_PURE: Final = 0x10000
"""No attributes that only repeat properties."""
TNEF_COMPATIBILITY: Final = 0x20000
TNEF_BEST_DATA: Final = 0x40000
"""Attributes where there are some, and the properties too; what is done where nothing is told."""
TNEF_COMPONENT_ENCODING: Final = 0x80000000
"""Parts of the message are finished one at a time."""

TNEF_PROP_INCLUDE: Final = 0x1
TNEF_PROP_EXCLUDE: Final = 0x2
TNEF_PROP_CONTAINED: Final = 0x4
"""Of one attachment only."""
TNEF_PROP_MESSAGE_ONLY: Final = 0x8
TNEF_PROP_ATTACHMENTS_ONLY: Final = 0x10
TNEF_PROP_CONTAINED_TNEF: Final = 0x40
"""Of one attachment, whose message comes as a TNEF stream."""

TNEF_COMPONENT_MESSAGE: Final = 0x1000
TNEF_COMPONENT_ATTACHMENT: Final = 0x2000
