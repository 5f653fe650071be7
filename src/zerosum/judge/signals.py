"""Signals: cheap numbers that show how a game is going, measured on the same few samples each time.

Nothing here touches the training: players are looked at in evaluation mode, inputs are drawn from seeds of their own,
and no gradient is kept. All players are measured in float32, whatever the precision of the training.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from zerosum.core.game import Batch, Game
from zerosum.core.spec import Spec
from zerosum.data.dataset import Dataset
from zerosum.kinds.table import kind_of
from zerosum.metrics.source import choose
from zerosum.networks.table import SIDES
from zerosum.sampling import sampler
from zerosum.tasks.table import task_of

PROBE, NEAR = 256, 1000
"""Samples that are looked at, and train samples among which the nearest is looked for."""
FEWEST = 16
"""Held-out samples below which nothing is said about them."""
AT_ONCE = 2**18
"""Numbers that pass the discriminator at once, so that memory is bounded."""

Place = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Probe:
    """What a game is measured on: fixed samples, and what is known of real data once and for all.

    Attributes:
        real: train samples, inside, on the game's device.
        held_out: as many that were not trained on, or None where there are too few.
        place: samples inside -> float64 [N, d] on the CPU, where distances are taken.
        train: [<= 1000, d], train samples among which the nearest is looked for.
        spread: mean distance of two of `real`.
        close: the distance to the nearest other of `real` that 1 % of them stay below.
        typical: median over `held_out` of the distance to the nearest of `train`; None without `held_out`.
    """

    real: Batch
    held_out: Batch | None
    place: Place
    train: Tensor
    spread: float
    close: float
    typical: float | None


def probe_of(train: Dataset, test: Dataset | None, device: torch.device | str = "cpu") -> Probe:
    """Choose the samples that signals are measured on, always the same of the same data."""
    place = place_of(train.spec)
    real, held_out = _some(train, device), None if test is None else _some(test, device)
    if held_out is not None and len(held_out["real"]) < FEWEST:
        held_out = None
    among = place(train.batch(choose(NEAR, len(train), seed=1))["real"])
    within = _apart(place(real["real"]))
    typical = None if held_out is None else float(torch.cdist(place(held_out["real"]), among).amin(1).median())
    close = float(within.amin(1).quantile(0.01))
    return Probe(real, held_out, place, among, _mean_distance(within), close, typical)


def measure(game: Game, probe: Probe) -> dict[str, float]:
    """Return the signals of a game as it stands, by name; what does not apply or is not finite is left out.

    With D a sample's logit, and fakes made by the generator's current weights, not the averaged ones:

    - real_logit, fake_logit, held_out_logit: mean D; real_sign, fake_sign, held_out_sign: mean sign of D (r_t of
      StyleGAN2-ADA, section 3.1 of arXiv:2006.06676, is real_sign).
    - logit_scale: standard deviation of all those logits together.
    - real_gradient, fake_gradient: mean ||grad_x D||^2, what R1 and R2 hold down (equation 9 of arXiv:1801.04406); left
      out of tokens, between which there is nothing.
    - spectral_max, spectral_mean: largest singular values of D's weights, the largest and the mean over layers; a
      convolution counts as a matrix of outputs x rest (arXiv:1802.05957, arXiv:1908.10999).
    - diversity: mean distance of two fakes over that of two reals; 1 is as diverse as data.
    - duplicates: share of fakes that have another fake as near as only 1 % of as many reals have another real.
    - nearest: median distance of fakes to the nearest train sample over that of held-out samples; well below 1 is
      copying, well above 1 is off the data. Left out where a game is told what each image is to become.

    Distances are Euclidean between pixels area-averaged to at most 16 x 16, or between coordinates.
    """
    with sampler.evaluating(game):
        fake = _fakes(game, probe)
        signals = _judgements(game, probe, fake) | _spectrum(game) | _variety(fake["real"], probe)
    if task_of(game).near_train:
        signals.pop("nearest", None)  # what is made of a train image is to be near its target
    return {name: value for name, value in signals.items() if math.isfinite(value)}


def _fakes(game: Game, probe: Probe) -> Batch:
    """As many samples as the probe has reals, with their labels, or made of the images that belong to them."""
    reals = probe.real["real"]
    extras = {name: value.cpu() for name, value in probe.real.items() if name != "real"}
    shared = {control.name: extras[control.name] for control in game.controls if control.name in extras}
    samples, inputs = sampler.sample(game, len(reals), given=shared)
    fake_inputs = {name: value.to(reals.device) for name, value in (extras | inputs).items() if name in extras}
    return {"real": samples.to(reals.device), **fake_inputs}


def _judgements(game: Game, probe: Probe, fake: Batch) -> dict[str, float]:
    """What the discriminator says of real, fake and held-out samples, and how steeply."""
    signals, logits = dict[str, float](), []
    for name, batch in {"real": probe.real, "fake": fake, "held_out": probe.held_out}.items():
        answer = None if batch is None else _answer(game, batch, steepness=name != "held_out" and not game.discrete)
        if answer is None:
            continue
        answers, steepness = answer
        logits.append(answers)
        signs = answers.sign().where(~answers.isnan(), answers)  # torch takes the sign of what is no number for 0
        signals |= {f"{name}_logit": float(answers.mean()), f"{name}_sign": float(signs.mean())}
        signals |= {} if steepness is None else {f"{name}_gradient": float(steepness)}
    return signals | ({"logit_scale": float(torch.cat(logits).std(correction=0))} if logits else {})


def _answer(game: Game, batch: Batch, *, steepness: bool) -> tuple[Tensor, Tensor | None] | None:
    """Return D(x), [N], and the mean of ||grad_x D(x)||^2 where it is asked for; None where there is no D."""
    logits, squares = [], []
    for part in _parts(batch):
        x = part["real"].detach()
        x = x if game.discrete else x.float().requires_grad_(steepness)
        with torch.set_grad_enabled(steepness):
            answers = game.logits({**part, "real": x})
        if answers is None:
            return None
        logits.append(answers.detach().float())
        if steepness:
            (gradient,) = torch.autograd.grad(answers.float().sum(), x)
            squares.append(gradient.float().flatten(1).square().sum(1))
    return torch.cat(logits), torch.cat(squares).mean() if steepness else None


def _parts(batch: Batch) -> Iterator[dict[str, Tensor]]:
    """Divide a batch so that no part holds more than `AT_ONCE` numbers."""
    rows = max(1, AT_ONCE // batch["real"][0].numel())
    for first in range(0, len(batch["real"]), rows):
        yield {name: value[first : first + rows] for name, value in batch.items()}


@torch.no_grad()
def _spectrum(game: Game) -> dict[str, float]:
    side = {name: SIDES.get(game.roles[entry]) for name, entry in game.players.items()}
    players = [game.get_submodule(name) for name in side if side[name] == "discriminator"]
    largest = [largest_singular_value(weight) for player in players for weight in _weights(player)]
    if not largest:
        return {}
    return {"spectral_max": max(largest), "spectral_mean": sum(largest) / len(largest)}


def _weights(player: nn.Module) -> Iterator[Tensor]:
    """The weights as layers use them: a spectrally normalised one after its division."""
    for module in player.modules():
        weight = getattr(module, "weight", None)
        if isinstance(weight, Tensor) and weight.ndim > 1:
            yield weight


def largest_singular_value(weight: Tensor) -> float:
    """Return the largest singular value of a weight as a matrix [outputs, rest]; NaN where it is not finite.

    By the eigenvalues of the smaller of W W^T and W^T W, several times faster than all singular values of W.
    """
    matrix = weight.detach().flatten(1).float()
    matrix = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    gram = (matrix @ matrix.T).cpu()
    return float(torch.linalg.eigvalsh(gram)[-1].clamp_min(0).sqrt()) if bool(gram.isfinite().all()) else math.nan


def _variety(samples: Tensor, probe: Probe) -> dict[str, float]:
    fakes = probe.place(samples)
    if not bool(fakes.isfinite().all()):
        return {}
    within, to_train = _apart(fakes), torch.cdist(fakes, probe.train).amin(1)
    signals = {"duplicates": float((within.amin(1) <= probe.close).double().mean())}
    signals |= {"diversity": _mean_distance(within) / probe.spread} if probe.spread else {}
    return signals | ({"nearest": float(to_train.median()) / probe.typical} if probe.typical else {})


def _some(data: Dataset, device: torch.device | str) -> Batch:
    batch = data.batch(choose(PROBE, len(data)))
    return {name: value.to(device) for name, value in batch.items()}


def place_of(spec: Spec) -> Place:
    """Return what maps samples inside to float64 [N, d] on the CPU, where distances are taken."""
    judging = kind_of(spec).judging
    return lambda inside: judging.near(inside.detach().cpu(), spec).double()


def _apart(points: Tensor) -> Tensor:
    """Distances between different points: [N, N] with infinity on the diagonal."""
    return torch.cdist(points, points).fill_diagonal_(math.inf)


def _mean_distance(apart: Tensor) -> float:
    """Mean over pairs of different points."""
    count = len(apart) * (len(apart) - 1)
    return float(apart.masked_fill(apart.isinf(), 0).sum() / count) if count else 0.0
