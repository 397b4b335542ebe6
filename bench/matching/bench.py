"""Ours beside Splink: accuracy on FEBRL 1 to 4, accuracy and cost on Vietnamese files, ours alone at larger sizes.

Prints a Markdown report and writes it with all numbers as JSON into the output folder. The parts: `febrl`, `people`
(both sides, alternating), `scale` (ours alone), `limit` (what the memory gives).
"""

import argparse
import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import accuracy
import febrl_data
import measure
import ours
import pandas as pd

HERE = Path(__file__).resolve().parent
PARTS = ("febrl", "people", "scale", "limit")


def python(script: str, *arguments) -> measure.Cost:
    return measure.run([sys.executable, HERE / script, *arguments])


def febrl(args: argparse.Namespace, sen: ours.Sen) -> list[dict]:
    """The best F1 over all thresholds, of each set and side."""
    data, columns, lines = args.data / "febrl", HERE / "febrl.yaml", []
    python("febrl_data.py", data)
    for number in (1, 2, 3, 4):
        truth = pd.read_csv(data / f"febrl{number}.truth.csv")
        true = set(zip(truth["row_l"], truth["row_r"]))
        line = {"set": f"FEBRL {number}", "true_pairs": len(true)}
        for which in ("docs", "full") if args.splink else ():
            out = data / f"splink{number}.{which}.parquet"
            python("febrl_splink.py", data, number, which, out)
            line[f"splink_{which}"] = febrl_score(pd.read_parquet(out), true, number == 4)
        if args.sen_too:
            line["ours"] = febrl_score(febrl_ours(sen, data, columns, number), true, number == 4)
        lines.append(line)
        print(json.dumps(line), file=sys.stderr)
    return lines


def febrl_ours(sen: ours.Sen, data: Path, columns: Path, number: int) -> pd.DataFrame:
    """Scored pairs in the shape of Splink's."""
    if number == 4:
        index = sen.work / "febrl4b.index"
        sen.build(data / "febrl4b.csv", index, columns)
        sen.clean(data / "febrl4a.csv", index, columns, *ours.ANYTHING)
        found = sen.matches()
        pairs = pd.DataFrame({"row_l": found["row"], "row_r": found["personal_number"].astype(int) - 10**11})
        # Probabilities near one are the same number; the weight tells them apart.
        return pairs.assign(weight=found["weight"])
    sen.clean(data / f"febrl{number}.csv", None, columns, *ours.ANYTHING)
    found = sen.pairs()
    low, high = found[["row", "other"]].min(axis=1), found[["row", "other"]].max(axis=1)
    return pd.DataFrame({"row_l": low, "row_r": high, "weight": found.get("weight", found["probability"])})


def febrl_score(pairs: pd.DataFrame, true: set, one_to_one: bool) -> dict:
    """As they come; between two tables also with each record used once, and the better of the two."""
    pairs = pairs.drop_duplicates(["row_l", "row_r"])
    pairs["correct"] = [pair in true for pair in zip(pairs["row_l"], pairs["row_r"])]
    ways = [pairs]
    if one_to_one:
        once = accuracy.best_for_each(pairs, "row_l", "weight")
        ways.append(accuracy.best_for_each(once, "row_r", "weight"))
    scores = [accuracy.best(accuracy.curve(way["weight"].to_numpy(), way["correct"].to_numpy(), len(true))) for way in ways]
    best = max(scores, key=lambda score: score["f1"])
    return best | {"pairs": len(pairs), "true_pairs_met": int(pairs["correct"].sum())}


def people_score(found: pd.DataFrame, file: Path, score: str) -> dict:
    """Of each row's best person: right, wrong, or missed. `found`: row, personal_number, probability and the score."""
    truth = pd.read_csv(f"{file}.truth.csv", dtype=str)
    number = truth.set_index(truth["row"].astype(int))["personal_number"].dropna()
    met = found[found["row"].map(number) == found["personal_number"]]["row"].nunique()
    best = accuracy.best_for_each(found, "row", score)
    correct = (best["row"].map(number) == best["personal_number"]).to_numpy()
    points = accuracy.curve(best[score].to_numpy(), correct, len(number))
    at = accuracy.curve(best["probability"].to_numpy(), correct, len(number))
    return accuracy.best(points) | {"at_0.9": accuracy.at(at, 0.9), "met": round(met / len(number), 5)}


