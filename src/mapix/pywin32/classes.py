"""The classes that `pythoncom.CoCreateInstance` makes objects of: by identifier, what makes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mapix.pywin32 import iids
from mapix.pywin32.iid import IID, PyIID
from mapix.pywin32.unknown import PyIUnknown


def _converter() -> PyIUnknown:
    from mapix.pywin32.converter import new_session

    return new_session()


CLASSES: Final[dict[PyIID, Callable[[], PyIUnknown]]] = {IID(iids.MAPI["CLSID_IConverterSession"]): _converter}
