use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let read = match parse(text) {
        Ok(Some(date)) => date.text(),
        Ok(None) => "nothing".to_owned(),
        Err(Unreadable) => "unreadable".to_owned(),
    };
    assert_eq!(read, expected, "{text:?}");
}

#[test]
fn every_usual_way_of_writing_a_day_is_read() {
    for text in [
        "1990-11-22",
        "22/11/1990",
        "22-11-1990",
        "22.11.1990",
        "22.11.90",
        "22/11/90",
        "22 11 1990",
        "22 / 11 / 1990",
        "22-11/1990",
        "22,11,1990",
        "1990/11/22",
        "1990.11.22",
        "19901122",
        "22111990",
        "221190",
        "901122",
        "33199",
        "33199.0",
        "33199.00",
        "1990-11-22 00:00:00",
        "1990-11-22T00:00:00",
        "1990-11-22T00:00:00.000Z",
        "1990-11-22T07:00:00+07:00",
        "22/11/1990 7:30",
        "11/22/1990 12:00:00 AM",
        "11/22/1990",
        "1990-22-11",
        "90-11-22",
        "22 tháng 11 năm 1990",
        "ngày 22 tháng 11 năm 1990",
        "Ngày 22, tháng 11, năm 1990",
        "NGÀY 22 THÁNG 11 NĂM 1990",
        "ngay 22 thang 11 nam 1990",
        "22 thg 11, 1990",
        "năm 1990 tháng 11 ngày 22",
        "sinh ngày 22/11/1990",
        "NS: 22/11/1990",
        "'22/11/1990",
        " 22/11/1990 ",
        "22/11/1990.",
        "(22/11/1990)",
        "22-Nov-1990",
        "22-Nov-90",
        "Nov 22, 1990",
        "22 November 1990",
        "nga\u{300}y 22 tha\u{301}ng 11 na\u{306}m 1990",
    ] {
        check(text, "1990-11-22");
    }
    check("1/2/1990", "1990-02-01");
    check("01/02/1990", "1990-02-01");
    check("1021990", "1990-02-01");
    check("mùng 1 tháng 2 năm 1990", "1990-02-01");
    check("22/11/01", "2001-11-22");
    check("22/11/26", "2026-11-22");
    check("22/11/27", "1927-11-22");
    check("01/01/00", "2000-01-01");
    check("29/02/2000", "2000-02-29");
    check("10000", "1927-05-18");
    check("36526", "2000-01-01");
    check("45000", "2023-03-15");
    check("20121112", "2012-11-12");
    check("12112012", "2012-11-12");
}

#[test]
fn a_month_or_a_year_is_kept_as_that() {
    for text in [
        "11/1990",
        "1990-11",
        "1990/11",
        "199011",
        "111990",
        "11/90",
        "/11/1990",
        "//11/1990",
        "00/11/1990",
        "xx/11/1990",
        "?/11/1990",
    ] {
        if text == "//11/1990" {
            // Two unknown parts before the month are one too many.
            check(text, "unreadable");
        } else {
            check(text, "1990-11");
        }
    }
    check("tháng 11 năm 1990", "1990-11");
    check("tháng 11/1990", "1990-11");
    check("Nov-90", "1990-11");
    check("00111990", "1990-11");
    check("19901100", "1990-11");
    check("__/11/1990", "1990-11");
    for text in [
        "1990",
        "1990.0",
        "năm 1990",
        "NS 1990",
        "Năm sinh: 1990",
        "sinh năm 1990",
        "khoảng 1990",
        "00/00/1990",
        "0/0/1990",
        "//1990",
        "/ /1990",
        "22//1990",
        "--/--/1990",
        "xx/xx/1990",
        "?/?/1990",
        "../../1990",
        "1990-00-00",
        "19900000",
        "00001990",
        "90",
        "năm 90",
        "1990 00:00:00",
    ] {
        check(text, "1990");
    }
}

#[test]
fn a_day_that_cannot_be_is_not_invented() {
    for (text, expected) in [
        ("31/02/1990", "1990-02"),
        ("02/31/1990", "1990-02"),
        ("30/02/1990", "1990-02"),
        ("29/02/1990", "1990-02"),
        ("29/02/1900", "1900-02"),
        ("31/04/1990", "1990-04"),
        ("45/11/1990", "1990-11"),
        ("1990-02-31", "1990-02"),
        ("19900231", "1990-02"),
        ("31021990", "1990-02"),
        ("45/13/1990", "1990"),
        ("13/13/1990", "1990"),
        ("22/40/1990", "1990"),
        ("40/1990", "1990"),
    ] {
        check(text, expected);
    }
}

