"""Latent arithmetic on faces: sunglasses - open eyes + another face, judged by a classifier that had no part in it.

python benchmarks/arithmetic.py [--size 32] [--cpu-minutes 20] [--seed 0] [--keep FOLDER]

The generator is unconditional: it is told no attribute. It is trained on the faces of cmu-faces (train split), cut to
48 x 48 pixels round the head and resized, as they are and mirrored, each shifted by -2, 0 and 2 pixels either way: 624
pictures are few. Two judges of eyes and pose are trained on halves of the original pictures. The first labels samples
and so finds the directions, one a pose, and how far to go; the second says, on other samples, what they do. It is done
three times: on latents, and on the activations of two layers.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import common
import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import normalize

import zerosum as zs
from zerosum.data.arrays import fit_all
from zerosum.data.dataset import Attribute, Resident
from zerosum.data.faces import load_faces, mirrored
from zerosum.latents import activations, arithmetic, attributes
from zerosum.latents.sheet import draw
from zerosum.latents.space import Points, Space, open_space

TOP, LEFT, SIDE = 2, 8, 48
SHIFTS = (-2, 0, 2)
SETTINGS = ("gamma=0.3", "lr=2e-3", "sample_every=1000", "log_every=100")
NAMES = ("eyes", "pose")
WAYS = {"latent": None, "activations_of_layer_1": 1, "activations_of_layer_2": 2}
STRENGTHS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5)
PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
LABELLED, JUDGED = 12_000, 1000
TRIPLES = 300
TARGET = 0.8


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--cpu-minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--keep", type=Path, help="folder of the data and the run; the same command continues there")
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="zerosum-benchmark-"))
    folder.mkdir(parents=True, exist_ok=True)
    faces = {split: load_faces(root=arguments.data_root, split=split) for split in ("train", "test")}
    archive = write_data(folder / f"faces-{arguments.size}.npz", faces, arguments.size)
    run = folder / f"faces-{arguments.size}-seed-{arguments.seed}"
    settings = [f"cpu_minutes={arguments.cpu_minutes}", *SETTINGS, *arguments.set]
    recipe = common.HERE.parent / "recipes" / "mnist.yaml"
    zs.train(str(recipe), str(archive), out=run, seed=arguments.seed, settings=settings, quiet=False)
    last = json.loads((run / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    trained = {key: last[key] for key in ("step", "images", "seconds", "cpu_seconds")}
    torch.set_num_threads(1)
    name = f"arithmetic-faces-{arguments.size}-{arguments.cpu_minutes:g}-cpu-minutes-seed-{arguments.seed}"
    results = measure(open_space(run), faces, arguments.size, name)
    content = {"settings": settings, "recipe": "recipes/mnist.yaml", "trained": trained, **results}
    common.write(name, content)


def write_data(path: Path, faces: dict[str, Resident], size: int) -> Path:
    """Write the faces of both splits, those to train on with their mirror images and shifted, and return the path."""
    train = [
        cut(values, size, down, across)
        for values in (faces["train"].values, faces["train"].values.flip(3))
        for down in SHIFTS
        for across in SHIFTS
    ]
    arrays = {"x_train": torch.cat(train), "x_test": cut(faces["test"].values, size)}
    np.savez(path, **{name: array.permute(0, 2, 3, 1).numpy() for name, array in arrays.items()})
    return path


def cut(values: Tensor, size: int, down: int = 0, across: int = 0) -> Tensor:
    """Return the part round the head of faces [N, 1, 60, 64], as [N, 1, size, size]."""
    part = values[:, :, TOP + down : TOP + down + SIDE, LEFT + across : LEFT + across + SIDE]
    return fit_all(np.ascontiguousarray(part.numpy()), size, 1)


def judges_of(faces: dict[str, Resident], size: int) -> tuple[attributes.Judge, attributes.Judge]:
    """Train a judge on each half of all 624 pictures and their mirror images; no picture is in both halves."""
    values = torch.cat([part.values for part in faces.values()])
    attributes = {
        name: Attribute(
            faces["train"].attributes[name].values,
            torch.cat([part.attributes[name].labels for part in faces.values()]),
        )
        for name in NAMES
    }
    count = len(values)
    both = mirrored(attributes)
    doubled = {
        name: Attribute(own.values, torch.cat([own.labels, both[name].labels])) for name, own in attributes.items()
    }
    data = Resident(torch.cat([cut(values, size), cut(values.flip(3), size)]), name="faces", attributes=doubled)
    halves = torch.randperm(count, generator=torch.Generator().manual_seed(0)).chunk(2)
    rows = [torch.cat([half, half + count]) for half in halves]
    networks = [attributes.train(data.values[own], attributes.chosen(doubled, own)) for own in rows]
    first, second = (attributes.judge(networks[at], data, doubled, rows[1 - at]) for at in range(2))
    return first, second


def measure(space: Space, faces: dict[str, Resident], size: int, name: str) -> dict[str, Any]:
    """Find directions with one judge, choose how far to go by it too, and say with the other what they do."""
    finder, checker = judges_of(faces, size)
    points = space.draw(LABELLED)
    read = finder.read(space.render(points))
    ways: dict[str, Any] = {}
    for way, layer in WAYS.items():
        places = points.vectors if layer is None else activations.values(space, points, layer)
        vectors = directions(places, read, finder)
        # How far to go is chosen on the samples that the directions were found with.
        tried = [said(space, vectors, layer, finder, finder, strength, seed=0) for strength in STRENGTHS]
        chosen = max(tried, key=lambda row: min(row["changed"], row["kept"]))["strength"]
        every = [said(space, vectors, layer, finder, checker, strength, seed=1) for strength in STRENGTHS]
        outcome = next(row for row in every if row["strength"] == chosen)
        reached = min(outcome["changed"], outcome["kept"]) >= TARGET
        ways[way] = {"outcome": outcome, "reached": reached, "all_strengths": every, "vectors": vectors}
    pictures(space, ways, finder, name)
    for part in ways.values():
        part["lengths"] = part.pop("vectors").norm(dim=1).tolist()
    return {
        "judges": [dict(judge.accuracy) for judge in (finder, checker)],
        "samples_show": shown(space, checker),
        "target": {"changed": TARGET, "kept": TARGET},
        "ways": ways,
        "means_of_three": triples(space, finder, checker),
    }


def directions(places: Tensor, read: dict[str, Tensor], finder: attributes.Judge) -> Tensor:
    """Return sunglasses - open among the samples of each pose, [poses, numbers]."""
    glasses = read["eyes"] == finder.value("eyes", "sunglasses")
    poses = [read["pose"] == at for at in range(len(finder.values["pose"]))]
    return torch.stack([arithmetic.contrast(places, glasses & pose, ~glasses & pose) for pose in poses])


def said(
    space: Space,
    vectors: Tensor,
    layer: int | None,
    finder: attributes.Judge,
    judge: attributes.Judge,
    strength: float,
    *,
    seed: int,
) -> dict[str, float]:
    """Return what a judge says of samples with open eyes before and after a step, and after random ones as long.

    Each sample takes the step of its pose, as the finder sees it: the judge has no say in that.
    """
    points = space.draw(JUDGED, seed=seed)
    images = space.render(points)
    before = judge.read(images)
    rows = (before["eyes"] == judge.value("eyes", "open")).nonzero().flatten()
    steps = strength * vectors[finder.read(images[rows])["pose"]]
    random = torch.randn(steps.shape, generator=torch.Generator().manual_seed(seed))
    outcome: dict[str, float] = {"strength": strength, "samples": len(rows)}
    for name, by in (("", steps), ("random_", normalize(random, dim=1) * steps.norm(dim=1, keepdim=True))):
        after = judge.read(moved(space, points[rows], layer, by))
        outcome[f"{name}changed"] = attributes.share(after["eyes"] == judge.value("eyes", "sunglasses"))
        outcome[f"{name}kept"] = attributes.share(after["pose"] == before["pose"][rows])
    return outcome


def moved(space: Space, points: Points, layer: int | None, by: Tensor) -> Tensor:
    """Return samples after a step of the latent (no layer), or of a layer's activations."""
    return space.render(points.moved(by)) if layer is None else activations.render(space, points, layer, by)


