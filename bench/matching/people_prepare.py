"""Brings the register and an agency's file to the one shape that Splink needs.

What an experienced user of Splink does before linking Vietnamese people: names lower-case, with and without marks;
dates of the usual spellings; an identity number is a personal number (12 digits, zeros that a spreadsheet ate put
back) or an old one (9 digits); communes by today's code. Our program reads the same two files as they are.
"""

import argparse
import csv
import re
import unicodedata
from pathlib import Path

import duckdb

UNITS = Path(__file__).resolve().parents[2] / "packs" / "vn" / "units"

# How the agency's columns are called, in words without marks.
HEADERS = {
    "number": ["so cmnd cccd", "so dinh danh", "so cccd", "cccd", "can cuoc", "so giay to", "ma so ca nhan"],
    "old_number": ["so cmnd", "cmnd", "cmtnd"],
    "full_name": ["ho va ten", "ho ten", "ho ten khai sinh", "ho chu dem ten"],
    "birth_date": ["ngay sinh", "ngay thang nam sinh", "nam sinh", "sinh ngay"],
    "sex": ["gioi tinh", "phai", "nam nu"],
    "commune": ["xa phuong", "phuong xa", "xa", "phuong", "ma xa", "noi cu tru", "dia chi", "noi thuong tru", "thuong tru"],
    "province": ["tinh", "tinh thanh pho", "tinh thanh", "ma tinh", "tinh tp"],
    "father": ["cha", "ho ten cha", "ho va ten cha", "bo", "ho ten bo", "ten cha"],
    "mother": ["me", "ho ten me", "ho va ten me", "ten me"],
}


def fold(text: str) -> str:
    """Lower-case words of plain letters and digits."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def recognise(headers: list[str]) -> dict[str, str]:
    """Which header holds which field: an equal name first, then one that begins a header."""
    left, found = {header: fold(header) for header in headers}, {}
    for rule in (lambda name, known: name == known, lambda name, known: name.startswith(known), lambda name, known: known in name):
        for field in sorted(HEADERS, key=lambda field: -max(map(len, HEADERS[field]))):
            if field not in found:
                hit = next((h for known in HEADERS[field] for h, name in left.items() if rule(name, known)), None)
                if hit is not None:
                    found[field] = hit
                    del left[hit]
    return found


PREFIXES = r"^(xa|phuong|thi tran|dac khu|p|x|tt|tinh|thanh pho|tp|t)\s+(?=\S)"


class Places:
    """Finds today's code of a commune and of a province."""

    def __init__(self) -> None:
        rows = {name: self._table(name) for name in ("provinces", "communes", "successions")}
        self.next: dict[str, set[str]] = {}
        for step in rows["successions"]:
            self.next.setdefault((step["old"], step["old_from"]), set()).add(step["new"])
        self.provinces: dict[str, set[str]] = {}
        self.communes: dict[str, dict[str, set[str]]] = {}
        self.present: dict[tuple[str, str], set[str]] = {}
        for unit in rows["provinces"]:
            today = self._today(unit)
            for name in (self.name(unit["name"]), unit["code"]):
                self.provinces.setdefault(name, set()).update(today)
        home = {}
        for unit in rows["provinces"]:
            home.setdefault(unit["code"], set()).update(self._today(unit))
        for unit in rows["communes"]:
            today, provinces = self._today(unit), home.get(unit["province"], set())
            for name in (self.name(unit["name"]), unit["code"]):
                places = self.communes.setdefault(name, {})
                for province in provinces:
                    places.setdefault(province, set()).update(today)
                    if not unit["until"]:
                        self.present.setdefault((name, province), set()).update(today)

    @staticmethod
    def _table(name: str) -> list[dict]:
        with open(UNITS / f"{name}.csv", encoding="utf-8") as file:
            return list(csv.DictReader(line for line in file if not line.startswith("#")))

    def _today(self, unit: dict) -> set[str]:
        if not unit["until"]:
            return {unit["code"]}
        return self.next.get((unit["code"], unit["from"]), set())

    @staticmethod
    def name(text: str) -> str:
        plain = fold(text)
        return re.sub(PREFIXES, "", plain) if not plain.isdigit() else plain

    def find(self, commune: str, province: str) -> tuple[str | None, str | None]:
        """A code, or nothing where the text could be several; a commune of today goes before those that ended."""
        parts = [part for part in re.split(r"[,;]| - ", commune or "") if part.strip()]
        provinces = self.provinces.get(self.name(province or ""), set())
        if not provinces and len(parts) > 1:
            provinces = self.provinces.get(self.name(parts[-1]), set())
        candidates: set[str] = set()
        for part in parts:
            places = self.communes.get(self.name(part), {})
            here = [places[p] for p in provinces if p in places] if provinces else list(places.values())
            candidates = set().union(*here) if here else set()
            if len(candidates) > 1:
                today = [self.present.get((self.name(part), p), set()) for p in provinces or places]
                candidates = set().union(*today) or candidates
            if candidates:
                break
        one = lambda codes: next(iter(codes)) if len(codes) == 1 else None
        return one(candidates), one(provinces)


