"""`mapix service copy`, `order` and `primary`: services among one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.output import clean, emit_json, emit_rows, json_option, tell
from mapix.cli.profiles import complete_profiles, complete_services
from mapix.cli.sessions import mapi, profile_option

if TYPE_CHECKING:
    from mapix.interfaces.admin import MsgServiceAdmin


@command(examples=("mapix service copy SMTP", "mapix service copy SMTP --to Home"))
@click.argument("service", shell_complete=complete_services)
@click.option("--to", "target", metavar="NAME", shell_complete=complete_profiles, help="The profile it is copied to.")
@json_option
@profile_option
def copy(service: str, target: str | None, as_json: bool, profile: str | None) -> None:
    """Copy SERVICE, a name or the start of a uid, with its settings and passwords, in its profile or to another one."""
    from mapix.cli.profiles import chosen, one_service

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        found = one_service(admin, service)
        into = chosen(profiles, target or profile)
        uid = admin.copy_msg_service(found.uid, profiles.admin_services(into))
    text = f"{found.name} copied to {into} as {uid.hex()[:8]}."
    tell(as_json, text, profile=into, service=found.name, uid=uid.hex(), copied_from=found.uid.hex())


@command(examples=("mapix service order", "mapix service order LOCAL SMTP"))
@click.argument("services", nargs=-1, shell_complete=complete_services)
@json_option
@profile_option
def order(services: tuple[str, ...], as_json: bool, profile: str | None) -> None:
    """Say in which order transports are asked to send: all of them, by names or the starts of uids.

    Without SERVICES show the order.
    """
    from mapix.cli.profiles import chosen, one_service

    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        if services:
            _put_in_order(admin, [one_service(admin, name).uid for name in services])
        found = _transports(admin)
    if as_json:
        emit_json({"transports": [_document(*each) for each in found]})
        return
    emit_rows(("uid", "service"), ((owner.hex()[:8], name) for _, owner, name in found))


@command(examples=("mapix service primary", "mapix service primary SMTP", "mapix service primary --none"))
@click.argument("service", required=False, shell_complete=complete_services)
@click.option("--none", is_flag=True, help="No service says who the user is.")
@json_option
@profile_option
def primary(service: str | None, none: bool, as_json: bool, profile: str | None) -> None:
    """Make SERVICE the one that says who the user is; without SERVICE print which one does."""
    from mapix.cli.profiles import chosen, one_service

    if none and service is not None:
        raise click.UsageError("Either a SERVICE or --none.")
    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()
        admin = profiles.admin_services(chosen(profiles, profile))
        change = none or service is not None
        if change:
            admin.set_primary_identity(None if service is None else one_service(admin, service).uid)
        name = _primary(admin)
    if as_json:
        emit_json({"service": name})
    elif not change:
        click.echo(clean(name or "no service"))


def _put_in_order(admin: MsgServiceAdmin, wanted: Sequence[bytes]) -> None:
    """The transports of these services in this order; `InvalidParameter` where some are left out or named twice."""
    from mapix.cli.profiles import shortest_name
    from mapix.properties.errors import InvalidParameter

    known = _transports(admin)
    owners = list(dict.fromkeys(owner for _, owner, _ in known))
    if sorted(wanted) != sorted(owners):
        hint = f"mapix service order {' '.join(shortest_name(admin, owner) for owner in owners)}, in another order"
        raise InvalidParameter("an order names the services that send, all of them, and each once", hint=hint)
    admin.msg_service_transport_order([uid for service in wanted for uid, owner, _ in known if owner == service])


def _primary(admin: MsgServiceAdmin) -> str | None:
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t
    from mapix.properties.flags import STATUS_PRIMARY_IDENTITY

    rows = query_all_rows(admin.get_provider_table(), (t.PR_SERVICE_NAME, t.PR_RESOURCE_FLAGS))
    return next((name for name, flags in rows if flags & STATUS_PRIMARY_IDENTITY), None)


def _transports(admin: MsgServiceAdmin) -> list[tuple[bytes, bytes, str]]:
    """Provider, service and the service's name of each transport, in the order they are asked."""
    from mapix.interfaces.spi import ProviderKind
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t

    columns = (t.PR_PROVIDER_ORDINAL, t.PR_PROVIDER_UID, t.PR_SERVICE_UID, t.PR_SERVICE_NAME, t.PR_RESOURCE_TYPE)
    rows = sorted(query_all_rows(admin.get_provider_table(), columns))
    return [(uid, service, name) for _, uid, service, name, kind in rows if kind == ProviderKind.TRANSPORT]


def _document(uid: bytes, service: bytes, name: str) -> dict[str, Any]:
    return {"uid": uid.hex(), "service_uid": service.hex(), "service": name}
