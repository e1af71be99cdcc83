"""The package `win32com.server`: `util.wrap`, which makes a sink out of a Python object."""

from mapix.pywin32.win32com.server import util as util
