"""A race as far as it went: what came of every entrant with every seed, on which terms, to and from race.json."""

import functools
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zerosum.errors import UserError
from zerosum.racing.conditions import Terms
from zerosum.racing.standing import MAIN, Entry, Standing, standing

FILE = "race.json"


@dataclass(frozen=True)
class Race:
    """A race as far as it went.

    Attributes:
        path: its folder, with race.html, race.json and a run folder for each entrant and seed.
        terms: what is the same for all.
        names: the entrants in the order in which they were named.
        entries: what came of each with each seed.
        about: date, versions and machine.
        reason: "done", "interrupted" or "terminated".
    """

    path: Path
    terms: Terms
    names: tuple[str, ...]
    entries: tuple[Entry, ...]
    about: dict[str, Any]
    reason: str = "done"

    @functools.cached_property
    def standing(self) -> Standing:
        """The order, and which differences are real."""
        return standing(self.names, self.entries)

    def with_entry(self, entry: Entry) -> "Race":
        """Return the race with this entry in the place of an older one of the same entrant and seed."""
        others = [other for other in self.entries if other.folder != entry.folder]
        order = {name: place for place, name in enumerate(self.names)}
        entries = sorted([*others, entry], key=lambda each: (each.seed, order[each.name]))
        return replace(self, entries=tuple(entries))

    def entry(self, name: str, seed: int) -> Entry | None:
        """Return what came of an entrant with a seed, if it has played."""
        return next((entry for entry in self.entries if (entry.name, entry.seed) == (name, seed)), None)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as a dict of JSON values; `standing` is there for readers and made anew on reading."""
        standing = self.standing
        rows = [
            {"name": row.name, "finished": len(row.finished), "median": row.median(), "values": row.values()}
            for row in standing.rows
        ]
        pairs = [{**vars(pair), "real": pair.real} for pair in standing.pairs]
        return {
            **self.about,
            "reason": self.reason,
            "terms": self.terms.to_dict(),
            "names": list(self.names),
            "standing": {"metric": MAIN, "rows": rows, "pairs": pairs, "leaders": standing.leaders},
            "entries": [entry.to_dict() for entry in self.entries],
        }

    @classmethod
    def open(cls, path: Path | str) -> "Race":
        """Return the race in a folder.

        Raises:
            UserError: there is none, or its race.json is damaged.
        """
        path = Path(path)
        if not (path / FILE).is_file():
            raise UserError(f"{path} holds no race (no {FILE}): give the --out folder of `zerosum race`")
        try:
            content = json.loads((path / FILE).read_text(encoding="utf-8"))
            entries = tuple(Entry.from_dict(entry) for entry in content["entries"])
            about = {key: content[key] for key in ("zerosum", "date", "machine", "versions")}
            terms = Terms.from_dict(content["terms"])
            return cls(path, terms, tuple(content["names"]), entries, about, content["reason"])
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path / FILE} is damaged ({error}): start again with --fresh") from error
