//! The pack's procedures are sound and are found.

use crate::world::{SETTING, pack_folder, read};
use pack::{Pack, Report};
use time::macros::date;

#[test]
fn the_pack_is_clean() {
    let mut report = Report::new();
    read(&mut report);
    assert!(report.is_clean(), "{report}");
    assert!(SETTING.catalogue.procedures_on(date!(2026 - 11 - 23)).count() >= 12);
}

#[tokio::test]
async fn the_tables_keep_the_rules_of_growth() {
    let world = crate::world::World::new().await;
    let found: Vec<_> = store::lint::catalogue(&world.test.owner)
        .await
        .unwrap()
        .into_iter()
        .filter(|f| f.contains("procedure."))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_code_has_its_sentence_in_both_languages() {
    let source = include_str!("../../src/error.rs").to_owned() + include_str!("../../src/check.rs");
    for code in source.split('"').filter(|word| word.len() == 7 && word.starts_with("PRO0")) {
        let id = format!("{} = ", code.to_lowercase());
        assert!(procedure::MESSAGES.vi.contains(&id) && procedure::MESSAGES.en.contains(&id), "{code}");
    }
}

#[test]
fn search_needs_no_marks() {
    let check = |text: &str, expected: &str| {
        let hits = SETTING.catalogue.search(text, date!(2026 - 11 - 23));
        assert_eq!(hits.first().map(|hit| hit.code.as_str()), Some(expected), "{text}");
    };
    check("khai sinh", "3.000722");
    check("Khai sinh lien thong", "3.000722");
    check("1.001193", "1.001193");
    check("dang ky thuong tru", "1.004222");
    check("đăng ký thường trú", "1.004222");
    check("ho khau", "1.004222");
    check("ket hon", "1.000894");
    check("marriage", "1.000894");
    check("death", "1.000656");
    check("mat can cuoc", "1.014064");
    check("newborn", "3.000722");
    check("sinh con", "3.000722");
    check("a new baby", "3.000722");
    assert!(SETTING.catalogue.search("xe máy bay", date!(2026 - 11 - 23)).is_empty());
    let old = SETTING.catalogue.search("khai sinh thuong tru bao hiem", date!(2026 - 08 - 31));
    assert_eq!(old[0].code, "2.002621");
}

#[test]
fn a_group_is_listed_in_everyday_words_and_keeps_the_name_of_the_law() {
    let hit = &SETTING.catalogue.search("3.000722", date!(2026 - 11 - 23))[0];
    assert_eq!(hit.title.vi, "Sinh con: khai sinh, thường trú, thẻ BHYT, thẻ căn cước");
    assert!(hit.name.vi.starts_with("Liên thông điện tử đăng ký khai sinh"));
    let plain = &SETTING.catalogue.search("1.001193", date!(2026 - 11 - 23))[0];
    assert_eq!(plain.title, plain.name);
    // A list longer than its place helps nobody.
    for group in SETTING.catalogue.groups_on(date!(2026 - 11 - 23)) {
        assert!(group.item.title().vi.chars().count() <= 80, "{}", group.item.code);
    }
}

#[test]
fn planted_faults_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    copy(&pack_folder(), folder.path());
    let path = folder.path().join("groups/3.000722.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replacen("needs: [birth]", "needs: [brith]", 1).replacen(
        "service: birth-notice.claim",
        "service: birth-notice.clam",
        1,
    );
    std::fs::write(&path, text).unwrap();
    let pack = Pack::open(folder.path()).unwrap();
    let mut report = Report::new();
    let units = pack::units::Units::read(&pack, &mut report);
    let bodies = exchange::Catalogue::read(&pack, &units, &mut report);
    let _ = procedure::Catalogue::read(&pack, &bodies, &mut report);
    let found: Vec<_> = report.problems().into_iter().map(|f| (f.file, f.code)).collect();
    let at = |code| ("groups/3.000722.yaml".to_owned(), code);
    assert_eq!(found, [at("PRO0205"), at("PRO0208")]);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).map(drop).unwrap()
        }
    }
}
