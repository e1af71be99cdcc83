"""Compound files ([MS-CFB]): storages and streams in one file, read, checked and written.

`CompoundFile` reads, `write_compound_file` writes a tree of `Node`; `mapix.formats.cfb.storage` edits in place.
"""

from mapix.formats.cfb.entry import Entry
from mapix.formats.cfb.node import Node
from mapix.formats.cfb.reader import CompoundFile
from mapix.formats.cfb.writer import write_compound_file

__all__ = ["CompoundFile", "Entry", "Node", "write_compound_file"]
