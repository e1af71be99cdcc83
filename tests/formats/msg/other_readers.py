"""Independent readers of .msg files as programs of their own: what they say of files, in one form.

Each is there or not; `missing()` says which one is not, and what it would need. None is imported.
"""

from __future__ import annotations

import base64
import email.policy
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent / "readers"
ROOT: Final = Path(__file__).parents[3]
JARS: Final = Path("/usr/share/java")
NODE_FOLDER: Final = ROOT / ".venv" / "msgreader"
NODE_PACKAGE: Final = "@kenjiuno/msgreader@1.28.0"
_TIME: Final = 240
_PLACE: Final = {"TZ": "UTC", "LC_ALL": "C.UTF-8"}
"""Where readers are, wherever the tests are: some take times without a zone for those of the place."""


@dataclass
class Told:
    """What a reader says of one file; fields that it does not know are absent from `fields`."""

    fields: dict[str, Any] = field(default_factory=dict)
    failure: str = ""


Reader = Callable[[Sequence[Path]], dict[Path, Told]]


def poi(paths: Sequence[Path]) -> dict[Path, Told]:
    """Apache POI's HSMF, by a small program that Java compiles as it starts."""
    classpath = os.pathsep.join(map(str, _jars()))
    lines = _run(
        ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath, str(HERE / "Hsmf.java")], paths
    ).splitlines()
    found = {path: Told(_empty("people", "addresses", "attached", "data", "inside")) for path in paths}
    names = {"person": "people", "address": "addresses", "attached": "attached", "data": "data", "inside": "inside"}
    for line in lines:
        place, name, value = line.split("\t")
        told, data = found[Path(place)], None if value == "-" else base64.b64decode(value)
        if name.endswith("failure"):
            if name == "failure":
                told.failure = (data or b"").decode()
        elif name in names:
            told.fields[names[name]].append(data if name == "data" or data is None else data.decode())
        elif name == "date":
            told.fields[name] = int((data or b"0").decode()) // 1000
        else:
            told.fields[name] = (data or b"").decode()
    return found


def msgreader(paths: Sequence[Path]) -> dict[Path, Told]:
    """The npm package, run by node."""
    env = {"NODE_PATH": str(NODE_FOLDER / "node_modules")}
    found = {}
    for line in _run(["node", str(HERE / "msgreader.cjs")], paths, env).splitlines():
        told = json.loads(line)
        path = Path(told["path"])
        if told.get("failure"):
            found[path] = Told(failure=told["failure"])
            continue
        attached = told["attached"]
        found[path] = Told(
            {
                "subject": told.get("subject"),
                "from": told.get("from"),
                "body": told.get("body"),
                "date": _seconds(told.get("date")),
                "people": [name for name, _, _ in told["people"]],
                "addresses": [address for _, address, _ in told["people"]],
                "kinds": [kind for _, _, kind in told["people"]],
                "attached": [one.get("name") for one in attached],
                "data": [None if "inside" in one else base64.b64decode(one["data"]) for one in attached],
                "inside": [one.get("inside") for one in attached],
            }
        )
    return found


def msgconvert(paths: Sequence[Path]) -> dict[Path, Told]:
    """The Perl program that makes Internet mail of a file: what it keeps of it."""
    found = {}
    for path in paths:
        command = ["msgconvert", "--outfile", "-", str(path)]
        ran = subprocess.run(command, capture_output=True, timeout=_TIME, check=False, env=os.environ | _PLACE)
        found[path] = Told(_mail(ran.stdout)) if ran.returncode == 0 else Told(failure=ran.stderr.decode()[-200:])
    return found


READERS: Final[dict[str, Reader]] = {"poi": poi, "msgreader": msgreader, "msgconvert": msgconvert}


@cache
def missing(name: str) -> str:
    """Why a reader cannot be run here; empty when it can."""
    if name == "poi":
        if not shutil.which("javac"):
            return "there is no Java compiler (default-jdk-headless)"
        return "" if len(_jars()) >= 5 else "there is no Apache POI (libapache-poi-java)"
    if name == "msgreader":
        return _without_node()
    if not shutil.which("msgconvert"):
        return "there is no msgconvert (libemail-outlook-message-perl)"
    works = subprocess.run(["msgconvert", "--help"], capture_output=True, timeout=_TIME, check=False).returncode < 2
    return "" if works else "msgconvert does not run here (libemail-address-perl)"


def _without_node() -> str:
    if not shutil.which("node"):
        return "there is no node"
    if (NODE_FOLDER / "node_modules" / "@kenjiuno" / "msgreader").is_dir():
        return ""
    return f"{NODE_PACKAGE} is not installed (tools/test-readers does that)"


def _jars() -> list[Path]:
    names = ("poi", "poi-scratchpad", "commons-codec", "commons-collections4", "commons-math3", "commons-compress")
    return [JARS / f"{name}.jar" for name in names if (JARS / f"{name}.jar").exists()]


def _run(command: list[str], paths: Sequence[Path], env: dict[str, str] | None = None) -> str:
    words = "".join(f"{path}\n" for path in paths).encode()
    ran = subprocess.run(
        command, input=words, capture_output=True, timeout=_TIME, check=False, env=os.environ | _PLACE | (env or {})
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    return ran.stdout.decode()


def _empty(*names: str) -> dict[str, Any]:
    return {name: [] for name in names}


def _seconds(text: str | None) -> int | None:
    return None if text is None else int(parsedate_to_datetime(text).timestamp())


def _mail(data: bytes) -> dict[str, Any]:
    mail = BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(data)
    body = mail.get_body(("plain",))
    files = [part for part in mail.iter_attachments() if part.get_content_type() not in ("text/rtf", "message/rfc822")]
    people = getaddresses([str(mail[name]) for name in ("To", "Cc", "Bcc") if mail[name]])
    date = mail["Date"]
    return {
        "subject": str(mail["Subject"] or ""),
        "addresses": [address for _, address in people],
        "body": body.get_content().replace("\r\n", "\n") if body is not None else None,
        "attached": [part.get_filename() for part in files],
        "data": [part.get_payload(decode=True) for part in files],
        "date": int(date.datetime.timestamp()) if date is not None and date.datetime else None,
    }
