"""Entry functions of message services: what they are asked, what they may do, and what their word counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from tests.subsystem.bench import Script
from tests.subsystem.test_serviceadmin import fax_service

from mapix.client.dialogs import CallbackUI
from mapix.interfaces.admin import MsgServiceAdmin
from mapix.interfaces.prop import Access, ErrorInfo
from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec, Setting
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    CallFailed,
    ExtendedError,
    InvalidObject,
    InvalidParameter,
    MapiError,
    NoAccess,
    NoSupport,
    NotFound,
    NotInitialized,
    Unconfigured,
    UserCancel,
)
from mapix.properties.flags import SERVICE_UI_ALLOWED, SERVICE_UI_ALWAYS
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_COMMENT, PR_DISPLAY_NAME, PR_PROVIDER_UID
from mapix.subsystem.initialize import Subsystem

CREATE, CONFIGURE, DELETE, PROVIDER_CREATE, PROVIDER_DELETE = 2, 3, 4, 6, 7
PATH = PropTag(0x6601001F)


class Entry:
    """An entry function that notes what it is asked; `does` says what it does in a context."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, dict[PropTag, Any]]] = []
        self.does: dict[int, Callable[[Any, Any, Any], Any]] = {}
        self.support: Any = None

    def __call__(
        self, instance: Any, malloc: Any, support: Any, ui: Any, flags: int, context: int, *rest: Any
    ) -> object:
        count, props, admin = rest
        assert count == len(props)
        self.asked.append((context, flags, props))
        self.support = support
        work = self.does.get(context)
        return 0 if work is None else work(support, props, admin)

    @property
    def contexts(self) -> list[int]:
        return [each[0] for each in self.asked]


@pytest.fixture
def entry(system: Subsystem) -> Entry:
    """The entry function of the service FAXES, which has one provider."""
    made = Entry()
    spec = fax_service(Script()).providers[0]
    system.catalogue.register(MessageService("FAXES", "Faxes", (spec,), entry=made))
    return made


@pytest.fixture
def admin(system: Subsystem, profile: str) -> MsgServiceAdmin:
    return system.admin_profiles().admin_services(profile)


@pytest.fixture
def faxes(admin: MsgServiceAdmin, entry: Entry) -> bytes:
    """The service in the profile."""
    uid = admin.create_msg_service("FAXES")
    entry.asked.clear()
    return uid


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise error

    return fail


def count(admin: MsgServiceAdmin) -> int:
    return len(query_all_rows(admin.get_provider_table()))


# providers


def test_an_entry_function_is_asked_about_each_provider_that_comes_and_goes(
    admin: MsgServiceAdmin, entry: Entry, faxes: bytes
) -> None:
    """PRF-16, PRF-17, PRF-41: after the section was filled, and before it is taken away."""
    seen: list[int] = []
    entry.does = dict.fromkeys((PROVIDER_CREATE, PROVIDER_DELETE), lambda *_: seen.append(count(admin)) or 0)
    providers = admin.admin_providers(faxes)
    uid = providers.create_provider("fax", {PR_COMMENT: "second"})
    providers.delete_provider(uid)
    assert (entry.contexts, seen, count(admin)) == ([PROVIDER_CREATE, PROVIDER_DELETE], [2, 2], 1)
    assert [props for _, _, props in entry.asked] == [{}, {}]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (raising(NoSupport("one is enough")), NoSupport),
        (raising(UserCancel("no")), UserCancel),
        (raising(KeyError(1)), CallFailed),
        (lambda *_: 0x80040102, NoSupport),
        (lambda *_: (0x80040102, None), NoSupport),
    ],
)
def test_what_an_entry_function_refuses_is_neither_made_nor_deleted(
    admin: MsgServiceAdmin, entry: Entry, faxes: bytes, said: Callable[..., Any], error: type[Exception]
) -> None:
    """PRF-16, PRF-17, PRF-41: MAPI_E_NO_SUPPORT."""
    entry.does = {PROVIDER_CREATE: said, PROVIDER_DELETE: said}
    providers = admin.admin_providers(faxes)
    with pytest.raises(error):
        providers.create_provider("fax")
    ((uid,),) = query_all_rows(providers.get_provider_table(), (PR_PROVIDER_UID,))
    with pytest.raises(error):
        providers.delete_provider(uid)
    assert count(admin) == 1


def test_a_provider_that_is_not_configured_yet_stays(admin: MsgServiceAdmin, entry: Entry, faxes: bytes) -> None:
    """PRF-16, C8."""
    entry.does = {PROVIDER_CREATE: raising(Unconfigured("number missing"))}
    admin.admin_providers(faxes).create_provider("fax")
    assert count(admin) == 2


