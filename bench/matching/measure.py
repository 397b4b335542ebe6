"""What a command costs: processor time of its whole process tree, time by the clock, and the most memory it had."""

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass
class Cost:
    cpu_s: float
    wall_s: float
    peak_mb: float
    out: str

    def numbers(self) -> dict:
        return {"cpu_s": round(self.cpu_s, 2), "wall_s": round(self.wall_s, 2), "peak_mb": round(self.peak_mb)}


def run(command: list) -> Cost:
    """Runs it to its end. Raises with its last words when it fails."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as report:
        launch = [sys.executable, "-S", "-E", LAUNCH, str(report.fileno()), *words]
        done = subprocess.run(launch, capture_output=True, pass_fds=[report.fileno()], check=False)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}: {said[-2000:]}")
        report.seek(0)
        return Cost(**json.load(report), out=done.stdout.decode())


def median(costs: list[dict]) -> dict:
    """The median of each number, and how far the runs lay apart."""
    names = ("cpu_s", "wall_s", "peak_mb")
    middle = {name: round(statistics.median(cost[name] for cost in costs), 2) for name in names}
    middle["cpu_s_range"] = [min(cost["cpu_s"] for cost in costs), max(cost["cpu_s"] for cost in costs)]
    middle["runs"] = len(costs)
    return middle


def together(*costs: dict) -> dict:
    """Commands one after the other: times add up, the largest memory counts."""
    return {
        "cpu_s": round(sum(cost["cpu_s"] for cost in costs), 2),
        "wall_s": round(sum(cost["wall_s"] for cost in costs), 2),
        "peak_mb": max(cost["peak_mb"] for cost in costs),
    }
