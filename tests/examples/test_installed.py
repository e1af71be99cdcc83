"""The examples as what they would be: distributions that somebody installs, and a profile that uses them."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"

SCRIPT = """
import json, sys, time
from pathlib import Path

import mapix
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION, MAPI_TO
from mapix.properties.tags import *
from mapix.subsystem.initialize import Subsystem

place = Path(sys.argv[1])
rack = place / "rack"
for name in ("ann@example.com", "me@example.com"):
    (rack / name).mkdir(parents=True)
(place / "staff.csv").write_text("name,address\\nAnn Archer,ann@example.com\\n")
(rack / "me@example.com" / "1.eml").write_bytes(b"From: bob@example.com\\r\\nSubject: News\\r\\n\\r\\nHello\\r\\n")

with Subsystem(place / "home", sharing=False) as system:
    imported = sorted(name for name in sys.modules if name.startswith("own_"))
    offered = sorted({"PIGEONHOLE", "STAFF"} & set(system.catalogue.names()))
    system.admin_profiles().create_profile("Work")
    services = system.admin_profiles().admin_services("Work")
    services.create_msg_service("MAPIXSTORE")
    services.create_msg_service("PIGEONHOLE", settings={"rack": str(rack), "address": "me@example.com"})
    services.create_msg_service("STAFF", settings={"path": str(place / "staff.csv")})
    with system.logon("Work", flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session:
        rows = query_all_rows(session.get_msg_stores_table(), (PR_ENTRYID,))
        store = session.open_msg_store(rows[0][0])
        found = session.open_address_book().resolve_name([{PR_DISPLAY_NAME: "archer", PR_RECIPIENT_TYPE: MAPI_TO}])
        message = store.open_entry(store.get_prop(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY).create_message()
        message.modify_recipients(0, found.rows)
        message.set_props({PR_SUBJECT: "Budget", PR_BODY: "Hello"})
        message.submit_message()
        left = session.flush(20)
        inbox = store.open_entry(store.get_receive_folder("IPM")[0])
        end, fetched = time.monotonic() + 20, []
        while not fetched and time.monotonic() < end:
            time.sleep(0.05)
            fetched = [row[0] for row in query_all_rows(inbox.get_contents_table(), (PR_SUBJECT,))]
        while list((rack / "me@example.com").glob("*.eml")) and time.monotonic() < end:
            time.sleep(0.05)
    sent = [path.read_bytes().decode() for path in (rack / "ann@example.com").glob("*.eml")]
    waiting = len(list((rack / "me@example.com").glob("*.eml")))
print(json.dumps({"imported": imported, "offered": offered, "left": left, "fetched": fetched, "waiting": waiting,
                  "sent": sent, "resolved": found.rows[0][PR_EMAIL_ADDRESS]}))
"""


WHEEL = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(folder: Path, name: str, entry_points: str) -> Path:
    """A wheel of one module, as build tools make them."""
    files = {
        f"{name}.py": (ROOT / "examples" / f"{name}.py").read_bytes(),
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{name}-1.0.dist-info/WHEEL": WHEEL,
        f"{name}-1.0.dist-info/entry_points.txt": entry_points.encode(),
    }
    lines = [f"{path},sha256={digest(data)},{len(data)}" for path, data in files.items()]
    record = f"{name}-1.0.dist-info/RECORD"
    files[record] = ("\n".join([*lines, f"{record},,"]) + "\n").encode()
    made = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return made


def digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has put the two distributions."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("there is no pip to install with")
    folder, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    wheels = [
        wheel(folder, "own_transport", "[mapix.services]\nPIGEONHOLE = own_transport:service\n"),
        wheel(folder, "own_address_book", "[mapix.services]\nSTAFF = own_address_book:service\n"),
    ]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*command, "--target", str(target), *map(str, wheels)], check=True, timeout=120)
    return target


def test_strangers_providers_are_installed_found_and_used(installed: Path, tmp_path: Path) -> None:
    """SPI-1, SPI-2, SPI-25, SPI-28: a transport and an address book that two distributions bring."""
    paths = os.pathsep.join([str(SOURCE), str(installed)])
    environment = {**os.environ, "PYTHONPATH": paths, "MAPIX_BROKER": "off"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["imported"] == []
    assert found["offered"] == ["PIGEONHOLE", "STAFF"]
    assert found["resolved"] == "ann@example.com"
    assert found["left"] == 0
    (sent,) = found["sent"]
    assert "Subject: Budget" in sent
    assert found["fetched"] == ["News"]
    assert found["waiting"] == 0
