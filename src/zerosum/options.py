"""Options: the keyword-only parameters of a class or function are its fields in a recipe."""

import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from zerosum.errors import UserError, suggest

Count = Annotated[int, Field(ge=1, le=1 << 20)]
Depth = Annotated[int, Field(ge=0, le=1 << 10)]
Size = Annotated[int, Field(ge=0, le=1 << 20)]
"""A number of units, 0 for none."""
Weight = Annotated[float, Field(ge=0)]
Chance = Annotated[float, Field(ge=0, lt=1)]
"""A probability that leaves something over, such as of dropping a unit."""


@functools.cache
def options_model(owner: Callable[..., Any]) -> type[BaseModel]:
    """Return a model of the keyword-only parameters of `owner`, with its types and defaults."""
    target = owner.__init__ if inspect.isclass(owner) else owner
    types = typing.get_type_hints(target, include_extras=True)
    fields: dict[str, Any] = {
        name: (types[name], ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in inspect.signature(target).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    config = ConfigDict(extra="forbid", allow_inf_nan=False)
    return create_model(getattr(owner, "__name__", "options"), __config__=config, **fields)


def complete(owner: Callable[..., Any], options: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Check the `options` of `owner` and fill in its defaults.

    Raises:
        UserError: an option that it does not have (the nearest is named), or a value of the wrong kind.
    """
    model = options_model(owner)
    try:
        return model.model_validate(dict(options)).model_dump(mode="json")
    except ValidationError as error:
        raise UserError(explain(error, where, model.model_fields)) from error


def explain(error: ValidationError, where: str, names: typing.Iterable[str]) -> str:
    """Say in one line what is wrong with the first bad field."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    path = ".".join(part for part in (where, field) if part)
    if first["type"] == "extra_forbidden":
        return f"'{path}' is no option{suggest(field, names)}"
    value = "" if first["type"] == "missing" else f" (it is {first['input']!r})"
    return f"'{path}': {first['msg'][0].lower()}{first['msg'][1:]}{value}"
