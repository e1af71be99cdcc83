"""Calling the entry functions of message services (PRF-40..PRF-45)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mapix.interfaces.prop import ErrorInfo
from mapix.properties.errors import CallFailed, MapiError, from_hresult
from mapix.properties.tag import PropTag
from mapix.subsystem.support.servicesupport import ConfigSupport

if TYPE_CHECKING:
    from mapix.interfaces.admin import ProviderAdmin
    from mapix.interfaces.spi import MessageService
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.profiles.profile import ServiceEntry
    from mapix.subsystem.profiles.profilehandle import ProfileHandle

MSG_SERVICE_CREATE: Final = 2
MSG_SERVICE_CONFIGURE: Final = 3
MSG_SERVICE_DELETE: Final = 4
MSG_SERVICE_PROVIDER_CREATE: Final = 6
MSG_SERVICE_PROVIDER_DELETE: Final = 7
SERVICE_LOGON_FAILED: Final = 0x20


def call_entry(
    described: MessageService,
    handle: ProfileHandle,
    catalogue: Catalogue,
    service: ServiceEntry,
    context: int,
    *,
    props: Mapping[PropTag, Any] | None = None,
    admin: ProviderAdmin | None = None,
    flags: int = 0,
) -> None:
    """Ask a service's entry function, where it has one. Its support object lives as long as the call (PRF-44).

    Raises what it raises as a `MapiError`; a failure it answers as a number is raised, too.
    """
    if described.entry is None:
        return
    support = ConfigSupport(handle, catalogue, service)
    given = dict(props or {})
    try:
        answer = described.entry(None, None, support, None, flags, context, len(given), given, admin)
    except MapiError:
        raise
    except (Exception, SystemExit) as error:
        text = f"the entry function of the message service failed ({type(error).__name__}: {error})"
        raise CallFailed(text, value=service.name) from error
    finally:
        support.close()
    code, told = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
    _raise_for(code, told, service)


def _raise_for(code: object, told: object, service: ServiceEntry) -> None:
    """A number that says it failed is raised, with what the function has to say of it (MAPIERROR, PRF-40)."""
    if isinstance(code, int) and code & 0x80000000:
        text = told.text if isinstance(told, ErrorInfo) else told if isinstance(told, str) else ""
        low_level = told.low_level if isinstance(told, ErrorInfo) else 0
        text = text or "the entry function of the message service refused"
        raise from_hresult(code, text, value=service.name, low_level=low_level)
