"""FEBRL 1 to 4 with Splink.

Two settings each, of which the better is Splink's figure: `docs` is the example that Splink's own documentation gives
for FEBRL 3 (one table) and FEBRL 4 (two tables); `full` also uses the addresses and blocks more widely.
"""

import argparse
import logging
from pathlib import Path

import duckdb
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

DETERMINISTIC = [
    block_on("soc_sec_id"),
    block_on("given_name", "surname", "date_of_birth"),
    "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth",
]


def birth_date() -> cl.DateOfBirthComparison:
    return cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d")


def docs_one() -> tuple[list, list]:
    blocking = [block_on(name) for name in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")]
    comparisons = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        birth_date(),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]
    return blocking, comparisons


def docs_two() -> tuple[list, list]:
    blocking = [
        block_on("given_name", "surname"),
        "l.given_name = r.surname and l.surname = r.given_name",
        block_on("date_of_birth"),
        block_on("soc_sec_id"),
        block_on("state", "address_1"),
        block_on("street_number", "address_1"),
        block_on("postcode"),
    ]
    comparisons = [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        birth_date(),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]
    return blocking, comparisons


def full() -> tuple[list, list]:
    blocking = [
        block_on("soc_sec_id"),
        block_on("given_name"),
        block_on("surname"),
        "l.given_name = r.surname",
        "l.surname = r.given_name",
        block_on("date_of_birth"),
        block_on("postcode"),
        block_on("address_1"),
        block_on("suburb"),
        block_on("substr(soc_sec_id, 1, 4)"),
        block_on("substr(soc_sec_id, 4, 4)"),
    ]
    swapped_or_alike = cl.ForenameSurnameComparison("given_name", "surname", jaro_winkler_thresholds=[0.92, 0.8])
    comparisons = [
        swapped_or_alike,
        birth_date(),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("street_number", [1]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("address_1", [0.92, 0.8]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("suburb", [0.92, 0.8]),
        cl.ExactMatch("state"),
    ]
    return blocking, comparisons


def link(tables: list[pd.DataFrame], which: str) -> pd.DataFrame:
    """Scored pairs: `row_l`, `row_r`, `weight` (match weight in bits)."""
    two = len(tables) == 2
    blocking, comparisons = full() if which == "full" else docs_two() if two else docs_one()
    settings = SettingsCreator(
        unique_id_column_name="row",
        link_type="link_only" if two else "dedupe_only",
        blocking_rules_to_generate_predictions=blocking,
        comparisons=comparisons,
    )
    api = DuckDBAPI(connection=duckdb.connect())
    frames = [api.register(table, dataset_display_name=f"side_{'ab'[at]}") for at, table in enumerate(tables)]
    linker = Linker(frames if two else frames[0], settings, log_level=logging.ERROR)
    train = linker.training
    train.estimate_probability_two_random_records_match(DETERMINISTIC, recall=0.8 if two else 0.9)
    train.estimate_u_using_random_sampling(max_pairs=1e7, seed=2)
    for rule in ("date_of_birth", "postcode"):
        train.estimate_parameters_using_expectation_maximisation(block_on(rule))
    pairs = linker.inference.predict(threshold_match_weight=-20).as_pandas_dataframe()
    left, right = pairs["row_l"].astype(int), pairs["row_r"].astype(int)
    if two:
        swapped = pairs["source_dataset_l"] != "side_a"
        left, right = left.where(~swapped, pairs["row_r"]), right.where(~swapped, pairs["row_l"])
    else:
        left, right = pd.concat([left, right], axis=1).min(axis=1), pd.concat([left, right], axis=1).max(axis=1)
    return pd.DataFrame({"row_l": left.astype(int), "row_r": right.astype(int), "weight": pairs["match_weight"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("number", type=int)
    parser.add_argument("which", choices=["docs", "full"])
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    files = sorted(args.data.glob(f"febrl{args.number}*.parquet"))
    link([pd.read_parquet(file) for file in files], args.which).to_parquet(args.out, index=False)


if __name__ == "__main__":
    main()
