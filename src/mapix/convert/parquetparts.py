"""Rows of messages as Parquet files, by pyarrow (`pip install 'mapix[export]'`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from mapix.properties.errors import NoSupport

_TEXTS = (
    "source",
    "sha256",
    "message_class",
    "subject",
    "from",
    "message_id",
    "in_reply_to",
    "text",
    "html",
    "headers",
)
_LISTS = ("to", "cc", "bcc")


def require() -> Any:
    """pyarrow. Raises: NoSupport where it is not installed."""
    try:
        from importlib import import_module

        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise NoSupport("parquet needs the package pyarrow", hint="pip install 'mapix[export]'") from None


@cache
def schema() -> Any:
    """The columns of the table."""
    arrow = require()
    attached = arrow.struct([("name", arrow.string()), ("type", arrow.string()), ("size", arrow.int64())])
    return arrow.schema(
        [
            *((name, arrow.string()) for name in _TEXTS[:5]),
            *((name, arrow.list_(arrow.string())) for name in _LISTS),
            ("date", arrow.timestamp("us", tz="UTC")),
            *((name, arrow.string()) for name in _TEXTS[5:]),
            ("attachments", arrow.list_(attached)),
            ("properties", arrow.int32()),
        ]
    )


def write_part(rows: list[dict[str, Any]], path: Path, part: Path) -> int:
    """Write rows as one file, first as `part`; its bytes."""
    arrow = require()
    clean = [{**row, "source": row["source"].encode("utf-8", "replace").decode()} for row in rows]
    arrow.parquet.write_table(arrow.Table.from_pylist(clean, schema=schema()), part, compression="zstd")
    part.replace(path)
    return path.stat().st_size


def part_name(number: int) -> str:
    """The file of a part, from 1."""
    return f"part-{number:06d}.parquet"


def number_of(name: str) -> int:
    """The number in the name of a part; 0 for none."""
    digits = name.removeprefix("part-").removesuffix(".parquet")
    return int(digits) if digits.isdecimal() else 0
