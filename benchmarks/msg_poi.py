"""What Apache POI takes to read messages in a warm Java virtual machine: `PoiPeer.java` run as a program of its own.

Needs a JDK and POI's jars (Debian: `libapache-poi-java`), those of MAPIX_BENCH_JARS where that names a folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

JARS: Final = Path(os.environ.get("MAPIX_BENCH_JARS", "/usr/share/java"))
NAMES: Final = ("poi", "poi-scratchpad", "commons-codec", "commons-collections4", "commons-logging", "commons-math3")
WARM: Final = 8
"""Seconds until the virtual machine counts as warm."""
WAYS: Final = {"bytes": "bytes in memory", "file": "its own way to a file"}


def measured(way: str, files: Sequence[Path]) -> list[float | None] | None:
    """POI's seconds of each file, read by one of `WAYS`; None where there is no Java or no POI."""
    jars = [JARS / f"{name}.jar" for name in NAMES]
    java = shutil.which("java")
    if java is None or not all(map(Path.exists, jars)):
        return None
    program = Path(__file__).with_name("PoiPeer.java")
    command = [java, "-cp", os.pathsep.join(map(str, jars)), str(program), way, str(WARM), *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    found: list[float | None] | None = json.loads(said[-1]) if said else None
    return found
