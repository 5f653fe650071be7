"""`zerosum doctor`."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter


def doctor(
    run: Path | None = None,
    /,
    *,
    data: Path | None = None,
    target: Path | None = None,
    samples: int = 1000,
    seed: int = 0,
    device: str = "auto",
    data_root: Path | None = None,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Say what is wrong with a run, on what evidence, and what to try; without a run, whether this machine can train.

    Writes doctor.json, and doctor.png where a picture helps, into the run folder, and shows them in report.html.

    Args:
        run: The run folder; the run may still be going. Default: look at the machine and train for five seconds.
        data: Where the data of the run lie now. Default: where they lay when it was trained.
        target: The same of the images that it translates into.
        samples: Samples to generate.
        seed: Of the samples.
        device: Where to train without a run: auto, cpu, cuda or mps.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        json_: Print JSON.
    """
    from zerosum.errors import ZerosumError
    from zerosum.progress.waits import Waits

    if run is None:
        from zerosum.training.machine import checks, table

        with Waits("looking at the machine"):
            results = checks(device=device, data_root=data_root)
        print(json.dumps([check.to_dict() for check in results], indent=1) if json_ else table(results))
        if not all(check.well for check in results):
            raise ZerosumError("something here is not well: see above")
        return
    from zerosum.doctor.examine import examine_run
    from zerosum.judge.words import as_text

    unkept: list[ZerosumError] = []
    options: dict[str, Any] = {"data": data, "target": target, "data_root": data_root}
    with Waits("examining the run"):
        examination = examine_run(run, samples=samples, seed=seed, unkept=unkept.append, **options)
    print(
        json.dumps(examination.to_dict(), indent=1)
        if json_
        else as_text(examination.verdict, run, examination.step, examination.rounds)
    )
    for error in unkept:
        raise error
