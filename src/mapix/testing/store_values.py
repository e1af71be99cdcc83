"""Store tests: values of every type on every object (objects 1.1 to 1.4)."""

from __future__ import annotations

import pytest

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.properties.actions import Action, Actions, ActionType, FolderTarget
from mapix.properties.errors import (
    InvalidParameter,
    InvalidType,
    UnexpectedType,
)
from mapix.properties.restriction import And, Content, Exist, Not
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_BODY_HTML,
    PR_DISPLAY_NAME,
    PR_HTML,
    PR_IMPORTANCE,
    PR_MESSAGE_CODEPAGE,
    PR_NULL,
    PR_SUBJECT,
)
from mapix.testing.store_bench import StoreBench, contents, entry_id_of, recipients

SPARE = 0x6801
"""An identifier nothing else uses (P-003)."""

SAMPLES = {
    PropType.SHORT: -2,
    PropType.LONG: -70_000,
    PropType.FLOAT: 1.5,
    PropType.DOUBLE: -2.25,
    PropType.CURRENCY: 12_345,
    PropType.APPTIME: 45_000.5,
    PropType.BOOLEAN: True,
    PropType.LONGLONG: -(1 << 40),
    PropType.UNICODE: "Grüße 𝄞",
    PropType.SYSTIME: 133_000_000_000_000_001,
    PropType.CLSID: bytes(range(16)),
    PropType.BINARY: b"\x00\xff",
    PropType.SVREID: b"\x01server",
    PropType.SRESTRICTION: And((Content(PR_SUBJECT, "budget", 1), Not(Exist(PR_IMPORTANCE)))),
    PropType.ACTIONS: Actions((Action(ActionType.MOVE, FolderTarget(b"", b"folder")), Action(ActionType.DELETE))),
    PropType.MV_SHORT: (1, -1),
    PropType.MV_LONG: (3, 1, 2),
    PropType.MV_FLOAT: (1.5, -2.5),
    PropType.MV_DOUBLE: (0.5, -0.5),
    PropType.MV_CURRENCY: (-1, 12_345),
    PropType.MV_APPTIME: (0.5, 45_000.25),
    PropType.MV_LONGLONG: (1 << 40, 0),
    PropType.MV_UNICODE: ("b", "a", ""),
    PropType.MV_SYSTIME: (1, 2),
    PropType.MV_CLSID: (bytes(16), bytes(range(16))),
    PropType.MV_BINARY: (b"", b"xyz"),
    0x0234: b"of a type nobody knows\x00\xff",
    0x1234: b"\x02\x00\x00\x00",
    0x4001: b"",
}
"""A value of every type, the last of types nobody defined."""

VALUES = {PropTag.of(SPARE + index, kind): value for index, (kind, value) in enumerate(SAMPLES.items())}


