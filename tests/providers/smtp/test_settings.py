"""What the settings of the service may be."""

import pytest

from mapix.properties.errors import InvalidParameter
from mapix.providers.smtp.service import check


@pytest.mark.parametrize(
    "host",
    [
        "mail.example.org:587",
        "smtp://mail.example.org",
        "mail.example.org/",
        "two words",
        "[::1]",
        "ann@example.org",
        "a\0b",
    ],
)
def test_a_server_is_its_name_or_its_address_and_nothing_else(host: str) -> None:
    with pytest.raises(InvalidParameter, match="the port is a setting of its own"):
        check({"host": host})


@pytest.mark.parametrize(
    "host", ["mail.example.org", "mail", "127.0.0.1", "::1", "fe80::1%eth0", "bücher.example", "a_b", None]
)
def test_names_and_addresses_of_servers_are_taken(host: str | None) -> None:
    check({"host": host})


@pytest.mark.parametrize("most", [0, -1])
def test_a_transaction_has_one_recipient_at_least(most: int) -> None:
    with pytest.raises(InvalidParameter):
        check({"max_recipients": most})
    check({"max_recipients": 1})
