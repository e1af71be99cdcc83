"""What the tests of logons add to a profile and look up in the status table."""

from mapix.properties.flags import (
    MAPI_NEW_SESSION,
)
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import (
    PR_RESOURCE_TYPE,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session

NEW = MAPI_NEW_SESSION
SPOOLER, TRANSPORT, BOOK = 37, 36, 35


def status_of(session: Session, kind: int) -> list[tuple[int, str | None]]:
    """(status code, status string) of the rows of a kind."""
    table = session.get_status_table()
    table.set_columns([PR_STATUS_CODE, PR_STATUS_STRING])
    table.restrict(Property(Relop.EQ, PR_RESOURCE_TYPE, kind))
    return table.query_rows(10)


def add(system: Subsystem, name: str) -> None:
    system.admin_profiles().admin_services("Work").create_msg_service(name)
