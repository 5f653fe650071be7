"""A run folder: what is in it, who may write to it, and the generator that comes out of it."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import filelock
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from zerosum import checkpoint, sampling
from zerosum._version import __version__
from zerosum.build import build_game
from zerosum.errors import UserError
from zerosum.game import Control, Game
from zerosum.recipe.schema import Recipe, read_yaml, validate

MAY_CHANGE = {
    "steps",
    "minutes",
    "cpu_minutes",
    "log_every",
    "sample_every",
    "evaluate_every",
    "evaluate_samples",
    "checkpoint_every",
}
MAY_CHANGE |= {"accumulate", "threads", "zerosum"}
STARTED = (".lock", ".recipe.yaml.partial")
"""What a run that was killed before it wrote its recipe leaves behind."""


class Run:
    """The files of one run, at `path`."""

    def __init__(self, path: Path):
        self.path = path
        self.checkpoints, self.samples = path / "checkpoints", path / "samples"
        self.log, self.metrics = path / "log.jsonl", path / "metrics.jsonl"

    @classmethod
    def open(cls, path: Path | str) -> "Run":
        """Return the run at `path`; UserError where there is none."""
        run = cls(Path(path))
        if not run.exists():
            raise UserError(
                f"{path} is no run folder (it has no recipe.yaml): give the --out folder of `zerosum train`"
            )
        return run

    def exists(self) -> bool:
        """Whether there is a run at this path."""
        return (self.path / "recipe.yaml").is_file()

    def recipe(self) -> Recipe:
        """Return the run's recipe; UserError where it is damaged."""
        return validate(read_yaml(self.path / "recipe.yaml"))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run for writing; the lock goes with the process, however it ends.

        Raises:
            UserError: another process is writing to it.
        """
        lock = filelock.FileLock(self.path / ".lock")
        with checkpoint.writing(self.path / ".partial"):
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout as error:
                raise UserError(f"{self.path} is in use by another process: wait for it, or use --out") from error
        try:
            yield
        finally:
            lock.release()

    def check(self, recipe: Recipe, *, fresh: bool) -> None:
        """Make sure that training by `recipe` may begin or continue here, without writing anything.

        Raises:
            UserError: the folder holds another run's recipe, or files that are no run.
        """
        if self.exists():
            differing = [] if fresh else differences(self.recipe(), recipe)
            if differing:
                raise UserError(
                    f"{self.path} holds another recipe ({'; '.join(differing[:3])}): choose another --out, or --fresh"
                )
        elif self.path.exists() and not (self.path.is_dir() and all(e.name in STARTED for e in self.path.iterdir())):
            raise UserError(f"{self.path} is not empty and no run: choose another --out")

    def begin(self, recipe: Recipe, *, fresh: bool) -> None:
        """Prepare the folder for training by `recipe`: new, continued, or emptied when `fresh`."""
        if self.exists() and fresh:
            self._empty()
        checkpoint.write_atomic(self.path / "recipe.yaml", recipe.to_yaml())
        with checkpoint.writing(self.samples / ".partial"):
            self.samples.mkdir(exist_ok=True)

    def append(self, path: Path, records: Sequence[Mapping[str, Any]]) -> None:
        """Append records to a .jsonl file of the run, one a line, at once."""
        whole = path.stat().st_size if path.exists() else 0
        try:
            with path.open("a") as file:
                file.write("".join(json.dumps(record) + "\n" for record in records))
        except OSError as error:
            with contextlib.suppress(OSError):
                os.truncate(path, whole)
            raise UserError(f"cannot write {path} ({error}): free some space and run the same command") from error

    def records(self, path: Path) -> list[dict[str, Any]]:
        """Return the records of a .jsonl file; a line torn by a kill is left out."""
        lines = path.read_text().splitlines() if path.exists() else []
        found = []
        for line in lines:
            with contextlib.suppress(json.JSONDecodeError):
                found.append(json.loads(line))
        return found

    def rewind(self, step: int) -> None:
        """Forget what was logged and saved after `step`: those rounds are about to be played again."""
        checkpoint.forget(self.checkpoints, step)
        for path in (self.log, self.metrics):
            if path.exists():
                kept = [record for record in self.records(path) if (record.get("step") or 0) <= step]
                checkpoint.write_atomic(path, "".join(json.dumps(record) + "\n" for record in kept))

    def write_generator(self, recipe: Recipe, game: Game, facts: Mapping[str, Any]) -> None:
        """Write generator.safetensors and generator.json: all that sampling needs. Call with averages swapped in."""
        modules = game.averaged()
        tensors = {
            f"{name}.{key}": value.detach().cpu().contiguous().clone()
            for name, module in modules.items()
            for key, value in module.state_dict().items()
        }
        temporary = self.path / ".generator.partial"
        with checkpoint.writing(temporary):
            save_file(tensors, temporary)
            checkpoint.sync(temporary)
            digest = checkpoint.digest(temporary)
            temporary.replace(self.path / "generator.safetensors")
        about = {"zerosum": __version__, "sha256": digest, **facts, "recipe": recipe.model_dump(mode="json")}
        checkpoint.write_atomic(self.path / "generator.json", json.dumps(about, indent=1))

    def _empty(self) -> None:
        """Remove all but the lock; the recipe last, so that a kill leaves a folder that is still known as a run."""
        for entry in sorted(self.path.iterdir(), key=lambda entry: entry.name == "recipe.yaml"):
            if entry.name == ".lock":
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


def differences(old: Recipe, new: Recipe) -> list[str]:
    """Return what makes `new` another run than `old`, as "path: old -> new"."""
    before, after = flat(old.model_dump(mode="json")), flat(new.model_dump(mode="json"))
    return [
        f"{key}: {before.get(key)} -> {after.get(key)}"
        for key in before | after
        if before.get(key) != after.get(key) and key not in MAY_CHANGE and key != "data.source"
    ]


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a nested mapping as one with dotted keys."""
    result: dict[str, Any] = {}
    for key, value in tree.items():
        result |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {f"{prefix}{key}": value}
    return result


