"""Which properties go into a TNEF stream or come out of it: what `AddProps` and `ExtractProps` were told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mapix.objects.tnef.constants import (
    TNEF_PROP_ATTACHMENTS_ONLY,
    TNEF_PROP_EXCLUDE,
    TNEF_PROP_INCLUDE,
    TNEF_PROP_MESSAGE_ONLY,
)
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_MESSAGE_ATTACHMENTS, PR_MESSAGE_RECIPIENTS


@dataclass(frozen=True, slots=True)
class Choice:
    """Properties that a call names, or all but those; types do not matter (PT_UNSPECIFIED and others)."""

    ids: frozenset[int]
    exclude: bool

    @classmethod
    def of(cls, flags: int, tags: Iterable[int] | None) -> Choice:
        """What flags and a list of tags say. Raises: InvalidParameter unless exactly one way is told."""
        ways = flags & (TNEF_PROP_INCLUDE | TNEF_PROP_EXCLUDE)
        if ways not in (TNEF_PROP_INCLUDE, TNEF_PROP_EXCLUDE):
            raise InvalidParameter("either TNEF_PROP_INCLUDE or TNEF_PROP_EXCLUDE is wanted", value=flags)
        return cls(frozenset(tag >> 16 for tag in tags or ()), ways == TNEF_PROP_EXCLUDE)

    def takes(self, number: int) -> bool:
        """Whether a property of this identifier is among them."""
        return (number in self.ids) != self.exclude

    def chosen(self, values: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
        """Those of the values that are among them."""
        return {tag: value for tag, value in values.items() if self.takes(tag.id)}


@dataclass(slots=True)
class Chosen:
    """What calls have added up to: of the message, of every attachment, of single ones."""

    message: list[Choice] = field(default_factory=list)
    attachments: list[Choice] = field(default_factory=list)
    single: dict[int, list[Choice]] = field(default_factory=dict)
    recipients: bool = False

    def add(self, flags: int, tags: Collection[int] | None) -> None:
        """What `AddProps` says of message and attachments. Attachments are meant where all but some properties are, or
        PR_MESSAGE_ATTACHMENTS or TNEF_PROP_ATTACHMENTS_ONLY says so.
        """
        choice = Choice.of(flags, tags)
        if not flags & TNEF_PROP_ATTACHMENTS_ONLY:
            self.message.append(choice)
            self.recipients |= not choice.exclude and choice.takes(PR_MESSAGE_RECIPIENTS.id)
        if flags & TNEF_PROP_ATTACHMENTS_ONLY:
            self.attachments.append(choice)
        elif not flags & TNEF_PROP_MESSAGE_ONLY and choice.takes(PR_MESSAGE_ATTACHMENTS.id):
            self.attachments.append(choice if choice.exclude else Choice(frozenset(), True))

    def of_message(self, values: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
        """The properties of the message that go in."""
        return _taken(values, self.message)

    def of_attachment(self, number: int, values: Mapping[PropTag, Any]) -> dict[PropTag, Any] | None:
        """Those of an attachment; None where it does not go in at all."""
        choices = [*self.attachments, *self.single.get(number, ())]
        return _taken(values, choices) if choices else None


def _taken(values: Mapping[PropTag, Any], choices: list[Choice]) -> dict[PropTag, Any]:
    """What a transport carries of the values that any of the choices takes (P-004)."""
    return {
        tag: value
        for tag, value in values.items()
        if (tag.is_transmittable or tag.type == PropType.OBJECT) and any(choice.takes(tag.id) for choice in choices)
    }
