"""What fuzz targets share: where their inputs are kept, and how they are run with or without atheris.

Inputs that taught the fuzzer something, and those that once found a mistake, are kept as lines of base64 in
`fuzz/inputs/NAME.txt`. The tests run them as they are; a fuzzer starts from them.

    python fuzz/fuzz_cfb.py -max_total_time=300           # from the kept inputs; new ones go into a folder that is told
    python fuzz/fuzz_cfb.py FOLDER -max_total_time=300    # from a folder
    python fuzz/fuzz_cfb.py --keep FOLDER                 # add the inputs of a folder to those that are kept
"""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from hashlib import sha1
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

INPUTS: Final = Path(__file__).parent / "inputs"

LONGEST: Final = 12_000
"""Bytes of an input that a fuzzer makes; whole files of every kind fit."""


def instrumented() -> AbstractContextManager[Any]:
    """Around the imports of what is fuzzed; nothing happens where the fuzzer is not at work."""
    script = Path(getattr(sys.modules["__main__"], "__file__", None) or "")
    if script.resolve().parent != INPUTS.parent.resolve() or "--keep" in sys.argv:
        return nullcontext()
    import atheris

    context: AbstractContextManager[Any] = atheris.instrument_imports(include=["mapix"])
    return context


def kept(name: str) -> list[bytes]:
    """The inputs that are kept of a target."""
    path = INPUTS / f"{name}.txt"
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [b64decode(line) for line in lines if line and not line.startswith("#")]


def run(name: str, one_input: Callable[[bytes], None], seeds: Iterable[bytes]) -> None:
    """Fuzz a target, from the inputs that are kept and its seeds unless a folder is named."""
    if sys.argv[1:2] == ["--keep"]:
        keep(name, Path(sys.argv[2]))
        return
    import atheris

    if not any(Path(word).is_dir() for word in sys.argv[1:]):
        sys.argv.append(str(_folder([*kept(name), *seeds])))
    limits = [f"-max_len={LONGEST}", "-len_control=0"]
    atheris.Setup([*sys.argv, *(one for one in limits if one.partition("=")[0] not in " ".join(sys.argv))], one_input)
    atheris.Fuzz()


def keep(name: str, folder: Path) -> None:
    """Keep the inputs of a folder, too, in an order that does not depend on when they were found."""
    found = {*kept(name), *(path.read_bytes() for path in folder.iterdir() if path.is_file())}
    ordered = sorted(found, key=lambda data: (len(data), data))
    lines = [b64encode(data).decode("ascii") for data in ordered if 1 < len(data) <= LONGEST]
    (INPUTS / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


def _folder(inputs: Iterable[bytes]) -> Path:
    folder = Path(mkdtemp(prefix="fuzz"))
    for data in inputs:
        (folder / sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
    print(f"inputs are in {folder}", flush=True)
    return folder
