"""Scripts that call anything with anything: only com_error and the refusals of arguments ever come out, and the store
is in order afterwards.
"""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.pywin32.random_arguments import NONSENSE, argument, picked

from mapix.pywin32 import exchange, mapi, mapitags, pythoncom
from mapix.pywin32.calls import CALLS
from mapix.pywin32.errors import com_error
from mapix.pywin32.unknown import PyIUnknown
from mapix.subsystem.initialize import Subsystem, is_initialized, mapi_uninitialize

ALLOWED = (com_error, TypeError, ValueError, OverflowError)
LATER = (
    "Logoff",
    "DeleteProfile",
    "RenameProfile",
    "DeleteMsgService",
    "DeleteProvider",
    "FlushQueues",
    "ValidateState",
)
"""Calls that end the session or take away what the next one needs, or that wait."""

METHODS = [
    (owner, name, about[0])
    for owner, calls in sorted(CALLS.items())
    if owner.startswith("Py")
    for name, about in sorted(calls.items())
    if name not in LATER
]
MODULES = {"mapi": mapi, "exchange": exchange, "pythoncom": pythoncom}
FUNCTIONS = sorted(
    (owner, name)
    for owner in MODULES
    for name in set(CALLS[owner]) - {"MAPIUninitialize", "MAPIInitialize", "MAPILogonEx", "PumpMessages"}
    if hasattr(MODULES[owner], name)
)
MOST = 40