#[test]
fn nothing_is_nothing() {
    for text in [
        "",
        " ",
        "-",
        "//",
        "/ /",
        "00/00/0000",
        "0000-00-00",
        "0",
        "00",
        "00/00/00",
        "NULL",
        "n/a",
        "không rõ",
        "Chưa rõ",
        "?",
        "xx/xx/xxxx",
        "??/??/????",
        "00:00:00",
    ] {
        check(text, "nothing");
    }
}

#[test]
fn what_is_no_date_or_may_be_two_is_unreadable() {
    for text in [
        "abc",
        "22/11",
        "22/11/",
        "22/11/????",
        "22",
        "5",
        "05",
        "990",
        "22/11/990",
        "22/11/1",
        "22/11/19900",
        "22/11/1700",
        "22/11/2190",
        "1700",
        "3000",
        "9999",
        "99999",
        "60000",
        "201011",
        "010203",
        "19451990",
        "999999",
        "001099000001",
        "1990-1995",
        "199x",
        "19xx",
        "22/11/1990 23/11/1990",
        "Nguyễn Văn An",
        "22 tháng 11 âm lịch 1990",
        "22/Nov/Dec",
        "1.23457E+11",
        "22=11=1990",
    ] {
        check(text, "unreadable");
    }
}

#[test]
fn serials_count_as_spreadsheets_do() {
    // The days that spreadsheets themselves print for these serials.
    for (serial, day) in
        [("20000", "1954-10-03"), ("25569", "1970-01-01"), ("29221", "1980-01-01"), ("40179", "2010-01-01")]
    {
        check(serial, day);
    }
}

#[test]
fn dates_are_ordered_and_packed() {
    let dates = [(1989, 12, 31), (1990, 0, 0), (1990, 11, 0), (1990, 11, 22), (1990, 12, 1)];
    let packed = dates.map(|(year, month, day)| PackedDate::new(year, month, day));
    assert!(packed.is_sorted());
    assert_eq!(packed[3].raw(), 1990 << 9 | 11 << 5 | 22);
    assert_eq!(packed.map(PackedDate::is_full), [true, false, false, true, true]);
    assert_eq!(PackedDate::from_raw(0), None);
    assert_eq!(PackedDate::from_raw(1990 << 9 | 13 << 5), None);
    assert_eq!(PackedDate::from_raw(packed[3].raw()), Some(packed[3]));
    assert_eq!(format!("{:?}", packed[3]), "(day)");
}

/// Any day of the years that files speak of.
fn day() -> impl Strategy<Value = (u32, u32, u32)> {
    (1900_u32..=2026, 1_u32..=12)
        .prop_flat_map(|(year, month)| (Just(year), Just(month), 1..=month_length(year, month)))
}

proptest! {
    #[test]
    fn what_is_written_is_read((year, month, day) in day()) {
        let expected = Ok(Some(PackedDate::new(year, month, day)));
        for text in [
            format!("{year:04}-{month:02}-{day:02}"),
            format!("{day:02}/{month:02}/{year:04}"),
            format!("{day}/{month}/{year}"),
            format!("{day}-{month}-{year}"),
            format!("{day}.{month}.{year} 00:00"),
            format!("{year:04}{month:02}{day:02}"),
            format!("{day:02}{month:02}{year:04}"),
            format!("ngày {day} tháng {month} năm {year}"),
        ] {
            prop_assert_eq!(parse(&text), expected, "{}", text);
        }
        let date = PackedDate::new(year, month, day);
        prop_assert_eq!(parse(&date.text()), Ok(Some(date)));
        prop_assert_eq!(PackedDate::from_raw(date.raw()), Some(date));
        for text in [format!("{month:02}/{year}"), format!("/{month}/{year}"), format!("{year}-{month:02}")] {
            prop_assert_eq!(parse(&text), Ok(Some(PackedDate::new(year, month, 0))), "{}", text);
        }
    }

    #[test]
    fn the_other_order_is_read_where_it_is_the_only_one((year, month, day) in day()) {
        prop_assume!(day > 12);
        prop_assert_eq!(parse(&format!("{month:02}/{day:02}/{year}")), Ok(Some(PackedDate::new(year, month, day))));
    }

    #[test]
    fn any_text_is_read_without_a_panic(text: String, near in "[0-9/.: TtxNnăâ?-]{0,16}") {
        for text in [text, near] {
            if let Ok(Some(date)) = parse(&text) {
                prop_assert!(YEARS.contains(&date.year()), "{}", text);
                prop_assert_eq!(PackedDate::from_raw(date.raw()), Some(date));
            }
        }
    }
}
