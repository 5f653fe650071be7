"""What benchmarks of translations share: where images lie, fixed rules scored as translations are, one sheet of all."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import common
from torch import Tensor

import zerosum as zs
from zerosum.data.dataset import images_outside
from zerosum.data.pairing import load_translation
from zerosum.data.source_target import Translation
from zerosum.drawing import pictures
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.named_features import named_features
from zerosum.metrics.outputs import Translated
from zerosum.metrics.score import Score
from zerosum.metrics.source import choose
from zerosum.sampling import sampler
from zerosum.tasks.translation.rows import grouped
from zerosum.tasks.translation.sampler import judged_by

SHOWN = 16
METRICS = ("psnr", "ssim", "l1", "fd")
KINDS: dict[str, tuple[str, ...]] = {"regression": ("adversarial_weight=0",), "game": ()}
"""What is trained, and its settings: without the adversarial loss, and with it."""
Rule = Callable[[dict[str, Tensor]], Tensor]
"""Makes images [N, C, H, W] in [-1, 1] of the inputs of a translation, as a trained game does."""


def located(data: str) -> str:
    """Return a known set's name, or the zip of training images in the folder `data` below ZEROSUM_DATA."""
    path = Path(os.environ.get("ZEROSUM_DATA", "")) / data / "train.zip"
    return str(path) if path.exists() else data


def splits(data: str, **options: Any) -> tuple[Translation, Translation]:
    """Return the train and the test split of a translation."""
    train, test = (load_translation(located(data), split=split, **options) for split in ("train", "test"))
    return train, test


class Ruled:
    """Images that a fixed rule makes of the `n` test sources that metrics look at first, as the sampler they take."""

    def __init__(self, test: Translation, rule: Rule, n: int) -> None:
        rows = choose(len(test), len(test))[:n]
        fake, true = images_outside(rule(test.inputs(rows))), images_outside(test.batch(rows)["real"])
        self.translated = Translated(
            count=n,
            images=lambda first, count: fake[first : first + count],
            labels=None if test.labels is None else test.labels[rows],
            truth=lambda first, count: (fake[first : first + count], true[first : first + count]),
            about={"source": test.sources.name, "source_fingerprint": test.sources.fingerprint, "direction": "forward"},
        )

    def __call__(self, n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, None]:
        """Return the first `n` images."""
        return self.translated.images(0, n), None


def evaluator_of(train: Translation, test: Translation) -> Evaluator:
    """Return what scores translations, in the features of the committed figures; see `common.features_of`."""
    reals, held_out = judged_by(train), judged_by(test)
    name = "classifier" if reals.classes else "pixels"
    return Evaluator(reals, held_out, features=named_features(name, reals, held_out))


def ruled(train: Translation, test: Translation, rule: Rule, metrics: Sequence[str], n: int) -> list[Score]:
    """Return the scores of a rule: those that `zs.evaluate` gives a run, on as many of the same test images."""
    evaluator = evaluator_of(train, test)
    return evaluator.evaluate(Ruled(test, rule, n), metrics=metrics, n=n)


def rule_of(out: Path) -> Rule:
    """Return a trained run as a rule."""
    game = zs.load(out).game
    return lambda inputs: sampler.sample(game, len(inputs["x"]), given=inputs)[0]


def sheet(name: str, test: Translation, rules: dict[str, Rule]) -> None:
    """Draw test images in groups: the source, what each rule makes of it, the target."""
    rows = choose(SHOWN, len(test))
    inputs = test.inputs(rows)
    results = [rule(inputs) for rule in rules.values()]
    common.PICTURES.mkdir(exist_ok=True)
    about = {"columns": ["source", *rules, "target"]}
    picture = grouped([inputs["x"], *results, test.batch(rows)["real"]])
    pictures.save(picture, common.PICTURES / f"{name}.png", metadata=about)


def trained(out: Path, recipe: Path, data: str, cpu_minutes: float, seed: int, **options: Any) -> dict[str, Any]:
    """Train a recipe, or go on with what is in `out`, and return what it took."""
    # Logged often enough to tell the rounds even of a budget that is no more than a trial.
    settings = [f"cpu_minutes={cpu_minutes}", "log_every=10", *options.pop("settings", ())]
    zs.train(str(recipe), located(data), out=out, seed=seed, settings=settings, **options)
    last = zs.Run.open(out).records(out / "log.jsonl")[-1]
    return {"settings": settings, "step": last["step"], "cpu_seconds": last["cpu_seconds"]}


def contest(
    stem: Path,
    recipe: Path,
    data: str,
    pairs: str,
    rule: tuple[str, Rule],
    about: dict[str, Any],
    *,
    cpu_minutes: float,
    images: int,
) -> tuple[list[dict[str, Any]], dict[str, Rule]]:
    """Score a rule, regression and the game on one data set.

    Args:
        stem: of the runs' folders, to which kind and seed are added.
        recipe: trained as it is, and without its adversarial loss.
        data: as `located` takes it.
        pairs: the pair maker.
        rule: its name, and what it does.
        about: what every row says, the seed among it.
        cpu_minutes: of each training.
        images: scored, at the most.

    Returns:
        A row for each of the three, and the two runs as rules.
    """
    train, test = splits(data, pairs=pairs)
    n, (title, function) = min(images, len(test)), rule
    rows = [about | {"kind": title} | values(ruled(train, test, function, METRICS, n))]
    rules: dict[str, Rule] = {}
    for kind, settings in KINDS.items():
        out = stem.with_name(f"{stem.name}-{kind}-{about['seed']}")
        took = trained(out, recipe, data, cpu_minutes, about["seed"], pairs=pairs, settings=settings)
        scores = zs.evaluate(out, metrics=METRICS, n=n, features=common.features_of(out))
        floor = next(score.floor for score in scores if score.metric == "fd")
        rows.append(about | {"kind": kind, **took} | values(scores) | {"floor": floor})
        rules[kind] = rule_of(out)
    print(*rows, sep="\n", flush=True)
    return rows, rules


def values(scores: Sequence[Score]) -> dict[str, float]:
    """Return scores by metric."""
    return {score.metric: score.value for score in scores}