class Script(RuleBasedStateMachine):
    """One script on one store."""

    service = "MEMORY"
    calls = 0
    """How many were made, of all scripts."""

    def __init__(self) -> None:
        super().__init__()
        self._place = tempfile.TemporaryDirectory()
        self._patch = pytest.MonkeyPatch()
        self._patch.setenv("MAPIX_HOME", self._place.name)
        self._patch.setenv("MAPIX_BROKER", "off")
        self._patch.setattr(tempfile, "tempdir", self._place.name)
        self._patch.chdir(self._place.name)
        self.objects: list[Any] = []
        self.ids: list[bytes] = []

    @initialize()
    def begin(self) -> None:
        """A profile and a session."""
        with Subsystem(Path(self._place.name)) as subsystem:
            profiles = subsystem.admin_profiles()
            profiles.create_profile("Random")
            profiles.admin_services("Random").create_msg_service(self.service)
            profiles.set_default_profile("Random")
        mapi.MAPIInitialize(None)
        self.log_on()

    def log_on(self) -> None:
        """A session, and what there is in it at first."""
        flags = mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION | mapi.MAPI_NO_MAIL
        self.session = mapi.MAPILogonEx(0, "Random", None, flags)
        ((store_id,),) = mapi.HrQueryAllRows(self.session.GetMsgStoresTable(0), mapitags.PR_ENTRYID, None, None, 0)
        self.store = self.session.OpenMsgStore(0, store_id[1], None, mapi.MDB_WRITE | mapi.MDB_NO_DIALOG)
        root = self.store.OpenEntry(None, None, mapi.MAPI_BEST_ACCESS)
        self.folder = root.CreateFolder(mapi.FOLDER_GENERIC, "Random", None, None, mapi.OPEN_IF_EXISTS)
        sink = mapi.HrAllocAdviseSink(lambda told, context: None, None)
        self.objects = [self.session, self.store, root, self.folder, self.folder, sink]
        self.objects += [self.session.OpenAddressBook(0, None, mapi.AB_NO_DIALOG), mapi.MAPIAdminProfiles(0)]
        self._begin_message()

    def _begin_message(self) -> None:
        """A message with a recipient and an attachment."""
        message = self.folder.CreateMessage(None, 0)
        message.SetProps([(mapitags.PR_SUBJECT_W, "First"), (mapitags.PR_BODY_W, "Text")])
        message.ModifyRecipients(
            mapi.MODRECIP_ADD, [[(mapitags.PR_DISPLAY_NAME_W, "Bob"), (mapitags.PR_RECIPIENT_TYPE, 1)]]
        )
        _, attachment = message.CreateAttach(None, 0)
        attachment.SetProps([(mapitags.PR_ATTACH_METHOD, 1), (mapitags.PR_ATTACH_DATA_BIN, b"data")])
        attachment.SaveChanges(mapi.KEEP_OPEN_READWRITE)
        message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
        self.objects += [message, attachment, self.folder.GetContentsTable(0)]
        self._keep(message.GetProps((mapitags.PR_ENTRYID, mapitags.PR_PARENT_ENTRYID)))

    @rule(data=st.data(), method=st.sampled_from(METHODS), number=st.integers(0, 999))
    def call(self, data: st.DataObject, method: tuple[str, str, str], number: int) -> None:
        """Any method, with anything, of any object that has it."""
        owner, name, parameters = method
        given = self._drawn(parameters, data)
        fitting = [each for each in self.objects if owner in (cls.__name__ for cls in type(each).__mro__)]
        if fitting:
            self._made(getattr(fitting[number % len(fitting)], name), name, given)

    @rule(data=st.data(), function=st.sampled_from(FUNCTIONS))
    def function(self, data: st.DataObject, function: tuple[str, str]) -> None:
        """Any function of the modules."""
        owner, name = function
        self._made(getattr(MODULES[owner], name), name, self._drawn(CALLS[owner][name][0], data))

    call_another = call
    call_again = call

    @rule()
    def save_everything(self) -> None:
        """What is open is saved, so that more of what was set gets into the store."""
        for each in self.objects[-6:]:
            if hasattr(each, "SaveChanges"):
                self._allowed(each.SaveChanges, mapi.KEEP_OPEN_READWRITE)

    @rule(whether=st.integers(0, 3))
    def end_the_session(self, whether: int) -> None:
        """And go on in another one; what belongs to the first is of no use any more."""
        if whether != 3:
            return
        old = list(self.objects)
        self.session.Logoff(0, 0, 0)
        for each in old:
            if hasattr(each, "GetPropList"):
                self._allowed(each.GetPropList, 0)
        self.log_on()

    def _drawn(self, parameters: str, data: st.DataObject) -> list[Any]:
        """Arguments, all of them drawn before anything is made of what there is: how it goes on is chance."""
        wanted = [each.partition("=")[0].split(":", 1) for each in parameters.split()]
        given = [data.draw(argument(word, kind)) for word, kind in wanted]
        if given and data.draw(st.integers(0, 19)) == 7:
            given[data.draw(st.integers(0, len(given) - 1))] = data.draw(NONSENSE)
        if data.draw(st.integers(0, 39)) == 7:
            given = given[:-1] if given else [0]
        return [picked(each, self.ids, self.objects) for each in given]

    def _made(self, function: Any, name: str, given: list[Any]) -> None:
        if name not in ("CreateProvider",):
            self._keep(self._allowed(function, *given))
            return
        try:
            self._allowed(function, *given)
        except SystemError as error:
            if "CreateProvider returned NULL" not in str(error):
                raise

    def _allowed(self, function: Any, *given: Any) -> Any:
        Script.calls += 1
        try:
            return function(*given)
        except com_error as error:
            hresult, text, *rest = error.args
            assert hresult < 0
            assert isinstance(text, str)
            assert rest == [None, None]
        except ALLOWED:
            pass
        return None

    def _keep(self, answer: Any) -> None:
        """Remember the objects and identifiers in an answer."""
        if isinstance(answer, PyIUnknown):
            self.objects.append(answer)
        elif isinstance(answer, bytes) and 0 < len(answer) <= 200:
            self.ids.append(answer)
        elif isinstance(answer, tuple | list):
            for item in answer[:20]:
                self._keep(item)
        del self.objects[11:-MOST]
        del self.ids[:-MOST]

    def teardown(self) -> None:
        """The store is in order, and everything in it can be read."""
        try:
            if is_initialized():
                self._look_over()
        finally:
            self.objects.clear()
            while is_initialized():
                mapi_uninitialize()
            self._patch.undo()
            self._place.cleanup()

    def _look_over(self) -> None:
        self.log_on()
        care = self.store._obj.care() if hasattr(self.store._obj, "care") else None
        if care is not None:
            assert care.check() == []
        waiting, left = [self.objects[2]], 200
        while waiting:
            folder = waiting.pop()
            folder.GetProps(None, mapi.MAPI_UNICODE)
            for flags in (0, mapi.MAPI_ASSOCIATED):
                for ((_, entry_id),) in mapi.HrQueryAllRows(
                    folder.GetContentsTable(flags), mapitags.PR_ENTRYID, None, None, 0
                ):
                    if (left := left - 1) < 0:
                        return
                    message = folder.OpenEntry(entry_id, None, 0)
                    message.GetProps(None, 0)
                    mapi.HrQueryAllRows(message.GetRecipientTable(0), None, None, None, 0)
                    mapi.HrQueryAllRows(message.GetAttachmentTable(0), None, None, None, 0)
            for ((_, entry_id),) in mapi.HrQueryAllRows(
                folder.GetHierarchyTable(0), mapitags.PR_ENTRYID, None, None, 0
            ):
                waiting.append(folder.OpenEntry(entry_id, None, 0))


class SqliteScript(Script):
    """The same on a file."""

    service = "MAPIXSTORE"


def run(machine: type[Script], examples: int, steps: int) -> int:
    """Some scripts of so many steps; how many calls they made."""
    before = Script.calls
    quiet = [
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.large_base_example,
    ]
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=quiet),
    )
    return Script.calls - before


@pytest.mark.parametrize("machine", [Script, SqliteScript])
def test_a_random_script_meets_only_failures_it_can_catch(machine: type[Script]) -> None:
    """GEN-1, GEN-4: com_error, TypeError, ValueError, OverflowError; the store's check finds nothing."""
    assert run(machine, 8, 30) > 8


@pytest.mark.soak
@pytest.mark.parametrize("machine", [Script, SqliteScript])
def test_many_long_random_scripts_do_no_harm(machine: type[Script]) -> None:
    assert run(machine, 120, 80) > 120
