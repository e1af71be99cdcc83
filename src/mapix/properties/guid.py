"""GUIDs as the 16 bytes MAPI stores, and as the text people read.

    >>> guid("{00020329-0000-0000-C000-000000000046}").hex()
    '2903020000000000c000000000000046'
    >>> guid_text(guid("00020329-0000-0000-c000-000000000046"))
    '{00020329-0000-0000-C000-000000000046}'

The first three fields are little-endian in the bytes ([MS-DTYP] 2.3.4).
"""

from __future__ import annotations

from mapix.properties.errors import InvalidParameter


def guid(text: str) -> bytes:
    """The 16 bytes of a GUID written as hexadecimal digits, with or without braces and hyphens.

    Raises InvalidParameter for anything but 32 digits.
    """
    digits = text.strip().removeprefix("{").removesuffix("}").replace("-", "")
    try:
        fields = bytes.fromhex(digits)
    except ValueError:
        fields = b""
    if len(fields) != 16:
        raise InvalidParameter("not a GUID", value=text, hint="{00020329-0000-0000-C000-000000000046}")
    return fields[3::-1] + fields[5:3:-1] + fields[7:5:-1] + fields[8:]


def guid_text(data: bytes) -> str:
    """`data`, 16 bytes, as `{00020329-0000-0000-C000-000000000046}`; InvalidParameter for another length."""
    if len(data) != 16:
        raise InvalidParameter("a GUID has 16 bytes", value=data)
    fields = (data[3::-1], data[5:3:-1], data[7:5:-1], data[8:10], data[10:])
    return "{" + "-".join(bytes(field).hex().upper() for field in fields) + "}"
