"""The special properties of stores, folders, messages and attachments: tables of rules by type of object.

Read-only ones give COMPUTED to who sets them (P-009). Those that follow from the object's place are made at every
reading; those that follow from its contents are stored at its save (`savedprops`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.prop import ObjectType
from mapix.objects.bags import bodies, bodyconverters, replication
from mapix.objects.bags.authors import AUTHORS
from mapix.objects.bags.rules import Getter, Rules
from mapix.properties import flags, tags
from mapix.properties.errors import Computed, InvalidParameter
from mapix.properties.tag import PropTag

if TYPE_CHECKING:
    from mapix.objects.folders.folderobject import FolderObject
    from mapix.objects.messages.messageobject import MessageObject
    from mapix.objects.stores.context import StoreContext
    from mapix.objects.stores.storeobject import StoreObject

SUPPORT: Final = (
    flags.STORE_ENTRYID_UNIQUE
    | flags.STORE_ATTACH_OK
    | flags.STORE_SUBMIT_OK
    | flags.STORE_NOTIFY_OK
    | flags.STORE_MV_PROPS_OK
    | flags.STORE_RESTRICTION_OK
    | flags.STORE_SORT_OK
    | flags.STORE_UNCOMPRESSED_RTF
    | flags.STORE_HTML_OK
    | flags.STORE_ANSI_OK
    | flags.STORE_UNICODE_OK
)
"""What every store of these objects can do; see `support_mask`."""

MESSAGE_CLASS_LIMIT: Final = 255

INITIAL_FLAGS: Final = flags.MSGFLAG_UNSENT | flags.MSGFLAG_UNMODIFIED
"""PR_MESSAGE_FLAGS of a new message (M-010)."""

_ORIGINS: Final = 0xF000
FIRST_SAVE_FLAGS: Final = (
    flags.MSGFLAG_READ
    | flags.MSGFLAG_UNMODIFIED
    | flags.MSGFLAG_UNSENT
    | flags.MSGFLAG_FROMME
    | flags.MSGFLAG_RESEND
    | _ORIGINS
)
"""What `set_props` may choose of PR_MESSAGE_FLAGS until the first save (objects 4.2)."""

_DELETE: Final = flags.MAPI_ACCESS_DELETE
_CREATE: Final = (
    flags.MAPI_ACCESS_CREATE_HIERARCHY | flags.MAPI_ACCESS_CREATE_CONTENTS | flags.MAPI_ACCESS_CREATE_ASSOCIATED
)


def support_mask(context: StoreContext) -> int:
    """PR_STORE_SUPPORT_MASK: promises of this store, as it was opened (ST-006, ST-024)."""
    always = SUPPORT | bodies.promises()
    if context.backend.has_searches:
        always |= flags.STORE_SEARCH_OK
    if context.modifiable:
        return always | flags.STORE_MODIFY_OK | flags.STORE_CREATE_OK
    return always | flags.STORE_READONLY if context.backend.readonly else always


def access_of(context: StoreContext) -> int:
    """PR_ACCESS of a message: what this opening of the store may do with it."""
    return access_granted(modifiable=context.modifiable)


def access_granted(*, modifiable: bool) -> int:
    """The same for an opening that is `modifiable`, or not."""
    return flags.MAPI_ACCESS_READ | (flags.MAPI_ACCESS_MODIFY | _DELETE if modifiable else 0)


def _folder_access(folder: FolderObject) -> int:
    """PR_ACCESS of a folder; the root stays (F-001), and nothing is made in a search folder (F-040)."""
    access = access_of(folder.context)
    if not folder.context.modifiable or folder.is_search:
        return access
    return (access | _CREATE) & ~_DELETE if folder.is_root else access | _CREATE


def _container_flags(folder: FolderObject) -> int:
    """PR_CONTAINER_FLAGS: whether there can be folders below, and whether it can be changed (F-003)."""
    below = 0 if folder.is_search else flags.AB_SUBCONTAINERS
    return below | (flags.AB_MODIFIABLE if folder.context.modifiable else flags.AB_UNMODIFIABLE)


def _level(item: Any) -> int:
    return 1 if item.writable else 0


def _shared(kind: ObjectType) -> dict[PropTag, Getter]:
    """What every object of a store tells about itself and the store."""
    return {
        tags.PR_OBJECT_TYPE: lambda item: int(kind),
        tags.PR_ACCESS_LEVEL: _level,
        tags.PR_STORE_ENTRYID: lambda item: item.context.ids.store_entry_id,
        tags.PR_STORE_RECORD_KEY: lambda item: item.context.ids.store_uid,
        tags.PR_STORE_SUPPORT_MASK: lambda item: support_mask(item.context),
        tags.PR_STORE_UNICODE_MASK: lambda item: support_mask(item.context),
        tags.PR_MAPPING_SIGNATURE: lambda item: item.context.names.signature,
        tags.PR_MDB_PROVIDER: lambda item: item.context.ids.provider_uid,
    }


def _in_store() -> dict[PropTag, Getter]:
    """Identifiers of what has a number in the store; absent until it has one (P-218)."""
    return {
        tags.PR_ENTRYID: lambda item: item.entry_id,
        tags.PR_RECORD_KEY: lambda item: item.record_key,
        tags.PR_PARENT_ENTRYID: lambda item: item.parent_entry_id,
    }


def _state(context: StoreContext) -> int:
    """PR_STORE_STATE: whether some search is active (ST-025)."""
    return flags.STORE_HAS_SEARCHES if context.backend.searches(flags.SEARCH_RUNNING) else 0


def _set_store_name(store: StoreObject, name: str) -> str:
    """A store's name stands in its section of the profile, too, which its table shows (PRF-55)."""
    store.context.support.section.set_props({tags.PR_DISPLAY_NAME: name})
    return name


