"""The pywin32 face of a session: scripts written for `win32com.mapi` run here unchanged."""
