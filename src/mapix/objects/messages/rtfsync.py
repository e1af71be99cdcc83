"""RTFSync: plain text and RTF of a message made to say the same (M-042, M-043).

Stores that keep bodies in step do it at every save; this is for the others, and for clients that do not ask.
"""

from __future__ import annotations

from typing import Any, Final

from mapix.interfaces.prop import MapiProp
from mapix.objects.bags import bodyconverters
from mapix.properties.codepage import ANSI
from mapix.properties.errors import UnknownFlags, from_hresult
from mapix.properties.flags import RTF_SYNC_BODY_CHANGED, RTF_SYNC_RTF_CHANGED
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_BODY, PR_INTERNET_CPID, PR_RTF_COMPRESSED, PR_RTF_IN_SYNC
from mapix.properties.value import whole

_KNOWN: Final = RTF_SYNC_BODY_CHANGED | RTF_SYNC_RTF_CHANGED


def rtf_sync(message: MapiProp, flags: int) -> bool:
    """Bring the body that did not change up to date; whether the message was changed and has to be saved.

    Parameters: `flags` what changed, RTF_SYNC_RTF_CHANGED, RTF_SYNC_BODY_CHANGED, or both, where the RTF is believed.
    Other blanks are no other words. RTF that cannot be read is left alone. Raises: UnknownFlags, and what setting
    properties raises. Source: M-042, M-043.
    """
    if flags & ~_KNOWN:
        raise UnknownFlags("RTFSync knows what changed: RTF, text, or both", value=flags)
    text, packed = _value(message, PR_BODY), _value(message, PR_RTF_COMPRESSED)
    said = None if packed is None else bodyconverters.text_of_rtf(packed, ANSI)
    changes: dict[PropTag, Any] = {}
    if not _same(text, said):
        if flags & RTF_SYNC_RTF_CHANGED and said is not None:
            changes[PR_BODY] = said
        elif flags & RTF_SYNC_BODY_CHANGED and text is not None:
            changes[PR_RTF_COMPRESSED] = bodyconverters.rtf_of_text(text, message.get_prop(PR_INTERNET_CPID) or ANSI)
        else:
            return False
    if flags and (changes or not message.get_prop(PR_RTF_IN_SYNC)):
        changes[PR_RTF_IN_SYNC] = True
        for problem in message.set_props(changes):
            raise from_hresult(problem.scode, "the body cannot be set", value=problem.tag)
    return bool(changes)


def _value(message: MapiProp, tag: PropTag) -> Any:
    value = message.get_prop(tag)
    return None if value is None else whole(tag, value)


def _same(text: str | None, said: str | None) -> bool:
    return text is not None and said is not None and text.split() == said.split()
