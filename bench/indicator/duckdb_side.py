"""The aggregates of `sen bench indicator` in DuckDB, on the same Parquet, compared with ours to the last count.

    sen bench indicator --data DIR --parquet ...
    python3 bench/indicator/duckdb_side.py DIR [--threads 2] [--passes 5]

Needs PyPI `duckdb` (requirements.txt). Prints one JSON object; fails where a count differs.
"""

import argparse
import csv
import json
import pathlib
import resource
import sys
import time

import duckdb


def cpu_seconds():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--passes", type=int, default=5)
    args = parser.parse_args()

    with open(args.data / "expected.csv", newline="") as file:
        rows = csv.reader(file)
        columns = next(rows)
        expected = [tuple(int(cell) for cell in row) for row in rows]
    flags = columns[3:]

    parquet = str(args.data / "dossiers.parquet").replace("'", "''")
    counts = ", ".join(f"count(*) filter (where {flag})" for flag in flags)
    select = f"select body, month, count(*), {counts} from '{parquet}'"
    everything = f"{select} group by body, month order by body, month"

    connection = duckdb.connect(config={"threads": args.threads})
    passes = []
    found = []
    for _ in range(args.passes):
        cpu, wall = cpu_seconds(), time.perf_counter()
        found = connection.execute(everything).fetchall()
        passes.append((time.perf_counter() - wall, cpu_seconds() - cpu))

    agency = []
    for body in sorted({row[0] for row in expected})[:: max(1, len(expected) // 240)]:
        wall = time.perf_counter()
        connection.execute(f"{select} where body = ? group by body, month", [body]).fetchall()
        agency.append((time.perf_counter() - wall) * 1000)
    agency.sort()

    same = [tuple(row) for row in found] == expected
    print(
        json.dumps(
            {
                "duckdb": duckdb.__version__,
                "threads": args.threads,
                "rows": len(found),
                "same_as_ours": same,
                "pass_wall_s": round(min(wall for wall, _ in passes), 3),
                "pass_cpu_s": round(min(cpu for _, cpu in passes), 3),
                "agency_ms_p50": round(agency[len(agency) // 2], 2) if agency else None,
                "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            },
            indent=2,
        )
    )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