STORE: Final = Rules.of(
    computed=_shared(ObjectType.STORE)
    | {
        tags.PR_ENTRYID: lambda store: store.context.ids.store_entry_id,
        tags.PR_RECORD_KEY: lambda store: store.context.ids.store_uid,
        tags.PR_STORE_STATE: lambda store: _state(store.context),
        tags.PR_ACCESS: lambda store: access_of(store.context) & ~_DELETE,
    },
    types=(tags.PR_DISPLAY_NAME, tags.PR_VALID_FOLDER_MASK, tags.PR_RETENTION_AGE_LIMIT),
    setters={tags.PR_DISPLAY_NAME: _set_store_name},
    objects=(tags.PR_RECEIVE_FOLDER_SETTINGS,),
)


def _set_folder_name(folder: FolderObject, name: str) -> str:
    """A new name: not the root's, and no sibling's (F-001, F-002)."""
    folder.check_new_name(name)
    return name


FOLDER: Final = Rules.of(
    computed=_shared(ObjectType.FOLDER)
    | _in_store()
    | replication.FOLDER
    | {
        tags.PR_ACCESS: _folder_access,
        tags.PR_CONTAINER_FLAGS: _container_flags,
        tags.PR_DISPLAY_TYPE: lambda folder: flags.DT_FOLDER_LINK if folder.is_search else flags.DT_FOLDER,
    },
    readonly=(
        tags.PR_FOLDER_TYPE,
        tags.PR_CONTENT_COUNT,
        tags.PR_CONTENT_UNREAD,
        tags.PR_ASSOC_CONTENT_COUNT,
        tags.PR_SUBFOLDERS,
        tags.PR_DELETED_MSG_COUNT,
        tags.PR_DELETED_ASSOC_MSG_COUNT,
        tags.PR_DELETED_FOLDER_COUNT,
        tags.PR_DELETED_ON,
        tags.PR_CREATION_TIME,
        tags.PR_LAST_MODIFICATION_TIME,
        tags.PR_MESSAGE_SIZE,
        tags.PR_CONTAINER_CONTENTS,
        tags.PR_CONTAINER_HIERARCHY,
        tags.PR_FOLDER_ASSOCIATED_CONTENTS,
    ),
    types=(tags.PR_DISPLAY_NAME, tags.PR_COMMENT),
    setters={tags.PR_DISPLAY_NAME: _set_folder_name},
    objects=(tags.PR_CONTAINER_CONTENTS, tags.PR_CONTAINER_HIERARCHY, tags.PR_FOLDER_ASSOCIATED_CONTENTS),
)


def is_message_class(value: str) -> bool:
    """Printable ASCII, at most 255 characters, no period at the end (C-001, P-155)."""
    return len(value) <= MESSAGE_CLASS_LIMIT and not value.endswith(".") and value.isascii() and value.isprintable()


def _set_message_class(message: MessageObject, value: str) -> str:
    """See `is_message_class`."""
    if not is_message_class(value):
        raise InvalidParameter(
            "a message class is at most 255 ASCII characters without a period at the end", value=value
        )
    return value


