"""What a program does on any system: logs on, sends, reads back. `python -m tests.regional_locks` runs it on a system
without what only POSIX has: `elsewhere.py HOME PORT`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mapix
from mapix.properties.errors import NoSupport
from mapix.properties.flags import MAPI_ALLOW_OTHERS, MAPI_EXTENDED
from mapix.subsystem.broker.place import place_of
from mapix.subsystem.initialize import Subsystem


def main(home: Path, port: int) -> None:
    with Subsystem(home) as system:
        profiles = system.admin_profiles()
        profiles.create_profile("Work")
        services = profiles.admin_services("Work")
        services.create_msg_service("MAPIXSTORE", settings={"path": str(home / "mail.mapix")})
        smtp: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "address": "ann@example.com"}
        services.create_msg_service("SMTP", settings=smtp)
        with system.logon("Work", flags=MAPI_EXTENDED | MAPI_ALLOW_OTHERS) as session:
            profiles.delete_profile("Work")
            print("in use until", session.profile_name, "ends")
    with Subsystem(home) as system:
        profiles = system.admin_profiles()
        profiles.create_profile("Work")
        services = profiles.admin_services("Work")
        services.create_msg_service("MAPIXSTORE", settings={"path": str(home / "mail.mapix")})
        services.create_msg_service("SMTP", settings=smtp)
    with mapix.logon("Work") as own:
        own.outbox.messages.new(subject="hello", text="text", to=["bob@example.com"]).submit()
        print("left", own.flush(60))
        print("sent", [message.subject for message in own.sent.messages])
    try:
        place_of(home)
    except NoSupport as error:
        print(error.text)
    print("fcntl" in sys.modules, "msvcrt" in sys.modules)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
