"""The generated names of the pywin32 face are the originals', with their values and in their order."""

import json
from pathlib import Path

import pytest
from tools.generate import records

from mapix.properties.guid import guid
from mapix.pywin32 import emsabtags, exchange, iids, mapi, mapi_constants, mapitags, pythoncom, storagecon

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contract"
needs_contract = pytest.mark.skipif(not CONTRACT.is_dir(), reason="the reference data is not here")
TAG_MODULES = [(mapitags, "mapitags"), (emsabtags, "emsabtags")]


def contract(name):
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


def integers(module):
    """The integer names of a module in the order of their definition."""
    return [(name, value) for name, value in vars(module).items() if type(value) is int]


def public(module):
    return {name for name in vars(module) if not name.startswith(("__", "@py"))}


@pytest.mark.parametrize(("module", "name"), TAG_MODULES)
def test_the_tag_modules_have_the_names_of_the_data_in_order(module, name):
    rows = records(f"pywin32_{name}.csv")
    assert integers(module) == [(row["name"], int(row["value"], 0)) for row in rows]


@needs_contract
@pytest.mark.parametrize(("module", "name"), TAG_MODULES)
def test_the_tag_modules_have_exactly_the_original_names_in_order(module, name):
    original = contract(name)
    assert integers(module) == list(original["constants"].items())
    assert public(module) == original["constants"].keys() | original["functions"].keys()


@pytest.mark.parametrize(("module", "name"), [(mapi_constants, "mapi"), (storagecon, "storagecon")])
def test_the_constant_modules_have_the_names_of_the_data_and_no_other(module, name):
    rows = [row for row in records("pywin32_constants.csv") if row["module"] == name]
    assert integers(module) == [(row["name"], int(row["value"])) for row in rows]
    assert public(module) == {row["name"] for row in rows}


@needs_contract
def test_the_constants_are_the_originals():
    original = contract("mapi_contract")
    assert integers(mapi_constants) == list(original["modules"]["win32com.mapi.mapi"]["constants"].items())
    assert integers(storagecon) == list(original["support"]["win32com.storagecon"]["constants"].items())


@needs_contract
def test_the_identifiers_are_the_originals():
    original = contract("mapi_contract")
    assert original["modules"]["win32com.mapi.mapi"]["iids"] == iids.MAPI
    assert original["modules"]["win32com.mapi.exchange"]["iids"] == iids.EXCHANGE
    assert original["support"]["pythoncom"]["iids"] == iids.PYTHONCOM
    assert {name: entry["iid"] for name, entry in original["interfaces"].items()} == iids.INTERFACES


def test_the_counts_are_the_originals():
    assert len(integers(mapitags)) == 998
    assert len(integers(emsabtags)) == 859
    assert len(integers(mapi_constants)) == 256
    assert len(iids.MAPI) == 45
    assert len(iids.INTERFACES) == 23


def test_failures_and_high_flags_are_negative_as_com_has_them():
    assert mapi_constants.MAPI_E_NOT_FOUND == -2147221233
    assert mapi_constants.MAPI_UNICODE == -0x80000000
    assert all(-0x80000000 <= value <= 0x7FFFFFFF for _, value in integers(mapi_constants))


def test_tags_are_unsigned_plain_integers():
    assert mapitags.PR_SUBJECT == 0x0037001F
    assert all(value >= 0 for name, value in integers(emsabtags) if name.startswith("PR_"))


def test_the_tag_functions_take_tags_apart_and_put_them_together():
    assert mapitags.PROP_TYPE(0x0037001F) == 0x1F
    assert mapitags.PROP_ID(0x0037001F) == 0x37
    assert mapitags.PROP_ID(-0x7FFDFFF5) == -0x7FFE
    assert mapitags.PROP_TAG(mapitags.PT_UNICODE, 0x37) == mapitags.PR_SUBJECT_W
    assert emsabtags.PROP_TAG is mapitags.PROP_TAG


def test_exchange_has_its_constants():
    rows = [row for row in records("pywin32_constants.csv") if row["module"] == "exchange"]
    assert {row["name"]: getattr(exchange, row["name"]) for row in rows} == {
        row["name"]: int(row["value"]) for row in rows
    }
    assert len(rows) == 5


def test_every_identifier_has_its_value():
    modules = {"mapi": mapi, "exchange": exchange, "pythoncom": pythoncom, "com": pythoncom}
    for row in records("pywin32_iids.csv"):
        found = getattr(modules[row["module"]], row["name"])
        assert (type(found).__name__, str(found)) == ("PyIID", row["guid"]), row["name"]


@pytest.mark.parametrize("module", [mapi, exchange])
def test_a_star_import_takes_what_pywin32_has_and_nothing_else(module):
    name = module.__name__.rpartition(".")[2]
    functions = [row["call"] for row in records("pywin32_calls.csv") if row["owner"] == name]
    tables = ("pywin32_constants.csv", "pywin32_iids.csv")
    values = [row["name"] for table in tables for row in records(table) if row["module"] == name]
    assert sorted(module.__all__) == sorted(functions + values)


def test_every_identifier_is_a_guid():
    for table in (iids.MAPI, iids.EXCHANGE, iids.PYTHONCOM, iids.INTERFACES):
        assert all(len(guid(text)) == 16 for text in table.values())
