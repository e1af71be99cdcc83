"""Where attachments stand in the text of a message whose RTF marks their places (M-045)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.interfaces.prop import Access
from mapix.objects.bags.bodyconverters import rtf_of
from mapix.properties.tags import PR_RENDERING_POSITION, PR_RTF_COMPRESSED, PR_RTF_IN_SYNC
from mapix.properties.value import whole

if TYPE_CHECKING:
    from collections.abc import Collection

    from mapix.objects.messages.messageobject import MessageObject

_MARK = rb"\objattph"
_NOWHERE = -1


def settle_places(message: MessageObject, pending: Collection[int]) -> None:
    """At a save of RTF or attachments: PR_RENDERING_POSITION of each attachment that is shown becomes its place in the
    text, in the order they had. Until then what clients say may be approximate (M-045).
    """
    packed = message._value(PR_RTF_COMPRESSED)
    if packed is None or not message._value(PR_RTF_IN_SYNC):
        return
    if PR_RTF_COMPRESSED.id not in pending and not message._attachments.changed:
        return
    shown = _shown(message)
    rtf = rtf_of(whole(PR_RTF_COMPRESSED, packed)) if shown else None
    if rtf is None or _MARK not in rtf:
        return
    from mapix.formats.rtf import attachment_places

    for (told, number), place in zip(shown, attachment_places(rtf), strict=False):
        if told != place:
            with_place = message.open_attach(number, Access.MODIFY)
            with_place.set_props({PR_RENDERING_POSITION: place})
            with_place.save_changes()


def _shown(message: MessageObject) -> list[tuple[int, int]]:
    """The attachments that stand in the text: where clients say they do, and their numbers."""
    numbers = message._attachments.numbers()
    told = [(message.open_attach(number).get_prop(PR_RENDERING_POSITION, _NOWHERE), number) for number in numbers]
    return sorted((place & 0xFFFFFFFF, number) for place, number in told if place != _NOWHERE)
