"""Administration of profiles and message services: IProfAdmin, IMsgServiceAdmin, IProviderAdmin, IProfSect."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.table import MapiTable
from mapix.properties.value import Props

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI


class ProfSect(MapiProp):
    """A section of a profile (PRF-20..PRF-26): not transacted, no named properties."""

    uid: bytes

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """The named settings of the service this section belongs to, defaults filled in."""

    @abstractmethod
    def secret(self, name: str) -> str | None:
        """A secret setting, fetched now from where it is kept (keyring, password command, environment); None when
        there is none.
        """


class ProviderAdmin(ABC):
    """The providers of one message service (IProviderAdmin)."""

    @abstractmethod
    def get_provider_table(self) -> MapiTable:
        """Its providers, a snapshot (PRF-15)."""

    @abstractmethod
    def create_provider(self, name: str, props: Props | None = None) -> bytes:
        """Add a provider; its uid (PRF-16)."""

    @abstractmethod
    def delete_provider(self, uid: bytes) -> None:
        """Remove a provider (PRF-17)."""

    @abstractmethod
    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ) -> ProfSect:
        """A section (PRF-18)."""


class MsgServiceAdmin(ABC):
    """The message services of one profile (IMsgServiceAdmin)."""

    @abstractmethod
    def get_msg_service_table(self) -> MapiTable:
        """The services, a snapshot."""

    @abstractmethod
    def get_provider_table(self) -> MapiTable:
        """All providers of the profile, a snapshot."""

    @abstractmethod
    def create_msg_service(
        self,
        service: str,
        display_name: str | None = None,
        settings: Mapping[str, Any] | None = None,
        ui: LogonUI | None = None,
    ) -> bytes:
        """Add a service of the catalogue; its uid. `ui` is asked for its settings (SERVICE_UI_ALWAYS). `NotFound` for
        an unknown name, `NoAccess` for a second single-copy one, `UserCancel`: the service is there, unconfigured.
        """

    @abstractmethod
    def configure_msg_service(
        self,
        uid: bytes,
        settings: Mapping[str, Any],
        props: Props | None = None,
        ui: LogonUI | None = None,
    ) -> None:
        """Change a service's settings; `InvalidParameter` names the wrong one. Of `props` those that stand for a
        setting set it, PR_DISPLAY_NAME names the service, others go into its section. `ui` is asked where nothing else
        is given: `UserCancel`.
        """

    @abstractmethod
    def copy_msg_service(self, uid: bytes, target: MsgServiceAdmin | None = None) -> bytes:
        """Copy a service with its settings, its secrets and its extra sections to the end of this profile or of
        another; the copy's uid. Nobody is asked, and the service hears nothing of it.
        """

    @abstractmethod
    def rename_msg_service(self, uid: bytes, name: str) -> None:
        """Not supported (MAPI_E_NO_SUPPORT)."""

    @abstractmethod
    def delete_msg_service(self, uid: bytes) -> None:
        """Remove a service and its providers."""

    @abstractmethod
    def admin_providers(self, uid: bytes) -> ProviderAdmin:
        """The providers of one service."""

    @abstractmethod
    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ, *, force: bool = False) -> ProfSect:
        """A section of the profile; those of providers only with `force`, MAPI_FORCE_ACCESS (SES-25..SES-28)."""

    @abstractmethod
    def msg_service_transport_order(self, uids: Sequence[bytes]) -> None:
        """The order transports are asked in; all of them must be named."""

    @abstractmethod
    def set_primary_identity(self, uid: bytes | None) -> None:
        """The service, or provider, that says who the user is; None for none."""


class ProfAdmin(ABC):
    """The profiles of this user (IProfAdmin)."""

    @abstractmethod
    def get_profile_table(self, *, app: bool = False) -> MapiTable:
        """Names and which is the default, a snapshot; with `app` profiles of applications among them."""

    @abstractmethod
    def create_profile(self, name: str, *, app: bool = False, default_services: bool = False) -> None:
        """A new profile, empty or with the default services; `app` makes it one of an application (MAPI_APP_PROFILE),
        which is listed and changed only where `app` is said again. `NoAccess` when the name is taken.
        """

    @abstractmethod
    def delete_profile(self, name: str, *, app: bool = False) -> None:
        """Remove a profile; in use it is marked and goes with the last session (PRF-6)."""

    @abstractmethod
    def copy_profile(self, old: str, new: str, *, app: bool = False, secrets: bool = True) -> None:
        """A copy under another name, one of an application if the other is; without `secrets` it has no passwords."""

    @abstractmethod
    def rename_profile(self, old: str, new: str, *, app: bool = False) -> None:
        """Another name."""

    def change_profile_password(self, name: str, old: str | None, new: str | None) -> None:
        """Does nothing, successfully: profiles have no passwords."""

    @abstractmethod
    def set_default_profile(self, name: str | None) -> None:
        """Which profile is the default; None for none."""

    @abstractmethod
    def admin_services(self, name: str) -> MsgServiceAdmin:
        """The services of a profile; `LogonFailed` for an unknown one."""