NAME = "nullif(trim(regexp_replace(nfc_normalize(lower({0})), '\\s+', ' ', 'g')), '')"
PLAIN = "nullif(trim(regexp_replace(replace(strip_accents(lower({0})), 'đ', 'd'), '[^a-z]+', ' ', 'g')), '')"
FORMATS = [  # two digits of a year first: `%Y` would take them for the first century
    "%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%d %m %y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%Y-%m-%d", "%Y/%m/%d",
    "%Y%m%d", "%d%m%Y", "%Y-%m-%d %H:%M:%S",
]


def date_sql(raw: str) -> tuple[str, str]:
    """The full date and the year."""
    formats = "[" + ", ".join(f"'{text}'" for text in FORMATS) + "]"
    day = f"""case when regexp_full_match({raw}, '[0-9]{{5}}') then date '1899-12-30' + cast({raw} as integer)
        else cast(try_strptime(trim(regexp_replace({raw}, '[^0-9/.:-]+', ' ', 'g')), {formats}) as date) end"""
    century = f"case when year({day}) > 2026 then {day} - interval 100 year else {day} end"
    year = f"coalesce(year({century}), try_cast(regexp_extract({raw}, '((19|20)[0-9]{{2}})', 1) as integer))"
    return f"strftime({century}, '%Y-%m-%d')", f"cast({year} as varchar)"


SHAPE = """
select unique_id, personal_number, old_id, name, name_u,
       split_part(name_u, ' ', 1) as surname,
       split_part(name_u, ' ', -1) as given,
       array_to_string(list_sort(string_split(name_u, ' ')), ' ') as name_words,
       birth_date, birth_year, substr(birth_date, 6) as birth_day,
       birth_date[1:5] || birth_date[9:10] || '-' || birth_date[6:7] as birth_swapped,
       sex, commune, province, father_u, mother_u
from ({inner})
"""


def prepare_register(con: duckdb.DuckDBPyConnection, file: Path, out: Path) -> None:
    inner = f"""
    select personal_number as unique_id, personal_number, old_id,
           {NAME.format('full_name')} as name, {PLAIN.format('full_name')} as name_u,
           case when length(birth_date) = 10 then birth_date end as birth_date, birth_date[1:4] as birth_year,
           sex, commune_code as commune, province_code as province,
           {PLAIN.format('father_name')} as father_u, {PLAIN.format('mother_name')} as mother_u
    from read_parquet('{file}')"""
    con.execute(f"copy ({SHAPE.format(inner=inner)}) to '{out}' (format parquet)")


def prepare_file(con: duckdb.DuckDBPyConnection, file: Path, out: Path) -> None:
    source = f"read_parquet('{file}')" if file.suffix == ".parquet" else f"read_csv('{file}', all_varchar=true, header=true)"
    con.execute(f"create table raw as select row_number() over () as unique_id, * from {source}")
    headers = [name for (name, *_) in con.execute("describe raw").fetchall() if name != "unique_id"]
    found = recognise(headers)
    print("columns:", found)
    column = lambda field: f'"{found[field]}"' if field in found else "cast(null as varchar)"
    places = Places()
    texts = con.execute(f"select distinct {column('commune')} as c, {column('province')} as p from raw").fetchall()
    known = [(c, p, *places.find(c, p)) for c, p in texts]
    con.execute("create table places (c varchar, p varchar, commune varchar, province varchar)")
    import pyarrow as pa

    names = ["c", "p", "commune", "province"]
    table = pa.table({name: pa.array([row[at] for row in known], pa.string()) for at, name in enumerate(names)})
    con.register("known", table)
    con.execute("insert into places select * from known")
    digits = f"regexp_replace(regexp_replace({column('number')}, '\\.0$', ''), '[^0-9]', '', 'g')"
    old = f"regexp_replace({column('old_number')}, '[^0-9]', '', 'g')"
    day, year = date_sql("d")
    inner = f"""
    select unique_id,
           case when length(n) between 10 and 12 then lpad(n, 12, '0') end as personal_number,
           coalesce(case when length(n) in (8, 9) then lpad(n, 9, '0') end,
                    case when length(o) in (8, 9) then lpad(o, 9, '0') end) as old_id,
           name, name_u, {day} as birth_date, {year} as birth_year,
           case when s in ('nam', 'male', 'm', '1', 'trai', 'ong') then 'male'
                when s in ('nu', 'female', 'f', '0', '2', 'gai', 'ba') then 'female' end as sex,
           commune, province, father_u, mother_u
    from (select unique_id, {digits} as n, {old} as o, trim({column('birth_date')}) as d,
                 {PLAIN.format(column('sex'))} as letters, coalesce({PLAIN.format(column('sex'))}, trim({column('sex')})) as s,
                 {NAME.format(column('full_name'))} as name, {PLAIN.format(column('full_name'))} as name_u,
                 {PLAIN.format(column('father'))} as father_u, {PLAIN.format(column('mother'))} as mother_u,
                 places.commune, places.province
          from raw left join places
          on {column('commune')} is not distinct from places.c and {column('province')} is not distinct from places.p)"""
    con.execute(f"copy ({SHAPE.format(inner=inner)}) to '{out}' (format parquet)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["register", "file"])
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    con = duckdb.connect()
    (prepare_register if args.what == "register" else prepare_file)(con, args.file, args.out)


if __name__ == "__main__":
    main()
