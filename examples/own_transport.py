"""A transport of one's own: mail lies in pigeonholes, one directory for each address, as `.eml` files.

    [project.entry-points."mapix.services"]
    PIGEONHOLE = "own_transport:service"

Whoever has a directory under the rack gets mail; addresses without one are left to the next transport. With `address`
set, mail in that pigeonhole is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mapix.formats.mime import from_mime, to_mime
from mapix.interfaces.message import Message
from mapix.interfaces.spi import (
    AddressTypes,
    MessageService,
    Outcome,
    ProviderKind,
    ProviderSpec,
    RecipientResult,
    RecipientState,
    Setting,
    SettingKind,
    Submission,
    TransportLogon,
    TransportProvider,
    TransportSupport,
)
from mapix.objects.messages.content import read_content, write_content
from mapix.properties.entryid import OneOff, search_key
from mapix.properties.errors import NetworkError
from mapix.properties.tags import (
    PR_EMAIL_ADDRESS,
    PR_IDENTITY_DISPLAY,
    PR_IDENTITY_ENTRYID,
    PR_IDENTITY_SEARCH_KEY,
    PR_ROWID,
)


class Pigeonholes(TransportLogon):
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.rack = Path(settings["rack"]).expanduser()
        self.address = settings.get("address") or ""

    def address_types(self) -> AddressTypes:
        return AddressTypes(("SMTP",))

    def validate_state(self) -> None:
        if not self.rack.is_dir():
            raise NetworkError("the rack of pigeonholes is not there", value=str(self.rack))

    def submit_message(self, submission: Submission) -> Outcome:
        """One file for each recipient, named by the delivery: repeated after a crash it takes its own place."""
        self.validate_state()
        data = to_mime(read_content(submission.message), message_id=submission.message_id)
        results = []
        for row in submission.recipients:
            hole = self.hole(row[PR_EMAIL_ADDRESS])
            state = RecipientState.DECLINED
            if hole is not None:
                fresh = hole / f"{submission.delivery_key.hex()}.new"
                fresh.write_bytes(data)
                fresh.replace(fresh.with_suffix(".eml"))
                state = RecipientState.SENT
            results.append(RecipientResult(row[PR_ROWID], state))
            submission.progress(results[-1:])
        return Outcome(results=tuple(results))

    def poll(self) -> bool:
        return bool(self.waiting())

    def start_message(self, message: Message) -> bytes | None:
        for file in self.waiting():
            write_content(from_mime(file.read_bytes()).value, message)
            message.save_changes()
            return file.name.encode()
        return None

    def accept_message(self, token: bytes) -> None:
        (self.rack / self.address / token.decode()).unlink(missing_ok=True)

    def logoff(self) -> None:
        """Nothing is held open."""

    def waiting(self) -> list[Path]:
        hole = self.hole(self.address)
        return sorted(hole.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns) if hole is not None else []

    def hole(self, address: str) -> Path | None:
        place = self.rack / address.lower()
        return place if "@" in address and place.parent == self.rack and place.is_dir() else None


class PigeonholeProvider(TransportProvider):
    def logon(self, support: TransportSupport) -> Pigeonholes:
        return Pigeonholes(support.section.settings)

    def identity(self, support: TransportSupport) -> Mapping[Any, Any]:
        address = support.section.settings.get("address")
        if not address:
            return {}
        entry_id, key = OneOff(address, "SMTP", address).dump(), search_key("SMTP", address)
        return {PR_IDENTITY_DISPLAY: address, PR_IDENTITY_ENTRYID: entry_id, PR_IDENTITY_SEARCH_KEY: key}


service = MessageService(
    name="PIGEONHOLE",
    display_name="Pigeonholes",
    providers=(ProviderSpec(ProviderKind.TRANSPORT, "PIGEONHOLE", "Pigeonholes", PigeonholeProvider),),
    settings=(
        Setting("rack", SettingKind.PATH, required=True, help="the directory that holds a directory for each address"),
        Setting("address", help="one's own address: its mail is fetched"),
    ),
)