def people(args: argparse.Namespace, sen: ours.Sen) -> list[dict]:
    """Both sides on the same register and file, one after the other, several times."""
    lines = []
    for size in args.people:
        register = args.data / f"register{size}.parquet"
        for level in args.levels:
            file = sen.people(size, args.seed, register, args.rows, level)
            line = {"people": size, "rows": args.rows, "level": level}
            runs: dict[str, list[dict]] = {}
            shape = {name: args.data / f"splink.{name}.parquet" for name in ("register", "file", "pairs")}
            index = sen.work / "register.index"

            def note(name: str, cost: measure.Cost) -> measure.Cost:
                runs.setdefault(name, []).append(cost.numbers())
                print(f"{size} people, {level}: {name} {cost.numbers()}", file=sys.stderr)
                return cost

            for at in range(args.runs):
                if args.sen_too:
                    note("ours_index", sen.build(register, index))
                    cost, report = sen.clean(file, index)
                    note("ours_clean", cost)
                    line["ours_report"] = report.get("timings")
                if args.splink and at < args.splink_runs:
                    note("splink_register", python("people_prepare.py", "register", register, shape["register"]))
                    note("splink_file", python("people_prepare.py", "file", file, shape["file"]))
                    linked = python(
                        "people_splink.py", shape["register"], shape["file"], shape["pairs"], "--u-pairs", args.u_pairs
                    )
                    line["splink_steps"] = json.loads(note("splink_link", linked).out)
            line["costs"] = {name: measure.median(costs) for name, costs in runs.items()}
            if args.splink:
                line["splink"] = people_score(pd.read_parquet(shape["pairs"]), file, "weight")
            if args.sen_too:
                line["ours"] = {"at_0.9": people_score(sen.matches(), file, "probability")["at_0.9"]}
                sen.clean(file, index, None, *ours.ANYTHING)
                line["ours"] = people_score(sen.matches(), file, "probability") | line["ours"]
            line["ratios"] = ratios(line["costs"])
            lines.append(line)
            print(json.dumps(line), file=sys.stderr)
            for path in (*shape.values(), index):
                path.unlink(missing_ok=True)
    return lines


def ratios(costs: dict) -> dict:
    """How many times as much Splink takes."""
    if not {"ours_clean", "splink_link"} <= costs.keys():
        return {}
    of = lambda ours_cost, splink_cost: {
        name: round(splink_cost[name] / ours_cost[name], 1) for name in ("cpu_s", "wall_s", "peak_mb")
    }
    ready = measure.together(costs["splink_file"], costs["splink_link"])
    return {
        # The index and Splink's copy of the register are there; both read the agency's file as it is.
        "prebuilt": of(costs["ours_clean"], ready),
        # The agency's file has been brought to Splink's shape too: only linking counts for Splink.
        "prebuilt_linking_only": of(costs["ours_clean"], costs["splink_link"]),
        # From the two files to the result.
        "all": of(
            measure.together(costs["ours_index"], costs["ours_clean"]),
            measure.together(costs["splink_register"], ready),
        ),
    }


def scale(args: argparse.Namespace, sen: ours.Sen) -> list[dict]:
    """Ours alone: `people:rows`."""
    lines = []
    for size, rows in args.scale:
        register = args.data / f"register{size}.parquet"
        file, index = sen.people(size, args.seed, register, rows, args.levels[0]), sen.work / "register.index"
        built = sen.build(register, index)
        cost, report = sen.clean(file, index)
        line = {
            "people": size, "rows": rows, "index_mb": round(index.stat().st_size / 2**20), "build": built.numbers(),
            "clean": cost.numbers(), "rows_per_s": round(rows / cost.wall_s), "rows_per_cpu_s": round(rows / cost.cpu_s),
            "timings": report.get("timings"), "at_0.9": people_score(sen.matches(), file, "probability")["at_0.9"],
        }
        lines.append(line)
        print(json.dumps(line), file=sys.stderr)
        index.unlink()
        if not args.keep:
            for path in (register, file, Path(f"{file}.truth.csv")):
                path.unlink(missing_ok=True)
    return lines


def table(headers: list[str], rows: list[list]) -> str:
    cells = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in cells)


def f1(score: dict | None) -> str:
    return f"{score['f1']:.5f}" if score else ""


