"""Message files made for a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.formats.msg.msg_cases import written

from mapix.properties.content import MessageContent

if TYPE_CHECKING:
    from .conftest import Mapix


def saved(content: MessageContent, path: Path) -> Path:
    path.write_bytes(written(content))
    return path


def values(mapix: Mapix, path: Path, *options: str) -> dict[str, object]:
    return {each["name"]: each["value"] for each in mapix.json("props", path, *options)["properties"]}
