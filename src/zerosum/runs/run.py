"""A run folder: what is in it, who may write to it, and the generator that comes out of it."""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import filelock

from zerosum.core.registry import is_dotted
from zerosum.errors import UserError, ZerosumError
from zerosum.recipe.schema import Recipe, read_yaml, validate
from zerosum.storage import atomic, checkpoint, disk
from zerosum.storage.json_files import read_lines

MAY_CHANGE = {
    "steps",
    "minutes",
    "cpu_minutes",
    "log_every",
    "signals_every",
    "sample_every",
    "evaluate_every",
    "evaluate_samples",
    "checkpoint_every",
}
MAY_CHANGE |= {"accumulate", "compile", "processes", "threads", "zerosum"}
PATIENCE = 3.0
"""Seconds that a command waits for another one to write what it found; a training holds its run for longer."""
LAST = "last"
"""Marks the line of log.jsonl on the rounds since the one before it, at which a process ended."""
STARTED = (".lock", ".recipe.yaml.partial")
"""What a run that was killed before it wrote its recipe leaves behind."""


class BusyError(ZerosumError):
    """What was found out about a run is not kept, as another process writes to it: that is no failure."""

    exit_code = 0


class Run:
    """The files of one run, at `path`.

    Attributes:
        diverged: what was found where the trainer gave the run up; there is none while it is played.
    """

    def __init__(self, path: Path):
        self.path, self.diverged = path, path / "diverged.txt"
        self.checkpoints, self.samples = path / "checkpoints", path / "samples"
        self.log, self.metrics, self.guard = path / "log.jsonl", path / "metrics.jsonl", path / "guard.jsonl"

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
    def locked(self, *, patience: float = 0.0) -> Iterator[None]:
        """Hold the run for writing; the lock goes with the process, however it ends.

        Args:
            patience: seconds to wait for another process that is writing to it.

        Raises:
            UserError: another process is writing to it.
        """
        lock = filelock.FileLock(self.path / ".lock")
        with disk.writing(self.path / ".partial"):
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=patience)
            except filelock.Timeout as error:
                raise UserError(f"{self.path} is in use by another process: wait for it, or use --out") from error
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def keeping(self, what: str) -> Iterator[None]:
        """Hold the run while something is added to it that was found out about it: `what` names it in messages.

        Raises:
            BusyError: a training or another command writes to the run.
            ZerosumError: it cannot be kept, and why.
        """
        try:
            with self.locked(patience=PATIENCE):
                yield
        except (OSError, UserError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__
            why = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(error)
            if isinstance(cause, filelock.Timeout):
                raise BusyError(f"{self.path} is being trained, or written to: {what} cannot be kept now") from error
            raise ZerosumError(f"{what} could not be kept in {self.path}: {why}") from error

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
        atomic.write_durably(self.path / "recipe.yaml", recipe.to_yaml())
        self.diverged.unlink(missing_ok=True)
        with disk.writing(self.samples / ".partial"):
            self.samples.mkdir(exist_ok=True)

    def kept(self) -> int | None:
        """Return the round of the generator that the run keeps: the last, or the best of those that were scored."""
        try:
            return int(json.loads((self.path / "generator.json").read_text(encoding="utf-8"))["step"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def append(self, path: Path, records: Sequence[Mapping[str, Any]]) -> None:
        """Append records to a .jsonl file of the run, one a line, at once."""
        whole = path.stat().st_size if path.exists() else 0
        try:
            with path.open("ab") as file:
                file.write("".join(json.dumps(record) + "\n" for record in records).encode())
        except OSError as error:
            with contextlib.suppress(OSError):
                os.truncate(path, whole)
            remedy = "free some space" if disk.is_full(error) else "see to it that it can be written"
            raise UserError(f"cannot write {path} ({error}): {remedy} and run the same command") from error

    def records(self, path: Path) -> list[dict[str, Any]]:
        """Return the records of a .jsonl file; a line torn by a kill is left out."""
        return read_lines(path)

    def rewind(self, step: int) -> None:
        """Forget what was logged and saved after `step`: those rounds are about to be played again."""
        checkpoint.forget(self.checkpoints, step)
        for path in (self.log, self.metrics):
            if path.exists():
                records = [record for record in self.records(path) if LAST not in record]
                rest = [record for record in records if (record.get("step") or 0) <= step]
                atomic.write_durably(path, "".join(json.dumps(record) + "\n" for record in rest))

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
    """Return what makes `new` another run than `old`, as "path: old -> new": not where the same data lie."""
    same = bool(old.data.fingerprint) and old.data.fingerprint == new.data.fingerprint
    free = MAY_CHANGE | {"data.source", "data.target"} | ({"data.name"} if same else set())
    before, after = flat(old.model_dump(mode="json")), flat(new.model_dump(mode="json"))
    return [
        f"{key}: {before.get(key)} -> {after.get(key)}"
        for key in before | after
        if before.get(key) != after.get(key) and key not in free
    ]


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a nested mapping as one with dotted keys."""
    result: dict[str, Any] = {}
    for key, value in tree.items():
        result |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {f"{prefix}{key}": value}
    return result


def default_folder(system: str, data_name: str) -> Path:
    """Return where a run goes that was given no --out."""
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in data_name)
    name = system.rpartition(".")[2].rpartition(":")[2] if is_dotted(system) else Path(system).stem
    return Path(os.environ.get("ZEROSUM_RUNS", "runs")) / f"{name}-{safe}"
