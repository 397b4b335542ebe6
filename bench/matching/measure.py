"""What a command costs: processor time of its whole process tree, time by the clock, and the most memory it had."""

import os
import selectors
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Cost:
    cpu_s: float
    wall_s: float
    peak_mb: float
    out: str

    def numbers(self) -> dict:
        return {"cpu_s": round(self.cpu_s, 2), "wall_s": round(self.wall_s, 2), "peak_mb": round(self.peak_mb)}


def run(command: list[str]) -> Cost:
    """Runs it to its end. Raises with its last words when it fails."""
    began = time.monotonic()
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        # The output is small (a report as JSON); what is said to people goes to the other stream.
        out, err = [], []
        drain(process.stdout, out, process.stderr, err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        said = (b"".join(err) or b"".join(out)).decode(errors="replace").strip()
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {process.returncode}: {said[-2000:]}")
    # Linux counts ru_maxrss in KiB.
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, b"".join(out).decode())


def drain(first, first_into: list, second, second_into: list) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(first, selectors.EVENT_READ, first_into)
        selector.register(second, selectors.EVENT_READ, second_into)
        while selector.get_map():
            for key, _ in selector.select():
                some = os.read(key.fd, 1 << 16)
                if some:
                    key.data.append(some)
                else:
                    selector.unregister(key.fileobj)


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
