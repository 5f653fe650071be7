"""Promises that hold for every named system, on images and on points."""

import pytest
import torch

from processes import ended, free_port, group, start
from tiny import (
    CASES,
    CPU,
    Hook,
    given,
    has_discriminator,
    of_tables,
    recipe,
    same,
    stop_at,
    tensors,
    trainer,
    translates,
    writes,
)
from zerosum.core.control import control_of
from zerosum.core.tokens import lengths
from zerosum.errors import UserError
from zerosum.group import distributed
from zerosum.judge.signals import measure, probe_of
from zerosum.penalties.table import PENALTIES
from zerosum.recipe.table import SYSTEMS
from zerosum.runs.generator import load_generator, save_generator
from zerosum.runs.run import Run
from zerosum.sampling import sampler
from zerosum.sampling.snapshot import snapshot
from zerosum.storage import checkpoint

EVERY = pytest.mark.parametrize("system, data", CASES)
PLAIN = (
    "network=mlp",
    "width=16",
    "generator.batch_norm=false",
    "discriminator.batch_norm=false",
    "spectral_norm=false",
)
"""Networks that see each sample alone: batch statistics and power iteration depend on how the batch is divided."""


def weights(module) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in module.named_parameters()}


@EVERY
def test_only_the_movers_parameters_change_in_a_turn(system, data):
    playing = trainer(recipe(system, data))
    for number, turn in enumerate(playing.game.turns(0)):
        before, name = weights(playing.game), playing.names[turn.player]
        playing.take(turn, number)
        changed = {path for path, value in playing.game.named_parameters() if not torch.equal(value, before[path])}
        assert changed
        assert all(path.startswith(f"{name}.") for path in changed)
        assert all(parameter.grad is None for parameter in playing.game.parameters())


@EVERY
def test_every_trainable_parameter_gets_a_gradient(system, data):
    playing = trainer(recipe(system, data))
    for turn in playing.game.turns(0):
        parameters = {path: value for path, value in turn.player.named_parameters() if value.requires_grad}
        terms = turn.loss(playing.shards[0].at(0))
        sum(term for term in terms.values() if term.requires_grad).backward(inputs=list(parameters.values()))
        missing = [path for path, parameter in parameters.items() if parameter.grad is None]
        # A loss of differences of logits gives the bias of the last layer the gradient 0, and that is right.
        silent = [path for path, p in parameters.items() if p.ndim > 1 and p.grad is not None and not p.grad.any()]
        assert (missing, silent) == ([], [])
        assert all(parameter.grad.isfinite().all() for parameter in parameters.values())
        turn.player.zero_grad()


@EVERY
def test_resuming_is_exact(system, data, tmp_path):
    made = recipe(system, data)
    whole, first = trainer(made), trainer(made, (stop_at(3),))
    whole.fit(6)
    assert first.fit(6) == "interrupted"
    checkpoint.save(tmp_path, first.step, first.state_dict())
    second = trainer(made)
    second.load_state_dict(checkpoint.load_latest(tmp_path, CPU, print))
    same(first.state_dict(), second.state_dict())
    second.fit(6)
    same(whole.state_dict(), second.state_dict())
    paths = tensors(whole.state_dict())
    assert all(
        any(path.startswith(f"/{part}/") for path in paths) for part in ("game", "averages", "optimizers", "meter")
    )


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_resuming_is_exact_in_low_precision(precision, tmp_path):
    made = recipe("r3gan", "digits", f"precision={precision}", "accumulate=2", "schedule=cosine", "clip_gradient=0.5")
    whole, first = trainer(made), trainer(made, (stop_at(3),))
    whole.fit(6), first.fit(6)
    checkpoint.save(tmp_path, 3, first.state_dict())
    second = trainer(made)
    second.load_state_dict(checkpoint.load_latest(tmp_path, CPU, print))
    second.fit(6)
    same(whole.state_dict(), second.state_dict())


@EVERY
def test_samples_have_the_shape_and_range_of_the_data(system, data):
    playing = trainer(recipe(system, data))
    playing.play()
    samples, inputs = sampler.sample(playing.game, 5, given=given(playing, 5))
    shape = playing.shards[0].dataset.shape
    assert samples.shape == (5, *shape)
    assert samples.dtype == (torch.int64 if playing.game.discrete else torch.float32)
    assert samples.isfinite().all()
    assert set(inputs) == {control.name for control in playing.game.controls}
    outside = sampler.outside(samples, recipe(system, data).data)
    if len(shape) == 3:
        assert samples.abs().max() <= 1
        assert outside.dtype == torch.uint8
    elif playing.game.discrete:
        assert torch.equal(outside, samples)
        assert torch.equal(lengths(samples), (samples > 0).sum(1))
    else:
        assert outside.dtype == (torch.float64 if data == "people" else torch.float32)


@EVERY
def test_the_generator_comes_back_from_the_run_folder_bit_for_bit(system, data, tmp_path):
    made, run = recipe(system, data), Run(tmp_path / "run")
    playing = trainer(made)
    playing.fit(2)
    with run.locked():
        run.begin(made, fresh=False)
    with playing.averaged():
        expected, _ = sampler.sample(playing.game, 9, seed=4, given=given(playing, 9))
        save_generator(run.path, made, playing.game, {"step": 2})
    generator = load_generator(run.path)
    samples, outside = generator.sample(9, seed=4, given=given(playing, 9)), sampler.outside(expected, made.data)
    assert torch.equal(samples.isnan(), outside.isnan())  # what is missing in a row of a table
    assert torch.equal(samples.nan_to_num(), outside.nan_to_num())


