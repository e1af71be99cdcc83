"""Every call of the pywin32 face, generated from the data: made on live objects of a memory and of a SQLite store."""

from typing import Any

import pytest
from tests.pywin32.calls.all import CALLS, PROBES
from tests.pywin32.calls.kinds import STRICT, Carrier
from tests.pywin32.calls.probing import Call, Described, has_shape
from tests.pywin32.calls.world import World

from mapix.pywin32 import mapi
from mapix.pywin32.errors import com_error


def answer(made: Call) -> Any:
    return made.target(*made.given)


def test_every_call_has_a_probe() -> None:
    assert PROBES.keys() == CALLS.keys()


@pytest.mark.parametrize("name", PROBES)
def test_a_call_answers_in_its_shape(world: World, name: str) -> None:
    made = PROBES[name](world)
    if made.raises is not None:
        with pytest.raises(com_error) as caught:
            answer(made)
        assert caught.value.args[0] == made.raises
        assert str(caught.value.mapi_error)
        return
    found = answer(made)
    assert has_shape(found, CALLS[name].answer), found
    assert made.gives(found), found


def taken(about: Described) -> list[int]:
    """The places of the interface arguments."""
    return [place for place, each in enumerate(about.parameters) if each.kind.startswith("obj:")]


@pytest.mark.parametrize(
    "name", [name for name in CALLS if taken(CALLS[name]) and name not in STRICT and CALLS[name].owner != "mapiutil"]
)
def test_an_instance_that_carries_its_object_is_taken(world: World, name: str) -> None:
    """Interface arguments in SWIG's way take `_oleobj_`. VS-1106."""
    made, places = PROBES[name](world), taken(CALLS[name])
    given = [
        Carrier(value) if place in places and value is not None else value for place, value in enumerate(made.given)
    ]
    if made.raises is None:
        assert made.gives(made.target(*given))
    else:
        with pytest.raises(com_error) as caught:
            made.target(*given)
        assert caught.value.hresult == made.raises


@pytest.mark.parametrize("name", [name for name, about in CALLS.items() if "mapistr" in str(about.parameters)])
def test_wide_strings_are_text_only(world: World, name: str) -> None:
    """MAPI_UNICODE in the flags of the same call. VS-901."""
    about, made = CALLS[name], PROBES[name](world)
    kinds = [each.kind for each in about.parameters]
    flags = next(place for place, each in enumerate(about.parameters) if each.name == "flags")
    given = list(made.given) + [0] * (len(kinds) - len(made.given))
    given[flags] |= mapi.MAPI_UNICODE
    for place, kind in enumerate(kinds):
        if kind.startswith("mapistr"):
            with pytest.raises(TypeError):
                made.target(*given[:place], b"bytes", *given[place + 1 :])
