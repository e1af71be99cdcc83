"""COM for Python: MAPI, gateways, storage constants."""

from . import client as client
from . import mapi as mapi
from . import server as server
from . import storagecon as storagecon
