"""MAPI under its other name."""

from . import emsabtags as emsabtags
from . import exchange as exchange
from . import mapi as mapi
from . import mapitags as mapitags
from . import mapiutil as mapiutil
