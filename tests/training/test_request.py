"""One value for what a training is asked for: what the command and the function take."""

import dataclasses
import inspect

import pytest

import zerosum as zs
from zerosum.cli import train as command
from zerosum.training.request import Request

OF_THE_RUN = {"out", "device", "fresh", "quiet", "tensorboard", "fast", "guard", "accept_ill", "dry_run"}
"""Options of the command that say how to play, not what."""


def test_the_command_takes_every_option_that_a_request_has():
    words = {name.rstrip("_") for name in inspect.signature(command.train).parameters} - OF_THE_RUN
    fields = {field.name for field in dataclasses.fields(Request)} - {"trust"}  # an option of every command
    assert {{"set": "settings", "range": "value_range"}.get(word, word) for word in words} == fields


def test_the_docstrings_name_every_option():
    for field in dataclasses.fields(Request):
        assert f"    {field.name}: " in Request.__doc__
        assert f"`{field.name}`" in zs.train.__doc__ or f"    {field.name}: " in zs.train.__doc__


def test_an_unknown_option_is_refused_at_once():
    with pytest.raises(TypeError, match="'minuets'"):
        zs.train("r1gan", "digits", minuets=1)
