"""The module `win32com.mapi.exchange`: constants and identifiers.

Its functions talk to an Exchange server; current builds of pywin32 have none of them either.
"""

from __future__ import annotations

from typing import Final

from mapix.pywin32 import iids
from mapix.pywin32.iid import IID

OPENSTORE_USE_ADMIN_PRIVILEGE: Final = 1
OPENSTORE_PUBLIC: Final = 2
OPENSTORE_HOME_LOGON: Final = 4
OPENSTORE_TAKE_OWNERSHIP: Final = 8
OPENSTORE_OVERRIDE_HOME_MDB: Final = 16

IID_IExchangeManageStore: Final = IID(iids.EXCHANGE["IID_IExchangeManageStore"])
IID_IExchangeManageStoreEx: Final = IID(iids.EXCHANGE["IID_IExchangeManageStoreEx"])
