"""Scoring a finished run: load its generator and its data, evaluate, record."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from zerosum.core.device import cpu_threads, device_of
from zerosum.data.dataset import Dataset
from zerosum.errors import ZerosumError
from zerosum.group import distributed
from zerosum.kinds.table import kind_of
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.inception import BY_CLASSES
from zerosum.metrics.named import check_asked
from zerosum.metrics.named_features import check_features, named_features
from zerosum.metrics.sample_size import too_few
from zerosum.metrics.sampler import Sampler
from zerosum.metrics.score import Score
from zerosum.page.report import write_report
from zerosum.progress.numbers import number
from zerosum.progress.waiting import Waiting, silent
from zerosum.recipe.training_data import load_again, pointed
from zerosum.runs.generator import Generator, load_generator
from zerosum.runs.run import Run
from zerosum.sampling.in_group import Draw, helped
from zerosum.tasks.from_noise import GameSampler
from zerosum.tasks.table import task_of
from zerosum.tasks.task import FORWARD

Unkept = Callable[[ZerosumError], None]
"""Is told where what was found could not be added to a run."""
log = logging.getLogger(__name__)
RIVAL = "best simple rival"
"""The heading of its column."""


def warn(error: ZerosumError) -> None:
    """Say as a warning that something could not be kept."""
    log.warning("%s", error)


def evaluate_run(
    path: Path | str,
    *,
    data: str | Path | None = None,
    target: str | Path | None = None,
    metrics: Sequence[str] | None = None,
    n: int | None = None,
    seed: int = 0,
    repeats: int = 1,
    features: str | None = None,
    direction: str = FORWARD,
    device: str = "auto",
    data_root: Path | None = None,
    waiting: Waiting = silent,
    unkept: Unkept = warn,
) -> list[Score]:
    """Score the generator of the run in `path`, add the scores to its metrics.jsonl and renew its report.

    In a group that torchrun started, all processes make samples, and the first one scores; the others return [].

    Args:
        path: the run folder.
        data: where the data that it was trained on lie now; default: where they lay then.
        target: the same of the images that it translates into; of a table, the column that models are to tell from the
            others.
        metrics: names; None takes all that apply but those on request, ["all"] takes those too.
        n: samples to generate; None: 10,000, or 25,600 for stacked images.
        seed: of the samples.
        repeats: sets of samples to score, from the seeds `seed`, `seed + 1`...: the scores are means, with a spread.
        features: the space to compare in, by name (`metrics.named_features`); None takes what suits the data.
        direction: of a translator: "forward", or "backward" to score what it makes of the targets.
        device: "auto", "cpu", "cuda" or "mps".
        data_root: where known data sets are looked for.
        waiting: is told what is waited for.
        unkept: is told where the scores could not be added to the run, and why; by default a warning says it.

    Raises:
        UserError: no run, no generator, unknown metric or features, or data that are not those of the training.
    """
    check_asked(metrics)
    check_features(features)
    with distributed.processes(device_of(device)) as place:
        generator = load_generator(path).to(place)
        aimed = None if target is None or not kind_of(generator.recipe.data.spec).judging.aimed else str(target)
        generator.recipe = pointed(generator.recipe, data, None if aimed else target)
        with cpu_threads(generator.recipe.threads), helped(generator.game) as draw:
            if draw is None:
                return []
            train, test = (load_again(generator.recipe.data, split, data_root) for split in ("train", "test"))
            sampler = run_sampler(generator, test, direction=direction, draw=draw, train=train)
            task = task_of(generator.game)
            train, test = task.judged_by(train, direction), task.judged_by(test, direction)
            space = named_features(features, train, test, device=place) if features else None
            evaluator = Evaluator(train, test, device=place, features=space, waiting=waiting, target=aimed)
            scores = evaluator.evaluate(sampler, metrics=metrics, n=n, seed=seed, repeats=repeats)
    try:
        keep_scores(Run(Path(path)), generator, scores)
    except ZerosumError as error:
        unkept(error)
    return scores


def keep_scores(run: Run, generator: Generator, scores: Sequence[Score]) -> None:
    """Add the scores of a generator to its run, and renew the report.

    Raises:
        ZerosumError: they could not be kept, and why.
    """
    with run.keeping("the scores"):
        run.append(run.metrics, [{"step": generator.about["step"], **score.to_dict()} for score in scores])
        write_report(run.path)


def run_sampler(
    generator: Generator,
    test: Dataset,
    *,
    direction: str = FORWARD,
    draw: Draw | None = None,
    train: Dataset | None = None,
) -> Sampler:
    """Return a generator as the sampler that metrics take; one that translates is given the sources of `test`.

    Simple rivals learn from `train`, where it is given.

    Raises:
        UserError: the system has not learned this direction.
    """
    task = task_of(generator.game)
    return task.sampler(generator.game, generator.recipe, lambda: test, direction=direction, draw=draw, train=train)


def sampler_of(generator: Generator) -> GameSampler:
    """Return a generator that makes samples of noise as the sampler that metrics take."""
    return GameSampler(generator.game, generator.recipe.data)


def table(scores: Sequence[Score]) -> str:
    """Return scores as aligned lines: metric, value, error, spread, what real data reach, rival, which way is better.

    A line before them says where there are too few samples to say anything; lines at the end in which features, and
    where a simple rival is better.
    """
    rows = [["metric", "value", "error", "spread", "real data", RIVAL, "better"]]
    for score in scores:
        numbers = (score.value, score.error, score.spread, score.floor)
        rows.append([score.title, *map(number, numbers), _rival(score), score.better])
    # One set of samples has no spread to show, and what does not translate has no rivals.
    unknown = {"spread"} if all(score.spread is None for score in scores) else set()
    unknown |= {RIVAL} if all(score.rival is None for score in scores) else set()
    columns = [at for at, name in enumerate(rows[0]) if name not in unknown]
    widths = {at: max(len(row[at]) for row in rows) for at in columns}
    lines = ["  ".join(f"{row[at]:<{widths[at]}}" for at in columns).rstrip() for row in rows]
    few = [remark for score in scores if (remark := too_few(score.protocol))][:1]
    return "\n".join([*few, *lines, *seen_by(scores), *worse(scores)])


def seen_by(scores: Sequence[Score]) -> list[str]:
    """Return a line that says in which features distances were taken, and between how many samples and reals."""
    for score in scores:
        if {"features", "n_fake", "n_real"} <= score.protocol.keys() and score.metric not in BY_CLASSES:
            about = score.protocol
            return [f"in {about['features']} features: {about['n_fake']:,} samples, {about['n_real']:,} reals"]
    return []


def worse(scores: Sequence[Score]) -> list[str]:
    """Return a line for each simple rival that gets better values, with the metrics in which it does."""
    rivals = dict.fromkeys(score.rival for score in scores if score.loses)
    return [
        f"worse than {rival}, which learns nothing: "
        + ", ".join(score.title for score in scores if score.loses and score.rival == rival)
        for rival in rivals
    ]


def _rival(score: Score) -> str:
    return "-" if score.rival is None else f"{score.rival} {number(score.rival_value)}"
