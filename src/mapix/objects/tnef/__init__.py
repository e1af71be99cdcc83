"""Messages in and out of TNEF streams as MAPI does it: `OpenTnefStream(Ex)`, `ITnef`, `GetTnefStreamCodepage`.

tnef = open_tnef_stream_ex(stream, "winmail.dat", TNEF_ENCODE, message, key)
tnef.add_props(TNEF_PROP_EXCLUDE, 0, None, [PR_BODY])
tnef.finish()
"""

from mapix.objects.tnef.constants import (
    TNEF_BEST_DATA,
    TNEF_COMPATIBILITY,
    TNEF_COMPONENT_ATTACHMENT,
    TNEF_COMPONENT_ENCODING,
    TNEF_COMPONENT_MESSAGE,
    TNEF_DECODE,
    TNEF_ENCODE,
    TNEF_PROP_ATTACHMENTS_ONLY,
    TNEF_PROP_CONTAINED,
    TNEF_PROP_CONTAINED_TNEF,
    TNEF_PROP_EXCLUDE,
    TNEF_PROP_INCLUDE,
    TNEF_PROP_MESSAGE_ONLY,
    TNEF_PURE,
)
from mapix.objects.tnef.itnef import Tnef, TnefProblem, get_tnef_stream_codepage, open_tnef_stream, open_tnef_stream_ex

__all__ = [
    "TNEF_BEST_DATA",
    "TNEF_COMPATIBILITY",
    "TNEF_COMPONENT_ATTACHMENT",
    "TNEF_COMPONENT_ENCODING",
    "TNEF_COMPONENT_MESSAGE",
    "TNEF_DECODE",
    "TNEF_ENCODE",
    "TNEF_PROP_ATTACHMENTS_ONLY",
    "TNEF_PROP_CONTAINED",
    "TNEF_PROP_CONTAINED_TNEF",
    "TNEF_PROP_EXCLUDE",
    "TNEF_PROP_INCLUDE",
    "TNEF_PROP_MESSAGE_ONLY",
    "TNEF_PURE",
    "Tnef",
    "TnefProblem",
    "get_tnef_stream_codepage",
    "open_tnef_stream",
    "open_tnef_stream_ex",
]
