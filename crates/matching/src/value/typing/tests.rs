use super::*;
use kernel::text::{fold, tone_unified};
use proptest::prelude::*;

#[track_caller]
fn check(words: &str, expected: &str) {
    for word in words.split(' ') {
        assert_eq!(decode(word).as_deref(), Some(expected), "{word:?}");
        assert_eq!(decode(&word.to_uppercase()).as_deref(), Some(expected), "{word:?} in capitals");
    }
}

#[test]
fn left_overs_of_every_method_are_decoded() {
    check(
        "nguyeenx nguyenex nguyeexn nguyeenx nguye64n nguyen64 nguyen46 nguye6n4 nguye^~n nguye^n~ nguyênx",
        "nguyễn",
    );
    check("vawn vanw va8n van8 va(n", "văn");
    check("ddoox dooxd ddo64 d9o64 do649 ddo^~", "đỗ");
    check("ddinhj dinhjd dinhdj ddijnh d9inh5 d9i5nh dinh59 ddi.nh đinhj", "định");
    check("thij thi5", "thị");
    check("traanf tranaf traafn tra62n tran62 tra^`n trânf", "trần");
    check("leef lee2 le62 le^` lêf", "lề");
    check("lee le6 le^", "lê");
    check("phamj phajm pha5m pham5 pha.m", "phạm");
    check("hoangf hoafng hoa2ng hoang2 hoa`ng", "hoàng");
    check("huynhf huyfnh huy2nh huynh2", "huỳnh");
    check("vux vu4 vu~", "vũ");
    check("vox vo4 vo~", "võ");
    check("ddawngj ddangwj d9a85ng dang985 dda(.ng", "đặng");
    check("buif bu2i bui2 bu`i", "bùi");
    check("ngoo ngo6 ngo^", "ngô");
    check("duwowng duowng duongw dwowng du7o7ng duo7ng duong7 du+o+ng", "dương");
    check("dduwowngf d9u7o72ng dduongwf ddwowngf", "đường");
    check("lys ly1", "lý");
    check("mais ma1i mai1 ma'i", "mái");
    check("ddaof ddafo d9ao2 d9a2o", "đào");
    check("dduwcs dducws d9u71c d9uc71 ddu+'c ddwcs", "đức");
    check("thuyr thuy3 thu3y thu?y", "thủy");
    check("hoaf hofa hoa2 ho2a ho`a", "hòa");
    check("khoer khoe3", "khỏe");
    check("thuys thuy1", "thúy");
    check("quys quy1 qu'y quy1", "quý");
    check("quyeenf quyenef quye62n quye^`n", "quyền");
    check("quaan qua6n qua^n quan6", "quân");
    check("quoocs quo61c quoc61 quo^'c", "quốc");
    check("quaangr", "quẩng");
    check("tuaans tua61n tuan61", "tuấn");
    check("hieeus hieues hie61u hieu61", "hiếu");
    check("hieeuf hieefu", "hiều");
    check("giangf gia2ng", "giàng");
    check("giuwx giwx giu74", "giữ");
    check("gif gi2", "gì");
    check("gieengs gie61ng", "giếng");
    check("nghiax nghi4a nghia4", "nghĩa");
    check("nguwowif nguowif nguoiwf ngu7o72i ngwowif", "người");
    check("huwongf huowngf huongwf", "hường");
    check("thuowr thuwowr", "thuở");
    check("truwowngf truo72ng trwowngf", "trường");
    check("phuwowcs phu7o71c phwowcs", "phước");
    check("tuw tw tu7 tu+", "tư");
    check("nhw nhuw nhu7", "như");
    check("khuyeen khuye6n", "khuyên");
    check("nguyeetj nguye65t nguyet65", "nguyệt");
    check("vieetj viejte vie65t", "việt");
    check("ys y1", "ý");
    check("yeens ye61n", "yến");
    check("coong co6ng", "công");
    check("soongs so61ng", "sống");
    check("oanhs oa1nh", "oánh");
    check("awn a8n", "ăn");
    check("xuaan xua6n", "xuân");
    check("bichs bi1ch", "bích");
    check("ngocj ngo5c", "ngọc");
    check("muwaf mu72a muawf", "mừa");
    check("sawcs", "sắc");
    check("raamf", "rầm");
    check("khuyur khuy3u", "khuỷu");
    check("hoaif hoa2i", "hoài");
}

