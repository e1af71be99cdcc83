"""`mapix store`: the message stores of a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mapix.cli.base import Group, command
from mapix.cli.output import emit_json, emit_rows, json_option
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.session import Session


@command(examples=("mapix store list", "mapix store list --json"), name="list")
@json_option
@profile_option
def list_stores(as_json: bool, profile: str | None) -> None:
    """List the stores of a profile; the default one has a star."""
    with logged_on(profile) as session:
        found = _stores(session)
    if as_json:
        emit_json({"stores": found})
    else:
        rows = ((each["name"], "*" if each["default"] else "", each["provider"]) for each in found)
        emit_rows(("store", "default", "provider"), rows)


def _stores(session: Session) -> list[dict[str, Any]]:
    from mapix.interfaces.table import query_all_rows
    from mapix.properties import tags as t

    columns = (t.PR_DISPLAY_NAME, t.PR_DEFAULT_STORE, t.PR_PROVIDER_DISPLAY, t.PR_ENTRYID)
    return [
        {"name": name or "", "default": bool(default), "provider": provider or "", "entry_id": entry_id.hex()}
        for name, default, provider, entry_id in query_all_rows(session.mapi.get_msg_stores_table(), columns)
    ]


store = Group(
    "store",
    commands=[list_stores],
    examples=("mapix store list", "mapix store check"),
    help="The message stores of a profile.",
)
