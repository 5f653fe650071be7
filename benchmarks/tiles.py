"""A large photo through a trained generator, in tiles: Show 7 of issue 6.

python benchmarks/tiles.py [--run RUN] [--data PHOTOS.zip] [--cpu-minutes 5] [--width 2000] [--height 1500]

Without --run, pix2pix learns to colour grey photos of 32x32 pixels, with the residual translator that normalises by the
statistics of the image. The large photo is made up, as the data hold none: one photo enlarged gives light and shade,
thousands side by side the detail. It goes through the generator whole, in tiles, in tiles with the statistics of each
its own, and in these without overlap: each in a process of its own, whose greatest memory is noted. `difference` is
that of a result from the whole image's, in levels of 255, of all pixels and channels.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import common
import numpy as np
import torch
from PIL import Image

import zerosum as zs
from zerosum.data.files import open_files
from zerosum.drawing.pictures import grid
from zerosum.tasks.translation import tiles

WAYS = {
    "whole": "whole",
    "tiles": "in tiles, the image's statistics",
    "own": "in tiles, statistics of each its own",
    "apart": "the same without overlap",
}
ZOOM = 128
"""Pixels a side of what is shown."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path)
    photos = Path(os.environ.get("ZEROSUM_DATA", "data")) / "cifar10-jpg" / "train.zip"
    parser.add_argument("--data", type=Path, default=photos)
    parser.add_argument("--cpu-minutes", type=float, default=5)
    parser.add_argument("--width", type=int, default=2000)
    parser.add_argument("--height", type=int, default=1500)
    parser.add_argument("--name", default="tiles")
    parser.add_argument("--child", nargs=4, metavar=("WAY", "RUN", "PHOTO", "OUT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(*arguments.child)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run = arguments.run or trained(folder / "run", arguments.data, arguments.cpu_minutes)
        large = folder / "photo.png"
        photo(arguments.data, arguments.width, arguments.height).save(large)
        results, images = {}, {}
        for way in WAYS:
            results[way], images[way] = measured(way, run, large, folder / f"{way}.npy")
            results[way]["difference"] = difference(images[way], images["whole"])
            print(way, results[way], flush=True)
        common.PICTURES.mkdir(exist_ok=True)
        picture(images).save(common.PICTURES / f"{arguments.name}.png", optimize=True)
        about = zs.Run.open(run).recipe()
    content = {"system": about.system, "data": about.data.name, "players": about.players["generator"]}
    common.write(arguments.name, content | {"width": arguments.width, "height": arguments.height, "ways": results})
    print(markdown(results))


def trained(out: Path, data: Path, cpu_minutes: float) -> Path:
    """Train the generator and return its run."""
    settings = ["steps=null", f"cpu_minutes={cpu_minutes}", "threads=1", "generator.norm=image"]
    zs.train("pix2pix", str(data), pairs="grey", out=out, settings=settings, as_published=True)
    return out


def photo(data: Path, width: int, height: int) -> Image.Image:
    """Return a picture as large as that, half one photo enlarged, half photos side by side."""
    files = open_files(data)
    across, down = -(-width // 32), -(-height // 32)
    names = files.names[:: max(1, len(files.names) // (across * down))]
    detail, shade = Image.new("RGB", (across * 32, down * 32)), Image.new("RGB", (32, 32))
    for at in range(across * down):
        with Image.open(io.BytesIO(files.read(names[at % len(names)]))) as small:
            detail.paste(small.convert("RGB").resize((32, 32)), (at % across * 32, at // across * 32))
            shade = small.convert("RGB") if at == 0 else shade
    detail = detail.crop((0, 0, width, height))
    return Image.blend(detail, shade.resize(detail.size, Image.Resampling.BICUBIC), 0.5)


def measured(way: str, run: Path, large: Path, out: Path) -> tuple[dict[str, Any], np.ndarray]:
    """Run one way in a process of its own; return what it took and the result, float32 [C, H, W] inside."""
    words = [sys.executable, __file__, "--child", way, str(run), str(large), str(out)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return json.loads(done.stdout), np.load(out)


def child(way: str, run: str, large: str, out: str) -> None:
    """Translate one way, write the result, and print what it took."""
    from zerosum.tasks.translation.files import Translator

    if way in ("own", "apart"):
        tiles.Tiled.passed = lambda self, game: []  # type: ignore[method-assign]
    if way == "apart":
        tiles.Shared.of = lambda game, side: tiles.Shared(side, 0, 1, tiles.UNIT, 1)  # type: ignore[method-assign]
    translator = Translator(zs.load(run), tile=0 if way == "whole" else tiles.SIDE)
    began, spent = time.perf_counter(), time.process_time()
    result = translator.result(translator.read(Path(large).read_bytes()), large)
    took = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - spent}
    took["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.save(out, result.numpy())
    print(json.dumps(took))


def difference(image: np.ndarray, whole: np.ndarray) -> dict[str, float]:
    """Return how far two results are from each other, in levels of 255."""
    levels = np.abs(image - whole) * 127.5
    return {"median": float(np.median(levels)), "p99": float(np.quantile(levels, 0.99)), "most": float(levels.max())}


def picture(images: dict[str, np.ndarray]) -> Image.Image:
    """Return each result where the tiles that have their own statistics leave the strongest seam, enlarged."""
    own, whole = images["apart"], images["whole"]
    edges = [span.start for span in tiles.spans(own.shape[2], side=tiles.SIDE, overlap=0)][1:]
    steps = {at: np.abs(np.diff(own - whole, axis=2)[:, :, at - 1]).mean(0) for at in edges}
    edge = max(steps, key=lambda at: float(steps[at].mean()))
    smooth = np.convolve(steps[edge], np.ones(ZOOM), "valid")
    top, left = int(smooth.argmax()), min(max(edge - ZOOM // 2, 0), own.shape[2] - ZOOM)
    parts = [images[way][:, top : top + ZOOM, left : left + ZOOM] for way in WAYS]
    shown = torch.from_numpy(np.stack(parts))
    return grid(((shown + 1) * 127.5).round().clamp(0, 255).to(torch.uint8), columns=len(WAYS), scale=2)


def markdown(results: dict[str, dict[str, Any]]) -> str:
    """Return the table for the documentation."""
    lines = [
        "| | greatest memory, MiB | CPU seconds | median difference | 99 % | greatest |",
        "|---|---|---|---|---|---|",
    ]
    for way, title in WAYS.items():
        row, far = results[way], results[way]["difference"]
        cells = f"{far['median']:.2g} | {far['p99']:.2g} | {far['most']:.2g}"
        lines.append(f"| {title} | {row['peak_mib']:.0f} | {row['cpu_seconds']:.0f} | {cells} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
