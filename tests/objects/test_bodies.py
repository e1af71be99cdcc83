"""Bodies of messages: which one is native, and how the others follow where somebody can convert."""

from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Keep
from mapix.objects.bags import bodies
from mapix.objects.bags.bodies import Body, best_body, can_convert, converted, register
from mapix.properties.flags import STORE_RTF_OK
from mapix.properties.tags import (
    PR_BODY,
    PR_HTML,
    PR_INTERNET_CPID,
    PR_NATIVE_BODY_INFO,
    PR_RTF_COMPRESSED,
    PR_RTF_IN_SYNC,
    PR_STORE_SUPPORT_MASK,
)


@pytest.fixture
def converters(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTML to text and back, RTF to text and back; the last two so simple that a test sees through them."""
    monkeypatch.setattr(bodies, "_CONVERTERS", {})
    register(Body.HTML, Body.PLAIN, lambda data, codepage: data.decode(f"cp{codepage}").strip("<p>"))
    register(Body.PLAIN, Body.HTML, lambda text, codepage: f"<p>{text}".encode(f"cp{codepage}"))
    register(Body.PLAIN, Body.RTF, lambda text, codepage: b"rtf:" + text.encode())
    register(Body.RTF, Body.PLAIN, lambda data, codepage: data[4:].decode())


def message_with(folder: MapiFolder, values: dict[Any, Any]) -> Message:
    """A saved message that can be changed."""
    message = folder.create_message()
    message.set_props({PR_INTERNET_CPID: 1252} | values)
    message.save_changes(Keep.READWRITE)
    return message


def change(message: Message, values: dict[Any, Any]) -> dict[Any, Any]:
    """The bodies after a change was saved."""
    message.set_props(values)
    message.save_changes(Keep.READWRITE)
    return message.get_props((PR_BODY, PR_RTF_COMPRESSED, PR_HTML, PR_RTF_IN_SYNC, PR_NATIVE_BODY_INFO))


@pytest.mark.parametrize(
    ("present", "in_sync", "best"),
    [
        ("", False, Body.UNDEFINED),
        ("plain", False, Body.PLAIN),
        ("rtf", False, Body.RTF),
        ("html", False, Body.HTML),
        ("plain rtf", True, Body.RTF),
        ("plain rtf", False, Body.PLAIN),
        ("plain html", False, Body.HTML),
        ("plain html", True, Body.HTML),
        ("rtf html", True, Body.RTF),
        ("rtf html", False, Body.HTML),
        ("plain rtf html", True, Body.RTF),
        ("plain rtf html", False, Body.HTML),
    ],
)
def test_the_best_body_is_found_by_what_is_there(present: str, in_sync: bool, best: Body) -> None:
    """M-048, [MS-OXBBODY] 2.1.3.1."""
    assert best_body([Body[word.upper()] for word in present.split()], in_sync=in_sync) is best


def test_converters_work_alone_and_one_after_another(converters: None) -> None:
    """M-044."""
    assert converted(Body.PLAIN, Body.HTML, "é", 1252) == b"<p>\xe9"
    assert converted(Body.HTML, Body.RTF, b"<p>\xe9", 1252) == b"rtf:\xc3\xa9"
    register(Body.RTF, Body.PLAIN, None)
    assert not can_convert(Body.RTF, Body.HTML)
    assert converted(Body.RTF, Body.HTML, b"rtf:x") is None
    register(Body.HTML, Body.PLAIN, lambda data, codepage: None)
    assert converted(Body.HTML, Body.RTF, b"<p>x") is None


def test_without_converters_what_was_set_is_kept_and_nothing_invented(
    folder: MapiFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-042, M-044."""
    monkeypatch.setattr(bodies, "_CONVERTERS", {})
    message = message_with(folder, {PR_BODY: "one", PR_RTF_COMPRESSED: b"rtf", PR_RTF_IN_SYNC: True, PR_HTML: b"html"})
    assert message.get_prop(PR_NATIVE_BODY_INFO) == Body.RTF
    found = change(message, {PR_BODY: "two"})
    assert found == {PR_BODY: "two", PR_RTF_COMPRESSED: b"rtf", PR_HTML: b"html", PR_NATIVE_BODY_INFO: Body.PLAIN}
    assert message_with(folder, {PR_HTML: b"html"}).get_prop(PR_BODY) is None


@pytest.mark.usefixtures("converters")
def test_the_native_body_is_what_was_set_last(folder: MapiFolder) -> None:
    """M-043, M-048: of several the best, unless a client says which."""
    message = message_with(folder, {PR_BODY: "text"})
    assert message.get_prop(PR_NATIVE_BODY_INFO) == Body.PLAIN
    assert change(message, {PR_HTML: b"html", PR_BODY: "of it"})[PR_NATIVE_BODY_INFO] == Body.HTML
    assert change(message, {PR_BODY: "changed"})[PR_NATIVE_BODY_INFO] == Body.PLAIN
    assert change(message, {PR_RTF_COMPRESSED: b"rtf"})[PR_NATIVE_BODY_INFO] == Body.RTF
    assert change(message, {PR_NATIVE_BODY_INFO: int(Body.HTML)})[PR_NATIVE_BODY_INFO] == Body.HTML
    message.delete_props((PR_HTML, PR_RTF_COMPRESSED))
    message.save_changes(Keep.READWRITE)
    assert message.get_prop(PR_NATIVE_BODY_INFO) == Body.PLAIN
    assert folder.create_message().get_prop(PR_NATIVE_BODY_INFO) is None


def test_plain_text_follows_every_native_body(folder: MapiFolder, converters: None) -> None:
    """M-041: clients set one body only."""
    assert message_with(folder, {PR_HTML: b"<p>\xe9"}).get_prop(PR_BODY) == "é"
    message = message_with(folder, {PR_RTF_COMPRESSED: b"rtf:text"})
    assert message.get_props((PR_BODY, PR_RTF_IN_SYNC)) == {PR_BODY: "text", PR_RTF_IN_SYNC: True}
    assert change(message, {PR_RTF_COMPRESSED: b"rtf:new"})[PR_BODY] == "new"


def test_stored_forms_are_refreshed_and_others_are_made_on_demand(folder: MapiFolder, converters: None) -> None:
    """M-041, M-044: the middle level."""
    message = message_with(folder, {PR_HTML: b"<p>one", PR_BODY: "one"})
    assert message.get_prop(PR_RTF_COMPRESSED) == b"rtf:one"
    assert PR_RTF_COMPRESSED in message.get_prop_list()
    found = change(message, {PR_BODY: "two"})
    assert (found[PR_HTML], found[PR_RTF_COMPRESSED]) == (b"<p>two", b"rtf:two")
    copy = folder.create_message()
    message.copy_to(copy)
    assert copy.get_prop(PR_HTML) == b"<p>two"


def test_a_change_of_blanks_leaves_the_other_forms_alone(folder: MapiFolder, converters: None) -> None:
    """M-041."""
    message = message_with(folder, {PR_RTF_COMPRESSED: b"rtf:one two"})
    found = change(message, {PR_BODY: " one\r\ntwo "})
    assert found == {
        PR_BODY: " one\r\ntwo ",
        PR_RTF_COMPRESSED: b"rtf:one two",
        PR_HTML: b"<p>one two",
        PR_RTF_IN_SYNC: True,
        PR_NATIVE_BODY_INFO: Body.RTF,
    }


def test_a_store_promises_to_keep_rtf_in_step_only_if_it_can(folder: MapiFolder, converters: None) -> None:
    """M-041, ST-024."""
    assert folder.get_prop(PR_STORE_SUPPORT_MASK) & STORE_RTF_OK
    register(Body.PLAIN, Body.RTF, None)
    assert not folder.get_prop(PR_STORE_SUPPORT_MASK) & STORE_RTF_OK


def test_a_conversion_that_is_not_possible_changes_nothing(folder: MapiFolder, converters: None) -> None:
    register(Body.HTML, Body.PLAIN, lambda data, codepage: None)
    message = message_with(folder, {PR_BODY: "text"})
    assert change(message, {PR_HTML: b"<p>html"})[PR_BODY] == "text"
