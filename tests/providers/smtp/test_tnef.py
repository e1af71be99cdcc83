"""Mail that carries its properties in a winmail.dat, where that is asked for."""

from __future__ import annotations

import pytest
from tests.fixtures_smtp import running
from tests.spoolbench import Bench, Section, Support, recipient

from mapix.formats.mime import from_mime
from mapix.formats.mime.options import MimeOptions
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_BODY,
    PR_EMAIL_ADDRESS,
    PR_RTF_COMPRESSED,
    PR_SEND_RICH_INFO,
    PR_SUBJECT,
    PR_TNEF_CORRELATION_KEY,
)
from mapix.providers.smtp.service import ALWAYS, ASKED, NEVER, NONE
from mapix.providers.smtp.transport import SmtpProvider

OWN = PropTag(0x68110003)
"""A property that mail has no word for."""


@pytest.fixture
def bench(tmp_path):
    with Bench(tmp_path) as made:
        yield made


def wanting(address: str, rich: bool) -> dict:
    return {**recipient(address), PR_SEND_RICH_INFO: rich}


def sent(bench: Bench, setting: str, recipients: list) -> bytes:
    """What the server is given."""
    with running() as server:
        values = {"host": "127.0.0.1", "port": server.port, "security": NONE, "timeout": 5, "tnef": setting}
        transport = SmtpProvider().logon(Support(Section(values, {})))
        bench.submit(recipients, "Grüße", values={PR_BODY: "Hällo", OWN: 4711})
        assert bench.spooler([transport]).flush(60) == 0
        transport.logoff()
        (taken,) = server.sink.accepted
        return bytes(taken.data)


@pytest.mark.parametrize(
    ("setting", "wants", "wrapped"),
    [
        (NEVER, [True], False),
        (ASKED, [True, True], True),
        (ASKED, [True, False], False),
        (ALWAYS, [False], True),
    ],
)
def test_mail_goes_as_tnef_where_setting_and_recipients_want_it(
    bench: Bench, setting: str, wants: list[bool], wrapped: bool
) -> None:
    """P-004."""
    rows = [wanting(f"r{number}@example.com", rich) for number, rich in enumerate(wants)]
    data = sent(bench, setting, rows)
    assert (b"application/ms-tnef" in data, b"X-MS-TNEF-Correlator:" in data) == (wrapped, wrapped)
    content = from_mime(data).value
    assert content.get(OWN) == (4711 if wrapped else None)
    assert content.get(PR_SUBJECT) == "Grüße"
    assert content.get(PR_BODY).strip() == "Hällo"
    assert [row[PR_EMAIL_ADDRESS] for row in content.recipients] == [row[PR_EMAIL_ADDRESS] for row in rows]
    assert content.attachments == []


def test_who_reads_no_tnef_has_the_text(bench: Bench) -> None:
    content = from_mime(sent(bench, ALWAYS, ["bob@example.com"]), options=MimeOptions(unwrap=False)).value
    assert content.get(PR_BODY).strip() == "Hällo"
    assert PR_RTF_COMPRESSED not in content.properties
    assert PR_TNEF_CORRELATION_KEY not in content.properties
    assert len(content.attachments) == 1