#[test]
fn other_words_are_left_alone() {
    for word in "van hoa as is us ow an nguyen nguyễn văn thị hoà hòa quý đỗ đ d9 dd a â y xuan van. van' hoa? lan. \
                 h'hen niê nie' y' smith thomas john michael ross express williams aaa aaaa sss xyz qwerty 1990 \
                 nguyeenxs nguyeenxx nguyeenx1 vawwn dddinh hocf hocr vieet nguyeen6 ngoao khoeo \
                 k'sor ksor rơ-châm brown w ww wf hana ana ono 4 a0 o'brien d'angelo lê6x thanh2x nguyen_van"
        .split_whitespace()
    {
        if let Some(decoded) = decode(word) {
            panic!("{word:?} became {decoded:?}");
        }
    }
    assert_eq!(decode(""), None);
    assert_eq!(decode(&"nguyeenx".repeat(20)), None);
}

#[test]
fn syllables_are_known_with_and_without_marks() {
    for word in "nguyễn nguyen trần tran lê le phạm hoàng huỳnh phan vũ võ đặng dang bùi đỗ hồ ngô dương lý quý quy \
                 quốc quoc hòa hoà khỏe khoẻ thúy thuý giữ giu gì gi giếng gieng nghĩa nghia người nguoi ý y yến yen \
                 học hoc việt viet mỹ vy thy ly khuỷu oanh ư ơ ông ong út kiều kieu ghi nghe qua quan quân quỳnh \
                 xuyến loan toại thuở khuya an ANH NGUYỄN Đức"
        .split_whitespace()
    {
        assert!(is_syllable(word), "{word}");
    }
    for word in "smith xoooong hôc hòc viêt kan cen ngi ghan đd ab nguyeenx vawn q qa john ktor aa zung fan \
                 hoàngg lêê bb 12 nguyễnn thuớc"
        .split_whitespace()
    {
        assert!(!is_syllable(word), "{word}");
    }
    assert!(!is_syllable(""));
}

/// Every onset with every rhyme that it takes, and every tone that this one takes.
fn syllables() -> Vec<String> {
    let onsets = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split(' ').chain([""]);
    let tones = [None, Some(Tone::Huyen), Some(Tone::Hoi), Some(Tone::Nga), Some(Tone::Sac), Some(Tone::Nang)];
    let mut syllables = Vec::new();
    for onset in onsets {
        let plain = if onset == "đ" { "d" } else { onset };
        for rhyme in syllable::all() {
            for tone in tones {
                if syllable::may_follow(plain.as_bytes(), rhyme) && rhyme.bears(tone) {
                    syllables.push(format!("{onset}{}", rhyme.with(tone)));
                }
            }
        }
    }
    syllables
}

/// A syllable as the keys that make it: the marks after their letters, or all of them at the end.
fn keys(syllable: &str, table: &[(char, &str)], at_end: bool) -> String {
    let (mut typed, mut end) = (String::new(), String::new());
    let mut base = ' ';
    for c in syllable.chars() {
        let mut parts = Vec::new();
        decompose_canonical(c, |part| parts.push(part));
        for part in parts {
            match table.iter().find(|(mark, _)| *mark == part) {
                // TELEX doubles the letter itself.
                Some((_, "2")) if table[0].1 == "dd" => {
                    let letter = base;
                    if at_end { end.push(letter) } else { typed.push(letter) }
                }
                Some((_, key)) if at_end && part != 'đ' => end.push_str(key),
                Some((_, key)) => typed.push_str(key),
                None => {
                    base = part;
                    typed.push(part);
                }
            }
        }
    }
    typed + &end
}