def shown(space: Space, judge: attributes.Judge) -> dict[str, dict[str, float]]:
    """Return the share of each value of each attribute in 2,000 samples."""
    read = judge.read(space.render(space.draw(2000, seed=1)))
    return {
        name: {value: attributes.share(read[name] == at) for at, value in enumerate(judge.values[name])}
        for name in read
    }


def kinds(space: Space, judge: attributes.Judge, *, seed: int) -> dict[str, Tensor]:
    """Return the numbers of straight samples with sunglasses, of straight ones with open eyes, and of all with open."""
    read = judge.read(space.render(space.draw(2000, seed=seed)))
    glasses = read["eyes"] == judge.value("eyes", "sunglasses")
    straight = read["pose"] == judge.value("pose", "straight")
    masks = {"take": glasses & straight, "minus": ~glasses & straight, "open": ~glasses}
    return {name: kind.nonzero().flatten() for name, kind in masks.items()}


def triples(space: Space, finder: attributes.Judge, checker: attributes.Judge) -> dict[str, float]:
    """Return how often A - B + C shows sunglasses, A and B the means of three samples each and C one sample.

    The equation as in the paper, with nothing averaged over thousands; the strength is 1.
    """
    groups, points = kinds(space, finder, seed=0), space.draw(2000, seed=0)
    others, held_out = kinds(space, checker, seed=1)["open"], space.draw(2000, seed=1)
    random = torch.Generator().manual_seed(0)

    def some(rows: Tensor, count: int) -> Tensor:
        return rows[torch.randint(len(rows), (TRIPLES, count), generator=random)]

    a, b = (points.vectors[some(groups[name], 3)].mean(1) for name in ("take", "minus"))
    start = held_out[some(others, 1).flatten()]
    before, after = (checker.read(space.render(place)) for place in (start, start.moved(a - b)))
    return {
        "equations": TRIPLES,
        "sunglasses": attributes.share(after["eyes"] == checker.value("eyes", "sunglasses")),
        "pose_kept": attributes.share(after["pose"] == before["pose"]),
    }


