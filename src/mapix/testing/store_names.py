"""Store tests: named properties (objects 1.7, GetNamesFromIDs, GetIDsFromNames)."""

from __future__ import annotations

import pytest

from mapix.interfaces.prop import Keep
from mapix.properties.errors import InvalidParameter, UnexpectedId
from mapix.properties.named import PS_INTERNET_HEADERS, PS_MAPI, PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_SUBJECT
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of


class NameTests(StoreBench):
    """One mapping for everything in a store."""

    def test_a_name_has_one_identifier_for_ever(self) -> None:
        """P-200, P-231, P-202."""
        name = PropertyName(PS_PUBLIC_STRINGS, "Project")
        message = self.draft(self.folder())
        assert message.get_ids_from_names([name]) == {}
        number = message.get_ids_from_names([name], create=True)[name]
        assert 0x8000 <= number <= 0xFFFE
        assert self.root().get_ids_from_names([name]) == {name: number}
        assert message.get_names_from_ids([number, 0x9FFF]) == {number: name}
        if Powers.OPEN_AGAIN in self.powers:
            assert self.again().get_ids_from_names([name]) == {name: number}

    def test_named_properties_are_properties(self) -> None:
        """P-230."""
        names = [PropertyName(PS_PUBLIC_STRINGS, "Project"), PropertyName(PS_PUBLIC_STRINGS, 0x8503)]
        message = self.draft(self.folder())
        ids = message.get_ids_from_names(names, create=True)
        values = {
            PropTag.of(ids[names[0]], PropType.UNICODE): "mapix",
            PropTag.of(ids[names[1]], PropType.BOOLEAN): True,
        }
        assert not message.set_props(values)
        message.save_changes(Keep.CLOSE)
        again = self.message_of(entry_id_of(message))
        assert again.get_props(tuple(values)) == values
        assert set(values) <= set(again.get_prop_list())

    def test_an_identifier_without_name_cannot_be_set(self) -> None:
        """P-152, X-04."""
        (problem,) = self.draft(self.folder()).set_props({PropTag.of(0xABCD, PropType.LONG): 1})
        assert problem.scode == UnexpectedId.hresult

    def test_header_names_do_not_look_at_case(self) -> None:
        """P-237."""
        folder = self.folder()
        first = folder.get_ids_from_names([PropertyName(PS_INTERNET_HEADERS, "X-Mailer")], create=True)
        second = folder.get_ids_from_names([PropertyName(PS_INTERNET_HEADERS, "x-mailer")], create=True)
        assert list(first.values()) == list(second.values())

    def test_the_set_of_mapi_itself_names_low_identifiers(self) -> None:
        """P-234."""
        name = PropertyName(PS_MAPI, PR_SUBJECT.id)
        assert self.store.get_ids_from_names([name]) == {name: PR_SUBJECT.id}
        assert self.store.get_names_from_ids([PR_SUBJECT.id]) == {PR_SUBJECT.id: name}

    def test_creating_names_needs_names(self) -> None:
        """P-200."""
        with pytest.raises(InvalidParameter):
            self.store.get_ids_from_names(None, create=True)
