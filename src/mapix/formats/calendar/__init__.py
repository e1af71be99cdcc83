"""The blobs of calendars: recurrence, time zones, identifiers of meetings ([MS-OXOCAL]).

from mapix.formats.calendar.appointment import AppointmentRecurrence
from mapix.formats.calendar.timezones import ZoneDefinition
from mapix.formats.calendar.globalid import GlobalId

Each is a value with `load` and `dump`; what was read is written byte for byte.
"""
