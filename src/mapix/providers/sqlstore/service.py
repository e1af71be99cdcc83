"""The message service of the SQL store; cheap to import."""

from __future__ import annotations

from typing import Final

from mapix.properties.guid import guid

PROVIDER_UID: Final = guid("{DDCDD8E2-6536-40C7-850E-D4EA252C6143}")
"""Leads every entry identifier of stores of this kind (E-004), and is their PR_MDB_PROVIDER (ST-023)."""