class Generator:
    """A trained generator: `zerosum.load(run).sample(64, label=3, seed=0)`.

    Attributes:
        recipe: how it was trained.
        controls: what steers it.
    """

    def __init__(self, game: Game, recipe: Recipe, about: Mapping[str, Any]):
        self.game, self.recipe, self.about = game, recipe, dict(about)
        self.controls: tuple[Control, ...] = game.controls

    def sample(
        self,
        n: int = 64,
        *,
        seed: int = 0,
        label: int | str | Sequence[int | str] | None = None,
        truncation: float = 1.0,
        given: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """Generate `n` samples in the units of the data: uint8 [n, C, H, W], or float32 [n, D] points.

        Args:
            n: how many; sample i is the same for every n.
            seed: of the inputs that are not given.
            label: one class, or several that take turns, by name or number.
            truncation: factor on latents, in (0, 1].
            given: inputs by control, each [n, ...].

        Raises:
            UserError: the generator has no labels, or not this one.
        """
        return self.sample_with_inputs(n, seed=seed, label=label, truncation=truncation, given=given)[0]

    def sample_with_inputs(
        self,
        n: int,
        *,
        seed: int = 0,
        label: int | str | Sequence[int | str] | None = None,
        truncation: float = 1.0,
        given: Mapping[str, Tensor] | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return what `sample` returns, and the inputs of each control."""
        inputs = dict(given or {})
        if label is not None:
            wanted = [label] if isinstance(label, int | str) else label
            inputs["label"] = sampling.labels_for(self.control("label"), [str(word) for word in wanted], n)
        samples, used = sampling.sample(self.game, n, seed=seed, truncation=truncation, given=inputs)
        return sampling.outside(samples, self.recipe.data), used

    def control(self, name: str) -> Control:
        """Return the control of this name; UserError where the generator has no such control."""
        for control in self.controls:
            if control.name == name:
                return control
        remedy = "train with --set conditioning=concatenation" if name == "label" else "see `controls`"
        raise UserError(f"this {self.recipe.system} generator has no control '{name}': {remedy}")

    def to(self, device: torch.device | str) -> "Generator":
        """Move the generator to a device, and return it."""
        self.game.to(device)
        return self


def load_generator(path: Path | str) -> Generator:
    """Load the generator of a run folder, with its averaged weights, on the CPU.

    Raises:
        UserError: no run, nothing trained yet, or damaged files.
    """
    folder = Run.open(path).path
    if not (folder / "generator.json").exists():
        raise UserError(f"{folder} has no generator yet: run its `zerosum train` command until the first checkpoint")
    try:
        about = json.loads((folder / "generator.json").read_text())
        tensors = checkpoint.read_tensors(folder / "generator.safetensors", about["sha256"])
        recipe = validate(about["recipe"])
        game = build_game(recipe)
        take_weights(game, tensors)
    except (checkpoint.DamagedError, OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise UserError(f"the generator in {folder} is damaged ({error}): continue the training to write it") from error
    game.eval()
    return Generator(game, recipe, about)


def take_weights(game: Game, tensors: Mapping[str, Tensor]) -> None:
    """Load the averaged modules of a game from what `Run.write_generator` wrote."""
    for name, module in game.averaged().items():
        own = {key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")}
        module.load_state_dict(own)


def device_of(name: str) -> torch.device:
    """Return the device of this name; "auto" takes CUDA, then MPS, then the CPU.

    Raises:
        UserError: there is no such device here.
    """
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if available[kind]))
    kind = name.split(":")[0]
    if available.get(kind, False):
        with contextlib.suppress(RuntimeError):  # "cuda:one"
            device = torch.device(name)
            if (device.index or 0) < (torch.cuda.device_count() if kind == "cuda" else 1):
                return device
    here = ", ".join(kind for kind, there in available.items() if there)
    raise UserError(f"no device '{name}' here: use --device auto or one of {here}")


Say = Callable[[str], None]


@contextlib.contextmanager
def cpu_threads(count: int | None) -> Iterator[None]:
    """Let torch use `count` CPU threads inside the block; None leaves its choice."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def default_folder(system: str, data_name: str) -> Path:
    """Return where a run goes that was given no --out."""
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in data_name)
    return Path(os.environ.get("ZEROSUM_RUNS", "runs")) / f"{Path(system).stem}-{safe}"
