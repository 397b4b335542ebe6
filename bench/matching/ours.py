"""Our command: what it is called with and what it says."""

import json
import shutil
from pathlib import Path

import measure
import pandas as pd

# So that the curve reaches down to candidates that nobody would accept.
ANYTHING = ["--threshold", "0.000001", "--review", "0.000001"]


class Sen:
    def __init__(self, program: Path, work: Path) -> None:
        self.program, self.work = program, work
        work.mkdir(parents=True, exist_ok=True)

    def people(self, people: int, seed: int, out: Path, rows: int | None = None, level: str = "hard") -> Path | None:
        """A register, and a file of so many rows beside it."""
        command = [self.program, "synth", "--people", people, "--seed", seed, "--out", out]
        file = None
        if rows:
            file = out.with_name(f"{out.stem}.{level}.{rows}.csv")
            command += ["--corrupt", file, "--corrupt-rows", rows, "--corrupt-level", level]
        if not out.exists() or (file and not file.exists()):
            measure.run(command)
        return file

    def build(self, register: Path, out: Path, columns: Path | None = None) -> measure.Cost:
        out.unlink(missing_ok=True)
        return measure.run([self.program, "index", "build", register, "--out", out, *self._columns(columns), "--json"])

    def clean(self, file: Path, register: Path | None = None, columns: Path | None = None, *more) -> tuple[measure.Cost, dict]:
        """What it cost and its report; the results stay in `self.results`."""
        shutil.rmtree(self.results, ignore_errors=True)
        command = [self.program, "clean", file, "--out", self.results, "--yes", "--json", *self._columns(columns), *more]
        if register:
            command += ["--register", register]
        cost = measure.run(command)
        return cost, json.loads(cost.out)

    @property
    def results(self) -> Path:
        return self.work / "results"

    @staticmethod
    def _columns(columns: Path | None) -> list:
        return ["--columns", columns] if columns else []

    def matches(self) -> pd.DataFrame:
        """Rows that were given somebody."""
        names = ["row", "status", "personal_number", "probability", "weight"]
        result = pd.read_parquet(self.results / "result.parquet", columns=names)
        return result[result["personal_number"].fillna("") != ""]

    def pairs(self) -> pd.DataFrame:
        """Rows of one file that may be the same."""
        return pd.read_csv(self.results / "pairs.csv")
