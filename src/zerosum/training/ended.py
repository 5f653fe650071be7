"""A run at its end, asked to train by the same recipe again: there is nothing to do, which is found out at once."""

from zerosum.core.schedule import Budget
from zerosum.judge.verdict_file import Examined, read
from zerosum.recipe.schema import Recipe
from zerosum.runs.generator import is_whole
from zerosum.runs.run import Run
from zerosum.storage import checkpoint


def ended(run: Run, recipe: Recipe) -> Examined | None:
    """Return what was found of a run at its end, where it has played all that a recipe asks for and nothing is missing.

    None of all others: their newest checkpoint is damaged, or of an earlier round; they have another recipe, if only in
    what may change; or nobody has looked at their samples, or drawn up the report.
    """
    steps, examination = checkpoint.steps(run.checkpoints), read(run.path)
    report = run.path / "report.html"
    if not steps or examination is None or not report.is_file() or not run.exists() or run.recipe() != recipe:
        return None
    try:
        state = checkpoint.plain_values(checkpoint.place(run.checkpoints, steps[-1]))
        step, *seconds = (state[name] for name in ("step", "seconds", "cpu_seconds"))
    except (checkpoint.DamagedError, KeyError):
        return None
    spent = Budget(recipe.steps, recipe.minutes, recipe.cpu_minutes).spent(step, *seconds)
    kept_whole = run.kept() is not None and is_whole(run.path)
    return examination if spent >= 1 and examination.rounds == step and kept_whole else None