def test_what_an_entry_function_makes_itself_it_is_not_asked_about(
    admin: MsgServiceAdmin, entry: Entry, faxes: bytes
) -> None:
    """PRF-41, PRF-16: CreateProvider and DeleteProvider inside MSG_SERVICE_CONFIGURE."""
    made: list[bytes] = []

    def more(support: Any, props: Any, inner: Any) -> int:
        made.append(inner.create_provider("fax", {PR_COMMENT: "made inside"}))
        made.append(inner.create_provider("fax"))
        inner.delete_provider(made[1])
        return 0

    entry.does = {CONFIGURE: more}
    admin.configure_msg_service(faxes, {}, {PATH: "x"})
    assert (entry.contexts, count(admin)) == ([CONFIGURE], 2)
    section = admin.admin_providers(faxes).open_profile_section(made[0])
    assert section.get_prop(PR_COMMENT) == "made inside"


def test_inside_an_entry_function_the_service_s_section_needs_no_uid(
    admin: MsgServiceAdmin, entry: Entry, faxes: bytes
) -> None:
    """PRF-18: and sections of its providers may be written."""

    def write(support: Any, props: Any, inner: Any) -> int:
        with closing(inner.open_profile_section(None, Access.MODIFY)) as section:
            section.set_props({PR_COMMENT: "of the service"})
        ((uid,),) = query_all_rows(inner.get_provider_table(), (PR_PROVIDER_UID,))
        with closing(inner.open_profile_section(uid, Access.MODIFY)) as section:
            section.set_props({PR_COMMENT: "of the provider"})
        return 0

    entry.does = {CONFIGURE: write}
    admin.configure_msg_service(faxes, {}, {PATH: "x"})
    assert admin.open_profile_section(faxes).get_prop(PR_COMMENT) == "of the service"
    providers = admin.admin_providers(faxes)
    ((uid,),) = query_all_rows(providers.get_provider_table(), (PR_PROVIDER_UID,))
    assert providers.open_profile_section(uid).get_prop(PR_COMMENT) == "of the provider"
    with pytest.raises(InvalidParameter):
        providers.open_profile_section(None)
    with pytest.raises(NoAccess):
        providers.open_profile_section(uid, Access.MODIFY)


# configuration


def test_an_entry_function_is_given_the_properties(admin: MsgServiceAdmin, entry: Entry, faxes: bytes) -> None:
    """PRF-41, PRF-43, PRF-44: it keeps them where it likes, and its support object ends with the call."""

    def keep(support: Any, props: Any, inner: Any) -> int:
        support.open_profile_section().set_props({PATH: props[PATH]})
        return 0

    entry.does = {CONFIGURE: keep}
    admin.configure_msg_service(faxes, {}, {PATH: "/there"})
    assert entry.asked == [(CONFIGURE, 0, {PATH: "/there"})]
    ((uid,),) = query_all_rows(admin.get_provider_table(), (PR_PROVIDER_UID,))
    assert admin.admin_providers(faxes).open_profile_section(uid).get_prop(PATH) == "/there"
    with pytest.raises(InvalidObject):
        entry.support.open_profile_section()


@pytest.mark.parametrize("error", [Unconfigured("no path"), UserCancel("no"), ExtendedError("see there")])
def test_what_an_entry_function_answers_is_the_answer(
    admin: MsgServiceAdmin, entry: Entry, faxes: bytes, error: Exception
) -> None:
    """PRF-41; ConfigureMsgService of session 4.3."""
    entry.does = {CONFIGURE: raising(error)}
    with pytest.raises(type(error)):
        admin.configure_msg_service(faxes, {}, {PATH: "x"})


def test_an_entry_function_may_ask_whoever_is_there(admin: MsgServiceAdmin, entry: Entry, faxes: bytes) -> None:
    """PRF-41, PRF-42: SERVICE_UI_ALWAYS where nothing else is given."""
    ui = CallbackUI()
    admin.configure_msg_service(faxes, {}, ui=ui)
    admin.configure_msg_service(faxes, {}, {PATH: "x"}, ui=ui)
    admin.configure_msg_service(faxes, {})
    assert [flags for _, flags, _ in entry.asked] == [SERVICE_UI_ALLOWED | SERVICE_UI_ALWAYS, SERVICE_UI_ALLOWED, 0]


