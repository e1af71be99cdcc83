"""The pythonic, typed face of a session.

    import mapix

    with mapix.logon() as session:
        message = session.outbox.messages.new(subject="Q3", text="...", to=["ann@example.org"])
        message.attach("q3.pdf")
        message.submit()
        for found in session.inbox.messages.where(mapix.Message.subject.contains("Q3"))[:50]:
            print(found.subject)

Typed fields are values on an object and terms on its class: `message.subject` is text, `Message.subject.contains("x")`
a restriction. Everything here shows the MAPI object underneath as `.mapi`.
"""

from mapix.client.attachment import Attachment
from mapix.client.folder import Folder
from mapix.client.message import Message, Recipient
from mapix.client.query import MessageQuery
from mapix.client.session import Session, logon
from mapix.client.store import Store

__all__ = ["Attachment", "Folder", "Message", "MessageQuery", "Recipient", "Session", "Store", "logon"]
