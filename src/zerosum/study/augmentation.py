"""Does synthetic data help? A classifier is trained on few real images, with and without generated ones.

The question of Frid-Adar et al. 2018, arXiv:1803.01229, asked so that the answer can be no: the generator sees the same
few images and no others, standard augmentation is the rival, each arm gets the same number of batches of the same size
from the same initial weights, and several seeds choose other images, generators and classifiers. The arms of a seed
share all of these, so their differences are paired.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from zerosum.core import registry
from zerosum.core.device import device_of
from zerosum.data.size import Fit, Size
from zerosum.kinds.load import load as load_data
from zerosum.metrics.classifier import STEPS
from zerosum.runs.run import Run, default_folder
from zerosum.study.folder import begun, empty
from zerosum.study.outcome import Outcome
from zerosum.study.setting import Setting
from zerosum.study.study import Study
from zerosum.study.subject import check_data, check_recipe, given_generator, is_system, own_data


def augmentation_study(
    subject: str,
    data: str | None = None,
    *,
    labels_per_class: int,
    seeds: int = 5,
    generated: int = 1000,
    classifier_steps: int = STEPS,
    mirror: bool | None = None,
    settings: Sequence[str] = (),
    steps: int | None = None,
    minutes: float | None = None,
    out: Path | str | None = None,
    device: str = "auto",
    data_root: Path | None = None,
    size: Size | None = None,
    channels: int | None = None,
    fit: Fit | None = None,
    fresh: bool = False,
    trust: Sequence[str] = (),
    say: Callable[[str], None] = lambda message: None,
) -> Outcome:
    """Measure whether generated images help a classifier that has few real ones; the same call continues a study.

    Args:
        subject: a named system or recipe file, trained anew for each seed on the chosen images alone; or a run folder.
        data: labelled images; default: those of the run or recipe file, or digits.
        labels_per_class: n, the real images of each class.
        seeds: how many times, with other images, generators and classifiers.
        generated: images a class to draw from the generator, at least n; half of each batch, on average, is generated.
        classifier_steps: batches, the same for each arm.
        mirror: whether standard augmentation mirrors; None: where that is known to make sense (`standard.MIRRORED`).
        settings: recipe entries of the generator, "path=value".
        steps: rounds of the generator.
        minutes: of the generator's training.
        out: folder of the study: augment.json, and a run folder a seed; default runs/augment-SUBJECT-DATA-n.
        device: "auto", "cpu", "cuda" or "mps".
        data_root: where known data sets are looked for.
        size: pixels a side, "WIDTHxHEIGHT" or (height, width).
        channels: 1, 3 or 4.
        fit: of images of other proportions: "crop", "pad" or "stretch".
        fresh: start over in a folder that holds a study.
        trust: packages whose code a run or recipe file may name that somebody else wrote (`core.registry`).
        say: told of progress and warnings.

    Raises:
        UserError: bad input, too few images of a class, a generator without labels, or a folder with another study.
    """
    plan = Setting(
        labels_per_class, seeds, generated, classifier_steps, mirror, tuple(settings), steps=steps, minutes=minutes
    )
    plan.check()
    registry.trust(trust)
    registry.typed(*settings, data or "")
    place = device_of(device)
    generator = None if is_system(subject) else given_generator(Path(subject), place, data_root)
    own = {} if data else own_data(subject, generator)
    form = {"size": size, "channels": channels, "fit": fit}
    source: dict[str, Any] = {"source": data or "digits"} | own | {k: v for k, v in form.items() if v}
    train, test = (load_data(**source, root=data_root, split=split) for split in ("train", "test"))
    check_data(train, plan.labels_per_class, generator)
    if generator is None:
        check_recipe(subject, train, settings)
    folder = Path(out) if out else default_folder(f"augment-{Path(subject).stem}", f"{train.name}-{labels_per_class}")
    study = Study(subject, plan, train, test, folder, place, fresh, generator, say)
    if study.seen() > plan.labels_per_class * len(train.classes):
        say(f"{subject} was trained on {study.seen():,} images: its samples bring in what the few labelled ones lack")
    outcome = begun(study.out, study.protocol(), plan.seeds, fresh=fresh)
    with Run(study.out).locked():
        if fresh:
            empty(study.out)
        return study.run(outcome)