def test_a_service_without_entry_function_and_settings_cannot_be_configured(
    admin: MsgServiceAdmin, system: Subsystem
) -> None:
    """PRF-45: MAPI_E_NOT_INITIALIZED."""
    spec = ProviderSpec(ProviderKind.HOOK, "hook", "Hook", object)
    system.catalogue.register(MessageService("BARE", "Bare", (spec,)))
    uid = admin.create_msg_service("BARE")
    with pytest.raises(NotInitialized):
        admin.configure_msg_service(uid, {}, {PR_DISPLAY_NAME: "Mine"})
    with pytest.raises(NotInitialized):
        admin.configure_msg_service(uid, {}, ui=CallbackUI())


def test_creating_and_deleting_a_service_is_told(admin: MsgServiceAdmin, entry: Entry, faxes: bytes) -> None:
    """PRF-41."""
    admin.delete_msg_service(faxes)
    assert entry.contexts == [DELETE]
    admin.create_msg_service("FAXES")
    assert entry.contexts == [DELETE, CREATE]


@pytest.mark.parametrize("error", [UserCancel("no"), NotFound("no such module"), CallFailed("broken")])
def test_a_service_that_its_entry_function_refuses_is_not_added(
    admin: MsgServiceAdmin, entry: Entry, error: MapiError
) -> None:
    """PRF-41: nothing of it is left in the profile."""
    entry.does = {CREATE: raising(error)}
    with pytest.raises(type(error)):
        admin.create_msg_service("FAXES")
    assert admin.get_msg_service_table().get_row_count() == count(admin) == 0


def test_a_service_stays_when_its_entry_function_says_so_and_goes_when_that_fails(
    admin: MsgServiceAdmin, entry: Entry, faxes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """PRF-41: otherwise nobody could remove a service whose module is gone."""
    entry.does = {DELETE: raising(UserCancel("not now"))}
    with pytest.raises(UserCancel):
        admin.delete_msg_service(faxes)
    assert count(admin) == 1
    for failure in (NotFound("there is no module of this name"), KeyError(1)):
        entry.does = {DELETE: raising(failure)}
        admin.delete_msg_service(faxes)
        assert count(admin) == 0
        assert "entry function failed" in caplog.text
        caplog.clear()
        faxes = admin.create_msg_service("FAXES")
    with pytest.raises(NotFound):
        admin.delete_msg_service(bytes(16))


@pytest.mark.parametrize("told", [ErrorInfo("the loft is full", low_level=7), "the loft is full"])
def test_what_an_entry_function_says_of_a_failure_is_told(
    admin: MsgServiceAdmin, entry: Entry, faxes: bytes, told: object
) -> None:
    """PRF-40: the MAPIERROR beside the number."""
    entry.does[CONFIGURE] = lambda *_: (NoSupport.hresult, told)
    with pytest.raises(NoSupport, match="the loft is full: 'FAXES'"):
        admin.configure_msg_service(faxes, {})


def test_an_entry_function_may_ask_whoever_adds_the_service(admin: MsgServiceAdmin, entry: Entry) -> None:
    """PRF-41, PRF-42: the flags say so; nobody is asked a second time, and nobody afterwards."""
    asked: list[str] = []
    ui = CallbackUI(settings=lambda service, *_: asked.append(service) or {})
    entry.does[CREATE] = lambda support, *_: support.do_config_propsheet("Faxes")
    admin.create_msg_service("FAXES", ui=ui)
    assert [each[:2] for each in entry.asked] == [(CREATE, SERVICE_UI_ALLOWED | SERVICE_UI_ALWAYS)]
    assert asked == ["Faxes"]
    with pytest.raises(UserCancel):
        admin.create_msg_service("FAXES")
    assert len(query_all_rows(admin.get_msg_service_table())) == 1


def test_a_service_without_settings_is_added_where_somebody_could_be_asked(
    system: Subsystem, admin: MsgServiceAdmin
) -> None:
    """PRF-41: there is nothing to ask."""
    system.catalogue.register(MessageService("PLAIN", "Plain", fax_service(Script()).providers))
    uid = admin.create_msg_service("PLAIN", ui=CallbackUI())
    assert system.profiles.load("Work").service(uid).name == "PLAIN"


def test_a_setting_that_somebody_takes_back_has_its_default(system: Subsystem, admin: MsgServiceAdmin) -> None:
    """PRF-41, SPI-46."""
    support: list[Any] = []
    made = Entry()
    made.does[CONFIGURE] = lambda given, *_: support.append(given.do_config_propsheet())
    settings = (Setting("line"), Setting("pages"))
    service = MessageService("LINES", "Lines", fax_service(Script()).providers, settings, entry=made)
    system.catalogue.register(service)
    uid = admin.create_msg_service("LINES", settings={"line": "1", "pages": "2"})
    admin.configure_msg_service(uid, {}, ui=CallbackUI(settings=lambda *_: {"line": None}))
    assert system.profiles.load("Work").service(uid).settings == {"pages": "2"}
