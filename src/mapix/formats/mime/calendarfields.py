"""What reading and writing calendars in mail share: methods and classes, answers, and named properties by their types.

Source: [MS-OXCICAL] 2.1.3.1.1.1, 2.1.3.1.1.20.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mapix.formats.mime.nametable import NameTable
from mapix.properties.named import PropertyName
from mapix.properties.named_tags import NAMED_TYPES
from mapix.properties.tag import PropTag, PropType

REQUEST: Final = "IPM.Schedule.Meeting.Request"
CANCELED: Final = "IPM.Schedule.Meeting.Canceled"
APPOINTMENT: Final = "IPM.Appointment"
ANSWERS: Final = {
    "ACCEPTED": "IPM.Schedule.Meeting.Resp.Pos",
    "DECLINED": "IPM.Schedule.Meeting.Resp.Neg",
    "TENTATIVE": "IPM.Schedule.Meeting.Resp.Tent",
}
"""The class of an answer by its PARTSTAT."""

METHODS: Final = {"REQUEST": REQUEST, "CANCEL": CANCELED, "PUBLISH": APPOINTMENT, "COUNTER": ANSWERS["TENTATIVE"]}
"""The class of a message by the METHOD of its calendar; that of a REPLY follows from what was answered."""

TRACKED: Final = {"ACCEPTED": 3, "DECLINED": 4, "TENTATIVE": 2, "NEEDS-ACTION": 5}
"""PR_RECIPIENT_TRACKSTATUS by PARTSTAT."""

BUSY: Final = {"FREE": 0, "TENTATIVE": 1, "BUSY": 2, "OOF": 3, "WORKINGELSEWHERE": 4}
"""PidLidBusyStatus by X-MICROSOFT-CDO-BUSYSTATUS."""

CLASSES: Final = {"PUBLIC": 0, "X-PERSONAL": 1, "PRIVATE": 2, "CONFIDENTIAL": 3}
"""PR_SENSITIVITY by CLASS."""

MEETING, RECEIVED, CALLED_OFF = 1, 2, 4
"""Bits of PidLidAppointmentStateFlags."""


def tagged(values: Mapping[Any, Any] | Iterable[tuple[Any, Any]], names: NameTable) -> Iterator[tuple[PropTag, Any]]:
    """Values by tags or names as properties; those that are None are left out."""
    for key, value in dict(values).items():
        if value is None:
            continue
        if isinstance(key, PropertyName):
            key = names.tag(key, PropType(NAMED_TYPES[key][0]))
        yield key, value
