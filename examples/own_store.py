"""A message store of one's own: mail in Maildirs, one file a message, which any other mail program may use too.

All it says is where messages are; MAPI's folders, tables, restrictions, search folders and notifications come with it.
Name it as an entry point, and profiles know it:

    [project.entry-points."mapix.services"]
    MAILDIR = "own_store:service"

    mapix service add MAILDIR --set path=/home/ann/Maildir
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from mailbox import Maildir, MaildirMessage
from pathlib import Path
from typing import Any

from mapix.formats.mime import from_mime, to_mime
from mapix.interfaces.prop import Access
from mapix.interfaces.service import MessageService, ProviderKind, ProviderSpec, Setting, SettingKind
from mapix.interfaces.spi import StoreLogon, StoreProvider, StoreSupport
from mapix.objects.stores.storeobject import StoreObject, unwrapped_entry_id
from mapix.properties.content import MessageContent
from mapix.properties.errors import NotFound
from mapix.properties.flags import MSGFLAG_READ
from mapix.properties.guid import guid
from mapix.properties.tags import PR_MESSAGE_FLAGS
from mapix.providers.memory.mailbox import Mailbox, open_mailbox
from mapix.providers.memory.mirror import Mirror, MirrorBackend

PROVIDER_UID = guid("{5E2B9C70-3C1D-4B53-9A53-51B8C0A7D1E4}")
_mirrors: dict[str, Mirror] = {}


class MaildirSource:
    """Mail in a Maildir; a folder `Inbox/2026` is the directory `.Inbox.2026`, as Dovecot has it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.top = Maildir(path, create=True)

    def place(self, folder: str) -> Maildir:
        return self.top.get_folder(folder.replace(".", "_").replace("/", ".")) if folder else self.top

    def folders(self) -> Iterable[str]:
        return sorted(name.replace(".", "/") for name in self.top.list_folders())

    def create_folder(self, path: str) -> None:
        self.top.add_folder(path.replace(".", "_").replace("/", "."))

    def delete_folder(self, path: str) -> None:
        self.top.remove_folder(path.replace(".", "_").replace("/", "."))

    def keys(self, folder: str) -> Iterable[str]:
        return sorted(self.place(folder).keys())

    def read(self, folder: str, key: str) -> MessageContent:
        file = self.place(folder)[key]
        content = from_mime(bytes(file)).value
        read = MSGFLAG_READ if "S" in file.get_flags() else 0
        content.properties[PR_MESSAGE_FLAGS] = content.properties.get(PR_MESSAGE_FLAGS, 0) | read
        return content

    def write(self, folder: str, content: MessageContent) -> str:
        file = MaildirMessage(to_mime(content))
        file.set_subdir("cur")
        file.set_flags("S" if content.properties.get(PR_MESSAGE_FLAGS, 0) & MSGFLAG_READ else "")
        return self.place(folder).add(file)

    def delete(self, folder: str, key: str) -> None:
        self.place(folder).discard(key)

    def notes(self) -> str:
        file = self.path / "mapix.notes"
        return file.read_text() if file.exists() else ""

    def note(self, text: str) -> None:
        fresh = self.path / "mapix.notes.new"
        fresh.write_text(text)
        fresh.replace(self.path / "mapix.notes")


def mirror_of(settings: Mapping[str, Any]) -> Mirror:
    """The mirror of the Maildir that a service is set to, one in a process."""
    path = Path(settings["path"]).expanduser().absolute()
    if str(path) not in _mirrors:
        mailbox: Mailbox = open_mailbox(str(path), settings.get("owner_address") or "")
        _mirrors[str(path)] = Mirror(mailbox, MaildirSource(path), PROVIDER_UID)
    return _mirrors[str(path)]


class MaildirLogon(StoreLogon):
    def __init__(self, store: StoreObject) -> None:
        self.store = store

    def logoff(self) -> None:
        self.store.close()


class MaildirProvider(StoreProvider):
    def logon(
        self, support: StoreSupport, *, entry_id: bytes | None, access: Access, spooler: bool = False
    ) -> StoreLogon:
        mirror = mirror_of(support.section.settings)
        if entry_id not in (None, self.store_entry_id(support)):
            raise NotFound("this profile has another Maildir", value=entry_id)
        support.set_provider_uid(PROVIDER_UID)
        backend = MirrorBackend(mirror.mailbox, mirror, PROVIDER_UID)
        return MaildirLogon(StoreObject(backend, support, provider="MAILDIR", access=access, spooler=spooler))

    def store_entry_id(self, support: StoreSupport) -> bytes:
        return unwrapped_entry_id(PROVIDER_UID, mirror_of(support.section.settings).mailbox.uid)


service = MessageService(
    name="MAILDIR",
    display_name="Maildir",
    providers=(ProviderSpec(ProviderKind.STORE, "MAILDIR", "Maildir", MaildirProvider),),
    settings=(
        Setting("path", SettingKind.PATH, required=True, help="the Maildir"),
        Setting("owner_address", help="the SMTP address mail is delivered to"),
    ),
)
