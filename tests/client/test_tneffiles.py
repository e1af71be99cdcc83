"""TNEF at the typed face: `mapix.from_tnef`, `mapix.to_tnef`, and files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import mapix
from mapix.formats.defects import Strictness
from mapix.properties.errors import CorruptData, InvalidParameter
from mapix.properties.tags import PR_ENTRYID


def made() -> mapix.Message:
    message = mapix.Message(subject="Q3", text="Better than Q2", to=["Ann <ann@example.org>"], cc="bob@example.org")
    message.attach(b"1;2;3\n", "q3.csv")
    message.attach(mapix.Message(subject="Inside", text="deep"), "inside")
    return message


def test_a_message_goes_through_tnef_and_back() -> None:
    """P-004, A-012."""
    message = mapix.from_tnef(mapix.to_tnef(made()))
    assert (message.subject, message.text.strip()) == ("Q3", "Better than Q2")
    assert [str(one) for one in message.recipients] == ["Ann <ann@example.org>", "bob@example.org"]
    assert message.attachments["q3.csv"].data == b"1;2;3\n"
    inner = message.attachments[1].message
    assert inner is not None
    assert inner.subject == "Inside"
    assert message.defects == ()


def test_open_files_are_read_and_written() -> None:
    file = io.BytesIO()
    assert mapix.to_tnef(made(), file, transmittable=True) == b""
    file.seek(0)
    message = mapix.from_tnef(file)
    assert message.subject == "Q3"
    assert not file.closed


def test_items_come_back_as_what_they_are() -> None:
    note = mapix.from_tnef(mapix.to_tnef(mapix.Note("Milk, eggs", color="blue")))
    assert isinstance(note, mapix.Note)
    assert (note.text, note.color) == ("Milk, eggs", "blue")


def test_damage_is_told_or_refused() -> None:
    data = mapix.to_tnef(made())[:-30]
    assert mapix.from_tnef(data).defects
    with pytest.raises(CorruptData):
        mapix.from_tnef(data, strictness=Strictness.STRICT)
    with pytest.raises(CorruptData):
        mapix.from_tnef(b"no TNEF")


def test_files_are_opened_by_what_they_hold(tmp_path: Path) -> None:
    for name in ("winmail.dat", "mail.tnef"):
        made().save(tmp_path / name)
        with mapix.open(tmp_path / name) as message:
            assert message.subject == "Q3"
        with pytest.raises(InvalidParameter):
            mapix.open(tmp_path / name, "r+")
    (tmp_path / "other.bin").write_bytes((tmp_path / "winmail.dat").read_bytes())
    assert mapix.open(tmp_path / "other.bin").subject == "Q3"
    assert PR_ENTRYID not in mapix.open(tmp_path / "other.bin").properties()


@pytest.mark.parametrize("wrong", ["winmail.dat", Path("winmail.dat"), None, 5, io.StringIO("x")])
def test_what_gives_no_bytes_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidParameter, match="bytes are wanted"):
        mapix.from_tnef(wrong)  # type: ignore[arg-type]
