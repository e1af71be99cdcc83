"""Errors by MAPI's codes: texts, lookups, pickling."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.generate import records

from mapix.properties import errors, flags
from mapix.properties.errors import (
    InvalidParameter,
    MapiError,
    NotFound,
    by_symbol,
    from_hresult,
    from_sentence,
    lookup,
    symbol_of,
)
from mapix.properties.tag import PropTag

FAILURES = [row for row in records("errors.csv") if row["class"]]


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row["symbol"])
def test_each_failure_has_its_class(row):
    """GEN-2."""
    cls = getattr(errors, row["class"])
    code = int(row["hresult"], 16)
    assert issubclass(cls, MapiError)
    assert (cls.symbol, cls.hresult) == (row["symbol"], code)
    assert cls is lookup(code) is lookup(code - (1 << 32)) is by_symbol(row["symbol"])
    assert symbol_of(code) == symbol_of(code - (1 << 32)) == row["symbol"]
    assert vars(flags)[row["symbol"]] == code


@given(st.integers(0x80000000, 0xFFFFFFFF) | st.sampled_from([int(row["hresult"], 16) for row in FAILURES]), st.text())
def test_an_error_that_was_told_in_a_sentence_is_one_of_its_class_with_the_same_sentence(code, text):
    error = from_hresult(code, text, value=text)
    again = from_sentence(error.sentence)
    assert (type(again), again.sentence) == (type(error), error.sentence)


@pytest.mark.parametrize("told", ["", "broken", "MAPI_E_BUSY", "MAPI_E_BUSY (0x8004010F): no", "x (0x0): y", "x (0xz)"])
def test_what_tells_of_no_error_is_none(told):
    assert from_sentence(told) is None


def test_every_failure_of_the_headers_is_in_the_data():
    here = {row["symbol"] for row in records("errors.csv")}
    headers = {row["name"] for row in records("constants.csv") if row["group"] in ("MAPICode.h", "extraMAPIDefs.h")}
    assert {name for name in headers if name.startswith(("MAPI_E_", "MAPI_W_"))} == here


def test_the_whole_text_names_code_value_and_way_out():
    error = NotFound("no such folder", value="Archive", hint="create_folder")
    assert str(error) == "MAPI_E_NOT_FOUND (0x8004010F): no such folder: 'Archive'. Try: create_folder"


def test_empty_parts_of_the_text_are_left_out():
    assert str(NotFound()) == "MAPI_E_NOT_FOUND (0x8004010F)"
    assert str(NotFound("gone")) == "MAPI_E_NOT_FOUND (0x8004010F): gone"
    assert str(NotFound(value=3)) == "MAPI_E_NOT_FOUND (0x8004010F): 3"


def test_none_given_as_the_value_is_shown_and_no_value_is_not():
    assert str(NotFound("x", value=None)).endswith(": x: None")
    assert str(NotFound("x")).endswith(": x")
    assert NotFound("x").value is None


def test_tags_are_shown_by_name():
    assert "PR_SUBJECT" in str(NotFound("missing", value=PropTag(0x0037001F)))


def test_bytes_are_shown_as_short_hex():
    assert str(NotFound("x", value=b"\x01\xff")).endswith(": 01ff")
    text = str(NotFound("x", value=bytes(1000)))
    assert text.endswith("… (1000 bytes)")
    assert len(text) < 120


@given(st.text(max_size=5000) | st.lists(st.integers(), max_size=500) | st.binary(max_size=5000))
def test_values_of_any_length_make_short_texts(value):
    assert len(str(NotFound("x", value=value))) < 250


def test_the_signed_code_is_the_one_com_shows():
    assert NotFound().scode == -2147221233
    assert errors.NoAccess().scode == -2147024891


def test_not_found_is_a_key_error_that_keeps_its_text():
    with pytest.raises(KeyError) as caught:
        raise NotFound("no", value="x")
    assert str(caught.value) == "MAPI_E_NOT_FOUND (0x8004010F): no: 'x'"
    assert not issubclass(InvalidParameter, KeyError)


def test_an_unknown_failure_gets_a_class_of_its_own():
    """GEN-2."""
    cls = lookup(0x80990001)
    assert issubclass(cls, MapiError)
    assert (cls.symbol, cls.hresult) == ("MAPI_E_0x80990001", 0x80990001)
    assert cls is lookup(0x80990001 - (1 << 32))
    assert str(cls("odd")) == "MAPI_E_0x80990001 (0x80990001): odd"


@pytest.mark.parametrize("code", [0, 1, 0x00040380])
def test_a_success_or_warning_is_not_an_error(code):
    """GEN-1."""
    with pytest.raises(InvalidParameter):
        lookup(code)


def test_an_error_is_made_from_its_number():
    error = from_hresult(0x80040401, "waited", value=5, hint="again", low_level=110)
    assert type(error) is errors.TimedOut
    assert (error.text, error.value, error.hint, error.low_level) == ("waited", 5, "again", 110)


@pytest.mark.parametrize(
    ("alias", "symbol"),
    [
        ("MAPI_E_INVALID_FLAGS", "MAPI_E_UNKNOWN_FLAGS"),
        ("MAPI_E_ACCESS_DENIED", "MAPI_E_NO_ACCESS"),
        ("MAPI_E_USER_CANCELED", "MAPI_E_USER_CANCEL"),
        ("MAPI_UNCONFIGURED", "MAPI_E_UNCONFIGURED"),
        ("MAPI_E_NO_INTERFACE", "MAPI_E_INTERFACE_NOT_SUPPORTED"),
        ("MAPI_E_UNEXPECTED", "MAPI_E_UNEXPECTED_ID"),
        ("E_INVALIDARG", "MAPI_E_INVALID_PARAMETER"),
    ],
)
def test_names_that_have_no_number_of_their_own_mean_another(alias, symbol):
    assert by_symbol(alias) is by_symbol(symbol)


def test_every_alias_leads_to_a_class():
    assert all(by_symbol(alias) for alias in errors.ALIASES)


def test_an_unknown_symbol_is_not_found():
    with pytest.raises(NotFound, match="MAPI_E_NOSUCH"):
        by_symbol("MAPI_E_NOSUCH")


def test_any_code_has_a_name():
    assert symbol_of(0) == "S_OK"
    assert symbol_of(0x00040380) == "MAPI_W_ERRORS_RETURNED"
    assert symbol_of(0x00040FFF) == "MAPI_W_0x00040FFF"
    assert symbol_of(-1) == "MAPI_E_0xFFFFFFFF"


@pytest.mark.parametrize(
    "error",
    [
        NotFound("t", value=PropTag(0x0037001F), hint="h", low_level=2),
        errors.ObjectChanged(),
        lookup(0x80990001)("unknown", value=b"x"),
        MapiError("plain"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("through", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy], ids=["pickle", "copy"])
def test_errors_survive_being_passed_on(error, through):
    other = through(error)
    assert type(other) is type(error)
    assert str(other) == str(error)
    assert vars(other) == vars(error)
    assert other.args == error.args


class Refused(errors.NoAccess):
    """A provider's own refusal, with a parameter of its own."""

    def __init__(self, who: str) -> None:
        super().__init__(f"{who} may not", value=who)
        self.who = who


def test_a_class_of_a_provider_survives_being_passed_on():
    other = pickle.loads(pickle.dumps(Refused("bob")))
    assert type(other) is Refused
    assert other.who == "bob"
    assert lookup(Refused.hresult) is errors.NoAccess
