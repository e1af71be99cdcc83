"""Messages as rows of a table, for `parquet`: headers, bodies, and what is attached."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from mapix.convert.summary import html_of, summary_of, ticks_of
from mapix.convert.targets.base import Target
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.times import UNIX_EPOCH_TICKS

_LATEST: Final = 253_402_300_799_000_000


class Row(Target):
    """One row a message; `parts` writes them into files."""

    def write(self, content: MessageContent, path: Path, title: str) -> dict[str, Any]:
        """The row; nothing is written."""
        told = summary_of(content)
        ticks = ticks_of(content)
        micros = None if ticks is None else min(max((ticks - UNIX_EPOCH_TICKS) // 10, -62_135_596_800_000_000), _LATEST)
        names = {"class": "message_class"}
        row = {names.get(key, key): _clean(value) for key, value in told.items() if key not in ("date", "attachments")}
        return row | {
            "date": micros,
            "in_reply_to": _clean(content.get(t.PR_IN_REPLY_TO_ID)),
            "html": _clean(html_of(content)),
            "headers": _clean(content.get(t.PR_TRANSPORT_MESSAGE_HEADERS)),
            "attachments": [{key: _clean(value) for key, value in each.items()} for each in told["attachments"]],
            "properties": len(content.properties),
        }


TARGETS: Final[dict[str, type[Target]]] = {"parquet": Row}


def _clean(value: Any) -> Any:
    """Text that every reader of UTF-8 takes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return [_clean(each) for each in value] if isinstance(value, list) else value
