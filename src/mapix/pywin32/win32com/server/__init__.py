"""The package `win32com.server`: `util.wrap` makes COM objects of Python ones, `exception` has what those raise."""

from mapix.pywin32.win32com.server import util as util
