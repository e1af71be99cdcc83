"""TNEF, what `winmail.dat` holds ([MS-OXTNEF]): read and written.

parsed = read_tnef(data)
write_tnef(parsed.value, Path("winmail.dat"))
"""

from mapix.formats.tnef.read import TnefFile, is_tnef, read_tnef
from mapix.formats.tnef.write import tnef_bytes, write_tnef

__all__ = ["TnefFile", "is_tnef", "read_tnef", "tnef_bytes", "write_tnef"]
