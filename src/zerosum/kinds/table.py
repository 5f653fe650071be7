"""All kinds by name: a literal table, and what installed packages add to it. Free of torch."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from zerosum.core.registry import Registry
from zerosum.core.spec import Spec
from zerosum.kinds.kind import Kind

KINDS: dict[str, str] = {
    "points": "zerosum.kinds.points.kind:Points",
    "table": "zerosum.kinds.table_rows.kind:Tables",
    "text": "zerosum.kinds.text.kind:Text",
    "image": "zerosum.kinds.image.kind:Images",
}
"""Where each kind is that comes with zerosum."""


def named(name: str) -> Kind:
    """Return the kind `name`.

    Raises:
        UserError: there is none, two are called so, or it cannot be imported; says what to do.
    """
    return _made(REGISTRY.load(name))


def kind_of(spec: Spec) -> Kind:
    """Return the kind of a spec; errors as `named`."""
    return named(spec.kind)


def every() -> Iterator[Kind]:
    """Yield all kinds, those of installed packages first, so that what they claim is theirs."""
    yield from (named(plugin.name) for plugin in REGISTRY.plugins())
    yield from (named(name) for name in KINDS)


@cache
def _made(kind: type[Kind]) -> Kind:
    return kind()


def _unfit(thing: Any) -> str:
    is_kind = isinstance(thing, type) and issubclass(thing, Kind)
    return "" if is_kind else "derive it from zerosum.kinds.kind.Kind"


REGISTRY = Registry("kind of data", "zerosum.kinds", KINDS, _unfit)
