"""Property bags over plain sources: what they keep pending, save, compute and refuse."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.interfaces.prop import Access, ChangeSet, Keep
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import MapiTable
from mapix.objects.bags.propdata import MemorySource, PropertyBag
from mapix.objects.bags.rules import Rules
from mapix.objects.stores.life import Life
from mapix.properties.codepage import ANSI
from mapix.properties.errors import (
    Computed,
    InterfaceNotSupported,
    InvalidObject,
    InvalidParameter,
    InvalidType,
    NoAccess,
    NoSupport,
    NotEnoughMemory,
    NotFound,
    ObjectChanged,
    UnexpectedId,
)
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_BODY,
    PR_COMMENT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_HTML,
    PR_IMPORTANCE,
    PR_INTERNET_CPID,
    PR_SUBJECT,
)
from mapix.properties.value import LargeValue


def bag(values: dict[PropTag, Any] | None = None, **options: Any) -> PropertyBag:
    """A writable bag over a dictionary."""
    return PropertyBag(MemorySource(values), **({"access": Access.MODIFY} | options))


class CountingSource(MemorySource):
    """Counts how often it is read."""

    loads = 0

    def load(self, tags: Any) -> tuple[dict[PropTag, Any], int]:
        self.loads += 1
        return super().load(tags)


class BrokenSource(MemorySource):
    """Its disk is full."""

    def apply(self, changes: ChangeSet) -> int:
        raise NotEnoughMemory("no more room")


def test_a_transacted_bag_reads_its_source_once() -> None:
    source = CountingSource({PR_SUBJECT: "one"})
    item = PropertyBag(source, access=Access.MODIFY)
    source.values[PR_SUBJECT] = "two"
    assert [item.get_prop(PR_SUBJECT) for _ in range(3)] == ["one"] * 3
    assert source.loads == 1


def test_a_fresh_bag_does_not_read_its_source_at_all() -> None:
    """P-221."""
    source = CountingSource()
    item = PropertyBag(source, access=Access.MODIFY, fresh=True)
    item.set_props({PR_SUBJECT: "one"})
    assert item.get_props(None) == {PR_SUBJECT: "one"}
    assert source.loads == 0


def test_a_bag_that_is_not_transacted_acts_at_once_and_sees_others_act() -> None:
    """P-211."""
    source = MemorySource()
    first, second = (PropertyBag(source, access=Access.MODIFY, transacted=False) for _ in range(2))
    first.set_props({PR_SUBJECT: "one"})
    assert second.get_prop(PR_SUBJECT) == "one"
    second.delete_props((PR_SUBJECT,))
    assert first.get_prop(PR_SUBJECT) is None
    first.save_changes()
    first.set_props({PR_SUBJECT: "two"})
    assert source.values == {PR_SUBJECT: "two"}


def test_a_failed_save_leaves_the_bag_as_it_was() -> None:
    """P-102, P-214, P-220."""
    item = PropertyBag(BrokenSource({PR_SUBJECT: "one"}), access=Access.MODIFY)
    item.set_props({PR_SUBJECT: "two"})
    with pytest.raises(NotEnoughMemory):
        item.save_changes(Keep.CLOSE)
    assert item.writable
    assert item.get_prop(PR_SUBJECT) == "two"
    told = item.get_last_error()
    assert told is not None
    assert told.context == NotEnoughMemory.hresult


def test_the_first_saver_wins_and_the_second_may_insist() -> None:
    """P-215."""
    source = MemorySource({PR_SUBJECT: "zero"})
    first, second = (PropertyBag(source, access=Access.MODIFY) for _ in range(2))
    first.set_props({PR_SUBJECT: "one"})
    second.set_props({PR_COMMENT: "two"})
    first.save_changes(Keep.READWRITE)
    with pytest.raises(ObjectChanged):
        second.save_changes(Keep.READWRITE)
    second.save_changes(Keep.READWRITE, force=True)
    assert source.values == {PR_SUBJECT: "one", PR_COMMENT: "two"}


def test_saving_nothing_changes_nothing() -> None:
    source = MemorySource({PR_SUBJECT: "one"})
    PropertyBag(source, access=Access.MODIFY).save_changes()
    assert source.version == 1


def test_a_value_set_and_then_deleted_is_gone_and_back_again() -> None:
    item = bag({PR_SUBJECT: "one"})
    item.delete_props((PR_SUBJECT,))
    assert item.get_props(None) == {}
    item.set_props({PR_SUBJECT: "two"})
    assert item.get_props(None) == {PR_SUBJECT: "two"}


def test_nothing_is_set_when_one_value_is_wrong() -> None:
    """GEN-5, P-150, P-154."""
    item = bag()
    with pytest.raises(InvalidParameter):
        item.set_props({PR_SUBJECT: "one", PR_IMPORTANCE: "high"})
    assert item.get_props(None) == {}


@pytest.mark.parametrize(
    ("tag", "given_value", "stored"),
    [
        (PR_IMPORTANCE, 0xFFFFFFFF, -1),
        (PR_IMPORTANCE, True, 1),
        (PropTag(0x68010002), 0x8000, -0x8000),
        (PropTag(0x68010005), 3, 3.0),
        (PropTag(0x6801000B), 5, True),
        (PropTag(0x68010102), bytearray(b"x"), b"x"),
        (PropTag(0x68011003), [1, 2], (1, 2)),
        (PropTag(0x6801101E), [b"a", "b"], ("a", "b")),
        (PR_SUBJECT.with_type(PropType.STRING8), "text", "text"),
    ],
)
def test_values_are_kept_in_one_form(tag: PropTag, given_value: Any, stored: Any) -> None:
    """P-024, P-153."""
    source = MemorySource()
    item = PropertyBag(source, access=Access.MODIFY)
    assert not item.set_props({tag: given_value})
    item.save_changes()
    ((kept, value),) = source.values.items()
    assert (kept, value, type(value)) == (tag.unicode(), stored, type(stored))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (PR_IMPORTANCE, 1 << 32),
        (PR_IMPORTANCE, -(1 << 31) - 1),
        (PR_IMPORTANCE, 1.5),
        (PR_SUBJECT, b"bytes"),
        (PR_ENTRYID, "text"),
        (PropTag(0x68010048), bytes(15)),
        (PropTag(0x68011003), 1),
        (PropTag(0x68011003), (1, "x")),
        (PropTag(0x6801101F), ()),
        (PropTag(0x6801101E), "text"),
    ],
)
def test_values_that_do_not_fit_their_type_are_refused(tag: PropTag, value: Any) -> None:
    """P-022, P-051."""
    with pytest.raises(InvalidParameter):
        bag().set_props({tag: value})


def test_large_values_are_read_whole_unless_there_is_a_limit() -> None:
    """P-060, P-061, P-062."""
    item = bag()
    with item.open_property(PR_BODY, Stream, access=Access.MODIFY, create=True) as stream:
        stream.write("ä".encode("utf-16-le") * 400_000)
    assert isinstance(item.stored_props()[PR_BODY], LargeValue)
    assert item.get_prop(PR_BODY) == "ä" * 400_000
    assert item.get_prop(PR_BODY.with_type(PropType.STRING8)) == "ä".encode() * 400_000

    class Limited(PropertyBag):
        whole_limit = 4096

    limited = Limited(MemorySource(item.stored_props()), access=Access.READ)
    refused = limited.get_prop(PR_BODY)
    assert isinstance(refused, LargeValue)
    assert refused.size == 800_000


def test_html_text_is_written_in_its_own_code_page() -> None:
    """P-046, X-19."""
    item = bag({PR_INTERNET_CPID: 1252})
    item.set_props({PropTag(0x1013001F): "Grüße"})
    assert item.get_prop(PR_HTML) == "Grüße".encode("cp1252")
    assert item.get_prop(PropTag(0x1013001F)) == "Grüße"


def test_narrow_text_is_read_in_the_bags_code_page() -> None:
    """P-045."""
    item = bag(codepage=1252)
    item.set_props({PR_SUBJECT.with_type(PropType.STRING8): b"Gr\xfc\xdfe"})
    assert item.get_prop(PR_SUBJECT) == "Grüße"
    assert bag({PR_SUBJECT: "Grüße"}, codepage=ANSI).get_prop(PR_SUBJECT.with_type(0x1E)) == "Grüße".encode()


def _refuse(item: Any, value: str) -> str:
    if value == "bad":
        raise NoAccess("not this one")
    return value.upper()


RULES = Rules.of(
    computed={PR_ENTRYID: lambda item: b"id", PR_COMMENT: lambda item: None},
    readonly=(PR_IMPORTANCE,),
    setters={PR_DISPLAY_NAME: _refuse},
    objects=(PropTag(0x360F000D),),
)


def test_rules_compute_refuse_and_watch_properties() -> None:
    """P-009, P-030, P-152."""
    item = bag({PR_IMPORTANCE: 1}, rules=RULES)
    problems = item.set_props({PR_ENTRYID: b"x", PR_SUBJECT: "s", PR_DISPLAY_NAME: "name", PR_IMPORTANCE: 2})
    assert [(one.index, one.tag, one.scode) for one in problems] == [
        (0, PR_ENTRYID, Computed.hresult),
        (3, PR_IMPORTANCE, Computed.hresult),
    ]
    assert [one.scode for one in item.set_props({PR_DISPLAY_NAME: "bad"})] == [NoAccess.hresult]
    expected = {PR_ENTRYID: b"id", PR_IMPORTANCE: 1, PR_SUBJECT: "s", PR_DISPLAY_NAME: "NAME"}
    assert item.get_props(None) == expected
    assert set(item.get_prop_list()) == {*expected, PropTag(0x360F000D)}
    assert [one.scode for one in item.delete_props((PR_SUBJECT, PR_ENTRYID))] == [Computed.hresult]
    assert item.get_prop(PR_SUBJECT) is None


def test_a_read_only_property_opens_for_reading_only() -> None:
    """P-009, P-133."""
    item = bag({PR_ENTRYID: b"stored"}, rules=RULES)
    assert item.open_property(PR_ENTRYID, Stream).read() == b"id"
    with pytest.raises(NoAccess):
        item.open_property(PR_ENTRYID, Stream, access=Access.MODIFY)
    assert not item.open_property(PR_ENTRYID, Stream, access=Access.BEST).writable


def test_properties_open_as_what_they_are() -> None:
    """P-132, P-135."""
    item = bag({PR_IMPORTANCE: 1, PR_SUBJECT: "s"})
    with pytest.raises(InterfaceNotSupported):
        item.open_property(PR_IMPORTANCE, Stream)
    with pytest.raises(InterfaceNotSupported):
        item.open_property(PR_SUBJECT, MapiTable)
    with pytest.raises(NotFound):
        item.open_property(PR_BODY, Stream, access=Access.MODIFY)


def test_a_bag_without_names_has_no_named_properties() -> None:
    """P-152, P-201, P-233, X-04."""
    item = bag()
    with pytest.raises(NoSupport):
        item.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "x")])
    assert [one.scode for one in item.set_props({PropTag(0x8001001F): "x"})] == [UnexpectedId.hresult]


def test_types_that_cannot_be_stored_are_problems() -> None:
    """P-027."""
    odd = PropTag.of(0x6801, 0x7F00)
    assert [one.scode for one in bag().set_props({odd: b"x"})] == [InvalidType.hresult]


def test_the_end_of_a_life_ends_the_bag() -> None:
    life = Life()
    item = bag({PR_SUBJECT: "s"}, life=Life(life))
    life.end()
    with pytest.raises(InvalidObject):
        item.get_prop(PR_SUBJECT)


TAGS = [PR_SUBJECT, PR_COMMENT, PropTag(0x68010003), PropTag(0x6801001F), PropTag(0x68020102)]
VALUES = {0x1F: st.text(max_size=5), 0x3: st.integers(-9, 9), 0x102: st.binary(max_size=5)}
STEPS = st.lists(
    st.sampled_from(TAGS).flatmap(
        lambda tag: st.tuples(st.sampled_from(["set", "delete", "save"]), st.just(tag), VALUES[tag.type])
    ),
    max_size=30,
)


@given(STEPS)
def test_a_bag_is_a_dictionary_by_identifier(steps: list[tuple[str, PropTag, Any]]) -> None:
    """Held against the plainest model there is."""
    source = MemorySource()
    item = PropertyBag(source, access=Access.MODIFY)
    model: dict[int, tuple[PropTag, Any]] = {}
    saved: dict[PropTag, Any] = {}
    for step, tag, value in steps:
        if step == "set":
            item.set_props({tag: value})
            model[tag.id] = (tag, value)
        elif step == "delete":
            item.delete_props((tag,))
            model.pop(tag.id, None)
        else:
            item.save_changes(Keep.READWRITE)
            saved = dict(model.values())
        assert item.get_props(None) == dict(model.values())
        assert source.values == saved
