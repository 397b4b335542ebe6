use super::*;
use kernel::text::fold;
use pack::{Pack, Report, units::Units};
use std::{collections::BTreeSet, path::Path, sync::OnceLock};

fn units() -> &'static Units {
    static UNITS: OnceLock<Units> = OnceLock::new();
    UNITS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn");
        let mut report = Report::default();
        Units::read(&Pack::open(&folder).unwrap(), &mut report)
    })
}

fn places() -> &'static Places {
    static PLACES: OnceLock<Places> = OnceLock::new();
    PLACES.get_or_init(|| Places::read(units()))
}

#[track_caller]
fn check(commune: &str, province: &str, expected: &str) {
    let places = places();
    assert_eq!(places.name(places.find(commune, province)), expected, "{commune:?}, {province:?}");
}

/// Whether the set holds the unit.
fn holds(id: PlaceId, unit: &pack::units::Unit) -> bool {
    let places = places();
    let of_set = places.set(id).map(|set| &set.units[..]).unwrap_or_default();
    of_set.iter().any(|at| {
        let found = &places.units[*at as usize];
        found.code == unit.code.as_str() && found.full_name == unit.full_name()
    })
}

#[test]
fn a_code_names_all_its_units() {
    let both = "Phường Trúc Bạch, Thành phố Hà Nội / Phường Ba Đình, Thành phố Hà Nội";
    for code in ["00004", " 00004 ", "4", "4.0", "00004 - Phường Trúc Bạch", "Phường Ba Đình (00004)"] {
        check(code, "", both);
    }
    check("00004", "79", both);
    check("32248", "", "Xã Đất Mũi, Tỉnh Cà Mau");
    check("99999", "", "");
    check("99999", "01", "Thành phố Hà Nội");
    check("0004", "", "");
}

#[test]
fn a_province_is_found_by_code_and_by_name() {
    for text in [
        "01",
        "1",
        "001",
        "1.0",
        "Hà Nội",
        "HÀ NỘI",
        "ha noi",
        "TP. Hà Nội",
        "Thành phố Hà Nội",
        "tp hn",
        "HN",
        "Hanoi",
        "TP.Hà Nội, Việt Nam",
        "Hà Nôi",
        "Ha Noii",
    ] {
        check("", text, "Thành phố Hà Nội");
    }
    for text in [
        "79",
        "HCM",
        "TPHCM",
        "TP HCM",
        "TP.HCM",
        "T.P Hồ Chí Minh",
        "Tp. Hồ Chí Minh",
        "Hồ Chí Minh",
        "ho chi minh",
        "Sài Gòn",
        "TP.HỒ CHÍ MINH",
        "Thành phố Hồ Chí Minh",
        "Ho Chi Minh City",
    ] {
        check("", text, "Thành phố Hồ Chí Minh");
    }
    for text in [
        "77",
        "BR-VT",
        "BRVT",
        "Bà Rịa - Vũng Tàu",
        "Bà Rịa Vũng Tàu",
        "Bà Rịa–Vũng Tàu",
        "Tỉnh Bà Rịa - Vũng Tàu",
        "Vũng Tàu",
    ] {
        check("", text, "Tỉnh Bà Rịa - Vũng Tàu");
    }
    for text in
        ["TT Huế", "TT-Huế", "T.T. Huế", "Thừa Thiên Huế", "Thừa Thiên - Huế", "Tỉnh Thừa Thiên Huế", "thua thien hue"]
    {
        check("", text, "Tỉnh Thừa Thiên Huế / Thành phố Huế");
    }
    for text in ["Đắk Lắk", "Đăk Lăk", "Dak Lak", "Daklak", "Đắc Lắc", "tỉnh Đắk Lắk"] {
        check("", text, "Tỉnh Đắk Lắk");
    }
    for (text, expected) in [
        ("34", "Tỉnh Thái Bình"),
        ("Thái Bình", "Tỉnh Thái Bình"),
        ("Kontum", "Tỉnh Kon Tum"),
        ("Thanh Hoá", "Tỉnh Thanh Hóa"),
        ("thanh hoa", "Tỉnh Thanh Hóa"),
        ("T. Thái Bình", "Tỉnh Thái Bình"),
        ("Thái Bih", "Tỉnh Thái Bình"),
        ("Bắc Cạn", "Tỉnh Bắc Kạn"),
        ("15", "Tỉnh Yên Bái / Tỉnh Lào Cai"),
        ("75", "Tỉnh Đồng Nai / Thành phố Đồng Nai"),
        ("", ""),
        ("-", ""),
        ("03", ""),
        ("Quảng", ""),
        ("Paris", ""),
        ("không rõ", ""),
    ] {
        check("", text, expected);
    }
    check("Tỉnh Thái Bình", "", "Tỉnh Thái Bình");
    check("TP. Hồ Chí Minh", "", "Thành phố Hồ Chí Minh");
}

