"""Simple MAPI: the dozen functions that send, find, read and save mail, over a session of mapix.

    from mapix.simple import MAPI_TO, MapiMessage, MapiRecipDesc, MAPISendMail

    MAPISendMail(0, 0, MapiMessage("Budget", "Hello Ann", recips=[MapiRecipDesc(MAPI_TO, "ann@example.org")]), 0, 0)

Names, order of parameters, flags and codes are Simple MAPI's. What the functions of C hand out through pointers these
return, and instead of a code other than SUCCESS_SUCCESS they raise `SimpleError`, whose `code` it is.
"""

from mapix.simple import constants
from mapix.simple.addressing import MAPIAddress, MAPIDetails, MAPIResolveName
from mapix.simple.codes import SimpleError
from mapix.simple.constants import *  # noqa: F403  # a vocabulary, taken over whole
from mapix.simple.dialogs import SimpleUI, set_ui
from mapix.simple.inbox import MAPIDeleteMail, MAPIFindNext, MAPIReadMail, MAPISaveMail
from mapix.simple.sending import MAPISendDocuments, MAPISendMail
from mapix.simple.sessions import MAPILogoff, MAPILogon
from mapix.simple.structures import MapiFileDesc, MAPIFreeBuffer, MapiMessage, MapiRecipDesc

__all__ = [
    "MAPIAddress",
    "MAPIDeleteMail",
    "MAPIDetails",
    "MAPIFindNext",
    "MAPIFreeBuffer",
    "MAPILogoff",
    "MAPILogon",
    "MAPIReadMail",
    "MAPIResolveName",
    "MAPISaveMail",
    "MAPISendDocuments",
    "MAPISendMail",
    "MapiFileDesc",
    "MapiMessage",
    "MapiRecipDesc",
    "SimpleError",
    "SimpleUI",
    "set_ui",
]
__all__ += constants.__all__
