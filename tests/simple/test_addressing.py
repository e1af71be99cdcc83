"""MAPIResolveName, MAPIAddress, MAPIDetails."""

from __future__ import annotations

import pytest

from mapix.interfaces.addressui import AddressCallbacks
from mapix.properties.errors import UserCancel
from mapix.properties.tags import PR_COMPANY_NAME, PR_DISPLAY_NAME, PR_RECIPIENT_TYPE
from mapix.simple import (
    MAPI_AB_NOMODIFY,
    MAPI_CC,
    MAPI_DIALOG,
    MAPI_E_AMBIGUOUS_RECIPIENT,
    MAPI_E_INVALID_EDITFIELDS,
    MAPI_E_INVALID_RECIPS,
    MAPI_E_NOT_SUPPORTED,
    MAPI_E_UNKNOWN_RECIPIENT,
    MAPI_E_USER_ABORT,
    MAPI_TO,
    MAPIAddress,
    MAPIDetails,
    MapiMessage,
    MapiRecipDesc,
    MAPIResolveName,
    MAPISendMail,
    set_ui,
)
from mapix.testing.sandbox import Sandbox

from .test_sending import code_of


@pytest.fixture(autouse=True)
def people(box: Sandbox) -> None:
    """Two Bobs."""
    with box.logon() as session:
        session.address_book.add("Bob Baker", "baker@example.org")
        session.address_book.add("Bob Butcher", "butcher@example.org")


def test_a_name_is_resolved_to_somebody_mail_can_go_to(handle: int, box: Sandbox) -> None:
    """ABK-21."""
    found = MAPIResolveName(handle, 0, "baker")
    assert (found.name, found.address) == ("Bob Baker", "SMTP:baker@example.org")
    MAPISendMail(handle, 0, MapiMessage("Budget", recips=[found]))
    assert box.outbox[0].to == ["baker@example.org"]
    assert MAPIResolveName(handle, 0, "eve@example.org").address == "SMTP:eve@example.org"
    assert MAPIResolveName(0, 0, "baker").name == "Bob Baker"


@pytest.mark.parametrize(
    ("name", "code"), [("Bob", MAPI_E_AMBIGUOUS_RECIPIENT), ("Zoe", MAPI_E_UNKNOWN_RECIPIENT), (" ", 14)]
)
def test_names_that_are_not_clear_are_told(handle: int, name: str, code: int) -> None:
    """ABK-21."""
    assert code_of(MAPIResolveName, handle, 0, name) == code


def test_a_dialog_is_asked_which_one_is_meant(handle: int) -> None:
    """ABK-21, GEN-15."""
    assert code_of(MAPIResolveName, handle, 0, "Bob", MAPI_DIALOG) == MAPI_E_NOT_SUPPORTED
    set_ui(AddressCallbacks(on_choose=lambda title, name, rows: 1))  # type: ignore[arg-type]
    assert MAPIResolveName(handle, 0, "Bob", MAPI_DIALOG).name == "Bob Butcher"


def test_people_are_asked_for_by_kinds(handle: int) -> None:
    """ABK-10."""
    seen: list[object] = []

    def answer(title, wells, rows):
        seen.append((title, tuple(wells), [row[PR_DISPLAY_NAME] for row in rows]))
        return [*rows, {PR_DISPLAY_NAME: "butcher", PR_RECIPIENT_TYPE: MAPI_CC}]

    set_ui(AddressCallbacks(on_recipients=answer))  # type: ignore[arg-type]
    found = MAPIAddress(handle, 0, "Whom", 2, "", [MapiRecipDesc(MAPI_TO, "Baker")])
    assert seen == [("Whom", ("To", "Cc"), ["Bob Baker"])]
    assert [(one.recip_class, one.address) for one in found] == [
        (MAPI_TO, "SMTP:baker@example.org"),
        (MAPI_CC, "SMTP:butcher@example.org"),
    ]


def test_one_kind_may_have_a_name_of_its_own(handle: int) -> None:
    """ABK-10."""
    wells: list[object] = []
    set_ui(AddressCallbacks(on_recipients=lambda title, names, rows: wells.extend(names)))  # type: ignore[arg-type]
    assert code_of(MAPIAddress, handle, 0, "", 1, "Copy to") == MAPI_E_USER_ABORT
    assert wells == ["Copy to"]


def test_the_dialogs_of_people_need_somebody_to_ask(handle: int) -> None:
    """ABK-10."""
    assert code_of(MAPIAddress, handle, 0) == MAPI_E_NOT_SUPPORTED
    assert code_of(MAPIAddress, handle, 0, "", 5) == MAPI_E_INVALID_EDITFIELDS
    assert code_of(MAPIDetails, handle, 0, MAPIResolveName(handle, 0, "baker")) == MAPI_E_NOT_SUPPORTED

    def give_up(*args):
        raise UserCancel("no")

    set_ui(AddressCallbacks(on_recipients=give_up))  # type: ignore[arg-type]
    assert code_of(MAPIAddress, handle, 0) == MAPI_E_USER_ABORT


def test_details_change_an_entry_unless_that_is_forbidden(handle: int, box: Sandbox) -> None:
    """ABK-10."""
    set_ui(AddressCallbacks(on_edit=lambda title, fields, values: {PR_COMPANY_NAME: "Bakers"}))  # type: ignore[arg-type]
    baker = MAPIResolveName(handle, 0, "baker")
    MAPIDetails(handle, 0, baker, MAPI_AB_NOMODIFY)
    with box.logon() as session:
        assert session.address_book.find("Bob Baker").company is None
        MAPIDetails(handle, 0, baker)
        assert session.address_book.find("Bob Baker").company == "Bakers"
    assert code_of(MAPIDetails, handle, 0, MapiRecipDesc(MAPI_TO, "Bob")) == MAPI_E_INVALID_RECIPS