class ValueTests(StoreBench):
    """What a property can hold."""

    def test_every_property_type_survives_a_save(self) -> None:
        """P-020, P-021, P-050."""
        entry_id = self.message(self.folder(), VALUES)
        again = self.message_of(entry_id)
        assert again.get_props(tuple(VALUES)) == VALUES
        assert set(VALUES) <= set(again.get_prop_list())

    def test_every_object_keeps_every_type(self) -> None:
        """P-007, P-020, P-026: folders, the store, attachments and recipients like messages; foreign types as bytes."""
        folder, message = self.folder(), self.draft(self.folder())
        number, attachment = message.create_attach()
        message.modify_recipients(ModifyRecipients.ADD, [{PR_DISPLAY_NAME: "Ann"} | VALUES])
        for item in (folder, self.store, attachment):
            assert not item.set_props(VALUES)
        attachment.save_changes()
        message.save_changes(Keep.READONLY)
        again = self.message_of(entry_id_of(message))
        for item in (self.folder_of(entry_id_of(folder)), self.store, again.open_attach(number)):
            assert item.get_props(tuple(VALUES)) == VALUES
        assert recipients(again, *VALUES) == [tuple(VALUES.values())]

    def test_every_type_is_a_column_and_is_copied(self) -> None:
        """P-026, P-170: tables show what was set, copies have it."""
        folder = self.folder()
        entry_id = self.message(folder, VALUES)
        assert contents(folder, *VALUES) == [tuple(VALUES.values())]
        folder.copy_messages([entry_id], self.folder("Other"))
        assert contents(self.folder("Other"), *VALUES) == [tuple(VALUES.values())]
        copy = self.draft(folder)
        self.message_of(entry_id).copy_to(copy)
        assert copy.get_props(tuple(VALUES)) == VALUES

    def test_numbers_are_signed(self) -> None:
        """P-024."""
        message = self.message_of(self.message(self.folder(), {PR_IMPORTANCE: 0xFFFFFFFF}))
        assert message.get_prop(PR_IMPORTANCE) == -1

    def test_the_values_of_a_property_are_of_one_type(self) -> None:
        """P-022."""
        with pytest.raises(InvalidParameter):
            self.folder().create_message().set_props({PropTag.of(SPARE, PropType.MV_LONG): (1, "two")})

    def test_restrictions_and_actions_are_checked(self) -> None:
        """P-150: what has no bytes of its type is refused at once (P-154)."""
        message = self.folder().create_message()
        for kind, value in ((PropType.SRESTRICTION, "text"), (PropType.ACTIONS, b"\xff"), (PropType.SRESTRICTION, 1)):
            with pytest.raises(InvalidParameter):
                message.set_props({PropTag.of(SPARE, kind): value})

    def test_text_is_seen_in_both_widths(self) -> None:
        """P-041, P-153: one value, two views."""
        message = self.message_of(self.message(self.folder(), {PR_SUBJECT: "Grüße"}))
        narrow = PR_SUBJECT.with_type(PropType.STRING8)
        assert message.get_prop(narrow) == "Grüße".encode()
        message.set_props({narrow: b"News"})
        assert message.get_prop(PR_SUBJECT) == "News"

    def test_text_that_the_narrow_form_cannot_have_is_no_error(self) -> None:
        """P-042, P-043, P-045: both widths are there, always."""
        narrow = PR_SUBJECT.with_type(PropType.STRING8)
        message = self.message_of(self.message(self.folder(), {PR_MESSAGE_CODEPAGE: 1252, PR_SUBJECT: "Grüße Ω"}))
        assert message.get_prop(narrow) == b"Gr\xfc\xdfe ?"
        assert PR_SUBJECT in message.get_prop_list()

    def test_an_identifier_has_one_value_whatever_its_type(self) -> None:
        """P-153."""
        text, number = PropTag.of(SPARE, PropType.UNICODE), PropTag.of(SPARE, PropType.LONG)
        message = self.message_of(self.message(self.folder(), {text: "one"}))
        message.set_props({number: 1})
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message))
        assert again.get_props((text.with_type(0),)) == {number: 1}

    def test_values_of_no_type_are_passed_over(self) -> None:
        """The table of special types, P-020 and following."""
        message = self.folder().create_message()
        error = PR_SUBJECT.with_type(PropType.ERROR)
        assert not message.set_props({PR_NULL: None, error: 1, PR_IMPORTANCE: 1})
        assert message.get_prop(PR_IMPORTANCE) == 1

    def test_object_properties_are_not_set(self) -> None:
        """P-150."""
        with pytest.raises(InvalidParameter):
            self.folder().create_message().set_props({PropTag.of(SPARE, PropType.OBJECT): b""})

    def test_a_multi_valued_property_has_at_least_one_value(self) -> None:
        """P-051."""
        with pytest.raises(InvalidParameter):
            self.folder().create_message().set_props({PropTag.of(SPARE, PropType.MV_LONG): ()})

    @pytest.mark.parametrize("kind", [0x100B, 0x100D, 0x0103, 0x301F, 0x0000])
    def test_types_no_value_can_have_are_a_problem_of_that_property(self, kind: int) -> None:
        """P-021, P-027, P-151: several booleans, several objects, pointers, columns of instances."""
        message = self.folder().create_message()
        odd = PropTag.of(SPARE, kind)
        (problem,) = message.set_props({PR_IMPORTANCE: 1, odd: (True,)})
        assert (problem.index, problem.tag, problem.scode) == (1, odd, InvalidType.hresult)
        assert message.get_prop(PR_IMPORTANCE) == 1

    def test_a_known_property_keeps_its_type(self) -> None:
        """P-027."""
        (problem,) = self.folder().create_message().set_props({PR_SUBJECT.with_type(PropType.LONG): 1})
        assert problem.scode == UnexpectedType.hresult

    def test_html_is_one_value_in_three_types(self) -> None:
        """X-19."""
        message = self.message_of(self.message(self.folder(), {PR_BODY_HTML: "<p>Grüße</p>"}))
        assert message.get_prop(PR_HTML) == "<p>Grüße</p>".encode()
        assert message.get_prop(PR_BODY_HTML) == "<p>Grüße</p>"
        assert PR_BODY_HTML not in message.get_prop_list()
