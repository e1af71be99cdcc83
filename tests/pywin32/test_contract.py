"""The face against pywin32's own description: every function, method, constant and identifier."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from tests.pywin32.calls.probing import described as calls

from mapix.pywin32 import exchange, mapi, mapiutil, pythoncom, storagecon, unknown
from mapix.pywin32.iid import IID


def shape(function: Callable[..., Any], *, method: bool = False) -> tuple[int, int, bool]:
    """Least and most arguments, and whether all are positional-only."""
    parameters = list(inspect.signature(function).parameters.values())[1 if method else 0 :]
    needed = sum(each.default is each.empty for each in parameters)
    return needed, len(parameters), all(each.kind is each.POSITIONAL_ONLY for each in parameters)


def wanted(described: dict[str, Any]) -> tuple[int, int]:
    """Least and most arguments by the contract."""
    parameters = described["params"]
    return sum(not each["optional"] for each in parameters), len(parameters)


def test_every_function_of_mapi_has_its_arity_and_takes_positions_only(contract: dict[str, Any]) -> None:
    for name, described in contract["modules"]["win32com.mapi.mapi"]["functions"].items():
        least, most, positional = shape(getattr(mapi, name))
        assert ((least, most), positional) == (wanted(described), True), name


def test_every_constant_of_mapi_has_its_signed_value(contract: dict[str, Any]) -> None:
    constants = contract["modules"]["win32com.mapi.mapi"]["constants"]
    assert {name: getattr(mapi, name, None) for name in constants} == constants
    assert len(constants) == 256


def test_every_identifier_of_mapi_is_an_iid(contract: dict[str, Any]) -> None:
    iids = contract["modules"]["win32com.mapi.mapi"]["iids"]
    assert {name: str(getattr(mapi, name)) for name in iids} == iids
    assert all(type(getattr(mapi, name)).__name__ == "PyIID" for name in iids)
    assert len(iids) == 45


def test_exchange_has_its_functions_constants_and_identifiers(contract: dict[str, Any]) -> None:
    module = contract["modules"]["win32com.mapi.exchange"]
    assert len(module["functions"]) == 23
    for name, described in module["functions"].items():
        assert shape(getattr(exchange, name)) == (*wanted(described), True), name
    assert {name: getattr(exchange, name) for name in module["constants"]} == module["constants"]
    assert {name: str(getattr(exchange, name)) for name in module["iids"]} == module["iids"]


def test_every_function_of_mapiutil_has_its_arity(contract: dict[str, Any]) -> None:
    functions = contract["modules"]["win32com.mapi.mapiutil"]["functions"]
    assert {name: shape(getattr(mapiutil, name))[:2] for name in functions} == {
        name: wanted(described) for name, described in functions.items()
    }
    assert len(functions) == 7


def test_every_interface_has_its_methods_base_and_identifier(contract: dict[str, Any]) -> None:
    for name, described in contract["interfaces"].items():
        cls = unknown.TYPES.get(IID(described["iid"]))
        assert cls is not None, name
        assert cls.__name__ == name
        assert described["base"] in [None, *(each.__name__ for each in cls.__mro__)], name
        for method, about in described["methods"].items():
            least, most, positional = shape(getattr(cls, method), method=True)
            assert ((least, most), positional) == (wanted(about), True), f"{name}.{method}"


@pytest.mark.parametrize("name", ["PyIStream", "PyIStorage", "PyILockBytes"])
def test_the_interfaces_beside_mapi_have_their_methods(contract: dict[str, Any], name: str) -> None:
    described = contract["support"][name]
    cls = unknown.TYPES.get(IID(described["iid"]))
    assert cls is not None
    for method, about in described["methods"].items():
        least, most, positional = shape(getattr(cls, method), method=True)
        assert ((least, most), positional) == (wanted(about), True), method


def test_pythoncom_has_what_the_contract_lists(contract: dict[str, Any]) -> None:
    described = contract["support"]["pythoncom"]
    assert {name: getattr(pythoncom, name) for name in described["constants"]} == described["constants"]
    assert {name: str(getattr(pythoncom, name)) for name in described["iids"]} == described["iids"]
    for name, about in described["functions"].items():
        assert shape(getattr(pythoncom, name)) == (*wanted(about), "keywords" not in about["notes"]), name
    for name in ("com_error", "error", "TypeIIDs", "InterfaceNames", "ServerInterfaces", "Empty", "Missing"):
        assert hasattr(pythoncom, name), name


def test_storagecon_has_its_constants(contract: dict[str, Any]) -> None:
    constants = contract["support"]["win32com.storagecon"]["constants"]
    assert {name: getattr(storagecon, name) for name in constants} == constants


def test_a_keyword_is_refused() -> None:
    with pytest.raises(TypeError, match="keyword"):
        mapi.MAPILogonEx(0, "", flags=0)


def test_too_few_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="required positional"):
        mapi.MAPILogonEx(0)


def test_the_data_has_every_call_with_its_parameters_in_order(contract: dict[str, Any]) -> None:
    owners = {name.rpartition(".")[2]: module["functions"] for name, module in contract["modules"].items()}
    owners |= {name: described["methods"] for name, described in contract["interfaces"].items()}
    wanted = {
        f"{owner}.{name}": [(each["name"], each["kind"], each["optional"]) for each in described["params"]]
        for owner, methods in owners.items()
        for name, described in methods.items()
    }
    found = {name: list(map(tuple, about.parameters)) for name, about in calls().items() if name in wanted}
    assert found == wanted
    assert contract["_meta"]["counts"]["interface_methods_total"] == 107
    assert len(wanted) == 22 + 23 + 7 + 107
