"""The pywin32 face of a session: scripts written for `win32com.mapi` run here unchanged.

    import mapix.pywin32

    mapix.pywin32.install()
    from win32com.mapi import mapi, mapitags

`mapix run script.py` does the same without a change to the script.
"""

from mapix.pywin32.modules import install, uninstall

__all__ = ["install", "uninstall"]
