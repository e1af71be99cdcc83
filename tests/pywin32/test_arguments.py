"""What the calls of the pywin32 face refuse, generated from the data: numbers of arguments, keywords, wrong kinds."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.pywin32.calls.all import CALLS, PROBES
from tests.pywin32.calls.kinds import refused
from tests.pywin32.calls.probing import Described
from tests.pywin32.calls.world import LIVE, SERVICES, UNREGISTERED, World

from mapix.pywin32 import exchange, mapi, mapiutil, pythoncom
from mapix.pywin32.errors import com_error
from mapix.pywin32.unknown import PyIUnknown
from mapix.subsystem.handover import hand_over
from mapix.subsystem.initialize import is_initialized, mapi_uninitialize

MODULES = {"mapi": mapi, "exchange": exchange, "mapiutil": mapiutil, "pythoncom": pythoncom}
KEYWORDS = ("pythoncom.StgOpenStorageEx",)
"""Calls whose arguments may be named."""

OF_COM = [name for name, about in CALLS.items() if about.owner != "mapiutil"]


@pytest.fixture(scope="module", params=SERVICES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One session on a store of each kind: calls that are refused change nothing."""
    place = tmp_path_factory.mktemp(request.param)
    before = os.environ.get("MAPIX_HOME")
    os.environ["MAPIX_HOME"] = str(place / "home")
    yield World(place / "home", place, request.param)
    while is_initialized():
        mapi_uninitialize()
    hand_over(0)
    os.environ.pop("MAPIX_HOME")
    if before is not None:
        os.environ["MAPIX_HOME"] = before


def function(world: World, about: Described) -> Callable[..., Any]:
    """The function, or the method of a live object."""
    owner = MODULES.get(about.owner)
    return getattr((LIVE | UNREGISTERED)[about.owner](world) if owner is None else owner, about.name)


@pytest.mark.parametrize("name", OF_COM)
def test_more_or_fewer_arguments_and_keywords_are_refused(shared: World, name: str) -> None:
    about = CALLS[name]
    called, filled = function(shared, about), (None,) * len(about.parameters)
    with pytest.raises(TypeError, match="argument"):
        called(*filled, None)
    if about.least:
        with pytest.raises(TypeError, match="argument"):
            called(*filled[: about.least - 1])
    for parameter in about.parameters if name not in KEYWORDS else ():
        with pytest.raises(TypeError, match="keyword"):
            called(*filled[:-1], **{parameter.name: None})


@pytest.mark.parametrize("name", [name for name in OF_COM if CALLS[name].parameters])
def test_arguments_of_the_wrong_kind_are_refused(shared: World, name: str) -> None:
    """VS-505, VS-602, VS-802, VS-903, VS-904, VS-1104, VS-1106..VS-1109."""
    about, made = CALLS[name], PROBES[name](shared)
    given = made.given + (None,) * (len(about.parameters) - len(made.given))
    for place, parameter in enumerate(about.parameters):
        for value, error, said in refused(name, parameter.name, parameter.kind, PyIUnknown(object())):
            arguments = (*given[:place], value, *given[place + 1 : max(len(made.given), place + 1)])
            with pytest.raises(error) as caught:
                made.target(*arguments)
            what = f"{name}({parameter.name}={value!r}): {caught.value!r}"
            if isinstance(said, str):
                assert type(caught.value) is error, what
                assert str(caught.value).startswith(said), what
            else:
                assert caught.value.args[0] == said, what


def test_errors_are_com_errors_with_four_arguments(shared: World) -> None:
    """VS-1101, VS-1102."""
    with pytest.raises(com_error) as caught:
        shared.store.OpenProperty(0x7FFE0102, pythoncom.IID_IStream, 0, 0)
    assert caught.value.args == (mapi.MAPI_E_NOT_FOUND, "OLE error 0x8004010f", None, None)
