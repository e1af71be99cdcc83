"""Messages whose rich body is only in RTF, with plain text beside, as Outlook writes them."""

from mapix.formats.mime import from_mime, to_mime
from mapix.formats.rtf import compress, encapsulate_html, encapsulate_text
from mapix.properties.content import MessageContent
from mapix.properties.tags import PR_BODY, PR_HTML, PR_RTF_COMPRESSED, PR_SUBJECT


def test_html_in_rtf_goes_out_beside_the_text() -> None:
    """[MS-OXCMAIL] 2.1.3.1."""
    rtf = compress(encapsulate_html("<p>The <b>numbers</b></p>"))
    content = MessageContent({PR_SUBJECT: "Q3", PR_BODY: "The numbers", PR_RTF_COMPRESSED: rtf})
    back = from_mime(to_mime(content)).value
    assert back.get(PR_BODY).strip() == "The numbers"
    assert b"<b>numbers</b>" in back.get(PR_HTML)


def test_rtf_that_only_wraps_text_and_rtf_that_is_damaged_add_nothing() -> None:
    """[MS-OXCMAIL] 2.1.3.1."""
    for rtf in (compress(encapsulate_text("The numbers")), b"damaged"):
        content = MessageContent({PR_SUBJECT: "Q3", PR_BODY: "The numbers", PR_RTF_COMPRESSED: rtf})
        back = from_mime(to_mime(content)).value
        assert back.get(PR_BODY).strip() == "The numbers"
        assert back.get(PR_HTML) is None
