"""Controls name their forms in messages, and are found by name and by form."""

import pytest
import torch

from zerosum.core.control import Control, control_of, controls_of, described
from zerosum.core.forms import Category, Code, Given, Label, Latent
from zerosum.errors import UserError

CONTROLS = (Control("latent", Latent(2)), Control("label", Label(2, ("cat", "dog"))), Control("c1", Code()))


def test_controls_are_found_by_name_and_by_form():
    assert control_of(CONTROLS, "c1") == CONTROLS[2]
    assert controls_of(CONTROLS, Label) == (CONTROLS[1],)
    assert controls_of(CONTROLS, Category) == ()
    with pytest.raises(UserError, match=r"no control 'c9': there are latent \(2 numbers\), label \(0 to 1, or one of"):
        control_of(CONTROLS, "c9")


def test_what_controls_take_is_said_in_words():
    assert described(CONTROLS[1:]) == "label (0 to 1, or one of cat, dog), c1 (-1 to 1)"


def test_errors_name_the_control():
    with pytest.raises(UserError, match=r"^inputs of 'c1' are out of range: it takes -1 to 1, finite$"):
        CONTROLS[2].check(torch.full((3, 1), 2.0))
    with pytest.raises(UserError, match=r"^'x' is an image and is not drawn: give it, as `zerosum translate` does$"):
        Control("x", Given(3)).draw(2)
    CONTROLS[0].check(torch.full((3, 2), 50.0))
