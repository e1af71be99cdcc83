"""What comes from stdin, as a file for the while: however much it is, memory does not hold it.

    with kept(sys.stdin.buffer, plan.work) as path: ...

Its name follows from what is in it, so that the same stdin is the same source at every run, and another one another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Final

_PIECE: Final = 1 << 20


@contextmanager
def kept(stream: IO[bytes], folder: Path) -> Iterator[Path]:
    """All of `stream` in a file of `folder`, which is made; the file goes away behind the block.

    Raises: OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number, name = mkstemp(dir=folder, prefix="stdin-", suffix=".part")
    path = Path(name)
    try:
        digest = sha256()
        with os.fdopen(number, "wb") as file:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                file.write(piece)
        path = path.replace(path.with_name(f"stdin-{digest.hexdigest()[:16]}"))
        yield path
    finally:
        path.unlink(missing_ok=True)
