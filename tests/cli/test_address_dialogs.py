"""The address book asks on a terminal, and nobody where there is none."""

import io

import click
import pytest
from click.testing import CliRunner

from mapix.cli.addressui import TerminalAddressUI, terminal_ui
from mapix.properties.errors import UserCancel
from mapix.properties.tags import PR_COMMENT, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE

PEOPLE = [
    {PR_DISPLAY_NAME: "Bill Lee", PR_EMAIL_ADDRESS: "lee@example.org"},
    {PR_DISPLAY_NAME: "Billy\x1b[31m", PR_EMAIL_ADDRESS: "larson@example.org"},
]
ASK = TerminalAddressUI()


def answered(answers: str, question: object) -> tuple[object, str]:
    """What comes of a question that gets these lines as answers, and what was shown."""
    found: list[object] = []

    @click.command()
    def ask() -> None:
        found.append(question())  # type: ignore[operator]

    ran = CliRunner().invoke(ask, input=answers, catch_exceptions=False)
    return (found or [None])[0], ran.output


def test_somebody_chooses_by_number() -> None:
    """ABK-21, GEN-15."""
    found, shown = answered("2\n", lambda: ASK.choose("", "bill", PEOPLE))
    assert found == 1
    assert "lee@example.org" in shown
    assert "\x1b" not in shown
    assert answered("0\n", lambda: ASK.choose("", "bill", PEOPLE))[0] is None
    assert answered("7\nx\n1\n", lambda: ASK.choose("", "bill", PEOPLE))[0] == 0


def test_somebody_spells_a_name_anew() -> None:
    """ABK-21."""
    assert answered("lee\n", lambda: ASK.spell("", "bil"))[0] == "lee"
    assert answered("\n", lambda: ASK.spell("", "bil"))[0] is None


def test_fields_are_kept_changed_and_taken_away() -> None:
    """ABK-10."""
    fields = [("Name", PR_DISPLAY_NAME), ("Address", PR_EMAIL_ADDRESS), ("Comment", PR_COMMENT)]
    values = {PR_DISPLAY_NAME: "Bill", PR_EMAIL_ADDRESS: "b@example.org", PR_COMMENT: "old"}
    found, _ = answered("\nbill@example.org\n-\n", lambda: ASK.edit("Bill", fields, values))
    assert found == {PR_EMAIL_ADDRESS: "bill@example.org", PR_COMMENT: None}
    assert answered("\n\n\n", lambda: ASK.edit("Bill", fields, values))[0] is None


def test_recipients_are_asked_for_well_by_well() -> None:
    """ABK-80."""
    found, _ = answered("ann, bill\nzoe\n", lambda: ASK.recipients("", ("To", "Cc"), []))
    assert found == [
        {PR_DISPLAY_NAME: "ann", PR_RECIPIENT_TYPE: 1},
        {PR_DISPLAY_NAME: "bill", PR_RECIPIENT_TYPE: 1},
        {PR_DISPLAY_NAME: "zoe", PR_RECIPIENT_TYPE: 2},
    ]


def test_who_says_nothing_at_all_gives_up() -> None:
    """GEN-15."""
    with pytest.raises(UserCancel):
        answered("", lambda: ASK.spell("", "bil"))


def test_nobody_is_asked_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """ABK-10, GEN-15."""
    monkeypatch.setattr("sys.stdin", io.StringIO("yes"))
    assert terminal_ui() is None
