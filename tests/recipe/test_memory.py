"""Out of memory: one line with the remedy, exit code 1, and the last checkpoint as it was."""

import contextlib
import types

import numpy as np
import pytest
import torch

from tiny import CPU, command_line, recipe
from zerosum.core import trainer
from zerosum.errors import OutOfMemoryError, ZerosumError
from zerosum.recipe import memory
from zerosum.runs.generator import load_generator
from zerosum.runs.run import Run
from zerosum.storage import checkpoint
from zerosum.training import companion, companions

CUDA = "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.25 GiB of which 7 are free."
REMEDY = (
    "add --set accumulate=2, which takes a batch in parts and goes on from the last checkpoint; or begin anew, in "
    "another --out, with a batch_size below 16 or a smaller --size"
)


def cpu_allocator() -> None:
    torch.empty(2**60, dtype=torch.uint8)


def arrays() -> None:
    np.empty(2**60, dtype=np.uint8)


def device() -> None:
    raise torch.OutOfMemoryError(CUDA)


@pytest.mark.parametrize(
    "allocate, amount",
    [(cpu_allocator, "1152921504606846976 bytes"), (arrays, "1.00 EiB"), (device, "20.00 GiB")],
)
def test_what_is_short_is_told_with_what_was_asked_for(allocate, amount):
    with pytest.raises(OutOfMemoryError) as caught, memory.enough(recipe()):
        allocate()
    assert str(caught.value) == f"out of memory ({amount} more were asked for): {REMEDY}"
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "error, lacks",
    [
        (MemoryError(), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 17 GiB)"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_other_errors_are_left_alone(error, lacks):
    assert memory.lacking(error) is lacks
    with pytest.raises(OutOfMemoryError if lacks else type(error)), memory.enough(recipe()):
        raise error


@pytest.mark.parametrize(
    "data, settings, remedy",
    [
        ("digits", ("batch_size=12", "accumulate=2"), "add --set accumulate=3,"),
        ("digits", ("batch_size=12", "processes=2", "accumulate=3"), "add --set accumulate=6,"),
        ("digits", ("batch_size=4", "accumulate=4"), "begin anew, in another --out, with a batch_size below 4 or a"),
        ("8-ring", ("batch_size=1",), "begin anew, in another --out, with a batch_size below 1"),
    ],
)
def test_the_remedy_is_one_that_can_be_played(data, settings, remedy):
    assert memory.less(recipe("r1gan", data, *settings)).startswith(remedy)
    assert ("--size" in memory.less(recipe("r1gan", data, *settings))) is (data == "digits")


@pytest.mark.parametrize("allocate", [cpu_allocator, device])
def test_a_training_leaves_its_last_checkpoint_whole_and_goes_on(allocate, tmp_path, command, monkeypatch):
    out = tmp_path / "run"
    words = command_line(out, "checkpoint_every=2", steps=6)

    def play(self, played=trainer.Trainer.play):
        if self.step == 5:
            allocate()
        played(self)

    with monkeypatch.context() as patched:
        patched.setattr(trainer.Trainer, "play", play)
        code, printed, said = command(*words)
    assert (code, printed) == (1, "")
    assert said.splitlines()[-1].startswith("zerosum: out of memory (")
    assert said.splitlines()[-1].endswith(REMEDY)
    assert "Traceback" not in said
    assert checkpoint.load_latest(Run(out).checkpoints, CPU, pytest.fail)["step"] == 4
    assert load_generator(out).about["step"] == 4
    assert command(*words, "accumulate=2")[0] == 0
    assert checkpoint.load_latest(Run(out).checkpoints, CPU, pytest.fail)["step"] == 6


def test_every_command_tells_it_in_one_line(tmp_path, command, monkeypatch):
    out = tmp_path / "run"
    assert command(*command_line(out, steps=1))[0] == 0
    monkeypatch.setattr("zerosum.runs.generator.load_generator", lambda path: device())
    code, printed, said = command("sample", out, "--out", tmp_path / "more.png")
    assert (code, printed) == (1, "")
    assert said == f"zerosum: out of memory (20.00 GiB more were asked for): {memory.ANY}\n"


@pytest.mark.parametrize("place", ["zerosum.networks.mlp.Generator.__init__", "zerosum.core.average.Average.__init__"])
@pytest.mark.parametrize("allocate", [cpu_allocator, device])
def test_what_is_short_for_networks_names_what_makes_them_smaller(allocate, place, tmp_path, command, monkeypatch):
    monkeypatch.setattr(place, lambda *_, **__: allocate())
    code, printed, said = command(
        *command_line(tmp_path / "run", "generator.network=mlp", "generator.width=40", steps=6)
    )
    remedy = "choose a smaller generator.width (40), discriminator.width (16), batch_size (16) or --size"
    assert (code, printed, said.splitlines()[-1].endswith(f"more were asked for): {remedy}")) == (1, "", True)


class Gone:
    """A companion that has ended for want of memory, as the first process sees it."""

    rank, process = 1, types.SimpleNamespace(poll=lambda: companions.SHORT)

    def told(self):
        return "out of memory: use less"


def test_a_companions_lack_is_told_as_the_first_processs(monkeypatch):
    """The first one only sees that the other is gone."""
    monkeypatch.setattr(companions, "_member", lambda rank, job: contextlib.nullcontext(Gone()))
    monkeypatch.setattr(companions, "_come", lambda seat, members: None)
    with (
        pytest.raises(OutOfMemoryError, match=r"^out of memory: use less$"),
        companions.companions(2, {}, pytest.fail),
    ):
        raise ZerosumError("lost the group in round 3")


def test_a_companion_ends_with_its_reason_and_a_code_of_its_own(monkeypatch):
    ends = []

    def end(reason, code):
        ends.append((reason, code))
        raise SystemExit

    def play(job):
        with memory.enough(recipe()):
            device()

    monkeypatch.setattr(companion, "_end", end)
    monkeypatch.setattr(companion, "play", play)
    with pytest.raises(SystemExit):
        companion._work({})
    assert ends[0] == (f"out of memory (20.00 GiB more were asked for): {REMEDY}", companions.SHORT)
