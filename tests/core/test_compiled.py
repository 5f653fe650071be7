"""Compiled turns: what is recorded is what is played, and what cannot be compiled is said and played eagerly."""

import pytest
import torch

from tiny import Points, Regression, play_regression, recipe, same, tensors, trainer
from zerosum.core import compiled
from zerosum.core.game import Turn
from zerosum.errors import UserError
from zerosum.group import distributed
from zerosum.recipe.table import SYSTEMS


@pytest.fixture
def recorded(monkeypatch):
    """Compilation leaves the recorded graph as it is; what is said is collected."""
    monkeypatch.setattr(torch, "compile", lambda graph, **options: graph)
    said = []
    monkeypatch.setattr(distributed, "say", said.append)
    return said


def both(made):
    """A trainer of a recipe, and one of the same with compiled turns."""
    return trainer(made), trainer(made.model_copy(update={"compile": True}))


def far(one, other, most: float = 1e-5) -> dict[str, float]:
    """What of two trainers' states differs by more than `most`, buffers and moments of the optimiser included."""
    ours, theirs = tensors(one.state_dict()), tensors(other.state_dict())
    assert ours.keys() == theirs.keys()
    gaps = {path: (ours[path].double() - theirs[path].double()).abs().max().item() for path in ours}
    return {path: gap for path, gap in gaps.items() if gap > most}


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_recorded_is_what_is_played(system, recorded):
    eager, made = both(recipe(system, None, "optimizer=sgd", "lr=0.01"))
    eager.fit(3), made.fit(3)
    if all(turn.key is not None for turn in made.game.turns(0)):
        assert recorded == []
        assert all(program is not None for program in made.compiler.programs.values())
    assert far(eager, made) == {}


def test_lazy_penalties_are_programs_of_their_own(recorded):
    made = recipe("r1gan", "digits", "optimizer=sgd", "penalties={r1: {gamma: 1.0, every: 2}}")
    eager, made = both(made)
    eager.fit(4), made.fit(4)
    assert [kind[0] for kind in made.compiler.programs] == [("discriminator", "r1"), "generator", ("discriminator",)]
    assert far(eager, made) == {}


@pytest.mark.parametrize(
    "setting, most", [("accumulate=2", 1e-5), ("clip_gradient=0.01", 1e-5), ("precision=bf16", 1e-2)]
)
def test_it_goes_with_micro_batches_clipping_and_precision_to_its_rounding(setting, most, recorded):
    eager, made = both(recipe("r3gan", "digits", "optimizer=sgd", "lr=0.01", setting))
    eager.fit(2), made.fit(2)
    assert recorded == []
    assert far(eager, made, most) == {}


def test_gradients_have_the_strides_of_their_weights(monkeypatch):
    def strided(graph, **options):
        def turned(*inputs):
            terms, found = graph(*inputs)
            return terms, [g.to(memory_format=torch.channels_last) if g.ndim == 4 else g for g in found]

        return turned

    monkeypatch.setattr(torch, "compile", strided)
    eager, made = both(recipe("gan", "digits", "network=small", "width=4", "optimizer=sgd", "lr=0.1"))
    eager.fit(2), made.fit(2)
    assert far(eager, made) == {}


def test_fp16_is_refused():
    with pytest.raises(UserError, match="compile does not go with precision=fp16: use bf16"):
        trainer(recipe("gan", "digits", "compile=true", "precision=fp16"))


def compiler(said):
    return lambda game, autocast, parts: compiled.Compiler(game, autocast=autocast, parts=parts, say=said.append)


def test_turns_without_a_key_are_played_eagerly_and_that_is_said_once():
    said: list[str] = []
    eager, made = play_regression([Points()]), play_regression([Points()], compiler=compiler(said))
    eager.fit(3), made.fit(3)
    same(eager.state_dict(), made.state_dict())
    assert len(said) == 2
    assert said[0].startswith("compile: turns of the left are played without, as this game does not say")


class Keyed(Regression):
    """Tells that its turns are alike."""

    def turns(self, step):
        for name in self.order:
            yield Turn(getattr(self, name), getattr(self, f"{name}_loss"), key=name)


def test_without_a_cpp_compiler_it_says_so(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(compiled.shutil, "which", lambda name: None)
    made = play_regression([Points()], Keyed(), compiler=compiler(said))
    made.fit(2)
    assert "there is no C++ compiler: install g++ or clang" in said[0]


def test_what_fails_to_compile_is_played_eagerly(monkeypatch):
    def fail(graph, **options):
        raise RuntimeError("no such operation\nin many lines")

    said: list[str] = []
    monkeypatch.setattr(torch, "compile", fail)
    eager, made = play_regression([Points()], Keyed()), play_regression([Points()], Keyed(), compiler=compiler(said))
    eager.fit(3), made.fit(3)
    same(eager.state_dict(), made.state_dict())
    assert said[0] == "compile: turns of the left are played without, as RuntimeError: no such operation in many lines"


def test_values_that_are_looked_at_end_the_recording_in_one_line():
    class Looking(Keyed):
        def left_loss(self, batch):
            scale = 2.0 if batch["real"].sum().item() > 1e9 else 1.0
            return {"square": scale * (self.left(batch["real"]) - 1).square().mean()}

    said: list[str] = []
    made = play_regression([Points()], Looking(("left",)), compiler=compiler(said))
    made.fit(2)
    assert len(said) == 1
    assert "\n" not in said[0]
    assert made.compiler.programs[next(iter(made.compiler.programs))] is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        ("network=mlp", "width=8", "conditioning=concatenation"),
        ("network=small", "width=4", "hidden=8"),
        ("network=mlp", "width=8", "discriminator.spectral_norm=true", "penalties={}"),
    ],
)
def test_compiled_and_eager_rounds_agree(settings, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(distributed, "say", said.append)
    eager, made = both(recipe("r3gan", "digits", "optimizer=sgd", "lr=0.01", *settings))
    eager.fit(3), made.fit(3)
    assert said == []
    assert far(eager, made) == {}