def report(result: dict) -> str:
    machine = result["machine"]
    parts = [f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB; {result['versions']}"]
    if lines := result.get("febrl"):
        rows = [[line["set"], line["true_pairs"], *(f1(line.get(side)) for side in ("ours", "splink_docs", "splink_full"))] for line in lines]
        parts.append(table(["set", "true pairs", "ours, best F1", "Splink, its own example", "Splink, more fields"], rows))
    if lines := result.get("people"):
        rows = []
        for line in lines:
            for side in ("ours", "splink"):
                if side not in line:
                    continue
                score, costs = line[side], line["costs"]
                link = costs["ours_clean" if side == "ours" else "splink_link"]
                ready = costs["ours_index" if side == "ours" else "splink_register"]
                prepare = costs.get("splink_file") if side == "splink" else None
                rows.append([
                    f"{line['people']:,}", line["level"], side, f"{score['f1']:.4f}",
                    f"{score['at_0.9']['precision']:.4f} / {score['at_0.9']['recall']:.4f}", f"{score['recall_at_p99']:.4f}",
                    f"{ready['cpu_s']:.1f}", f"{prepare['cpu_s']:.1f}" if prepare else "", f"{link['cpu_s']:.1f}",
                    f"{link['wall_s']:.1f}", f"{link['peak_mb']:,.0f}",
                ])
        parts.append(table([
            "people", "file", "side", "best F1", "precision / recall at 0.9", "recall at precision 0.99", "CPU s: register",
            "CPU s: preparing the file", "CPU s: linking", "s by the clock", "MB",
        ], rows))
        rows = [
            [f"{line['people']:,}", line["level"], name, *(f"{ratio[key]:.1f}" for key in ("cpu_s", "wall_s", "peak_mb"))]
            for line in lines for name, ratio in line["ratios"].items()
        ]
        parts.append(table(["people", "file", "Splink takes … times", "CPU", "clock", "memory"], rows))
    if lines := result.get("scale"):
        rows = [[
            f"{line['people']:,}", f"{line['rows']:,}", f"{line['build']['cpu_s']:.1f}", f"{line['build']['peak_mb']:,}",
            f"{line['index_mb']:,}", f"{line['clean']['cpu_s']:.1f}", f"{line['clean']['wall_s']:.1f}",
            f"{line['clean']['peak_mb']:,}", f"{line['rows_per_s']:,}", f"{line['rows_per_cpu_s']:,}",
            f"{line['at_0.9']['f1']:.4f}",
        ] for line in lines]
        parts.append(table([
            "people", "rows", "index: CPU s", "index: MB of memory", "index: MB on disk", "clean: CPU s", "clean: s", "clean: MB",
            "rows/s", "rows/CPU s", "F1 at 0.9",
        ], rows))
    if limit := result.get("limit"):
        parts.append(
            f"One core copies {limit['copy_gb_per_s']} GB/s (read and written) and makes "
            f"{limit['random_fetches_per_s'] / 1e6:.0f} million fetches/s from all over 512 MB."
        )
    return "\n\n".join(parts) + "\n"


def machine() -> dict:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": os.cpu_count(), "processor": names[0] if names else platform.machine(), "memory_gb": round(memory),
        "load_1m": os.getloadavg()[0],
    }


def main() -> None:
    size = lambda text: int(text.replace("M", "000000").replace("k", "000"))
    pair = lambda text: tuple(size(part) for part in text.split(":"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sen", type=Path, required=True, help="the program (a release build)")
    parser.add_argument("--data", type=Path, required=True, help="where made-up files go")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the report")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be given several times")
    parser.add_argument("--only", choices=["ours", "splink"], help="only this side")
    parser.add_argument("--people", type=size, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--rows", type=size, default=100_000)
    parser.add_argument("--levels", nargs="+", default=["hard", "fair"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--splink-runs", type=int, help="fewer runs of the slow side")
    parser.add_argument("--scale", type=pair, nargs="+", metavar="PEOPLE:ROWS",
                        default=[(1_000_000, 100_000), (2_000_000, 100_000), (5_000_000, 100_000), (10_000_000, 100_000),
                                 (10_000_000, 10_000_000)])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--u-pairs", default="1e6", help="pairs that Splink samples for u; its default is 1e6, its advice more")
    parser.add_argument("--keep", action="store_true", help="keep the made-up files")
    args = parser.parse_args()
    args.sen_too, args.splink = args.only != "splink", args.only != "ours"
    args.splink_runs = args.splink_runs or args.runs
    args.data.mkdir(parents=True, exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)
    sen = ours.Sen(args.sen.resolve(), args.data / "work")
    names = ["splink", "duckdb", "recordlinkage"]
    result = {"machine": machine(), "versions": ", ".join(f"{name} {version(name)}" for name in names)}
    parts = {"febrl": febrl, "people": people, "scale": scale}
    for part in args.part or PARTS:
        if part == "limit":
            result[part] = json.loads(python("bandwidth.py").out)
        elif part != "scale" or args.sen_too:
            result[part] = parts[part](args, sen)
        (args.out / "report.json").write_text(json.dumps(result, indent=1))
    text = report(result)
    (args.out / "report.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
