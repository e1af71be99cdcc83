"""The message services of an installation as a file like MAPISVC.INF (PRF-31..PRF-35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mapix.formats.mapisvc import DEFAULTS, SERVICES, Section, ServiceFile, dump, property_entry
from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec
from mapix.properties import flags
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_PROVIDER_DLL_NAME, PR_SERVICE_DLL_NAME, PR_SERVICE_ENTRY_NAME

_TYPES: Final = {
    ProviderKind.STORE: "MAPI_STORE_PROVIDER",
    ProviderKind.ADDRESS_BOOK: "MAPI_AB_PROVIDER",
    ProviderKind.TRANSPORT: "MAPI_TRANSPORT_PROVIDER",
    ProviderKind.HOOK: "MAPI_HOOK_PROVIDER",
}
_NAMED: Final = {
    PR_SERVICE_DLL_NAME.id: "PR_SERVICE_DLL_NAME",
    PR_SERVICE_ENTRY_NAME.id: "PR_SERVICE_ENTRY_NAME",
    PR_PROVIDER_DLL_NAME.id: "PR_PROVIDER_DLL_NAME",
}
_FLAGS: Final = (
    "STATUS_DEFAULT_OUTBOUND",
    "STATUS_DEFAULT_STORE",
    "STATUS_PRIMARY_IDENTITY",
    "STATUS_SIMPLE_STORE",
    "STATUS_XP_PREFER_LAST",
    "STATUS_NO_PRIMARY_IDENTITY",
    "STATUS_NO_DEFAULT_STORE",
    "STATUS_OWN_STORE",
    "HOOK_INBOUND",
    "HOOK_OUTBOUND",
)


def inf_text(services: Iterable[MessageService]) -> str:
    """The text of a file that describes `services`; what it says of an installed service stands for that service."""
    file, offered = ServiceFile(), list(services)
    file.put(Section(SERVICES, {service.name: service.display_name for service in offered}))
    if defaults := {service.name: service.display_name for service in offered if service.default}:
        file.put(Section(DEFAULTS, defaults))
    for service in offered:
        _put_service(file, service)
    return dump(file)


def _put_service(file: ServiceFile, service: MessageService) -> None:
    section = Section(service.name)
    file.put(section)
    names = [_put_provider(file, service, spec) for spec in service.providers]
    extras = [_put_extra(file, service, uid, props) for uid, props in service.sections.items()]
    section.entries |= {"PR_DISPLAY_NAME": service.display_name, "Providers": ", ".join(names)}
    if extras:
        section.entries["Sections"] = ", ".join(extras)
    section.entries |= {"PR_SERVICE_DLL_NAME": service.name}
    if service.single_copy:
        section.entries["PR_RESOURCE_FLAGS"] = "SERVICE_SINGLE_COPY"
    section.entries |= _entries(service.properties)


def _put_provider(file: ServiceFile, service: MessageService, spec: ProviderSpec) -> str:
    name = spec.name if file.section(spec.name) is None else f"{service.name} {spec.name}"
    section = Section(name, {"PR_PROVIDER_DLL_NAME": service.name, "PR_RESOURCE_TYPE": _TYPES[spec.kind]})
    section.entries["PR_PROVIDER_DISPLAY"] = spec.display_name
    named = [each for each in _FLAGS if spec.resource_flags & getattr(flags, each)]
    if named:
        section.entries["PR_RESOURCE_FLAGS"] = " | ".join(named)
    section.entries |= _entries(spec.properties)
    file.put(section)
    return name


def _put_extra(file: ServiceFile, service: MessageService, uid: bytes, props: Mapping[PropTag, Any]) -> str:
    name = f"{service.name} {uid.hex().upper()}"
    file.put(Section(name, {"UID": uid.hex().upper(), **_entries(props)}))
    return name


def _entries(props: Mapping[PropTag, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, value in props.items():
        name, text = property_entry(tag, value)
        found[_NAMED.get(tag.id, name)] = text
    return found
