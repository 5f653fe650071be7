"""`zerosum sample`."""

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

DEFAULT = Path("samples.png")


def sample(
    run: Path,
    /,
    *,
    n: Annotated[int, Parameter(name=["-n", "--number"])] = 64,
    seed: int = 0,
    label: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    control: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    condition: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    constraint: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    truncation: float = 1.0,
    out: Path | None = None,
    force: Annotated[bool, Parameter(negative="")] = False,
    device: str = "auto",
    metadata: bool = True,
) -> None:
    """Generate samples with a trained generator: a picture, an .npz archive, or a folder of files.

    Args:
        run: The run folder.
        n: How many. Sample number i depends on the seed alone, however many are asked for.
        seed: Repeats the samples.
        label: One or more classes, by name or number, that take turns. Default: random ones.
        control: What other controls are set to: name=value, name=a,b,c (they take turns), or name=a:b (a sweep over the
            columns of the picture).
        condition: Of a table, what its rows are: COLUMN=VALUE, such as "income=>50K". Others are drawn and thrown away.
        constraint: Of a table, what holds of its rows: "low<high", "net+tax=gross", or "fixed(town,country)" for pairs
            that the data have.
        truncation: Factor on the latent: below 1 is safer and less varied.
        out: samples.png (a grid), samples.npz (arrays `samples` and `labels`), or a folder; of a table rows.csv,
            rows.tsv or rows.parquet; of text lines.txt. A grid or archive of earlier samples is replaced. Default:
            samples.png, and the terminal for text.
        force: Replace another file, or the samples in a folder.
        device: auto, cpu, cuda or mps.
        metadata: Write into pictures how they were made.
    """
    from zerosum.core.device import device_of
    from zerosum.kinds.table import kind_of
    from zerosum.progress.waits import Waits
    from zerosum.runs.generator import load_generator
    from zerosum.sampling.files import check_out, write_samples
    from zerosum.sampling.steering import steer

    check_out(out or DEFAULT, force=force)
    with Waits(f"drawing {n:,} samples"):
        generator = load_generator(run).to(device_of(device))
        steering = steer(generator.controls, control, n, seed=seed, truncation=truncation)
        how: dict[str, Any] = {"seed": seed, "label": label or None, "truncation": truncation, "given": steering.given}
        said = ""
        if condition or constraint:
            chosen = generator.choose(n, condition=condition, constraint=constraint, **how)
            samples, inputs, said = chosen.samples, chosen.inputs, chosen.words()
        else:
            samples, inputs = generator.sample_with_inputs(n, **how)
        about = {"run": run.name, "seed": seed, "truncation": truncation, "label": list(label), "n": n}
        asked = {"control": control, "condition": condition, "constraint": constraint}
        about |= {name: list(words) for name, words in asked.items() if words}
        if out is None and (
            lines := kind_of(generator.recipe.data.spec).writing.lines(samples, generator.recipe.data.spec)
        ):
            print("\n".join(lines))
            return
        path = write_samples(
            out or DEFAULT,
            samples,
            inputs.get("label"),
            about if metadata else None,
            columns=steering.columns,
            classes=generator.recipe.data.classes,
            force=force,
            spec=generator.recipe.data.spec,
        )
    if said:
        print(said, file=sys.stderr)
    print(path)
