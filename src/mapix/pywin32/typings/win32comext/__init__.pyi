"""Where pywin32 keeps MAPI."""

from . import mapi as mapi
