"""Send a message by Extended MAPI, the way scripts do it on Windows.

    mapix run examples/send_mail.py ann@example.org "Minutes of Monday" --cc bob@example.org

Nothing in here belongs to mapix: on Windows, with pywin32 and a MAPI profile, `python send_mail.py` does the same.
The text of the message comes from standard input or from --text; without either a line is made up.
"""

import argparse
import sys

from win32com.mapi import mapi, mapitags

COLUMNS = (mapitags.PR_ENTRYID, mapitags.PR_DISPLAY_NAME_A, mapitags.PR_DEFAULT_STORE)
LINE = "This message was sent by Extended MAPI.\r\n"


def default_store(session):
    """The profile's default store, opened with all the access there is; None when the profile has no default."""
    table = session.GetMsgStoresTable(0)
    table.SetColumns(COLUMNS, 0)
    while rows := table.QueryRows(1, 0):
        row = rows[0]
        if (mapitags.PR_DEFAULT_STORE, True) in row:
            (_, entry_id), (_, name), _ = row
            print(f"sending from {name.decode()}", file=sys.stderr)
            return session.OpenMsgStore(0, entry_id, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)
    return None


def outbox_of(store):
    """The store's Outbox."""
    _, ((tag, entry_id),) = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID), 0)
    if mapitags.PROP_TYPE(tag) == mapitags.PT_ERROR:
        raise SystemExit(f"the store has no Outbox: 0x{entry_id & 0xFFFFFFFF:08X}")
    return store.OpenEntry(entry_id, None, mapi.MAPI_BEST_ACCESS)


def sent_items_of(store):
    """What makes a message move to Sent Items when it has gone: one property, or none where there is no such folder."""
    _, ((tag, entry_id),) = store.GetProps((mapitags.PR_IPM_SENTMAIL_ENTRYID), 0)
    return [] if mapitags.PROP_TYPE(tag) == mapitags.PT_ERROR else [(mapitags.PR_SENTMAIL_ENTRYID, entry_id)]


def recipient(address, kind):
    """A row of the recipient list; nobody has to be in an address book."""
    return (
        (mapitags.PR_RECIPIENT_TYPE, kind),
        (mapitags.PR_OBJECT_TYPE, mapi.MAPI_MAILUSER),
        (mapitags.PR_DISPLAY_TYPE, 0),
        (mapitags.PR_SEND_RICH_INFO, False),
        (mapitags.PR_ADDRTYPE_A, "SMTP"),
        (mapitags.PR_EMAIL_ADDRESS_A, address),
        (mapitags.PR_DISPLAY_NAME_A, address),
    )


def send(subject, text, to="", cc="", bcc="", profile=""):
    """Send one message; `to`, `cc` and `bcc` are addresses with commas between them."""
    session = mapi.MAPILogonEx(0, profile, None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
    store = default_store(session)
    if store is None:
        raise SystemExit("the profile has no default store")
    outbox = outbox_of(store)
    message = outbox.CreateMessage(None, 0)
    kinds = ((mapi.MAPI_TO, to), (mapi.MAPI_CC, cc), (mapi.MAPI_BCC, bcc))
    rows = [recipient(each.strip(), kind) for kind, listed in kinds for each in listed.split(",") if each.strip()]
    message.ModifyRecipients(mapi.MODRECIP_ADD, rows)
    message.SetProps([(mapitags.PR_BODY_A, text), (mapitags.PR_SUBJECT_A, subject), *sent_items_of(store)])
    outbox.SaveChanges(0)
    message.SubmitMessage(0)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("to", help="addresses, with commas between them")
    parser.add_argument("subject")
    parser.add_argument("--cc", default="", help="addresses of those who get a copy")
    parser.add_argument("--bcc", default="", help="addresses of those who get a copy unseen")
    parser.add_argument("--text", help="the text of the message")
    parser.add_argument("--profile", default="", help="the MAPI profile; the default one when left out")
    args = parser.parse_args()
    text = args.text
    if text is None:
        text = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    mapi.MAPIInitialize(None)
    try:
        send(
            args.subject,
            text or "This message was sent by Extended MAPI.\r\n",
            args.to,
            args.cc,
            args.bcc,
            args.profile,
        )
    finally:
        mapi.MAPIUninitialize()


if __name__ == "__main__":
    main()
