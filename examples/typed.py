"""The typed face: send a note to yourself, find it again, look into it. Runs against the default profile.

mapix init --yes --address you@example.org --name "You"
python examples/typed.py you@example.org
"""

from __future__ import annotations

import sys

import mapix
from mapix import Message


def main(address: str) -> int:
    """Send a message to `address` and read what came; 1 when it did not arrive in the Inbox."""
    with mapix.logon() as session:
        note = session.new(subject="Numbers of the third quarter", text="They are attached.", to=[address])
        note.attach(b"north;1\nsouth;2\n", "q3.csv", content_type="text/csv")
        note.submit()
        if session.flush(timeout=30):
            print("It waits in the Outbox: mapix spooler status", file=sys.stderr)
            return 1

        found = session.inbox.messages.where(Message.subject.contains("third quarter"), ~Message.is_read)
        for message in found.order_by(-Message.delivered)[:5]:
            print(f"{message.delivered:%Y-%m-%d %H:%M}  {message.subject}  from {message.sender}")
            for attachment in message.attachments:
                with attachment.open() as stream:
                    print(f"    {attachment.name}: {stream.read().decode().splitlines()}")
            message.mark_read()

        for path, folder in session.store.root.walk():
            print(f"{path:20} {folder.count:4} messages, {folder.unread} unread")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
