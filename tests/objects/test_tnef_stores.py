"""Messages of one store through TNEF into another, of whatever kind."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from mapix.formats.tnef import read_tnef, tnef_bytes
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access, Keep
from mapix.objects.messages.content import read_content, write_content
from mapix.objects.tnef import TNEF_DECODE, TNEF_ENCODE, TNEF_PROP_EXCLUDE, open_tnef_stream_ex
from mapix.properties.tags import PR_MESSAGE_RECIPIENTS
from mapix.providers.memory.provider import MemoryStoreProvider
from mapix.providers.sqlstore.provider import SqlStoreProvider
from mapix.testing.support import BenchSupport

from .rich import check_rich, rich_message, root_of


def root(kind: str, place: Path) -> MapiFolder:
    """The root folder of a store in memory, or in a file."""
    if kind == "memory":
        provider, config = MemoryStoreProvider(), {"name": str(place)}
        return root_of(provider.logon(BenchSupport(config), entry_id=None, access=Access.MODIFY).store)
    support = BenchSupport({"path": str(place / "mail.mapix")})
    place.mkdir()
    return root_of(SqlStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store)


@pytest.mark.parametrize(("source", "target"), [("memory", "sqlite"), ("sqlite", "memory"), ("sqlite", "sqlite")])
def test_a_message_of_any_store_goes_through_tnef_into_any_other(source: str, target: str, tmp_path: Path) -> None:
    """P-004, P-230, A-012."""
    here, there = root(source, tmp_path / "here"), root(target, tmp_path / "there")
    message = rich_message(here)
    data = tnef_bytes(read_content(message), transmittable=True)
    arrived = there.create_message()
    assert write_content(read_tnef(data).value, arrived) == []
    arrived.save_changes(Keep.READONLY)
    check_rich(arrived, there)


@pytest.mark.parametrize(("source", "target"), [("memory", "sqlite"), ("sqlite", "memory")])
def test_itnef_takes_messages_of_any_store(source: str, target: str, tmp_path: Path) -> None:
    """P-004, P-230, A-012."""
    here, there = root(source, tmp_path / "here"), root(target, tmp_path / "there")
    message = rich_message(here)
    stream = BytesIO()
    tnef = open_tnef_stream_ex(stream, "winmail.dat", TNEF_ENCODE, message, 0x77)
    tnef.add_props(TNEF_PROP_EXCLUDE, 0, None, [])
    tnef.encode_recips(0, None)
    assert tnef.finish() == (0x77, [])
    arrived = there.create_message()
    stream.seek(0)
    tnef = open_tnef_stream_ex(stream, "winmail.dat", TNEF_DECODE, arrived)
    assert tnef.extract_props(TNEF_PROP_EXCLUDE, [PR_MESSAGE_RECIPIENTS]) == []
    assert read_content(arrived).recipients == []
    assert tnef.extract_props(TNEF_PROP_EXCLUDE, []) == []
    arrived.save_changes(Keep.READONLY)
    check_rich(arrived, there)
