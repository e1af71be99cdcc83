"""What `win32com` is where pywin32 is not: MAPI, gateways for sinks, storage constants; no automation of programs."""

from mapix.pywin32 import storagecon as storagecon

__gen_path__ = ""
gen_py = None


def SetupEnvironment() -> None:
    """Nothing: there is no registry to set up from."""
