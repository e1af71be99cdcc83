"""mailto: URIs: what RFC 6068 shows, what it forbids, and what strangers make of them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapix.formats.mailto import LONGEST, Mailto, is_mailto, parse_mailto
from mapix.properties.errors import InvalidParameter, MapiError

WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="=?")).filter(str.isprintable)
LOCALS = st.text("abcxyz0189.+-_/%&?#ü", min_size=1).map(lambda text: f"{text}@example.org")


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("mailto:chris@example.com", Mailto(to=("chris@example.com",))),
        ("mailto:?to=chris@example.com", Mailto(to=("chris@example.com",))),
        ("MAILTO:a@x.org,b@y.org?to=c@z.org", Mailto(to=("a@x.org", "b@y.org", "c@z.org"))),
        (
            "mailto:list@example.com?In-Reply-To=%3C3469A91@x.org%3E",
            Mailto(("list@example.com",), in_reply_to="<3469A91@x.org>"),
        ),
        ("mailto:a@x.org?subject=caf%C3%A9", Mailto(to=("a@x.org",), subject="café")),
        ("mailto:a@x.org?subject=%3D%3Futf-8%3FQ%3Fcaf%3DC3%3DA9%3F%3D", Mailto(to=("a@x.org",), subject="café")),
        ("mailto:a@x.org?body=one%0D%0Atwo%0Athree", Mailto(to=("a@x.org",), body="one\ntwo\nthree")),
        ("mailto:a@x.org?subject=%3D%3Fk%C3%A9-8%3FQ%3Fx%3F%3D", Mailto(to=("a@x.org",), subject="=?ké-8?Q?x?=")),
        ("mailto:gorby%25kremvax@example.com", Mailto(to=("gorby%kremvax@example.com",))),
        (
            "mailto:unlikely%3Faddress@example.com?body=a&subject=b",
            Mailto(("unlikely?address@example.com",), subject="b", body="a"),
        ),
        ("mailto:%22not%40me%22@example.org", Mailto(to=('"not@me"@example.org',))),
        ("mailto:a%2Cb@x.org", Mailto(to=("a,b@x.org",))),
        ("mailto:a@x.org?subject=1+1", Mailto(to=("a@x.org",), subject="1+1")),
        ("mailto:a@x.org?subject=50%25%26more", Mailto(to=("a@x.org",), subject="50%&more")),
        ("mailto:用户@例子.example?subject=你好", Mailto(to=("用户@例子.example",), subject="你好")),
        ("mailto:a@x.org?keywords=one,two&keywords=three", Mailto(to=("a@x.org",), keywords=("one", "two", "three"))),
        ("mailto:a@x.org?subject=#top", Mailto(to=("a@x.org",), subject="")),
        ("mailto:", Mailto()),
    ],
)
def test_what_a_uri_says(uri: str, found: Mailto) -> None:
    """RFC 6068 sections 2, 5 and 6."""
    assert parse_mailto(uri) == found


@pytest.mark.parametrize(
    "uri",
    [
        "http://example.org",
        "mailto",
        "ann@example.org",
        "mailto:a@x.org?subject",
        "mailto:a@x.org?=x",
        "mailto:a@x.org?subject=100%",
        "mailto:a@x.org?subject=%4",
        "mailto:a@x.org?subject=%zz",
        "mailto:a@x.org?subject=%FF",
        "mailto:a@x.org?subject=a b",
        "mailto:<a@x.org>",
        "mailto:a@x.org?subject=a%0D%0ABcc:%20eve@x.org",
        "mailto:a%0Ab@x.org",
        "mailto:a@x.org?su%0Abject=a",
        "mailto:a@x.org?body=%00",
        "mailto:a@x.org?subject=a&subject=b",
        "mailto:a@x.org?body=a&BODY=b",
        "mailto:a@x.org\nbcc:eve@x.org",
        "mailto:" + "a" * LONGEST,
    ],
)
def test_what_breaks_the_rules_is_refused(uri: str) -> None:
    """RFC 6068 section 2: no header can be smuggled in."""
    with pytest.raises(InvalidParameter):
        parse_mailto(uri)


@pytest.mark.parametrize(
    "name", ["from", "attach", "attachment", "sender", "received", "x-mailer", "date", "apparently-to"]
)
def test_headers_that_are_not_a_strangers_to_set_are_told_and_left_out(name: str) -> None:
    """RFC 6068 sections 4 and 7."""
    found = parse_mailto(f"mailto:a@x.org?{name.upper()}=/etc/passwd&subject=Hi")
    assert found == Mailto(to=("a@x.org",), subject="Hi", ignored=(name,))


@given(to=st.lists(LOCALS, max_size=4), cc=st.lists(LOCALS, max_size=3), subject=WORDS, body=WORDS)
def test_what_is_encoded_is_read_back(to: list[str], cc: list[str], subject: str, body: str) -> None:
    """RFC 6068 section 2."""
    uri = f"mailto:{','.join(quote(one, safe='@') for one in to)}?subject={quote(subject)}&body={quote(body)}"
    uri += "".join(f"&cc={quote(one)}" for one in cc)
    found = parse_mailto(uri)
    assert (found.to, found.cc, found.subject, found.body) == (tuple(to), tuple(cc), subject, body)


@given(st.text(max_size=60), st.text(max_size=60))
def test_strange_uris_end_in_a_reading_or_in_a_mapi_error(path: str, query: str) -> None:
    """RFC 6068 section 2."""
    try:
        found = parse_mailto(f"mailto:{path}?{query}")
    except MapiError:
        return
    assert all(line.isprintable() for line in (*found.to, *found.cc, *found.bcc, found.subject or ""))


def test_the_scheme_is_known_in_any_case() -> None:
    """RFC 3986 section 3.1."""
    assert is_mailto("MailTo:a@x.org")
    assert not is_mailto("mail:a@x.org")
