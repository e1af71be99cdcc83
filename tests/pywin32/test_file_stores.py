"""Programs that make stores in files ask for Windows' services of such stores: one of ours is made."""

from pathlib import Path
from typing import Any

import pytest
from tests.pywin32.conftest import NO_MAIL

from mapix.pywin32 import mapi, mapitags


def rows(table: Any, *columns: int) -> list[tuple[Any, ...]]:
    return [tuple(value for _, value in row) for row in mapi.HrQueryAllRows(table, columns, None, None, 0)]


@pytest.mark.parametrize("service", ["MSUPST MS", "MSPST MS", "msupst ms"])
def test_a_store_in_a_file_is_made_as_importers_make_it(profile: str, tmp_path: Path, service: str) -> None:
    """PRF-26. Service, path, logon, the store by its service, folder, message; the file is where it was asked for."""
    mapi.MAPIInitialize(None)
    file = tmp_path / "import.pst"
    admin = mapi.MAPIAdminProfiles(0).AdminServices(profile, None, 0, 0)
    admin.CreateMsgService(service, None, 0, 0)
    ((uid,),) = rows(admin.GetMsgServiceTable(0), mapitags.PR_SERVICE_UID)[-1:]
    name = (mapitags.PR_DISPLAY_NAME_W, "Old mail")
    admin.ConfigureMsgService(mapi.MAPIUIDFromBinary(uid), 0, 0, (name, (mapitags.PR_PST_PATH_W, str(file))))
    session = mapi.MAPILogonEx(0, "", None, NO_MAIL)
    stores = rows(
        session.GetMsgStoresTable(0), mapitags.PR_DISPLAY_NAME_W, mapitags.PR_ENTRYID, mapitags.PR_SERVICE_UID
    )
    (entry_id,) = [entry_id for shown, entry_id, of in stores if of == uid]
    store = session.OpenMsgStore(0, entry_id, None, mapi.MDB_WRITE | mapi.MAPI_BEST_ACCESS)
    root = store.OpenEntry(mapi.HrGetOneProp(store, mapitags.PR_IPM_SUBTREE_ENTRYID)[1], None, mapi.MAPI_MODIFY)
    message = root.CreateFolder(1, "Imported", "", None, 0).CreateMessage(None, 0)
    message.SetProps([(mapitags.PR_SUBJECT_A, "From 2015")])
    message.SaveChanges(0)
    assert "Old mail" in [shown for shown, _, _ in stores]
    assert file.is_file()


def test_the_second_form_tells_the_service(session: Any, tmp_path: Path) -> None:
    admin = session.AdminServices().QueryInterface(mapi.IID_IMsgServiceAdmin2)
    uid = admin.CreateMsgServiceEx("MSUPST MS", None, 0, 0)
    admin.ConfigureMsgService(uid, 0, 0, ((mapitags.PR_PST_PATH_W, str(tmp_path / "a.pst")),))
    assert bytes(uid) in [found for (found,) in rows(admin.GetMsgServiceTable(0), mapitags.PR_SERVICE_UID)]
