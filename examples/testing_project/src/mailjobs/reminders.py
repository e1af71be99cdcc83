"""Reminders, as such a script has been running on Windows for years: nothing here knows of mapix.

python -m mailjobs.reminders ann@example.org "Invoice 17" invoice.pdf
"""

import sys
from pathlib import Path

from win32com.mapi import mapi, mapitags

TEXT = "Dear customer,\r\n\r\nplease see to this.\r\n"


def logon():
    """A session on the default profile."""
    mapi.MAPIInitialize(None)
    return mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NEW_SESSION)


def open_default_store(session):
    """The default store of a session."""
    table = session.GetMsgStoresTable(0)
    columns = (mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE)
    for (_, entry_id), (_, is_default) in mapi.HrQueryAllRows(table, columns, None, None, 0):
        if is_default:
            return session.OpenMsgStore(0, entry_id, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)
    raise LookupError("no default store")


def open_folder(store, tag):
    """A special folder, by the property of the store that names it."""
    _, ((_, entry_id),) = store.GetProps((tag,), 0)
    return store.OpenEntry(entry_id, None, mapi.MAPI_MODIFY)


def attach_file(message, path):
    """Attach a file by value."""
    _, attachment = message.CreateAttach(None, 0)
    data, name = Path(path).read_bytes(), Path(path).name
    attachment.SetProps(
        [
            (mapitags.PR_ATTACH_METHOD, mapi.ATTACH_BY_VALUE),
            (mapitags.PR_ATTACH_LONG_FILENAME_W, name),
            (mapitags.PR_DISPLAY_NAME_W, name),
            (mapitags.PR_RENDERING_POSITION, -1),
            (mapitags.PR_ATTACH_DATA_BIN, data),
        ]
    )
    attachment.SaveChanges(0)


def send(session, address, subject, path=None):
    """Send a reminder."""
    store = open_default_store(session)
    message = open_folder(store, mapitags.PR_IPM_OUTBOX_ENTRYID).CreateMessage(None, 0)
    recipient = [
        (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO),
        (mapitags.PR_DISPLAY_NAME_W, address),
        (mapitags.PR_ADDRTYPE_W, "SMTP"),
        (mapitags.PR_EMAIL_ADDRESS_W, address),
    ]
    book = session.OpenAddressBook(0, None, 0)
    message.ModifyRecipients(mapi.MODRECIP_ADD, book.ResolveName(0, 0, None, [recipient]))
    message.SetProps(
        [
            (mapitags.PR_MESSAGE_CLASS_W, "IPM.Note"),
            (mapitags.PR_SUBJECT_W, f"Reminder: {subject}"),
            (mapitags.PR_BODY_W, TEXT),
        ]
    )
    if path is not None:
        attach_file(message, path)
    message.SubmitMessage(0)


def main(address, subject, path=None):
    session = logon()
    send(session, address, subject, path)
    session.Logoff(0, 0, 0)
    mapi.MAPIUninitialize()


if __name__ == "__main__":
    main(*sys.argv[1:])
