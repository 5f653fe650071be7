"""The rows of the summary about images made of images."""

from collections.abc import Iterable, Iterator
from typing import Any

from common import Row, read

TASKS = {"grey": ("grey to colour, cifar10-jpg", "灰度到彩色，cifar10-jpg"), "edges": ("edges to emoji", "轮廓到表情")}


def rows() -> Iterator[Row]:
    """Yield one row for each target."""
    yield (
        "`cyclegan`: mnist digits and tinted outlines of other digits, no pairs, against the hidden truth",
        "`cyclegan`：mnist 数字与其他数字的着色轮廓，无配对，对照隐藏的真实对应",
        digits(),
    )
    for system in ("cyclegan", "cut"):
        english = f"`{system}`: sunglasses on faces of people whom training does not see, judged by a classifier"
        yield (english, f"`{system}`：给训练未见过的人戴上墨镜，由分类器判断", faces(system))
    for task, (english, chinese) in TASKS.items():
        yield (
            f"`pix2pix`, {english}: L1 loss, game, and both",
            f"`pix2pix`，{chinese}：L1 损失、博弈、两者",
            pairs(task),
        )
    for data in ("fashion-mnist", "cifar10-jpg"):
        for holes, chinese in (("centre", "中央空洞"), ("free", "自由空洞")):
            english = f"`inpainting`, {data}, {holes} holes: biharmonic equation, regression, game"
            runs = chosen("inpainting", data=data, holes=holes)
            yield (english, f"`inpainting`，{data}，{chinese}：双调和方程、回归、博弈", contest(runs))
    yield (
        "`pix2pix` enlarges cifar10-jpg four times: bicubic, regression, game",
        "`pix2pix`，cifar10-jpg 放大四倍：双三次插值、回归、博弈",
        contest(chosen("super_resolution")),
    )
    yield (
        "translators as they are typed, 10 CPU minutes: SSIM and L1 to the true image (the best guess)",
        "直接键入的翻译系统，10 CPU 分钟：与真实图像的 SSIM 与 L1（无需学习的最佳猜测）",
        typed(),
    )
    yield (
        "photos of another source enlarged four times, as it is typed, 10 CPU minutes: PSNR",
        "直接键入：将其他来源的照片放大四倍，10 CPU 分钟：PSNR",
        elsewhere(),
    )
    yield (
        "a drawn style learned without pairs on cifar10-jpg, against the filter that it is",
        "无配对地学习 cifar10-jpg 的绘画风格，对照真实滤镜",
        style(),
    )
    yield (
        "a photo of 2,000x1,500 pixels in tiles, against the whole image at once",
        "2,000x1,500 像素的照片分块处理，对照整图处理",
        tiled(),
    )


def chosen(name: str, **wanted: Any) -> list[dict[str, Any]]:
    """Return the runs of a result in which all of `wanted` is so."""
    runs: list[dict[str, Any]] = (read(name) or {"runs": []})["runs"]
    return [run for run in runs if all(run[key] == value for key, value in wanted.items())]


def joined(parts: Iterable[str]) -> str | None:
    """Return parts as one cell, or None for none."""
    return "; ".join(parts) or None


def digits() -> str | None:
    """Return SSIM and kept labels of both directions, seed by seed, and of the game without the cycle loss."""
    said = {
        "cycle": "",
        "without": "without the cycle loss, ",
        "deep": "deep generators, ",
        "deep-without": "deep without the cycle loss, ",
    }
    return joined(
        f"{said[run['kind']]}seed {run['seed']}: SSIM {run['forward']['ssim']:.2f} and {run['backward']['ssim']:.2f}, "
        f"label kept {run['forward']['kept']:.1%} and {run['backward']['kept']:.1%}"
        for run in sorted(chosen("cyclegan-digits"), key=lambda run: (run["kind"], run["seed"]))
    )


def faces(system: str) -> str | None:
    """Return how often sunglasses are seen and the person stays, seed by seed."""
    return joined(
        f"seed {run['seed']}: sunglasses {run['sunglasses']:.0%}, person {run['person']:.0%}"
        for run in chosen("cyclegan-faces", system=system)
    )


def pairs(task: str) -> str | None:
    """Return L1 and Frechet distance of each row of the paper's table."""
    runs = chosen("pairs-cifar", task=task)
    return joined(f"{run['kind']}: L1 {run['l1']:.4f}, FD {run['fd']:.3g}" for run in runs)


def contest(runs: list[dict[str, Any]]) -> str | None:
    """Return PSNR, SSIM and Frechet distance of a rule, of regression and of the game."""
    return joined(f"{run['kind']}: {run['psnr']:.1f} dB, SSIM {run['ssim']:.3f}, FD {run['fd']:.3g}" for run in runs)


def style() -> str | None:
    """Return SSIM to the filter and equal labels of each system, and of photos left as they are."""
    runs = chosen("style")
    said = [f"{run['system']}: SSIM {run['ssim']:.2f}, same label {run['agreement']:.0%}" for run in runs]
    said += [
        f"photos left as they are: {run['ssim_of_photos']:.2f}, {run['agreement_of_photos']:.0%}" for run in runs[:1]
    ]
    return joined(said)


def typed() -> str | None:
    """Return likeness to the true images of each task, beside the best that a guess has in either measure."""
    lines = []
    for run in chosen("typed-translations", seed=0):
        scores, guesses = run["made"], run["rivals"].values()
        ssim, l1 = max(guess["ssim"] for guess in guesses), min(guess["l1"] for guess in guesses)
        figures = f"{scores['ssim']:.2f} ({ssim:.2f}), {scores['l1']:.3f} ({l1:.3f})"
        lines.append(f"`{run['system']}` {run['task'].replace('-', ' ')}: {figures}")
    return joined(lines)


def elsewhere() -> str | None:
    """Return the PSNR of photos of another source beside bicubic interpolation's, as they are and at half the size."""
    runs = [run for run in chosen("typed-translations", seed=0) if "other photos" in run]
    return joined(
        f"{run['task'].replace('-', ' ')}: "
        + ", ".join(
            f"{each['made']:.2f} dB{' at half the size' if each['half'] else ''} (bicubic {each['bicubic']:.2f}; "
            f"ahead on {each['ahead']} of {each['photos']})"
            for each in run["other photos"]
        )
        for run in runs
    )


def tiled() -> str | None:
    """Return the difference from the whole image's result, and the memory that both need."""
    if (result := read("tiles")) is None:
        return None
    tiles, whole = result["ways"]["tiles"], result["ways"]["whole"]
    return (
        f"median difference {tiles['difference']['median']:.2g}/255, greatest {tiles['difference']['most']:.2g}/255; "
        f"{tiles['peak_mib']:,.0f} MiB (at once {whole['peak_mib']:,.0f})"
    )