def _set_flags(message: MessageObject, value: int) -> int:
    """The flags a client may choose, until the first save; then none (M-010, M-011)."""
    if not message.is_new:
        raise Computed("the flags of a saved message change by what is done with it", hint="set_read_flag")
    return (message.flags & ~FIRST_SAVE_FLAGS) | (value & FIRST_SAVE_FLAGS)


def _set_modified(message: MessageObject, value: int) -> int:
    """The client's until the first save, the store's afterwards (objects 4.1)."""
    if not message.is_new:
        raise Computed("the store keeps this time")
    return value


MESSAGE: Final = Rules.of(
    computed=_shared(ObjectType.MESSAGE)
    | _in_store()
    | replication.MESSAGE
    | AUTHORS
    | {tags.PR_ACCESS: lambda message: access_of(message.context)},
    readonly=(
        tags.PR_CREATION_TIME,
        tags.PR_MESSAGE_SIZE,
        tags.PR_HASATTACH,
        tags.PR_DISPLAY_TO,
        tags.PR_DISPLAY_CC,
        tags.PR_DISPLAY_BCC,
        tags.PR_MSG_STATUS,
        tags.PR_SUBMIT_FLAGS,
        tags.PR_PARENT_DISPLAY,
        tags.PR_INSTANCE_KEY,
        tags.PR_DELETED_ON,
    ),
    types=(
        tags.PR_MESSAGE_CLASS,
        tags.PR_MESSAGE_FLAGS,
        tags.PR_SUBJECT,
        tags.PR_SUBJECT_PREFIX,
        tags.PR_NORMALIZED_SUBJECT,
        tags.PR_CONVERSATION_TOPIC,
        tags.PR_LAST_MODIFICATION_TIME,
        tags.PR_SEARCH_KEY,
        tags.PR_MESSAGE_CODEPAGE,
        tags.PR_INTERNET_CPID,
        tags.PR_READ_RECEIPT_REQUESTED,
        tags.PR_NON_RECEIPT_NOTIFICATION_REQUESTED,
        tags.PR_CLIENT_SUBMIT_TIME,
        tags.PR_DEFERRED_SEND_TIME,
        tags.PR_DEFERRED_SEND_NUMBER,
        tags.PR_DEFERRED_SEND_UNITS,
        tags.PR_INTERNET_MESSAGE_ID,
        tags.PR_SENTMAIL_ENTRYID,
        tags.PR_DELETE_AFTER_SUBMIT,
        tags.PR_RTF_IN_SYNC,
        tags.PR_NATIVE_BODY_INFO,
    ),
    setters={
        tags.PR_MESSAGE_CLASS: _set_message_class,
        tags.PR_MESSAGE_FLAGS: _set_flags,
        tags.PR_LAST_MODIFICATION_TIME: _set_modified,
    },
    objects=(tags.PR_MESSAGE_RECIPIENTS, tags.PR_MESSAGE_ATTACHMENTS),
    defaults=bodies.DEFAULTS,
    exists=bodies.EXISTS,
)

EMBEDDED: Final = Rules.of(
    computed=_shared(ObjectType.MESSAGE) | {tags.PR_ACCESS: lambda message: access_of(message.context)},
    readonly=tuple(PropTag.of(number, 0) for number in MESSAGE.readonly if number not in MESSAGE.computed),
    types=tuple(PropTag.of(number, kind) for number, kind in MESSAGE.types.items()),
    setters={PropTag.of(number, 0): setter for number, setter in MESSAGE.setters.items()},
    objects=MESSAGE.objects,
    defaults=bodies.DEFAULTS,
    exists=bodies.EXISTS,
)
"""A message inside an attachment: no identifiers of its own."""

ATTACHMENT: Final = Rules.of(
    computed=_shared(ObjectType.ATTACH)
    | {
        tags.PR_ACCESS: lambda attachment: access_of(attachment.context),
        tags.PR_ATTACH_NUM: lambda attachment: attachment.number,
    },
    readonly=(tags.PR_ATTACH_SIZE, tags.PR_RECORD_KEY, tags.PR_CREATION_TIME),
    types=(tags.PR_ATTACH_METHOD, tags.PR_RENDERING_POSITION),
)

bodyconverters.register_all()

__all__ = ["ATTACHMENT", "EMBEDDED", "FOLDER", "MESSAGE", "STORE", "access_of", "support_mask"]
