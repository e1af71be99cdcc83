"""Store tests: the bodies of messages, and how they follow one another ([MS-OXBBODY], M-040..M-048)."""

from __future__ import annotations

from typing import Any

import pytest

from mapix.formats.rtf import compress, de_encapsulate, decompress, encapsulate_text, to_text, uncompressed
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Keep
from mapix.properties.flags import STORE_RTF_OK
from mapix.properties.tag import PropType
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_BODY_HTML,
    PR_HTML,
    PR_INTERNET_CPID,
    PR_NATIVE_BODY_INFO,
    PR_RENDERING_POSITION,
    PR_RTF_COMPRESSED,
    PR_RTF_IN_SYNC,
    PR_STORE_SUPPORT_MASK,
)
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of

PLAIN, RTF, HTML = 1, 2, 3
"""Values of PR_NATIVE_BODY_INFO."""

_RICH = rb"{\rtf1\ansi Hello {\b w\'f6rld}\par again}"


class BodyTests(StoreBench):
    """What a client sets is kept; what it doesn't set follows, in stores that promise so (STORE_RTF_OK)."""

    def keeps_bodies_in_step(self) -> None:
        """Skip where the store does not keep bodies in step."""
        if not self.store.get_prop(PR_STORE_SUPPORT_MASK) & STORE_RTF_OK:
            pytest.skip("this store does not keep bodies in step")

    def saved_message(self, values: dict[Any, Any]) -> Message:
        """A message that was saved and opened again."""
        return self.message_of(self.message(self.folder(), values))

    def with_other(self, message: Message, values: dict[Any, Any]) -> Message:
        """The same after a change, opened again."""
        message.set_props(values)
        message.save_changes(Keep.READONLY)
        return self.message_of(entry_id_of(message))

    def test_all_bodies_are_kept_as_they_were_set(self) -> None:
        """M-040, M-046: uncompressed RTF too; PR_HTML and PR_BODY_HTML are one (X-19)."""
        bodies = {PR_BODY: "text", PR_RTF_COMPRESSED: uncompressed(b"{\\rtf1 other}"), PR_HTML: b"<p>third"}
        message = self.saved_message(bodies)
        assert message.get_props(tuple(bodies)) == bodies
        assert message.get_prop(PR_BODY_HTML) == "<p>third"

    def test_the_native_body_is_told(self) -> None:
        """M-043, M-048: the best of those that were set last."""
        message = self.saved_message({PR_BODY: "text", PR_HTML: b"html"})
        assert message.get_prop(PR_NATIVE_BODY_INFO) == HTML
        assert self.with_other(message, {PR_BODY: "other"}).get_prop(PR_NATIVE_BODY_INFO) == PLAIN

    def test_a_changed_body_leaves_no_rtf_that_claims_to_say_the_same(self) -> None:
        """M-041, M-042: where the store cannot make RTF, it is no longer called in step."""
        rtf = compress(encapsulate_text("text"))
        message = self.saved_message({PR_BODY: "text", PR_RTF_COMPRESSED: rtf, PR_RTF_IN_SYNC: True})
        again = self.with_other(message, {PR_BODY: "other"})
        if again.get_prop(PR_RTF_IN_SYNC):
            assert to_text(decompress(again.get_prop(PR_RTF_COMPRESSED)).value) == "other"
        else:
            assert again.get_prop(PR_RTF_COMPRESSED) == rtf
        assert again.get_prop(PR_BODY) == "other"

    def test_a_text_alone_has_the_other_bodies_for_who_asks(self) -> None:
        """M-041, M-044: made when they are asked for; nothing of it is stored."""
        self.keeps_bodies_in_step()
        message = self.saved_message({PR_BODY: "1 < 2\r\n{x}  \u2211", PR_INTERNET_CPID: 1252})
        assert b"1 &lt; 2<br>\r\n{x}&nbsp; &#8721;" in message.get_prop(PR_HTML)
        found = de_encapsulate(decompress(message.get_prop(PR_RTF_COMPRESSED)).value)
        assert found is not None
        assert found.text == "1 < 2\r\n{x}  \u2211"
        assert not {PR_HTML, PR_RTF_COMPRESSED} & set(message.get_props(None))
        assert message.get_prop(PR_NATIVE_BODY_INFO) == PLAIN

    def test_rtf_alone_has_text_and_html(self) -> None:
        """M-041, M-043, M-047: clients set the RTF only."""
        self.keeps_bodies_in_step()
        message = self.saved_message({PR_RTF_COMPRESSED: compress(_RICH)})
        assert message.get_props((PR_BODY, PR_RTF_IN_SYNC, PR_NATIVE_BODY_INFO)) == {
            PR_BODY: "Hello w\u00f6rld\r\nagain",
            PR_RTF_IN_SYNC: True,
            PR_NATIVE_BODY_INFO: RTF,
        }
        assert "Hello <b>w\u00f6rld</b>".encode() in message.get_prop(PR_HTML)
        assert {PR_BODY, PR_HTML, PR_RTF_COMPRESSED} <= set(message.get_prop_list())
        assert message.get_prop(PR_RTF_COMPRESSED) == compress(_RICH)

    def test_html_alone_has_text_and_rtf_that_carries_it(self) -> None:
        """M-048, [MS-OXRTFEX]."""
        self.keeps_bodies_in_step()
        html = "<p>Gr\u00fc\u00dfe, <a href='http://x/'>hier</a></p>"
        message = self.saved_message({PR_HTML: html.encode("cp1252"), PR_INTERNET_CPID: 1252})
        assert message.get_prop(PR_BODY) == "Gr\u00fc\u00dfe, hier <http://x/>"
        found = de_encapsulate(decompress(message.get_prop(PR_RTF_COMPRESSED)).value)
        assert found is not None
        assert found.html == html
        assert message.get_prop(PR_NATIVE_BODY_INFO) == HTML

    def test_bodies_of_before_follow_a_new_one(self) -> None:
        """M-041, M-043, M-048."""
        self.keeps_bodies_in_step()
        message = self.saved_message({PR_BODY: "one", PR_HTML: b"<p>one</p>", PR_RTF_COMPRESSED: compress(_RICH)})
        again = self.with_other(message, {PR_HTML: b"<p>two</p>"})
        assert again.get_prop(PR_BODY) == "two"
        assert to_text(decompress(again.get_prop(PR_RTF_COMPRESSED)).value) == "two"
        last = self.with_other(again, {PR_RTF_COMPRESSED: compress(_RICH)})
        assert last.get_prop(PR_BODY).startswith("Hello")
        assert b"<b>" in last.get_prop(PR_HTML)
        assert last.get_prop(PR_NATIVE_BODY_INFO) == RTF

    def test_bodies_set_together_stay_as_they_are(self) -> None:
        """M-042: a body that follows never takes the place of what a client sets."""
        bodies = {PR_BODY: "something else", PR_HTML: b"<p>one</p>", PR_RTF_COMPRESSED: compress(_RICH)}
        message = self.saved_message({PR_BODY: "old", PR_HTML: b"old"})
        assert self.with_other(message, bodies).get_props(tuple(bodies)) == bodies

    def test_other_blanks_leave_the_rich_bodies_alone(self) -> None:
        """M-041."""
        self.keeps_bodies_in_step()
        message = self.saved_message({PR_RTF_COMPRESSED: compress(_RICH)})
        again = self.with_other(message, {PR_BODY: " Hello  w\u00f6rld again\n"})
        assert again.get_prop(PR_RTF_COMPRESSED) == compress(_RICH)
        assert again.get_prop(PR_BODY) == " Hello  w\u00f6rld again\n"

    def test_attachments_stand_where_the_rtf_has_them(self) -> None:
        """M-045: what clients say before is approximate; those that are not shown stay so."""
        self.keeps_bodies_in_step()
        message = self.folder().create_message()
        message.set_props({PR_RTF_COMPRESSED: compress(rb"{\rtf1 one\objattph  two\par three\objattph\'20}")})
        for place in (99, -1, 5):
            _, attachment = message.create_attach()
            attachment.set_props({PR_RENDERING_POSITION: place, PR_ATTACH_DATA_BIN: b"x", PR_ATTACH_METHOD: 1})
            attachment.save_changes()
        message.save_changes(Keep.READONLY)
        again = self.message_of(entry_id_of(message))
        assert again.get_prop(PR_BODY) == "one two\r\nthree "
        places = [again.open_attach(number).get_prop(PR_RENDERING_POSITION) for number in range(3)]
        assert places == [14, -1, 3]

    def test_a_body_that_was_taken_away_is_made_again_for_who_asks(self) -> None:
        """M-044, P-121: the list of properties and all properties agree."""
        self.keeps_bodies_in_step()
        message = self.saved_message({PR_BODY: "one", PR_HTML: b"<p>one", PR_NATIVE_BODY_INFO: PLAIN})
        for _ in range(2):
            message.delete_props((PR_HTML,))
            listed = {tag for tag in message.get_prop_list() if tag.type != PropType.OBJECT}
            assert PR_HTML not in listed
            assert listed == set(message.get_props(None))
            assert b"one" in message.get_prop(PR_HTML)
            message.save_changes(Keep.READWRITE)

    def test_what_cannot_be_read_takes_nothing_with_it(self) -> None:
        """M-041: damaged RTF is kept, and the text beside it."""
        message = self.saved_message({PR_BODY: "text"})
        again = self.with_other(message, {PR_RTF_COMPRESSED: b"damaged"})
        assert again.get_props((PR_BODY, PR_RTF_COMPRESSED)) == {PR_BODY: "text", PR_RTF_COMPRESSED: b"damaged"}

    def test_damaged_rtf_alone_is_kept(self) -> None:
        """M-041: there is nothing to make text of."""
        self.need(Powers.RICH_TEXT)
        alone = self.saved_message({PR_RTF_COMPRESSED: b"damaged"})
        assert alone.get_props((PR_BODY, PR_RTF_COMPRESSED)) == {PR_RTF_COMPRESSED: b"damaged"}
