"""What is special about the properties of one type of object: which are computed, read-only, fixed in type or checked.

A `Rules` value is a set of tables by identifier; `PropertyBag` obeys it. The tables of the store's objects are in
`computed`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mapix.properties.errors import Computed
from mapix.properties.tag import PropTag

Getter = Callable[[Any], Any]
"""From the object to a value; None when it has none now."""

Setter = Callable[[Any, Any], Any]
"""From the object and a checked value to the value to keep; None leaves what there is. May raise a `MapiError`, which
becomes the problem of this property, except `InvalidParameter` and `Collision`, which end the call."""


@dataclass(frozen=True, slots=True)
class Computation:
    """A property made from others when it is asked for (P-009); `exists` tells whether it is there, where making it is
    dear.
    """

    tag: PropTag
    get: Getter
    exists: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The special properties of a type of object, by identifier.

    `computed` are made at every reading, `readonly` gives the code a caller gets for setting or deleting one (P-009),
    `types` the only type an identifier may have (P-027), `setters` see values before they are kept. `objects` are the
    OBJECT properties the type always has (P-121). `defaults` are made where nobody has set the property.
    """

    computed: Mapping[int, Computation] = field(default_factory=dict)
    readonly: Mapping[int, int] = field(default_factory=dict)
    types: Mapping[int, int] = field(default_factory=dict)
    setters: Mapping[int, Setter] = field(default_factory=dict)
    objects: tuple[PropTag, ...] = ()
    guarded: frozenset[int] = frozenset()
    defaults: Mapping[int, Computation] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        *,
        computed: Mapping[PropTag, Getter] | None = None,
        readonly: Collection[PropTag] = (),
        types: Collection[PropTag] = (),
        setters: Mapping[PropTag, Setter] | None = None,
        objects: tuple[PropTag, ...] = (),
        defaults: Mapping[PropTag, Getter] | None = None,
        exists: Mapping[PropTag, Callable[[Any], bool]] | None = None,
    ) -> Rules:
        """Tables from tags. What is computed is read-only as well; `exists` is for `defaults` that are dear to make."""
        computations = {tag.id: Computation(tag, get) for tag, get in (computed or {}).items()}
        forbidden = dict.fromkeys((*computations, *(tag.id for tag in readonly)), Computed.hresult)
        fixed = {tag.id: tag.type for tag in types}
        watched = {tag.id: setter for tag, setter in (setters or {}).items()}
        guarded = frozenset((*forbidden, *fixed, *watched))
        known = exists or {}
        made = {tag.id: Computation(tag, get, known.get(tag)) for tag, get in (defaults or {}).items()}
        return cls(computations, forbidden, fixed, watched, objects, guarded, made)


NO_RULES: Final = Rules()
