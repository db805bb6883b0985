"""Finds forecasters that are not ours: a class in a module that Python can import."""

from __future__ import annotations

from importlib import import_module

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.ports import Forecaster

_METHODS = ("declines", "reads_news", "forecast")


def load_forecaster(name: str) -> Forecaster:
    """Make the forecaster that is named as `module:Class`, without arguments.

    Raises ConfigurationError when there is none, or it is no forecaster.
    """
    module_name, _, class_name = name.partition(":")
    try:
        kind = getattr(import_module(module_name), class_name)
    except (ImportError, SyntaxError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f"no forecaster {name!r}: {error}; it must be module:Class, and PYTHONPATH or an "
            "installed package must have the module"
        ) from error
    try:
        made: Forecaster = kind()
    except TypeError as error:
        raise ConfigurationError(f"{name!r} cannot be made without arguments: {error}") from error
    missing = [one for one in _METHODS if not callable(getattr(made, one, None))]
    if missing or not isinstance(getattr(made, "name", None), str) or not made.name:
        raise ConfigurationError(
            f"{name!r} is no forecaster: it needs a name, and the methods {', '.join(_METHODS)}"
        )
    return made
