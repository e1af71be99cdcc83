"""Messages on structured storage: `OpenIMsgSession`, `OpenIMsgOnIStg`, and what stands under them (IMS-*).

    with open_docfile(path, Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE) as storage:
        message = open_imsg_on_istg(None, storage)
        message.set_props({PR_SUBJECT: "New"})
        message.save_changes()

The message is the ordinary object of the house: same tables, streams and errors, copied to and from any store.
"""

from mapix.objects.imsg.attributes import get_attributes, set_attributes
from mapix.objects.imsg.message import StorageMessage
from mapix.objects.imsg.session import MessageSession, open_imsg_on_istg, open_imsg_session

__all__ = [
    "MessageSession",
    "StorageMessage",
    "get_attributes",
    "open_imsg_on_istg",
    "open_imsg_session",
    "set_attributes",
]
