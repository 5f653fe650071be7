"""A table of people that nobody is."""

import csv

import numpy as np

HEADER = ["age", "job", "gain", "weight", "member", "since", "income"]


def write_people(path, count=400, seed=0):
    """Write a table of `count` rows; what is earned depends on age and job."""
    random = np.random.default_rng(seed)
    jobs = random.choice(["clerk", "nurse", "smith", "king"], count, p=[0.5, 0.3, 0.19, 0.01])
    age = random.integers(18, 80, count)
    gain = np.where(random.random(count) < 0.8, 0, np.round(np.exp(random.normal(7, 2, count))))
    gain[random.random(count) < 0.02] = 99999
    rows = [
        [
            age[row],
            "?" if row % 20 == 7 else jobs[row],
            int(gain[row]),
            f"{random.normal(70, 12):.1f}",
            random.choice(["yes", "no"]),
            np.datetime64("2000-01-01") + int(random.integers(0, 5000)),
            ">50K" if age[row] + 30 * (jobs[row] == "king") + random.normal(0, 10) > 55 else "<=50K",
        ]
        for row in range(count)
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path
