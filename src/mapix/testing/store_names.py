"""Store tests: named properties (objects 1.7, GetNamesFromIDs, GetIDsFromNames)."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.interfaces.prop import Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import InvalidParameter, TooBig, UnexpectedId
from mapix.properties.flags import MAPI_NO_IDS, MAPI_NO_STRINGS
from mapix.properties.named import PS_INTERNET_HEADERS, PS_MAPI, PS_PUBLIC_STRINGS, PropertyName, PSETID_Common
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MAPPING_SIGNATURE, PR_SUBJECT
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

    def test_names_of_both_kinds_and_any_set_have_identifiers(self) -> None:
        """P-200, P-202, P-230, P-232: in the order asked for, the same for every object of the store."""
        names = [
            PropertyName(bytes(range(16)), 0),
            PropertyName(bytes(range(16)), 0xFFFFFFFF),
            PropertyName(bytes(16), ""),
            PropertyName(PSETID_Common, "Grüße 𝄞"),
            PropertyName(PSETID_Common, "grüße 𝄞"),
        ]
        ids = self.store.get_ids_from_names(names, create=True)
        assert list(ids) == names
        assert len(set(ids.values())) == len(names)
        assert all(0x8000 <= number <= 0xFFFE for number in ids.values())
        folder = self.folder()
        for item in (folder, self.draft(folder), self.draft(folder).create_attach()[1]):
            assert item.get_ids_from_names(names) == ids
            assert item.get_names_from_ids(ids.values()) == {number: name for name, number in ids.items()}

    def test_the_whole_mapping_is_told_and_chosen_from(self) -> None:
        """P-190, P-192, P-193, P-200: by set, by kind; both flags leave nothing."""
        number, word = PropertyName(PSETID_Common, 0x8503), PropertyName(PS_PUBLIC_STRINGS, "Project")
        self.store.get_ids_from_names([number, word], create=True)

        def told(**chosen: Any) -> set[PropertyName]:
            return set(self.store.get_names_from_ids(None, **chosen).values()) & {number, word}

        assert told() == {number, word}
        assert told(guid=PSETID_Common) == {number}
        assert told(flags=MAPI_NO_STRINGS) == {number}
        assert told(flags=MAPI_NO_IDS) == {word}
        assert self.store.get_names_from_ids(None, flags=MAPI_NO_IDS | MAPI_NO_STRINGS) == {}
        assert {number, word} <= set(self.store.get_ids_from_names(None))

    def test_the_set_does_not_matter_where_identifiers_are_given(self) -> None:
        """P-191: unknown identifiers are absent, types are not looked at."""
        name = PropertyName(PS_PUBLIC_STRINGS, "Project")
        number = self.store.get_ids_from_names([name], create=True)[name]
        tag = PropTag.of(number, PropType.LONG)
        assert self.store.get_names_from_ids([tag, 0xFFFE], guid=PSETID_Common) == {number: name}

    def test_the_mappings_signature_stays(self) -> None:
        """P-235, X-05: identifiers are never given again, so what was learned stays true."""
        before = self.store.get_prop(PR_MAPPING_SIGNATURE)
        self.store.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "One more")], create=True)
        folder = self.folder()
        for item in (self.store, folder, self.draft(folder)):
            assert item.get_prop(PR_MAPPING_SIGNATURE) == before

    def test_named_properties_are_columns(self) -> None:
        """P-236."""
        folder = self.folder()
        name = PropertyName(PS_PUBLIC_STRINGS, "Project")
        tag = PropTag.of(folder.get_ids_from_names([name], create=True)[name], PropType.UNICODE)
        for value in ("b", "a"):
            self.message(folder, {tag: value})
        rows = query_all_rows(folder.get_contents_table(), (tag,), Property(Relop.LE, tag, "a"))
        assert rows == [("a",)]

    def test_identifiers_run_out_with_an_error(self) -> None:
        """P-201: none is given twice, and those given before still work."""
        names = [PropertyName(PSETID_Common, number) for number in range(0x7FFF)]
        first = self.store.get_ids_from_names(names[:5], create=True)
        with pytest.raises(TooBig):
            self.store.get_ids_from_names([*names, PropertyName(PSETID_Common, "one too many")], create=True)
        assert self.store.get_ids_from_names(names[:5]) == first
