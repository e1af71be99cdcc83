"""Messages that know whether they are whole: each carries the hash of everything else in it."""

from __future__ import annotations

import random
from hashlib import sha256
from typing import Any

from tests.providers.sqlstore.kinds import GIANT

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.stream import Stream
from mapix.objects.messages.content import inner_message, read_content
from mapix.properties import tags
from mapix.properties.content import MessageContent
from mapix.properties.tag import PropTag
from mapix.properties.value import whole

DIGEST = tags.PR_INTERNET_MESSAGE_ID
DATA = tags.PR_ATTACH_DATA_BIN
NUMBER = tags.PR_OWNER_APPT_ID
_SIZES = (10, 3000, 70_000, 140_000, GIANT + 1000)
_KNOWN = [random.Random(number).randbytes(size) for number, size in enumerate(_SIZES * 2)]


def fill(message: Message, chance: random.Random) -> str:
    """Put something of everything into a message, in the place of what was there; its digest."""
    message.set_props({tags.PR_BODY: chance.choice(("short", "long ", "longer ")) * chance.choice((1, 30_000))})
    people = [
        {
            tags.PR_DISPLAY_NAME: f"Person {number}",
            tags.PR_EMAIL_ADDRESS: f"person{number}@home.example",
            tags.PR_ADDRTYPE: "SMTP",
            tags.PR_RECIPIENT_TYPE: 1,
        }
        for number in range(chance.randrange(4))
    ]
    message.modify_recipients(ModifyRecipients.REPLACE, people)
    for number in message.attachment_numbers():  # type: ignore[attr-defined]
        message.delete_attach(number)
    for _ in range(chance.randrange(4)):
        _attach(message, chance)
    digest = digest_of(read_content(message))
    message.set_props({DIGEST: digest, tags.PR_SUBJECT: f"message {digest[:8]}"})
    return digest


def _attach(message: Message, chance: random.Random) -> None:
    _, attach = message.create_attach()
    attach.set_props({tags.PR_ATTACH_METHOD: 1, tags.PR_ATTACH_LONG_FILENAME: f"{chance.random()}"})
    if chance.random() < 0.2:
        inner = inner_message(attach, Access.MODIFY, create=True)
        assert inner is not None
        inner.set_props({tags.PR_SUBJECT: f"inside {chance.random()}", tags.PR_BODY: "in " * chance.randrange(40_000)})
        inner.save_changes()
    else:
        data = chance.choice(_KNOWN) if chance.random() < 0.5 else chance.randbytes(chance.choice(_SIZES))
        with attach.open_property(DATA, Stream, access=Access.MODIFY, create=True) as stream:
            stream.write(data)
    attach.save_changes(Keep.READONLY)


def digest_of(content: MessageContent) -> str:
    """The hash of what `fill` wrote."""
    found = sha256()
    _feed(found, content)
    return found.hexdigest()


def _feed(found: Any, content: MessageContent) -> None:
    _feed_values(found, content.properties, (tags.PR_BODY,))
    for row in content.recipients:
        _feed_values(found, row, (tags.PR_DISPLAY_NAME, tags.PR_EMAIL_ADDRESS))
    for part in content.attachments:
        _feed_values(found, part.properties, (tags.PR_ATTACH_LONG_FILENAME, DATA))
        if part.message is not None:
            _feed_values(found, part.message.properties, (tags.PR_SUBJECT,))
            _feed(found, part.message)


def _feed_values(found: Any, values: dict[PropTag, Any], wanted: tuple[PropTag, ...]) -> None:
    for tag in wanted:
        value = whole(tag, values.get(tag))
        found.update(repr(tag).encode())
        found.update(value if isinstance(value, bytes) else repr(value).encode())


def is_whole(message: Message) -> str:
    """The digest a message carries; it has to be that of what is in it."""
    content = read_content(message)
    told = content.get(DIGEST)
    assert told == digest_of(content), f"{content.get(tags.PR_SUBJECT)} is not whole"
    assert isinstance(told, str)
    return told


def new_message(folder: MapiFolder, chance: random.Random) -> tuple[Message, str]:
    """A message that is not saved yet, and its digest."""
    message = folder.create_message()
    return message, fill(message, chance)
