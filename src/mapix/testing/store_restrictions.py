"""Store tests: restrictions on contents, and on the tables of a message (objects 7)."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Keep
from mapix.interfaces.table import Bookmark, MapiTable
from mapix.properties.errors import NotFound, TooComplex
from mapix.properties.restriction import (
    And,
    Content,
    Count,
    Exist,
    Fuzzy,
    Not,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_NUM,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_IMPORTANCE,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_RECIPIENTS,
    PR_RECIPIENT_TYPE,
    PR_SENDER_NAME,
    PR_SENSITIVITY,
    PR_SUBJECT,
)
from mapix.properties.times import UNIX_EPOCH_TICKS
from mapix.properties.where import parse_where
from mapix.testing.builders import a_message
from mapix.testing.store_bench import StoreBench

WORDS = PropTag(0x6830101F)
NUMBERS = PropTag(0x68311003)
REAL = PropTag(0x68230005)
CLASS_ID = PropTag(0x68260048)
MONEY = PropTag(0x68280006)
WIDE = PropTag(0x68210014)
DATA = PropTag(0x68250102)
LONG = "x" * 600

MAIL: dict[str, dict[PropTag, Any]] = {
    "Annual Budget 2026": {
        PR_IMPORTANCE: 2,
        PR_SENDER_NAME: "Ann Archer",
        PR_BODY: f"{LONG} Straßenbahn",
        PR_MESSAGE_DELIVERY_TIME: UNIX_EPOCH_TICKS,
        WORDS: ("Red", "green"),
        NUMBERS: (1, 9),
        REAL: 2.5,
    },
    "RE: budget": {
        PR_IMPORTANCE: 0,
        PR_SENDER_NAME: "Bob Café",
        PR_BODY: "nothing",
        CLASS_ID: bytes(range(16)),
        MONEY: 199_900,
        WIDE: 1 << 40,
        DATA: b"\0\1\2",
    },
    "Holidays": {PR_SENSITIVITY: 1, WORDS: ("blue",), NUMBERS: (5,), REAL: -1.0, WIDE: -1},
}


class RestrictionTests(StoreBench):
    """What restrictions mean, for whoever reads tables."""

    def mail(self) -> MapiFolder:
        """A folder with some messages."""
        folder = self.folder()
        for subject, values in MAIL.items():
            to = ("ann@example.org", "bob@example.org") if PR_IMPORTANCE in values else ()
            files = {"figures.xlsx": b"1"} if subject == "RE: budget" else None
            a_message(folder, subject, to=to, attached=files, props=values)
        return folder

    def shown(self, table: MapiTable, column: PropTag = PR_SUBJECT) -> list[Any]:
        """What a table shows in a column."""
        table.set_columns((column,))
        rows = []
        while batch := table.query_rows(50):
            rows += [row[0] for row in batch]
        return rows

    def found(self, where: str | Restriction, folder: MapiFolder | None = None) -> list[str]:
        """The subjects that a restriction leaves."""
        table = (folder or self.mail()).get_contents_table()
        table.restrict(parse_where(where) if isinstance(where, str) else where)
        subjects = self.shown(table)
        assert table.get_row_count() == len(subjects)
        return sorted(subjects)

    @pytest.mark.parametrize(
        ("where", "subjects"),
        [
            ("everything", "Annual Budget 2026|Holidays|RE: budget"),
            ("nothing", ""),
            ("subject ~ BUDGET", "Annual Budget 2026|RE: budget"),
            ("subject ~ BUDGET with case", ""),
            ("subject startswith annual", "Annual Budget 2026"),
            ("subject is holidays", "Holidays"),
            ("subject word budget", "Annual Budget 2026|RE: budget"),
            ("subject word 'annual budget'", "Annual Budget 2026"),
            ("subject wordstart 20", "Annual Budget 2026"),
            (r"subject matches /^(re: )?[ab]\w+l? ?b?udget$/", ""),
            (r"subject matches /\bbudget\b.*\d{4}$/", "Annual Budget 2026"),
            ("sender ~ cafe without accents", "RE: budget"),
            ("sender ~ cafe", ""),
            ("body ~ STRASSENBAHN", "Annual Budget 2026"),
            ("importance = high", "Annual Budget 2026"),
            ("PR_IMPORTANCE < 2", "Holidays|RE: budget"),
            ("PR_IMPORTANCE != 2", "Holidays|RE: budget"),
            ("not PR_IMPORTANCE != 2", "Annual Budget 2026"),
            ("importance < 2", "RE: budget"),
            ("sensitivity = personal or importance = low", "Holidays|RE: budget"),
            ("has received", "Annual Budget 2026"),
            ("received = 1970-01-01T00:00Z", "Annual Budget 2026"),
            ("0x6830101F = RED", "Annual Budget 2026"),
            ("0x6830101F != red", "Annual Budget 2026|Holidays|RE: budget"),
            ("0x6830101F ~ lu", "Holidays"),
            ("0x6830101F matches /^gr/", "Annual Budget 2026"),
            ("0x68311003 > 8", "Annual Budget 2026"),
            ("0x68230005 < 0 and has 0x68230005", "Holidays"),
            ("0x68210014 < 0 and has 0x68210014", "Holidays"),
            ("0x68210014 > 5", "RE: budget"),
            ("0x68280006 = 19.99", "RE: budget"),
            ("0x68260048 = {03020100-0504-0706-0809-0A0B0C0D0E0F}", "RE: budget"),
            ('0x68250102 ~ x"0102"', "RE: budget"),
            ("sizeof(0x68250102) = 3", "RE: budget"),
            ("sizeof(body) > 1000", "Annual Budget 2026"),
            ("PR_SUBJECT = PR_NORMALIZED_SUBJECT", "Annual Budget 2026|Holidays"),
            ("PR_IMPORTANCE & 2", "Annual Budget 2026"),
            ("PR_IMPORTANCE & 2 = 0", "RE: budget"),
            ("to ~ bob", "Annual Budget 2026|RE: budget"),
            ("cc ~ bob", ""),
            ("attachment ~ .XLSX", "RE: budget"),
            ("attachments(name ~ figures and PR_ATTACH_NUM = 0)", "RE: budget"),
            ("has attachments", "RE: budget"),
            ("comment [PR_SUBJECT = note] (importance = high)", "Annual Budget 2026"),
            ("comment", "Annual Budget 2026|Holidays|RE: budget"),
            ("at most 0 (everything)", ""),
        ],
    )
    def test_a_condition_leaves_the_messages_it_means(self, where: str, subjects: str) -> None:
        """R-003, R-004, R-005, R-006, R-007, R-008, R-010, R-011, R-012, R-013, R-014, R-015, R-020, R-021, R-022,
        R-023, P-024, X-13.
        """
        folder = self.mail()
        wanted = parse_where(where)
        assert self.found(wanted, folder) == [subject for subject in subjects.split("|") if subject]
        others = sorted(set(MAIL) - set(self.found(wanted, folder)))
        assert self.found(Not(wanted), folder) == others

    def test_the_first_rows_that_satisfy_a_condition_can_be_counted_off(self) -> None:
        """R-016, X-41."""
        folder = self.mail()
        both = parse_where("subject ~ budget")
        assert len(self.found(Count(1, both), folder)) == 1
        assert len(self.found(Count(5, both), folder)) == 2
        assert self.found(And((Count(1, both), Not(Count(1, both)))), folder) == []
        assert len(self.found(Not(Count(2, And())), folder)) == 1

    def test_a_restriction_stays_and_one_to_find_a_row_goes(self) -> None:
        """R-002."""
        table = self.mail().get_contents_table()
        table.set_columns((PR_SUBJECT,))
        table.restrict(parse_where("subject ~ budget"))
        table.find_row(parse_where("importance = low"), Bookmark.BEGINNING)
        assert table.query_rows(1) == [("RE: budget",)]
        with pytest.raises(NotFound):
            table.find_row(parse_where("subject = holidays"), Bookmark.BEGINNING)
        assert table.get_row_count() == 2
        table.restrict(None)
        assert table.get_row_count() == 3

    def test_long_values_are_restricted_as_they_are_however_they_are_shown(self) -> None:
        """R-024, X-09."""
        folder = self.folder()
        a_message(folder, f"{LONG}end", f"{LONG}end")
        assert self.found("subject ~ xend", folder) == [f"{LONG}end"]
        assert self.found("body ~ xend and PR_SUBJECT > x", folder) == [f"{LONG}end"]
        assert self.found(Size(Relop.EQ, PR_SUBJECT, 2 * len(f"{LONG}end") + 2), folder) == [f"{LONG}end"]

    def test_tables_of_recipients_and_attachments_are_restricted_too(self) -> None:
        """R-031."""
        message = a_message(
            self.folder(), to=("ann@x.example",), cc=("bob@x.example",), attached={"a.txt": b"1", "b.csv": b"2"}
        )
        recipients = message.get_recipient_table()
        recipients.restrict(Property(Relop.EQ, PR_RECIPIENT_TYPE, 2))
        assert self.shown(recipients, PR_DISPLAY_NAME) == ["Bob"]
        recipients.restrict(Content(PR_DISPLAY_NAME, "AN", Fuzzy.PREFIX | Fuzzy.IGNORECASE))
        assert self.shown(recipients, PR_DISPLAY_NAME) == ["Ann"]
        attachments = message.get_attachment_table()
        attachments.restrict(Property(Relop.EQ, PR_ATTACH_LONG_FILENAME, "B.CSV") & Exist(PR_ATTACH_NUM))
        assert self.shown(attachments, PR_ATTACH_LONG_FILENAME) == ["b.csv"]

    @pytest.mark.parametrize(
        "restriction",
        [
            Property(Relop.EQ, PR_SUBJECT, 5),
            Property(Relop.MEMBER_OF_DL, PR_SUBJECT, b"list"),
            Property(Relop.RE, PR_SUBJECT, "(a)\\1"),
            Content(PR_IMPORTANCE, "x", Fuzzy.SUBSTRING),
            Content(PR_SUBJECT, "x", 4),
            Sub(PR_SUBJECT, And()),
        ],
    )
    def test_what_has_no_meaning_is_refused(self, restriction: Restriction) -> None:
        """R-005, R-006, R-008, R-009, R-014."""
        table = self.mail().get_contents_table()
        with pytest.raises(TooComplex):
            table.restrict(restriction)
        assert table.get_row_count() == 3

    def test_what_is_looked_for_is_found_however_often_messages_change(self) -> None:
        """R-005, R-014."""
        folder = self.mail()
        assert self.found("subject ~ budget", folder) == ["Annual Budget 2026", "RE: budget"]
        message = a_message(folder, "more")
        for subject in ("yet another budget", "nothing of it", "budget after all"):
            message.set_props({PR_SUBJECT: subject, PR_BODY: f"text of {subject}"})
            message.save_changes(Keep.READWRITE)
            wanted = ["Annual Budget 2026", "RE: budget", *([subject] if "budget" in subject else [])]
            assert self.found("subject ~ budget", folder) == sorted(wanted)
            assert self.found(f"body ~ 'of {subject}'", folder) == [subject]
        assert self.found(Sub(PR_MESSAGE_RECIPIENTS, And()), folder) == ["Annual Budget 2026", "RE: budget"]
        assert self.found(Sub(PR_MESSAGE_ATTACHMENTS, And()), folder) == ["RE: budget"]
