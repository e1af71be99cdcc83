"""Coverage-guided fuzzing of MAPISVC.INF: `python fuzz/fuzz_mapisvc.py -max_total_time=300`.

Whatever comes in, only MAPI errors come out; what is read survives being written, and every service of it can be asked
for its properties. The first byte says whether defects are errors. Needs atheris.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.formats.defects import Strictness
    from mapix.formats.mapisvc import DEFAULTS, dump, parse
    from mapix.properties.errors import MapiError

MOST: Final = 100_000
"""Bytes of an input; more teach nothing."""

_WHOLE: Final = """[Services]
AB=Address book
MsgService=Messages

[Default Services]
AB=Address book

[Help File Mappings]
AB=ab.hlp

[AB]
Providers=AB Provider
Sections=Extra
PR_SERVICE_DLL_NAME=ab.dll
PR_SERVICE_ENTRY_NAME=ServiceEntry
PR_RESOURCE_FLAGS=SERVICE_SINGLE_COPY|SERVICE_NO_PRIMARY_IDENTITY
6600001E=text
66010102=00FF
66020003=06000000

[AB Provider]
PR_RESOURCE_TYPE=MAPI_AB_PROVIDER
PR_PROVIDER_DLL_NAME=ab.dll
PR_DISPLAY_NAME=Names

[Extra]
UID=000102030405060708090A0B0C0D0E0F
; a comment
6603000B=1

[MsgService]
Providers=Store
[Store]
PR_RESOURCE_TYPE=MAPI_STORE_PROVIDER
PR_RESOURCE_FLAGS=STATUS_DEFAULT_STORE
"""


def one_input(data: bytes) -> None:
    """Read one input in both ways, write what was read, and read that."""
    if 1 < len(data) < MOST:
        with suppress(MapiError):
            if data[0] & 1:
                parse(data[1:].decode("utf-8", "replace"), strictness=Strictness.STRICT)
            judge(data[1:])


def judge(data: bytes) -> None:
    """What is read survives being written."""
    found = parse(data.decode("utf-8", "replace")).value
    again = parse(dump(found)).value
    assert again.sections == found.sections, "what was written is not what was read"
    for listing in ("Services", DEFAULTS):
        for name in found.names(listing):
            with suppress(MapiError):
                service = found.service(name)
                for section in (service.section, *service.providers, *service.extras):
                    section.properties()
                    assert section.uid is None or len(section.uid) == 16


def seeds() -> list[bytes]:
    """A file with everything, and a small one."""
    return [b"\0" + _WHOLE.encode(), b"\1[Services]\nAB=Address book\n[AB]\nProviders=P\n[P]\nPR_RESOURCE_TYPE=x\n"]


if __name__ == "__main__":
    run("mapisvc", one_input, seeds())
