"""All probes, and the data they are held against."""

from importlib import import_module

from tests.pywin32.calls.probing import PROBES as PROBES
from tests.pywin32.calls.probing import described

PLACES = ("mapi", "exchange", "mapiutil", "sessions", "objects", "tables", "admin", "com")
for _place in PLACES:
    import_module(f"tests.pywin32.calls.of_{_place}")

CALLS = described()
