"""The package `win32com.mapi`."""

from mapix.pywin32 import emsabtags as emsabtags
from mapix.pywin32 import exchange as exchange
from mapix.pywin32 import mapi as mapi
from mapix.pywin32 import mapitags as mapitags
from mapix.pywin32 import mapiutil as mapiutil