#[test]
fn a_commune_is_found_by_what_people_write() {
    for (commune, province, expected) in [
        ("P. Trúc Bạch", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Trúc Bạch", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("phuong truc bach", "Ha Noi", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("PHƯỜNG TRÚC BẠCH", "01", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("P.Trúc Bạch, Q.Ba Đình, HN", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Số 12 ngõ 5, P. Trúc Bạch, Ba Đình, Hà Nội", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Phường Trúc Bạch - Quận Ba Đình - TP Hà Nội", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("phường Trúc Bạch quận Ba Đình thành phố Hà Nội", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Truc Bach Ba Dinh Ha Noi", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Phường Trúc Bạhc", "Hà Nội", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("phuong truc bac", "Hà Nội", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình", "", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("X. Tân Lập, H. Vũ Thư", "Thái Bình", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("xa tan lap huyen vu thu tinh thai binh", "", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("Xã Tân Lập (Vũ Thư, Thái Bình)", "", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("Thôn 3, Xã Tân Lập, Vũ Thư, Thái Bình, Việt Nam", "", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("Tân Lập", "34", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("TT Quán Lào", "", "Thị trấn Quán Lào, Tỉnh Thanh Hóa"),
        ("Thị trấn Quán Lào, Yên Định, Thanh Hoá", "", "Thị trấn Quán Lào, Tỉnh Thanh Hóa"),
        ("T.T. Quán Lào", "Thanh Hóa", "Thị trấn Quán Lào, Tỉnh Thanh Hóa"),
        // a ward since December 2024, before which the tables know nothing
        ("TT Mộc Châu", "", "Phường Mộc Châu, Tỉnh Sơn La"),
        ("Đặc khu Phú Quốc", "", "Đặc khu Phú Quốc, Tỉnh An Giang"),
        ("xã Ea H'leo", "Đắk Lắk", "Xã Ea H'leo, Tỉnh Đắk Lắk / Xã Ea H'Leo, Tỉnh Đắk Lắk"),
        ("Ea Hleo", "Daklak", "Xã Ea H'leo, Tỉnh Đắk Lắk / Xã Ea H'Leo, Tỉnh Đắk Lắk"),
        // names that begin like a kind
        ("Xa Dung", "11", "Xã Xa Dung, Tỉnh Điện Biên"),
        ("Xã Xa Dung, Điện Biên", "", "Xã Xa Dung, Tỉnh Điện Biên"),
        ("Phương Mai", "Hà Nội", "Phường Phương Mai, Thành phố Hà Nội"),
        ("phuong phuong mai", "Hà Nội", "Phường Phương Mai, Thành phố Hà Nội"),
        ("Quan Hoa, Cau Giay, Ha Noi", "", "Phường Quan Hoa, Thành phố Hà Nội"),
        ("Phường Đúc", "Huế", "Phường Phường Đúc, Thành phố Huế"),
        // marks decide
        ("Xã Thạnh Hoà, Long An", "", "Xã Thạnh Hòa, Tỉnh Long An"),
        // a present commune
        ("Phường Ba Đình", "Hà Nội", "Phường Ba Đình, Thành phố Hà Nội"),
        // a wrong kind is no reason not to find it
        ("Xã Trúc Bạch", "Hà Nội", "Phường Trúc Bạch, Thành phố Hà Nội"),
        // the merged province with an ended commune
        ("Xã Vũ Vân", "Hưng Yên", "Xã Vũ Vân, Tỉnh Thái Bình"),
        // left-overs of typing, slips
        ("Xax Taan Laapj", "Thais Binhf", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("Phuong72 Tru1c Ba5ch, Ha2 No65i", "", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Phườg Trúc Bạch", "Hà Nội", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("Phườn gTrúc Bạch", "Hà Nội", "Phường Trúc Bạch, Thành phố Hà Nội"),
        ("XãTân Lập", "Thái Bình", "Xã Tân Lập, Tỉnh Thái Bình"),
        ("Xã Mỹ An Hưg A", "Đồng Tháp", "Xã Mỹ An Hưng A, Tỉnh Đồng Tháp"),
        // unknown communes leave the province
        ("Xã Không Có Thật", "Thái Bình", "Tỉnh Thái Bình"),
        ("Xã Không Có Thật, Thái Bình", "", "Tỉnh Thái Bình"),
        ("Quận 3, TP.HCM", "", "Thành phố Hồ Chí Minh"),
        ("TP Vinh", "", "Tỉnh Nghệ An"),
        ("Xã Tân Lập", "", ""),
        ("gì đó", "", ""),
        ("-", "Huế", "Tỉnh Thừa Thiên Huế / Thành phố Huế"),
    ] {
        check(commune, province, expected);
    }
}

#[test]
fn numbered_wards_are_found() {
    let found = |commune: &str, province: &str| {
        let places = places();
        let set = &places.sets[places.find(commune, province) as usize];
        let named = |at: &u32| {
            let unit = &places.units[*at as usize];
            format!("{} {}", unit.code, unit.full_name)
        };
        set.units.iter().map(named).collect::<Vec<_>>()
    };
    let wards = found("Phường 9", "Cà Mau");
    assert_eq!(wards.len(), 1, "{wards:?}");
    for text in ["P.9", "P9", "p 9", "Phường 09", "9", "09", "F9", "phuong 9"] {
        assert_eq!(found(text, "Cà Mau"), wards, "{text}");
    }
    assert_eq!(found("Phường 9, TP Cà Mau, Cà Mau", ""), wards);
    assert_eq!(found("P9 TP Cà Mau Cà Mau", ""), wards);
    for text in
        ["Phường 5, Quận 3, TP.HCM", "P5 Q3 TPHCM", "p.5, q.3, hcm", "P5, Q3, Tp Hồ Chí Minh", "phuong 5 quan 3 tp hcm"]
    {
        assert_eq!(found(text, ""), ["27151 Phường 5"], "{text}");
    }
    for (text, expected) in [
        ("Phường 1, Gò Vấp, TP.HCM", "26890 Phường 1"),
        ("P.1, Quận Bình Thạnh, TP.HCM", "26944 Phường 1"),
        ("Phường 1, Quận 10, TP.HCM", "27184 Phường 1"),
        ("Phường 1, Quận 11, TP.HCM", "27247 Phường 1"),
        ("Phường 1, TP Mỹ Tho, Tiền Giang", "28261 Phường 1"),
        ("Phường 1 - Thị xã Gò Công - Tiền Giang", "28300 Phường 1"),
        ("Phường 2, Sa Đéc, Đồng Tháp", "29908 Phường 2"),
    ] {
        let found = found(text, "");
        assert!(found.len() == 1 || text.contains("Sa Đéc"), "{text}: {found:?}");
        if !text.contains("Sa Đéc") {
            assert_eq!(found, [expected], "{text}");
        }
    }
    // No district: as many communes as it may be, or only the city.
    assert_eq!(found("Phường 5", "79").len(), found("5", "79").len());
    check("Phường 1, TP.HCM", "", "Thành phố Hồ Chí Minh");
}

#[test]
fn a_district_has_no_ward_twice() {
    let numbered: Vec<_> = places().units.iter().filter(|u| u.marked.bytes().all(|b| b.is_ascii_digit())).collect();
    for (district, province, codes) in district::districts() {
        let within = numbered.iter().filter(|unit| codes.contains(&unit.code.parse().unwrap()));
        let names: Vec<_> = within.map(|unit| unit.marked.as_str()).collect();
        let different: BTreeSet<_> = names.iter().collect();
        assert!(!names.is_empty() && different.len() == names.len(), "{district} in {province}: {names:?}");
    }
    // Where a province has a ward's number twice, every such ward lies in a district that can be named.
    let of = |unit: &Unit| places().units[unit.provinces[0] as usize].code.clone();
    for unit in &numbered {
        let twice = numbered.iter().filter(|other| other.marked == unit.marked && of(other) == of(unit)).count() > 1;
        let code = unit.code.parse().unwrap();
        let known = district::districts().iter().filter(|(_, province, c)| c.contains(&code) && *province == of(unit));
        assert!(!twice || known.count() == 1, "{} {}", unit.code, unit.full_name);
    }
}

#[test]
fn every_unit_is_found_by_its_code_and_by_its_full_name() {
    let places = places();
    let mut too_many = 0;
    for (at, unit) in units().all().iter().enumerate() {
        let Some(province) = &unit.province else {
            for text in [unit.code.to_string(), unit.name.clone(), unit.full_name(), fold(&unit.full_name())] {
                assert!(holds(places.find("", &text), unit), "{text}");
            }
            continue;
        };
        assert!(holds(places.find(unit.code.as_str(), ""), unit), "{}", unit.code);
        let province = units().province(province.as_str(), unit.until.unwrap_or(unit.from)).unwrap();
        let ways = [
            (unit.full_name(), province.full_name()),
            (unit.full_name(), province.code.to_string()),
            (fold(&unit.full_name()), fold(&province.name)),
            (unit.full_name().to_uppercase(), province.name.to_uppercase()),
            (unit.name.clone(), province.name.clone()),
            (format!("{}, huyện Nào Đó, {}", unit.full_name(), province.full_name()), String::new()),
            (format!("{} - {}", unit.full_name(), province.name), String::new()),
        ];
        // Every unit in the plain way, every fifth in the others too.
        for (commune, of) in ways.into_iter().take(if at % 5 == 0 { usize::MAX } else { 1 }) {
            let id = places.find(&commune, &of);
            if places.today(id).is_empty() {
                // Only names that stand for too many communes may be left out, and never the province.
                assert!(holds(id, province), "{commune}, {of}: {}", places.name(id));
                too_many += 1;
            } else {
                assert!(holds(id, unit), "{commune}, {of}: {}", places.name(id));
            }
        }
    }
    assert!(too_many < 2 * 90, "{too_many}");
}

#[test]
fn the_tables_are_the_whole_country() {
    let places = places();
    assert_eq!((places.communes(), places.provinces_today.len()), (3_321, 34));
    let mut split = 0;
    for (at, unit) in places.units.iter().enumerate() {
        let id = at as u32 + 1;
        assert_eq!(places.set(id).unwrap().units, [at as u32]);
        assert_eq!(places.provinces_today(id).len(), 1, "{}", unit.full_name);
        assert_eq!(places.today(id).is_empty(), unit.is_province, "{}", unit.full_name);
        assert!(places.today(id).is_sorted());
        split += usize::from(places.today(id).len() > 1);
    }
    assert_eq!(split, 471);
}

#[test]
fn names_of_the_provinces_stand_apart() {
    let places = places();
    let names: BTreeSet<_> =
        units().all().iter().filter(|unit| unit.province.is_none()).map(|u| fold(&u.name)).collect();
    assert_eq!(names.len(), 63 + 1, "Huế has had two");
    assert!(places.sets.len() < 40_000, "{}", places.sets.len());
}

#[test]
fn places_are_related_through_the_merger() {
    let places = places();
    for (a, b, expected) in [
        (("P. Trúc Bạch", "Hà Nội"), ("00004", ""), Relation::Same),
        (("Phường Trúc Bạch", "01"), ("Phường Ba Đình", "01"), Relation::Succeeded),
        (("Phường Trúc Bạch", "01"), ("Phường Quán Thánh", "01"), Relation::Succeeded),
        (("Phường Trúc Bạch", "01"), ("Xã Sóc Sơn", "01"), Relation::SameProvince),
        (("Phường Trúc Bạch", "01"), ("", "01"), Relation::SameProvince),
        (("Phường Trúc Bạch", "01"), ("Xã Tân Lập", "34"), Relation::Different),
        (("Phường Trúc Bạch", "01"), ("", "34"), Relation::Different),
        (("Phường Trúc Bạch", "01"), ("", ""), Relation::Unknown),
        (("", "Hà Nội"), ("", "01"), Relation::Same),
        (("", "Thái Bình"), ("", "Hưng Yên"), Relation::Succeeded),
        (("", "Thái Bình"), ("", "Hà Nội"), Relation::Different),
        (("Xã Tân Lập", "34"), ("", "Hưng Yên"), Relation::SameProvince),
        (("06970", ""), ("06978", ""), Relation::Succeeded),
    ] {
        let (x, y) = (places.find(a.0, a.1), places.find(b.0, b.1));
        assert_eq!(places.relation(x, y), expected, "{a:?}, {b:?}");
        assert_eq!(places.relation(y, x), expected, "{b:?}, {a:?}");
    }
}

#[test]
fn a_code_of_an_up_to_date_register_means_what_stands() {
    let places = places();
    for (code, expected) in [("00004", "Phường Ba Đình, Thành phố Hà Nội"), ("32248", "Xã Đất Mũi, Tỉnh Cà Mau")]
    {
        let id = places.standing(places.find(code, ""));
        assert_eq!((places.name(id).as_str(), places.today(id).len()), (expected, 1));
        assert_eq!(places.relation(id, places.find(code, "")), Relation::Same);
    }
    let ended = places.find("Phường Trúc Bạch", "01");
    assert_eq!((places.standing(ended), places.standing(UNKNOWN)), (ended, UNKNOWN));
    for unit in units().all().iter().filter(|unit| unit.until.is_none() && unit.province.is_some()) {
        let id = places.standing(places.find(unit.code.as_str(), ""));
        assert!(holds(id, unit) && places.today(id).len() == 1, "{}", unit.code);
    }
}

#[test]
fn the_same_pack_gives_the_same_numbers() {
    let (places, again) = (places(), Places::read(units()));
    for unit in units().all() {
        for (commune, province) in [(unit.code.as_str(), ""), (unit.name.as_str(), "Hà Nội"), (unit.name.as_str(), "")]
        {
            assert_eq!(places.find(commune, province), again.find(commune, province), "{commune}");
        }
    }
}

#[test]
fn without_places_everything_is_unknown() {
    let places = Places::empty();
    for (commune, province) in [("00004", "01"), ("Phường Trúc Bạch", "Hà Nội"), ("", ""), ("5", "79")] {
        let id = places.find(commune, province);
        assert_eq!((id, places.name(id), places.today(id).len()), (UNKNOWN, String::new(), 0));
        assert_eq!(places.relation(id, id), Relation::Unknown);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(
        commune: String,
        near in "(Xã |P\\.|tt |Phường )?[TtHhaânòaắ0-9 ,.'-]{0,24}(, (Hà Nội|TP.HCM|34|Thái Bình))?",
        province in "[A-Za-z0-9 .-]{0,12}",
    ) {
        for commune in [commune, near] {
            let id = places().find(&commune, &province);
            proptest::prop_assert!((id as usize) < places().sets.len());
        }
    }
}

/// Every commune with one wrong key: a letter left out, doubled, another one, or two that changed places.
#[test]
fn a_slip_of_the_keyboard_is_rarely_fatal() {
    let places = places();
    let mut seed = 7_u64;
    let mut below = move |count: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % count
    };
    let (mut right, mut province_only, mut wrong) = (0, 0, 0);
    for unit in units().all() {
        let Some(province) = &unit.province else { continue };
        let province = units().province(province.as_str(), unit.until.unwrap_or(unit.from)).unwrap();
        let mut letters: Vec<char> = unit.full_name().chars().collect();
        let at = below(letters.len() - 1);
        if letters[at] == ' ' || letters[at].is_ascii_digit() {
            continue;
        }
        match below(4) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            2 => letters.swap(at, at + 1),
            _ => letters[at] = ['n', 'g', 'h', 'a', 't', 'i'][below(6)],
        }
        let id = places.find(&letters.into_iter().collect::<String>(), &province.full_name());
        if places.today(id).is_empty() {
            assert!(holds(id, province), "the province is never lost");
            province_only += 1;
        } else if holds(id, unit) {
            right += 1;
        } else {
            wrong += 1;
        }
    }
    let all = right + province_only + wrong;
    assert!(right * 100 > all * 90 && wrong * 1000 < all * 5, "{right} right, {province_only} province, {wrong} wrong");
}
