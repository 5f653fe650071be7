"""`zerosum explore RUN interpolate` and `truncation`: ways between samples, and towards the middle."""

from pathlib import Path
from typing import Literal

from zerosum.cli.explore.shared import Amounts, Flag, Numbers, Picked, save, space_of
from zerosum.cli.slow_commands import waited


@waited("walking between samples")
def interpolate(
    run: Path,
    /,
    *,
    samples: Picked = (),
    corners: Flag = False,
    steps: int | None = None,
    way: Literal["auto", "linear", "spherical"] = "auto",
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("interpolate.png"),
    fps: float = 20.0,
    force: Flag = False,
    device: str = "auto",
) -> None:
    """Walk from each sample to the next; a loop through all of them where --out ends in .gif, .apng, .webp or .mp4.

    Args:
        run: The run folder.
        samples: Numbers of the samples to walk between. Default: the first five, or four corners.
        corners: Fill a square between four samples in place of walking.
        steps: Pictures from one sample to the next. Default: 9, and 24 in an animation.
        way: Along straight lines or great circles; auto is what the prior of the latent asks for.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png of all steps, an animation, or an .npz; arrays always go into an .npz beside it.
        fps: Frames a second of an animation.
        force: Replace files of anything but an exploration.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.latents import paths
    from zerosum.latents.animation import ENDINGS

    space = space_of(run, device, out, force)
    function = paths.corners if corners else paths.interpolate
    numbers = samples or ((0, 1, 2, 3) if corners else (0, 1, 2, 3, 4))
    steps = steps or (24 if out.suffix.lower() in ENDINGS else 9)
    save(function(space, numbers, steps=steps, way=way, seed=seed, label=label), run, out, force, fps=fps)


@waited("drawing samples")
def truncation(
    run: Path,
    /,
    *,
    samples: Numbers = (0, 1, 2, 3, 4),
    amounts: Amounts = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    seed: int = 0,
    label: str | None = None,
    out: Path = Path("truncation.png"),
    force: Flag = False,
    device: str = "auto",
) -> None:
    """Show samples nearer and nearer to the middle of the latent space: safer, and less varied.

    Args:
        run: The run folder.
        samples: Numbers of the samples.
        amounts: Factors on the latent, 0 to 2.
        seed: Of the samples.
        label: One class for all samples.
        out: A .png, or an .npz of the arrays alone.
        force: Replace files of anything but an exploration.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.latents.paths import truncate

    space = space_of(run, device, out, force)
    save(truncate(space, samples, amounts=amounts, seed=seed, label=label), run, out, force)