const TELEX: [(char, &str); 9] = [
    ('đ', "dd"),
    ('\u{302}', "2"),
    ('\u{306}', "w"),
    ('\u{31b}', "w"),
    ('\u{300}', "f"),
    ('\u{309}', "r"),
    ('\u{303}', "x"),
    ('\u{301}', "s"),
    ('\u{323}', "j"),
];
const VNI: [(char, &str); 9] = [
    ('đ', "d9"),
    ('\u{302}', "6"),
    ('\u{306}', "8"),
    ('\u{31b}', "7"),
    ('\u{300}', "2"),
    ('\u{309}', "3"),
    ('\u{303}', "4"),
    ('\u{301}', "1"),
    ('\u{323}', "5"),
];
const VIQR: [(char, &str); 9] = [
    ('đ', "dd"),
    ('\u{302}', "^"),
    ('\u{306}', "("),
    ('\u{31b}', "+"),
    ('\u{300}', "`"),
    ('\u{309}', "?"),
    ('\u{303}', "~"),
    ('\u{301}', "'"),
    ('\u{323}', "."),
];

#[test]
fn every_syllable_typed_in_any_method_comes_back() {
    let syllables = syllables();
    assert!(syllables.len() > 12_000, "{}", syllables.len());
    for syllable in &syllables {
        assert!(is_syllable(syllable), "{syllable}");
        assert!(is_syllable(&fold(syllable)), "{syllable} without marks");
        assert_eq!(&tone_unified(syllable), syllable);
        assert_eq!(decode(syllable), None, "{syllable} is a syllable already");
        assert_eq!(decode(&fold(syllable)), None, "{syllable} without marks");
        for (table, ats) in [(TELEX, [false, true]), (VNI, [false, true]), (VIQR, [false, false])] {
            for at_end in ats {
                let typed = keys(syllable, &table, at_end);
                let is_short = typed.len() <= 2 && typed.starts_with(['a', 'e', 'i', 'o', 'u']);
                // A dot or the like that ends a word may end a sentence.
                let is_stop =
                    typed.ends_with(['.', '\'', '?']) && typed.trim_end_matches(['.', '\'', '?']) == fold(syllable);
                // One vowel repeated at the end is more often a foreign name (Hana).
                let is_hat_alone = table == TELEX && at_end && typed.len() == fold(syllable).len() + 1;
                if typed != fold(syllable) && !is_short && !is_stop && !is_hat_alone {
                    assert_eq!(decode(&typed).as_ref(), Some(syllable), "{typed}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn only_syllables_come_out(any: String, near in "[nghtdđbcquy]{0,3}[aăâeêoôơuưyi]{1,3}[nghcmpt]{0,2}[sfrxjwd0-9^~'.]{0,3}") {
        for word in [any, near] {
            if let Some(decoded) = decode(&word) {
                prop_assert!(is_syllable(&decoded), "{} became {}", word, decoded);
                prop_assert_eq!(tone_unified(&decoded), decoded.clone());
                prop_assert_eq!(decode(&decoded), None);
                prop_assert!(!is_syllable(&word), "{}", word);
            }
        }
    }
}

/// The names of communes are words of the language, but for those of the peoples of the highlands.
#[test]
fn nearly_every_word_of_the_communes_names_is_a_syllable() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/vn/units/communes.csv");
    let table = std::fs::read_to_string(path).unwrap();
    let names = table.lines().filter_map(|line| line.split(',').nth(4)).skip(1);
    let words: Vec<_> = names.flat_map(|name| name.split([' ', '-', '\''])).filter(|word| word.len() > 2).collect();
    let others = words.iter().filter(|word| !is_syllable(word)).count();
    let decoded = words.iter().filter(|word| decode(word).is_some()).count();
    assert!(words.len() > 25_000 && others * 100 < words.len() * 3, "{others} of {}", words.len());
    assert!(decoded * 500 < words.len(), "{decoded} of {}", words.len());
}
