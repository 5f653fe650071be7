"""Make docs/performance.md from the committed results: no number is typed by hand.

python benchmarks/performance_page.py [--check]
"""

import statistics
import sys
from collections.abc import Iterable
from typing import Any

import common

PAGE = common.HERE.parent / "docs" / "performance.md"
MISSING = "Not measured yet."


def main() -> None:
    text = page()
    if "--check" in sys.argv:
        raise SystemExit(
            0
            if PAGE.read_text(encoding="utf-8") == text
            else f"{PAGE} is out of date: python benchmarks/performance_page.py"
        )
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE)


def page() -> str:
    """Return docs/performance.md."""
    parts = [INTRODUCTION]
    for title, text, names, show in SECTIONS:
        parts += [f"## {title}", "", text, ""]
        results = [(name, result) for name in names if (result := common.read(name)) is not None]
        for _, result in results:
            parts += [f"`{result['command']}`, {result['date']}, {result['machine']}", "", *show(result), ""]
        parts += [] if results else [MISSING, ""]
    return "\n".join(parts).rstrip() + "\n"


def rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> list[str]:
    """Return a Markdown table."""
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *map(list, body)]
    return [f"| {' | '.join(line)} |" for line in lines]


def spread(figure: dict[str, Any], form: str = ".2f") -> str:
    """Return a median with its range."""
    return f"{figure['median']:{form}} ({figure['least']:{form}} to {figure['most']:{form}})"


def speed(result: dict[str, Any]) -> list[str]:
    """Return who does how many images."""
    body = []
    for name, entry in result["rivals"].items():
        versions = ", ".join(f"{key} {value}" for key, value in entry.items() if isinstance(value, str))
        times = result["times_ours"].get(name)
        body.append(
            [
                name,
                versions,
                spread(entry["images_per_cpu_second"], ".0f"),
                spread(times) if times else "1",
                f"{entry['peak_mib']:,.0f} MiB",
            ]
        )
    head = ["", "versions", "images a CPU second", "ours does times as many", "peak memory"]
    table = rows(head, sorted(body, key=lambda row: row[0] != "zerosum"))
    table += ["", f"{result['threads_each']} thread each; {next(iter(result['times_ours'].values()))['count']} pairs."]
    return table + [f"Not there: {name}, {reason}." for name, reason in result["left_out"].items()]


def limit(result: dict[str, Any]) -> list[str]:
    """Return the share of the machine's limit that each pair reaches."""
    body = [
        [
            name,
            f"{entry['parameters']:,}",
            f"{entry['operations'] / 1e9:.2f}",
            f"{entry['operations_done'] / 1e9:.2f}",
            spread(entry["share"], ".0%"),
            spread(entry["share_done"], ".0%"),
        ]
        for name, entry in result["pairs"].items()
    ]
    head = ["pair", "parameters", "GFLOP by the textbook", "done", "share of the limit", "share, counting those done"]
    rates = ", ".join(f"{name} {entry['median'] / 1e9:.0f}" for name, entry in result["matrix_rates"].items())
    return [*rows(head, body), "", f"Matrix products in the same run, GFLOP/s: {rates}. The best of them is the limit."]


def costs(result: dict[str, Any]) -> list[str]:
    """Return what the penalties cost."""
    names = list(dict.fromkeys(name for ratios in result["pairs"].values() for name in ratios))
    pairs = result["pairs"]
    body = [[name, *(spread(pairs[pair][name]) if name in pairs[pair] else "" for pair in pairs)] for name in names]
    return rows(["whole round, times one without", *pairs], body)


def bias(result: dict[str, Any]) -> list[str]:
    """Return how far finite differences are from the exact norm."""
    body = [
        [
            rounds,
            f"{entry['squared_norm']:.4g}",
            sigma,
            f"{step['value_over_exact']:.3f} +- {step['standard_error']:.3f}",
            f"{step['mean_gradient_s_norm_over_exact']:.2f}",
            f"{step['mean_gradient_s_cosine']:.2f}",
            f"{step['one_gradient_s_norm_over_exact']:.2f}",
        ]
        for rounds, entry in result["after_rounds"].items()
        for sigma, step in entry["steps"].items()
    ]
    means = f"norm of the mean gradient of {result['draws']} draws, over exact"
    return rows(
        ["rounds", "exact", "sigma", "estimate over exact", means, "its cosine", "norm of one, over exact"], body
    )


def worth(result: dict[str, Any]) -> list[str]:
    """Return what each penalty reached in the same time."""
    runs = result["runs"]
    body = []
    for name in dict.fromkeys(run["penalty"] for run in runs):
        own = [run for run in runs if run["penalty"] == name]
        rounds = statistics.median(run["rounds"] for run in own)
        distances = ", ".join(f"{run['fd']:.2f}" for run in own)
        body.append([name, f"{own[0]['budget']:g}", f"{rounds:,.0f}", distances])
    return rows(["penalty", "CPU seconds", "rounds", "Frechet distance, each seed"], body)


def quality(result: dict[str, Any]) -> list[str]:
    """Return the time to quality."""
    ours = [[f"{r['cpu_seconds']:.0f}", f"{r['rounds']:,}", f"{r['fd']:.2f}"] for r in result["ours"]]
    plain = [[f"{r['cpu_seconds']:.0f}", f"{r['fd']:.2f}"] for r in result["plain"]]
    lines = [*rows(["ours: CPU seconds", "rounds", "Frechet distance"], ours), ""]
    if plain:
        lines += [*rows(["plain loop, the tutorials' pair: CPU seconds", "Frechet distance"], plain), ""]
    if result.get("times_sooner"):
        best, soon = result["plain_best"], result["our_seconds"]
        lines.append(
            f"Its best within {result['plain_seconds']:.0f} CPU seconds is {best:.1f}. Ours is past it after "
            f"{soon:.0f}: {result['times_sooner']:.0f} times sooner."
        )
    return lines


