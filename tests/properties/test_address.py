"""What can be an internet address."""

import pytest

from mapix.properties.address import check_address, is_address
from mapix.properties.errors import InvalidParameter


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org",
        "a@b",
        "a+b.c_d@[127.0.0.1]",
        "j\u00f6rg@b\u00fccher.example",
        '"Ann A"@example.org',
        '"a@b"@example.org',
        "o'hara/x=y@example.org",
    ],
)
def test_a_local_part_at_a_domain_is_an_address(text: str) -> None:
    assert is_address(text)
    check_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "ann",
        "ann@",
        "@example.org",
        "a b@example.org",
        "a@b c",
        "a@b@c",
        "Ann <ann@example.org>",
        "ann@example.org\r\nRCPT TO:<eve@example.org>",
        "ann\x00@example.org",
        "ann@exam\u202eple.org",
        "a;b@example.org",
        "a,b@example.org",
        '""@example.org',
        '"@example.org',
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(InvalidParameter):
        check_address(text)


def test_no_text_is_no_wrong_address() -> None:
    assert not is_address("")
    check_address("")
    check_address(None)