def finite(playing) -> list[str]:
    bad = [name for name, mean in playing.meter.means().items() if not torch.tensor(mean).isfinite()]
    return bad + [path for path, value in tensors(playing.state_dict()).items() if not value.isfinite().all()]


@pytest.mark.parametrize("network", ["mlp", "small", "dcgan"])
@pytest.mark.parametrize("precision", ["bf16", "fp16"])
@pytest.mark.parametrize("penalty", PENALTIES)
def test_low_precision_stays_finite_with_every_penalty(penalty, precision, network):
    settings = (f"precision={precision}", f"network={network}", "width=8", f"penalties={{{penalty}: {{}}}}")
    playing = trainer(recipe("gan", "digits", *settings, "optimizer=adam", "lr=1e-4", "conditioning=projection"))
    assert playing.game.discriminator_loss(playing.shards[0].at(0))[penalty].requires_grad
    before = weights(playing.game)
    playing.fit(3 if precision == "bf16" else 12)  # the scaler begins too high and skips the first steps
    assert finite(playing) == []
    assert f"discriminator/{penalty}" in playing.meter.means()
    assert not any(
        torch.equal(value, before[path]) for path, value in playing.game.named_parameters() if value.ndim > 1
    )


@EVERY
def test_bfloat16_stays_finite(system, data):
    playing = trainer(recipe(system, data, "precision=bf16"))
    playing.fit(3)
    assert finite(playing) == []


def plain(system: str, accumulate: int):
    """A recipe whose rounds do not depend on how a batch is divided."""
    if translates(system):  # these networks see each image alone, but for power iteration
        return recipe(system, "digits", "discriminator.spectral_norm=false", f"accumulate={accumulate}")
    if writes(system):
        return recipe(system, None, f"accumulate={accumulate}")
    if of_tables(system):
        network = () if system == "copula" else ("generator.network=mlp",)
        return recipe(system, "people", *network, f"accumulate={accumulate}")
    first = recipe(system, "digits", "network=mlp", "width=16")
    names = first.players["discriminator"].keys() | first.players["generator"].keys()
    settings = [setting for setting in PLAIN if setting.split("=")[0].split(".")[-1] in names]
    return recipe(system, "digits", *settings, f"accumulate={accumulate}")


def two_processes(rank: int, port: int, folder) -> None:
    """Play two rounds of every system as one of two processes, with one micro-batch each."""
    group(rank, 2, port)
    torch.set_num_threads(1)
    with distributed.processes(CPU):
        for system in SYSTEMS:
            playing = trainer(plain(system, accumulate=1))
            playing.fit(2)
            means = playing.meter.means()
            if rank == 1:
                checkpoint.write_state(folder / system, {"state": playing.state_dict(), "means": means})


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """A folder with what the second of two processes ended with."""
    folder = tmp_path_factory.mktemp("together")
    for system in SYSTEMS:
        (folder / system).mkdir()
    port = free_port()
    processes = [start(two_processes, rank, port, folder) for rank in range(2)]
    assert [ended(process) for process in processes] == [0, 0]
    return folder


@pytest.mark.parametrize("system", SYSTEMS)
def test_two_processes_are_one_that_accumulates_two_micro_batches(system, together):
    alone = trainer(plain(system, accumulate=2))
    alone.fit(2)
    found = checkpoint.load(together / system)
    ours, theirs = tensors(alone.state_dict()), tensors(found["state"])
    kept = [path for path in ours if not path.startswith("/meter")]
    assert {path for path in theirs if not path.startswith("/meter")} == set(kept)
    far = {path: (ours[path].double() - theirs[path].double()).abs().max().item() for path in kept}
    level = {path: 1.0 if ours[path].dtype == torch.uint8 else 1e-5 for path in kept}  # pixels may round otherwise
    assert {path: distance for path, distance in far.items() if distance > level[path]} == {}
    assert alone.meter.means() == pytest.approx(found["means"], abs=1e-5)


def test_a_batch_that_cannot_be_divided_is_refused():
    with pytest.raises(UserError, match="batch_size 16 cannot be divided into 1 processes x accumulate 3"):
        trainer(plain("wgan", accumulate=3))


def test_micro_batches_see_the_same_data_as_the_whole_batch():
    one, four = trainer(plain("wgan", accumulate=1)), trainer(plain("wgan", accumulate=4))
    for position in (0, 7, 200):
        whole = one.shards[0].at(position)["real"]
        assert torch.equal(torch.cat([shard.at(position)["real"] for shard in four.shards]), whole)


def test_hooks_see_every_round_of_a_real_system():
    rounds = []
    trainer(recipe(), (Hook(lambda playing: rounds.append(playing.step)),)).fit(3)
    assert rounds == [1, 2, 3]


@EVERY
def test_the_judge_and_the_picture_get_what_they_look_at(system, data):
    made = recipe(system, data)
    playing = trainer(made)
    playing.fit(2)
    found = playing.shards[0].dataset
    real = found.batch(torch.arange(64))
    signals = measure(playing.game, probe_of(found, None, CPU))
    opinions = {"real_logit", "fake_logit", "real_gradient", "spectral_max"}
    assert "diversity" in signals
    assert opinions & set(signals) == (opinions if has_discriminator(system) else set())
    if not translates(system):
        picture = snapshot(playing.game, made.data, found.outside(real["real"]))
        assert min(picture.size) > 100


@EVERY
def test_an_encoder_knows_its_own_controls_only(system, data):
    playing = trainer(recipe(system, data))
    samples, inputs = sampler.sample(playing.game, 5, given=given(playing, 5))
    with torch.no_grad():
        found = playing.game.encode(samples)
    for name, values in (found or {}).items():
        control_of(playing.game.controls, name).check(values)
        assert values.shape == inputs[name].shape
