"""The directory of this user where profiles and contacts live.

`MAPIX_HOME` names it; without it the operating system's place for application data is taken. It is made, readable by
its owner only, when something is first written.
"""

from __future__ import annotations

import os
from pathlib import Path

from mapix.properties.errors import DiskError

HOME_VARIABLE = "MAPIX_HOME"


def home_directory(home: Path | None = None) -> Path:
    """`home`, or what `MAPIX_HOME` says, or the default of this operating system; nothing is created."""
    if home is not None:
        return home.expanduser().absolute()
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("mapix", appauthor=False)


def private_directory(path: Path) -> Path:
    """`path`, made with its parents and readable by its owner only where it did not exist; `DiskError`."""
    if path.is_dir():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise DiskError(
            f"cannot make the directory ({error.strerror})",
            value=str(path),
            hint=f"set {HOME_VARIABLE}",
            low_level=error.errno or 0,
        ) from error
    return path
