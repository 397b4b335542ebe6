"""An agency's file against the register, with Splink: prints the cost of each step, writes the scored pairs."""

import argparse
import json
import logging
import resource
import time
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# Wide enough that one wrong field leaves a rule that agrees, narrow enough that no block is large.
BLOCKING = [
    block_on("personal_number"),
    block_on("old_id"),
    block_on("name_words", "birth_year"),
    block_on("birth_date", "given"),
    block_on("birth_date", "province"),
    block_on("birth_date", "commune"),
    block_on("name_words", "birth_day"),
    block_on("name_words", "commune"),
    block_on("given", "birth_year", "commune"),
    block_on("surname", "birth_year", "commune"),
    block_on("given", "surname", "birth_year", "province"),
    block_on("given", "surname", "birth_day"),
    "l.birth_swapped = r.birth_date and l.given = r.given",
    block_on("father_u", "mother_u"),
    block_on("mother_u", "given", "province"),
    block_on("father_u", "given", "province"),
    block_on("substr(personal_number, 7)"),
]


def number(column: str, label: str) -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name=column,
        comparison_description=label,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column),
            cll.DamerauLevenshteinLevel(column, 1),
            cll.DamerauLevenshteinLevel(column, 2),
            cll.ElseLevel(),
        ],
    )


def full_name() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.NullLevel("name_u"),
            cll.ExactMatchLevel("name").configure(tf_adjustment_column="name_u"),
            cll.ExactMatchLevel("name_u", term_frequency_adjustments=True),
            cll.ExactMatchLevel("name_words"),
            cll.JaroWinklerLevel("name_u", 0.95),
            cll.JaroWinklerLevel("name_u", 0.88),
            cll.CustomLevel("given_l = given_r and surname_l = surname_r", "given and surname"),
            cll.ExactMatchLevel("given"),
            cll.ElseLevel(),
        ],
    )


def birth_date() -> cl.CustomComparison:
    swapped = (
        "birth_year_l = birth_year_r and substr(birth_date_l, 6, 2) = substr(birth_date_r, 9, 2) "
        "and substr(birth_date_l, 9, 2) = substr(birth_date_r, 6, 2)"
    )
    return cl.CustomComparison(
        output_column_name="birth_date",
        comparison_levels=[
            cll.NullLevel("birth_year"),
            cll.ExactMatchLevel("birth_date", term_frequency_adjustments=True),
            cll.CustomLevel(swapped, "day and month swapped"),
            cll.LevenshteinLevel("birth_date", 1),
            cll.CustomLevel(
                "birth_year_l = birth_year_r and (birth_date_l is null or birth_date_r is null "
                "or substr(birth_date_l, 6) = '01-01' or substr(birth_date_r, 6) = '01-01')",
                "year only",
            ),
            cll.ExactMatchLevel("birth_year"),
            cll.LevenshteinLevel("birth_date", 2),
            cll.ElseLevel(),
        ],
    )


def kin(column: str) -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True),
            cll.JaroWinklerLevel(column, 0.92),
            cll.ElseLevel(),
        ],
    )


def place() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="place",
        comparison_levels=[
            cll.CustomLevel("(commune_l is null or commune_r is null) and (province_l is null or province_r is null)", "absent")
            .configure(is_null_level=True),
            cll.ExactMatchLevel("commune", term_frequency_adjustments=True),
            cll.ExactMatchLevel("province"),
            cll.ElseLevel(),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("register", type=Path, help="as people_prepare.py made it")
    parser.add_argument("file", type=Path, help="as people_prepare.py made it")
    parser.add_argument("out", type=Path)
    parser.add_argument("--u-pairs", type=float, default=1e6)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    steps, last = {}, [time.monotonic(), 0.0]

    def step(name: str) -> None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        wall, cpu = time.monotonic(), usage.ru_utime + usage.ru_stime
        steps[name] = {"wall_s": round(wall - last[0], 2), "cpu_s": round(cpu - last[1], 2), "peak_mb": usage.ru_maxrss // 1024}
        last[:] = [wall, cpu]

    con = duckdb.connect()
    con.execute(f"create table register as select * from read_parquet('{args.register}')")
    con.execute(f"create table file as select * replace (cast(unique_id as varchar) as unique_id) from read_parquet('{args.file}')")
    ((rows,),) = con.execute("select count(*) from file").fetchall()
    ((people,),) = con.execute("select count(*) from register").fetchall()
    api = DuckDBAPI(connection=con)
    frames = [api.register("file", dataset_display_name="a_file"), api.register("register", dataset_display_name="b_register")]
    settings = SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=BLOCKING,
        comparisons=[
            number("personal_number", "personal number"),
            number("old_id", "old number"),
            full_name(),
            birth_date(),
            cl.ExactMatch("sex"),
            place(),
            kin("father_u"),
            kin("mother_u"),
        ],
        # Nine in ten rows are of somebody in the register.
        probability_two_random_records_match=0.9 * rows / (rows * people),
        retain_matching_columns=False,
    )
    linker = Linker(frames, settings, log_level=logging.ERROR)
    step("load")
    linker.training.estimate_u_using_random_sampling(max_pairs=args.u_pairs, seed=1)
    step("estimate_u")
    for rule in (block_on("name_words", "birth_year"), block_on("birth_date", "commune")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
    step("estimate_m")
    pairs = linker.inference.predict(threshold_match_weight=-10)
    step("predict")
    swapped = "source_dataset_l <> 'a_file'"
    con.execute(f"""
        copy (select cast(case when {swapped} then unique_id_r else unique_id_l end as bigint) as "row",
                     case when {swapped} then unique_id_l else unique_id_r end as personal_number,
                     match_weight as weight, match_probability as probability
              from {pairs.physical_name})
        to '{args.out}' (format parquet)""")
    step("write")
    print(json.dumps(steps))


if __name__ == "__main__":
    main()