def pictures(space: Space, ways: dict[str, Any], finder: attributes.Judge, name: str) -> None:
    """Save by each way a strip of held-out samples with open eyes, and the equation, done on the last way's layer."""
    common.PICTURES.mkdir(exist_ok=True)
    points = space.draw(60, seed=1)
    read = finder.read(space.render(points))
    opened = (read["eyes"] == finder.value("eyes", "open")).nonzero().flatten()[:6]
    for way, layer in WAYS.items():
        steps = ways[way]["vectors"][read["pose"][opened]] * ways[way]["outcome"]["strength"]
        columns = [moved(space, points[opened], layer, part * steps) for part in PARTS]
        sheet = draw(
            torch.stack(columns, 1), columns=[f"{ways[way]['outcome']['strength'] * part:g}" for part in PARTS]
        )
        sheet.save(common.PICTURES / f"{name}-{way}.png", optimize=True)
    equation(space, layer, ways[way]["outcome"]["strength"], finder).save(
        common.PICTURES / f"{name}.png", optimize=True
    )


def equation(space: Space, layer: int, strength: float, finder: attributes.Judge) -> Image.Image:
    """Draw sunglasses - open + another, all of straight faces: three of A and of B with the means of all, four of C."""
    points = space.draw(2000)
    places, groups = activations.values(space, points, layer), kinds(space, finder, seed=0)
    (a, b), others = (groups[kind] for kind in ("take", "minus")), groups["minus"][-4:]
    step = strength * (places[a].mean(0) - places[b].mean(0))[None]
    means = [
        activations.render(space, points[rows[:1]], layer, places[rows].mean(0)[None] - places[rows[:1]])
        for rows in (a, b)
    ]
    rows = [torch.cat([space.render(points[group[:3]]), mean]) for group, mean in zip((a, b), means, strict=True)]
    rows += [space.render(points[others]), activations.render(space, points[others], layer, step)]
    titles = ("sunglasses", "- open eyes", "+ others", "= result")
    return draw(torch.stack(rows), rows=titles, columns=["", "", "", "mean of all"])


if __name__ == "__main__":
    main()
