"""A process that saves one message anew, again and again: `python -m tests.providers.sqlstore.rewriter KIND PLACE`.

It makes the message, prints its entry identifier in hexadecimal, and stops when its input ends.
"""

from __future__ import annotations

import sys
from itertools import count
from threading import Event, Thread

from tests.providers.sqlstore.kinds import ALL_KINDS

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access, Keep
from mapix.properties.tags import PR_ENTRYID
from mapix.testing.store_opening import fill


def wait_for_the_end(stop: Event) -> None:
    sys.stdin.read()
    stop.set()


def main(kind: str, place: str) -> None:
    stop = Event()
    Thread(target=wait_for_the_end, args=(stop,), daemon=True).start()
    store = ALL_KINDS[kind].open(place)
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    message: Message = root.create_folder("Rewritten").create_message()
    for number in count():
        fill(message, f"v{number}-", 1 + number % 4, inside=number % 5 == 0)
        message.save_changes(Keep.READWRITE)
        if number == 0:
            print(message.get_prop(PR_ENTRYID).hex(), flush=True)
        if stop.is_set():
            break
        if number % 7 == 0:
            message = store.open_entry(message.get_prop(PR_ENTRYID), Access.MODIFY)  # type: ignore[assignment]
    ALL_KINDS[kind].close(store)
    print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
