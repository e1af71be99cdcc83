"""`mapix doctor`: what is configured, what answers, and what to do next."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import clean, emit_json, json_option, say
from mapix.cli.proposals import command_with_profile, named_profile
from mapix.cli.sessions import files_told, logged_on, mapi, profile_option
from mapix.properties.errors import MapiError

if TYPE_CHECKING:
    from mapix.cli.profiles import Service
    from mapix.cli.status import StatusRow
    from mapix.client.session import Session
    from mapix.subsystem.initialize import Subsystem


class Finding(NamedTuple):
    """One thing that was looked at: whether it is well, what it is, what was seen, what to do."""

    ok: bool
    what: str
    detail: str
    hint: str = ""


@command(examples=("mapix doctor", "mapix doctor --profile Work --json"))
@json_option
@profile_option
def doctor(as_json: bool, profile: str | None) -> int:
    """Find out what works: the profile, its services, the store, and every transport, which is asked to connect.

    Logs on as a mail program does, so what waits in the Outbox may be sent meanwhile. The exit code is 1 when
    something is wrong.
    """
    findings: list[Finding] = []
    files_told()
    for found in _findings(profile):
        finding = found._replace(hint=command_with_profile(found.hint, named_profile()))
        findings.append(finding)
        if not as_json:
            _tell(finding)
    well = all(finding.ok for finding in findings)
    if as_json:
        emit_json({"ok": well, "findings": [finding._asdict() for finding in findings]})
    elif well:
        say('\nAll is well. Try: mapix send --to YOUR-ADDRESS --subject Hello --text "Good morning" --wait')
    else:
        say("\nSomething is wrong; the lines above say what to try.")
    return Exit.OK if well else Exit.FAILED


def _findings(wanted: str | None) -> Iterator[Finding]:
    """Everything that can be said, from the ground up; a failure ends what builds on it."""
    with mapi() as subsystem:
        yield _home(subsystem)
        yield from _files(subsystem)
        try:
            name, services = _profile(subsystem, wanted)
        except MapiError as error:
            yield _failure("profile", error)
            return
        yield Finding(True, "profile", f"{name}: {', '.join(each.name for each in services) or 'no services'}")
        yield from (_service(subsystem, name, each) for each in services)
        yield from _secrets(subsystem, services)
    try:
        with logged_on(name, mail=True) as session:
            yield from _session(session)
    except MapiError as error:
        yield _failure("session", error)


def _home(subsystem: Subsystem) -> Finding:
    home = subsystem.home
    place = home if home.exists() else next(parent for parent in home.parents if parent.exists())
    if not os.access(place, os.W_OK):
        return Finding(False, "home", f"{home} cannot be written to", "set MAPIX_HOME to a directory of yours")
    if home.exists() and os.name == "posix" and home.stat().st_mode & 0o077:
        return Finding(True, "home", f"{home}, which other users can look into", f"chmod 700 {quote(str(home))}")
    return Finding(True, "home", f"{home}{'' if home.exists() else ' (not made yet)'}")


def _files(subsystem: Subsystem) -> Iterator[Finding]:
    """The files that describe message services: which cannot be read, and in which something is wrong."""
    unread = {each.path: each for each in subsystem.catalogue.unread()}
    yield from (Finding(False, "services", f"{each.path}: {each.why}", each.hint) for each in unread.values())
    wrong = [(path, defect) for path, defect in subsystem.catalogue.defects() if path not in unread]
    for path in dict.fromkeys(path for path, _ in wrong):
        first, *more = (str(defect) for found, defect in wrong if found == path)
        told = f"{path}: {first}" + (f", and {len(more)} more" if more else "")
        yield Finding(True, "services", told, "mapix service types")


def _profile(subsystem: Subsystem, wanted: str | None) -> tuple[str, list[Service]]:
    from mapix.cli.profiles import chosen, services_of

    profiles = subsystem.admin_profiles()
    name = chosen(profiles, wanted)
    return name, services_of(profiles.admin_services(name))


def _service(subsystem: Subsystem, profile: str, service: Service) -> Finding:
    """Whether the service of a profile is installed and has the settings it needs, and no others."""
    from mapix.subsystem.profiles.settings import require, strange

    what = f"service {service.name}"
    try:
        described = subsystem.catalogue.get(service.name)
        require(described, service.settings)
    except MapiError as error:
        return _failure(what, error)
    unknown = strange(described, subsystem.profiles.load(profile).service(service.uid).settings)
    if unknown:
        hint = f"mapix service configure {service.uid.hex()[:8]} {unknown[0]}="
        return Finding(False, what, f"the profile sets {', '.join(unknown)}, which it does not know", hint)
    return Finding(True, what, "installed, and its settings are complete")


def _secrets(subsystem: Subsystem, services: list[Service]) -> Iterator[Finding]:
    """Whether the vault's file can be used, and the commands print their secrets."""
    from mapix.subsystem.profiles.secrets import run_command
    from mapix.subsystem.profiles.settings import COMMAND
    from mapix.subsystem.profiles.vault import NAME, Vault

    vault = Vault(subsystem.home / NAME)
    if vault.exists:
        yield _tried("vault", str(vault.path), vault.check_file)
    for service in services:
        for name, value in service.settings.items():
            if name.endswith(COMMAND) and value:
                yield _tried(f"{service.name} {name}", "prints a secret", partial(run_command, str(value)))


