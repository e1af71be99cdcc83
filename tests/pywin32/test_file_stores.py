"""Programs that make stores in files ask for Windows' services of such stores: one of ours is made."""

from pathlib import Path
from typing import Any

import pytest
from tests.pywin32.conftest import NO_MAIL

from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.errors import com_error


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


def test_the_service_is_found_by_the_name_it_was_asked_for_by(session: Any, tmp_path: Path) -> None:
    """PRF-26. Samples restrict the tables to PR_SERVICE_NAME; the profile's other store is not found by it."""
    admin = session.AdminServices()
    before = rows(admin.GetMsgServiceTable(0), mapitags.PR_SERVICE_NAME_W)
    admin.CreateMsgService("MSUPST MS", "Archive", 0, 0)
    asked = (mapitags.PR_SERVICE_NAME_A, b"MSUPST MS")
    wanted = (mapi.RES_CONTENT, (mapi.FL_FULLSTRING, mapitags.PR_SERVICE_NAME_A, asked))
    columns = (mapitags.PR_SERVICE_UID, mapitags.PR_SERVICE_NAME_A)
    for table in (admin.GetMsgServiceTable(0), admin.GetProviderTable(0)):
        ((found, name),) = mapi.HrQueryAllRows(table, columns, wanted, None, 0)
        assert name == asked
    uid = mapi.MAPIUIDFromBinary(found[1])
    admin.ConfigureMsgService(uid, 0, 0, ((mapitags.PR_PST_PATH_A, str(tmp_path / "a.pst")),))
    assert rows(admin.GetMsgServiceTable(0), mapitags.PR_SERVICE_NAME_W) == [*before, ("MSUPST MS",)]
    admin.DeleteMsgService(uid)
    assert rows(admin.GetMsgServiceTable(0), mapitags.PR_SERVICE_NAME_W) == before


def test_a_data_file_of_outlook_is_refused_by_its_name_and_left_alone(profile: str, tmp_path: Path) -> None:
    mapi.MAPIInitialize(None)
    file = tmp_path / "outlook.pst"
    file.write_bytes(b"!BDN" + bytes(2000))
    admin = mapi.MAPIAdminProfiles(0).AdminServices(profile, None, 0, 0).QueryInterface(mapi.IID_IMsgServiceAdmin2)
    uid = admin.CreateMsgServiceEx("MSUPST MS", "Outlook", 0, 0)
    admin.ConfigureMsgService(uid, 0, 0, ((mapitags.PR_PST_PATH_W, str(file)),))
    session = mapi.MAPILogonEx(0, "", None, NO_MAIL)
    stores = rows(session.GetMsgStoresTable(0), mapitags.PR_SERVICE_UID, mapitags.PR_ENTRYID)
    (entry_id,) = [entry_id for service, entry_id in stores if service == bytes(uid)]
    with pytest.raises(com_error, match=r"Outlook data file, which is not read here.*outlook\.pst"):
        session.OpenMsgStore(0, entry_id, None, mapi.MAPI_BEST_ACCESS)
    assert file.read_bytes() == b"!BDN" + bytes(2000)
    assert list(tmp_path.glob("outlook.pst?*")) == []