def search(result: dict[str, Any]) -> list[str]:
    """Return the best trials, the recipe as it is among them."""
    chosen = [row for row in result["table"] if row["trial"] == 0 or row in result["table"][:6]]
    body = []
    for row in chosen:
        settings = " ".join(row["settings"]) or "the recipe as it is"
        body.append(
            [f"`{settings}`", str(row["seeds"]), *(f"{abs(row[key]):.4g}" for key in ("median", "best", "worst"))]
        )
    winner = result["winner"]
    text = "No trial clearly beats the recipe." if winner is None else f"Trial {winner} clearly beats the recipe."
    trials = (
        f"{len(result['table'])} trials of {result['budget_cpu_seconds']:g} CPU seconds, `{result['metric']}`. {text}"
    )
    table = rows(["settings", "seeds", "median", "best", "worst"], body)
    return [*table, "", trials, *([] if winner is None else longer())]


def longer() -> list[str]:
    """Return how the winner on MNIST does where there is more time."""
    names = ("mnist-10-cpu-minutes-seed-0", "mnist-10-cpu-minutes-seed-0-search-winner")
    results = [common.read(name) for name in names]
    recipe, winner = (None if result is None else result["scores"]["fd"]["value"] for result in results)
    if recipe is None or winner is None:
        return []
    sentence = f"After 10 CPU minutes the recipe has {recipe:.3g} and the winner {winner:.3g} (one seed)"
    return ["", f"{sentence}: so the winner is `recipes/mnist-minute.yaml`, and the recipe for longer runs stays."]


INTRODUCTION = """# Performance

This page is made by `python benchmarks/performance_page.py` from the files in `benchmarks/results`, each of
them written by the command that it names. Cores are shared with other programs, so time is CPU time, rivals
work in turn in one tree of processes (`benchmarks/house.py`), and figures are medians with their range. No
rival is a dependency, and rivals' code is our own, written after what tutorials do.
"""
SPEED = """\
The pair of TensorFlow's DCGAN tutorial on MNIST, Adam 2e-4 with beta1 0.5, batch 128, one round of D and G. Our
networks are the same functions with the same parameters; `networks/fourier.py`, `networks/columns.py` and
`networks.layers.Dropout` say how they are computed. The Keras program is the tutorials' loop of predict and two
train_on_batch. In the order of its lines today's Keras never trains D, which is frozen before the first trace, so
here D is traced first. `plain, fakes reused` plays another rule: G's turn takes the fakes that D has just seen, one
pass of G less."""
WHOLE = """Images a second on the clock, whole rounds with their messages, medians and quartiles: `processes` and
`threads` of the recipe, and what a new run foresees before it chooses.
[Several processes](how-to/multi-process.md) says how."""

LIMIT = """\
Operations of a whole update of D and G, over CPU time, over the best rate of a matrix product in the same run.
By the textbook means that every convolution counts as it is written; where fewer are done, that share can be
above what the textbook's could reach."""
QUALITY = """\
`recipes/mnist.yaml`, one run for each budget since its schedule ends with the budget, beside the plain loop of
the tutorials' pair. Frechet distances of 10,000 samples in our classifier's features."""
BIAS = """\
E[(D(x + sigma v) - D(x))^2] / sigma^2 against the exact E[|grad D(x)|^2] on the same 64 reals, for a
discriminator as it starts and after some rounds; and the gradients of both by the weights of D.
Small steps give about the right value. One draw's gradient is 5 to 20 times as long as the exact one, so it is mostly
noise, and a mean of 20 draws still is; a step of 0.2 is also wrong by a factor of two once D has learned something.
Together with the cost this is why differences are no default."""
WORTH = """`recipes/mnist.yaml` with each penalty, for the same CPU time."""
SEARCH = """\
Random search around the recipes; the score of every trial is in the result. A winner counts only if its
worst of three seeds beats the recipe's best."""


def whole_machine(result: dict[str, Any]) -> list[str]:
    """Return how fast each way to spread a recipe over the cores is, and which one was chosen."""
    body = [
        [
            case if at == 0 else "",
            way,
            between(entry["images_a_second"][way], ".3g"),
            between(entry["times_one_core"][way], ".2f"),
            f"{entry['foreseen'][way]:.3g}",
            "chosen" if way == entry["chosen"] else "",
        ]
        for case, entry in result["results"].items()
        for at, way in enumerate(entry["images_a_second"])
    ]
    return rows(["", "", "images a second", "times one core", "foreseen", ""], body)


def between(figure: dict[str, Any], form: str) -> str:
    """Return a median with its quartiles."""
    return f"{figure['median']:{form}} ({figure['low']:{form}} to {figure['high']:{form}})"


SECTIONS = [
    ("The same networks, the same rule", SPEED, ["speed", "speed-2-threads"], speed),
    ("The whole machine", WHOLE, ["processes"], whole_machine),
    ("How far from the machine's limit", LIMIT, ["limit"], limit),
    ("Time to quality", QUALITY, ["time-to-quality"], quality),
    ("What penalties cost", "Both turns, data, average and all.", ["penalties-cost"], costs),
    ("Do finite differences tell the truth?", BIAS, ["penalties-bias"], bias),
    ("What penalties are worth", WORTH, ["penalties-quality"], worth),
    ("The right work", SEARCH, ["search-digits", "search-mnist", "search-fashion-mnist"], search),
]


if __name__ == "__main__":
    main()