def _tried(what: str, well: str, action: Callable[[], object]) -> Finding:
    try:
        action()
    except MapiError as error:
        return _failure(what, error)
    return Finding(True, what, well)


def _session(session: Session) -> Iterator[Finding]:
    from mapix.cli.status import status_rows
    from mapix.properties.flags import MAPI_AB_PROVIDER, MAPI_SPOOLER, MAPI_TRANSPORT_PROVIDER

    try:
        yield _store(session)
    except MapiError as error:
        yield _failure("store", error)
        return
    yield from _other_stores(session)
    rows = status_rows(session)
    transports = [row for row in rows if row.kind == MAPI_TRANSPORT_PROVIDER]
    yield from (_answers(session, row) for row in rows if row.kind in (MAPI_AB_PROVIDER, MAPI_SPOOLER))
    yield from (_answers(session, row) for row in transports)
    if not transports:
        yield Finding(False, "transport", "nothing takes mail anywhere", "mapix service add LOCAL")
    yield _queue(session)


def _store(session: Session) -> Finding:
    store = session.store
    inbox = store.inbox
    detail = f"{store.name}: {inbox.name} has {inbox.count} messages, {inbox.unread} unread"
    return Finding(True, "store", detail)


def _other_stores(session: Session) -> Iterator[Finding]:
    """Whether the stores besides the default one can be opened."""
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t

    rows = query_all_rows(session.mapi.get_msg_stores_table(), (t.PR_DISPLAY_NAME, t.PR_DEFAULT_STORE, t.PR_ENTRYID))
    for name, default, entry_id in rows:
        if not default:
            opened = partial(session.mapi.open_msg_store, entry_id, no_mail=True)
            yield _tried("store", f"{name}: can be opened", opened)


def _answers(session: Session, row: StatusRow) -> Finding:
    """Ask one resource to validate its state: a transport connects."""
    from typing import cast

    from mapix.interfaces.status import Status

    what = row.name or "transport"
    if row.failed:
        return Finding(False, what, row.remark or row.state, "mapix service list")
    try:
        cast(Status, session.mapi.open_entry(row.entry_id)).validate_state()
    except MapiError as error:
        return _failure(what, error)
    return Finding(True, what, "answers")


def _queue(session: Session) -> Finding:
    from mapix.cli.spooler import queues

    waiting = [entry for store in queues(session, quiet=True)[0] for entry in store.mapi.outgoing.entries()]
    put_off = [entry for entry in waiting if entry.attempts]
    if put_off:
        detail = f"{len(waiting)} messages wait, {put_off[0].reason}"
        return Finding(False, "Outbox", detail, "mapix spooler status, then mapix spooler flush")
    return Finding(True, "Outbox", f"{len(waiting)} messages wait" if waiting else "nothing waits")


def _failure(what: str, error: MapiError) -> Finding:
    return Finding(False, what, error.sentence, error.hint)


def _tell(finding: Finding) -> None:
    mark = click.style("ok   ", fg="green") if finding.ok else click.style("wrong", fg="red", bold=True)
    told = not finding.hint or ". Try: " in finding.detail
    hint = "" if told else f". Try: {clean(finding.hint)}"
    click.echo(f"{mark} {clean(finding.what)}: {clean(finding.detail)}{hint}")
