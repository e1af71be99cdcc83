"""The message services of one profile: IMsgServiceAdmin (session 4.3).

Everything acts on the profile's file at once; sessions that run on it see it at their next logon (SES-65).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from mapix.interfaces.admin import MsgServiceAdmin, ProfSect, ProviderAdmin
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, ProviderKind
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import (
    Busy,
    CallFailed,
    InterfaceNotSupported,
    NoSupport,
    NotFound,
    NotInitialized,
    Unconfigured,
    UserCancel,
    from_hresult,
)
from mapix.properties.flags import SERVICE_UI_ALLOWED, SERVICE_UI_ALWAYS
from mapix.properties.tags import PR_DISPLAY_NAME
from mapix.properties.value import Props
from mapix.subsystem.admin.adminrows import provider_table, service_table
from mapix.subsystem.admin.provideradmin import ProviderAdministration
from mapix.subsystem.admin.serviceentries import (
    choose_identity,
    copied,
    insert,
    new_service,
    take_out,
)
from mapix.subsystem.catalogue.serviceentry import (
    MSG_SERVICE_CONFIGURE,
    MSG_SERVICE_CREATE,
    MSG_SERVICE_DELETE,
    call_entry,
)
from mapix.subsystem.dialogs import Dialogs
from mapix.subsystem.lines import forget
from mapix.subsystem.profiles import servicesecrets as kept
from mapix.subsystem.profiles.profile import Profile, ServiceEntry
from mapix.subsystem.profiles.profilehandle import StoredProfile
from mapix.subsystem.profiles.profsect import open_section
from mapix.subsystem.profiles.secrets import SecretChanges, all_or_none
from mapix.subsystem.profiles.servicesecrets import split, store_secrets
from mapix.subsystem.profiles.settings import by_tag, check_settings, check_whole, complete, require, strange

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI
    from mapix.subsystem.initialize import Subsystem

T = TypeVar("T")
_log = logging.getLogger(__name__)


class ServiceAdministration(MsgServiceAdmin):
    """Administration of the services of a profile."""

    def __init__(self, subsystem: Subsystem, profile_name: str) -> None:
        self._subsystem = subsystem
        self._catalogue = subsystem.catalogue
        self._handle = StoredProfile(subsystem.profiles, profile_name)

    def get_msg_service_table(self) -> MapiTable:
        """See `MsgServiceAdmin.get_msg_service_table`."""
        return service_table(self._handle.read())

    def get_provider_table(self) -> MapiTable:
        """See `MsgServiceAdmin.get_provider_table`."""
        return provider_table(self._handle.read())

    def create_msg_service(
        self,
        service: str,
        display_name: str | None = None,
        settings: Mapping[str, Any] | None = None,
        ui: LogonUI | None = None,
    ) -> bytes:
        """See `MsgServiceAdmin.create_msg_service`. Settings may be missing: the service is unconfigured then (C8).

        `InvalidParameter` names a setting that is wrong; secrets go to the keyring, `NoSupport` without one. What the
        entry function refuses is not added; it may ask `ui` itself, which else is asked for the settings.
        """
        described = self._catalogue.get(service)
        entry = new_service(described, display_name)
        public, secrets = split(described, check_settings(described, settings or {}))
        entry.settings = {name: value for name, value in public.items() if value is not None}
        check_whole(described, entry.settings)

        def add(profile: Profile, changes: SecretChanges) -> None:
            insert(profile, entry)
            store_secrets(changes, profile, entry, secrets, self._handle.home)
            for uid, props in described.sections.items():
                profile.sections.setdefault(uid, dict(props))

        self._change(add)
        try:
            with self._shown_to(ui):
                asks = SERVICE_UI_ALLOWED | SERVICE_UI_ALWAYS if ui is not None else 0
                self._ask_entry(entry.uid, MSG_SERVICE_CREATE, asks)
        except BaseException:
            self._remove(entry.uid)
            raise
        if ui is not None and described.entry is None and described.settings:
            self._ask(entry.uid, ui)
        return entry.uid

    @contextmanager
    def _shown_to(self, ui: LogonUI | None) -> Iterator[None]:
        """Meanwhile the entry function may ask this person."""
        self._handle.ui, former = ui, self._handle.ui
        try:
            yield
        finally:
            self._handle.ui = former

    def copy_msg_service(self, uid: bytes, target: MsgServiceAdmin | None = None) -> bytes:
        """See `MsgServiceAdmin.copy_msg_service`; `NoAccess` for a second single-copy service, `NotFound`."""
        into = self if target is None else target
        if not isinstance(into, ServiceAdministration):
            raise InterfaceNotSupported("a message service is copied into a profile of this kind only", value=target)
        source = self._handle.read()
        entry = source.service(uid)

        def add(profile: Profile, changes: SecretChanges) -> bytes:
            copy = copied(source, entry, profile)
            insert(profile, copy)
            places = partial(kept.places_of_service, self._catalogue)
            pair = places(source, entry, self._handle.home), places(profile, copy, into._handle.home)
            kept.copy_secrets(changes, *pair)
            return copy.uid

        return into._change(add)

    def configure_msg_service(
        self,
        uid: bytes,
        settings: Mapping[str, Any],
        props: Props | None = None,
        ui: LogonUI | None = None,
    ) -> None:
        """See `MsgServiceAdmin.configure_msg_service`; None takes a setting back to its default. `NotFound`.

        An entry function gets the properties, and what it raises is raised; `NotInitialized` for a service that has
        neither one nor settings (PRF-45), `Unconfigured` for one that lacks some where nothing is given (PRF-41).
        """
        entry = self._handle.read().service(uid)
        described = self._catalogue.get(entry.name)
        if described.entry is not None:
            self._configure_by_entry(uid, settings, props or {}, ui)
            return
        if not described.settings:
            hint = "open_profile_section writes properties into its section"
            raise NotInitialized("this message service has nothing to configure it by", value=entry.name, hint=hint)
        given, rest = by_tag(described, props or {})
        if not (settings or props):
            self._ask(uid, ui) if ui is not None else require(described, complete(described, entry.settings))
            return
        self._keep(uid, described, {**given, **settings}, rest.get(PR_DISPLAY_NAME))
        self._set_props(uid, {tag: value for tag, value in rest.items() if tag != PR_DISPLAY_NAME})

    def _keep(self, uid: bytes, described: MessageService, settings: Mapping[str, Any], name: str | None) -> None:
        """Keep settings of a service, and its name where one is given."""
        gone = [each for each in strange(described, settings) if settings[each] is None]
        known = {each: value for each, value in settings.items() if each not in gone}
        public, secrets = split(described, check_settings(described, known))

        def configure(profile: Profile, changes: SecretChanges) -> None:
            entry = profile.service(uid)
            if unknown := [each for each in gone if each not in entry.settings]:
                check_settings(described, dict.fromkeys(unknown))
            changed = {**entry.settings, **dict.fromkeys(gone), **public}
            changed = {name: value for name, value in changed.items() if value is not None}
            check_whole(described, changed)
            store_secrets(changes, profile, entry, secrets, self._handle.home)
            entry.settings = changed
            entry.display_name = entry.display_name if name is None else name

        self._change(configure)

    def _change(self, action: Callable[[Profile, SecretChanges], T]) -> T:
        """Change the profile and secrets together: when one of them fails, both are as they were."""
        with self._handle.store.locked(), all_or_none() as changes:
            return self._handle.change(lambda profile: action(profile, changes))

    def _configure_by_entry(self, uid: bytes, settings: Mapping[str, Any], props: Props, ui: LogonUI | None) -> None:
        """MSG_SERVICE_CONFIGURE: with properties it uses them silently, else it may ask whoever is there (PRF-41)."""
        if settings:
            self._keep(uid, self._catalogue.get(self._handle.read().service(uid).name), settings, None)
        asks = 0 if ui is None else SERVICE_UI_ALLOWED if props else SERVICE_UI_ALLOWED | SERVICE_UI_ALWAYS
        entry = self._handle.read().service(uid)
        with self._shown_to(ui):
            self._call_entry(entry, MSG_SERVICE_CONFIGURE, props, asks)

    def _ask_entry(self, uid: bytes, context: int, flags: int = 0) -> None:
        """Let the service's entry function know (PRF-41); one that cannot go on without somebody is left so (C8)."""
        with suppress(Unconfigured):
            self._call_entry(self._handle.read().service(uid), context, flags=flags)

    def _call_entry(self, entry: ServiceEntry, context: int, props: Props | None = None, flags: int = 0) -> None:
        described = self._catalogue.find(entry.name)
        if described is not None and described.entry is not None:
            admin = ProviderAdministration(self._subsystem, self._handle, entry.uid, inside=True)
            options: dict[str, Any] = {"props": props, "admin": admin, "flags": flags}
            call_entry(described, self._handle, self._catalogue, entry, context, **options)

    def _ask(self, uid: bytes, ui: LogonUI) -> None:
        """Show the settings of a service to somebody; `UserCancel` where nothing is said (PRF-41)."""
        entry = self._handle.read().service(uid)
        self._handle.ui = ui
        asked = Dialogs(ui, every=True).configure(
            self._handle, entry, self._catalogue.get(entry.name), "", lacking=False
        )
        if not asked:
            raise UserCancel("the settings were left as they are", value=entry.display_name or entry.name)

    def _set_props(self, uid: bytes, props: Props) -> None:
        """Put properties into a service's section; the first problem is an error."""
        if not props:
            return
        section = self.open_profile_section(uid, Access.MODIFY)
        try:
            for problem in section.set_props(props):
                raise from_hresult(problem.scode, "the property cannot be set", value=problem.tag)
        finally:
            section.close()

    def rename_msg_service(self, uid: bytes, name: str) -> None:
        """See `MsgServiceAdmin.rename_msg_service`: `NoSupport`, always."""
        raise NoSupport("message services cannot be renamed", hint="configure_msg_service with PR_DISPLAY_NAME")

    def delete_msg_service(self, uid: bytes) -> None:
        """See `MsgServiceAdmin.delete_msg_service`; its secrets leave the keyring, and its other sections go, too.

        Raises NotFound, and what an entry function answers that wants it to stay; one that fails, or is not there any
        more, keeps nothing.
        """
        self._handle.read().service(uid)
        self.tell_deleted(uid)
        self._remove(uid)

    def tell_deleted(self, uid: bytes) -> None:
        """Tell the entry function of a service that the service is about to go; raises what it wants it to stay by."""
        try:
            self._ask_entry(uid, MSG_SERVICE_DELETE)
        except (CallFailed, NotFound) as error:
            _log.warning("a message service goes although its entry function failed: %s", error)

    def _remove(self, uid: bytes) -> None:
        """First the profile, then the secrets: one that cannot be written has lost none of them."""

        def delete(profile: Profile) -> tuple[ServiceEntry, list[kept.Kept]]:
            entry = profile.service(uid)
            places = list(kept.places_of_service(self._catalogue, profile, entry, self._handle.home))
            take_out(profile, entry)
            return entry, self._handle.store.alone_with(profile, places)

        entry, places = self._handle.change(delete)
        kept.forget_secrets(places)
        forget(self._subsystem.home, *(provider.uid for provider in entry.providers))

    def admin_providers(self, uid: bytes) -> ProviderAdmin:
        """See `MsgServiceAdmin.admin_providers`; `NotFound`."""
        self._handle.read().service(uid)
        return ProviderAdministration(self._subsystem, self._handle, uid)

    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ, *, force: bool = False) -> ProfSect:
        """See `MsgServiceAdmin.open_profile_section`; `force` is MAPI_FORCE_ACCESS."""
        return open_section(self._handle, self._catalogue, self._subsystem.section_locks, uid, access, force=force)

    def msg_service_transport_order(self, uids: Sequence[bytes]) -> None:
        """See `MsgServiceAdmin.msg_service_transport_order`: `Busy` for a wrong count, `NotFound` for a strange uid."""

        def order(profile: Profile) -> None:
            known = {provider.uid for _, provider in profile.providers(ProviderKind.TRANSPORT)}
            if len(uids) != len(known):
                raise Busy(f"the profile has {len(known)} transports, and all of them must be named", value=len(uids))
            for uid in uids:
                if uid not in known or list(uids).count(uid) > 1:
                    raise NotFound("the profile has no other transport with this uid", value=uid)
            profile.transport_order = [bytes(uid) for uid in uids]

        self._handle.change(order)

    def set_primary_identity(self, uid: bytes | None) -> None:
        """The service, or provider, that says who the user is; None for none (C5).

        `NotFound`, `NoAccess` for one that cannot.
        """
        self._handle.change(partial(choose_identity, uid=uid))
