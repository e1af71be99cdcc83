"""Compound files ([MS-CFB]): storages and streams in one file, read, checked and written."""

from mapix.formats.cfb.entry import Entry
from mapix.formats.cfb.reader import CompoundFile

__all__ = ["CompoundFile", "Entry"]
