//! Which encoding a text is in: the one in which most of its marked words are Vietnamese syllables.

use super::Encoding;
use crate::value::typing::is_syllable;

/// The encodings before Unicode and the share of marked words that are syllables in each, best first.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Ranking(pub(crate) Vec<(Encoding, f32)>);

/// What a sample of a file says of its encoding.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Detected {
    pub(crate) encoding: Encoding,
    /// For rows that are not in it.
    pub(crate) ranking: Ranking,
    /// Length of the byte order mark.
    pub(crate) mark: usize,
}

/// Looks at pieces of a file, the first of which is its beginning.
pub(crate) fn detect(pieces: &[Vec<u8>]) -> Detected {
    let head = pieces.first().map_or(&[][..], Vec::as_slice);
    let unranked = || Ranking(Encoding::LEGACY.map(|encoding| (encoding, 0.0)).to_vec());
    let marked = match head {
        [0xEF, 0xBB, 0xBF, ..] => Some((Encoding::Utf8, 3)),
        [0xFF, 0xFE, ..] => Some((Encoding::Utf16Le, 2)),
        [0xFE, 0xFF, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    };
    if let Some(encoding) = marked.map(|(encoding, _)| encoding).or_else(|| utf_16(head))
        && encoding != Encoding::Utf8
    {
        return Detected { encoding, ranking: unranked(), mark: marked.map_or(0, |(_, mark)| mark) };
    }
    // The first and last line of a piece from the middle of the file may be cut.
    let mut utf8 = 0_usize;
    let mut others = Vec::new();
    for piece in pieces {
        let mut lines: Vec<&[u8]> = piece.split(|byte| matches!(byte, b'\n' | b'\r')).collect();
        if lines.len() > 2 {
            lines.pop();
            if !std::ptr::eq(piece.as_slice(), head) {
                lines.remove(0);
            }
        }
        for line in lines.into_iter().filter(|line| !line.is_ascii()) {
            if std::str::from_utf8(line).is_ok() {
                utf8 += 1;
            } else {
                others.push(line);
            }
        }
    }
    let ranking = rank(&others);
    let best = ranking.0.first().copied();
    let encoding = match best {
        _ if marked.is_some() => Encoding::Utf8,
        Some((encoding, share)) if others.len() > utf8 && share > 0.0 => encoding,
        _ => Encoding::Utf8,
    };
    Detected { encoding, ranking, mark: marked.map_or(0, |(_, mark)| mark) }
}

/// UTF-16 without a byte order mark: most letters are ASCII, so every other byte is NUL. A header that reads as UTF-8
/// without one is no such file, whatever was pasted in below it.
fn utf_16(head: &[u8]) -> Option<Encoding> {
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !first.contains(&0) && std::str::from_utf8(first).is_ok() {
        return None;
    }
    let pairs = head.chunks_exact(2);
    let count = pairs.len();
    let (mut low, mut high) = (0, 0);
    for pair in pairs {
        high += usize::from(pair[0] == 0);
        low += usize::from(pair[1] == 0);
    }
    match (count >= 4, low * 3 > count && high * 50 < count, high * 3 > count && low * 50 < count) {
        (true, true, _) => Some(Encoding::Utf16Le),
        (true, _, true) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// The old encodings by how well they explain the texts.
fn rank(texts: &[&[u8]]) -> Ranking {
    let mut ranking: Vec<_> = Encoding::LEGACY
        .iter()
        .map(|&encoding| {
            let (mut good, mut all) = (0, 0);
            let mut room = String::new();
            for text in texts {
                room.clear();
                encoding.decode(text, &mut room);
                let (g, a) = syllables(&room);
                good += g;
                all += a;
            }
            (encoding, if all == 0 { 0.0 } else { good as f32 / all as f32 })
        })
        .collect();
    // Sorting keeps the order of those that explain as much.
    ranking.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ranking(ranking)
}

/// The old encoding that explains a row best; where several do as well, the one that explains the file better.
pub(crate) fn best_for_row(cells: &[&[u8]], ranking: &Ranking) -> Encoding {
    let row = rank(cells);
    let of_file = |encoding| ranking.0.iter().find(|(known, _)| *known == encoding).map_or(0.0, |(_, share)| *share);
    let score = |(encoding, share): &(Encoding, f32)| share + of_file(*encoding) / 4.0;
    let mut best = None;
    for candidate in &row.0 {
        if best.is_none_or(|held| score(candidate) > score(held)) {
            best = Some(candidate);
        }
    }
    best.map_or(Encoding::Tcvn3, |(encoding, _)| *encoding)
}

/// Whether bytes are UTF-8 with Vietnamese letters and no other: no encoding is guessed for them.
pub(crate) fn is_vietnamese_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii()
        && std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(|c| c.is_ascii() || is_vietnamese(c)))
}

fn is_vietnamese(c: char) -> bool {
    matches!(c, 'đ' | 'Đ' | '–' | '—' | '‘' | '’' | '“' | '”' | '…' | '\u{a0}' | '\u{feff}')
        || matches!(c, '\u{300}' | '\u{301}' | '\u{302}' | '\u{303}' | '\u{306}' | '\u{309}' | '\u{31b}' | '\u{323}')
        || matches!(c, 'à'..='ã' | 'è'..='ê' | 'ì' | 'í' | 'ò'..='õ' | 'ù' | 'ú' | 'ý')
        || matches!(c, 'À'..='Ã' | 'È'..='Ê' | 'Ì' | 'Í' | 'Ò'..='Õ' | 'Ù' | 'Ú' | 'Ý')
        || matches!(c, 'ă' | 'Ă' | 'ĩ' | 'Ĩ' | 'ũ' | 'Ũ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | '\u{1ea0}'..='\u{1ef9}')
}

/// Whether the beginning of a file is no text: more control characters than any encoding has letters among them.
pub(crate) fn looks_binary(head: &[u8]) -> bool {
    let strange = head.iter().filter(|byte| **byte < 32 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 12 | 26)).count();
    strange * 10 > head.len()
}

/// How many of a text's words with a letter beyond ASCII are Vietnamese syllables, and how many there are.
fn syllables(text: &str) -> (usize, usize) {
    let (mut good, mut all) = (0, 0);
    for word in text.split(|c: char| c.is_ascii() && !c.is_ascii_alphabetic()).filter(|word| !word.is_ascii()) {
        all += 1;
        let mut letters = word.chars();
        let first_small = letters.next().is_some_and(char::is_lowercase);
        let (small, large) =
            letters.fold((false, false), |(small, large), c| (small || c.is_lowercase(), large || c.is_uppercase()));
        let one_case = !(large && (small || first_small));
        good += usize::from(one_case && is_syllable(word));
    }
    (good, all)
}

#[cfg(test)]
mod tests {
    use super::super::tests::encode;
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "họ và tên;ngày sinh;địa chỉ\nNguyễn Văn Hùng;1/2/1990;Xã Tân Lập, huyện Vũ Thư\n\
                        Trần Thị Bích Ngọc;3/4/1985;Phường Trúc Bạch\nLê Đức Quỳnh;5/6/1978;Thị trấn Mộc Châu\n\
                        Phạm Thùy Dương;7/8/1999;Số 5 đường Trường Chinh\nĐỗ Mỹ Hạnh;1/1/1960;Huỳnh Thúc Kháng\n";

    #[test]
    fn each_encoding_is_told_from_the_others() {
        for encoding in Encoding::ALL {
            let bytes = encode(encoding, TEXT)
                .or_else(|| encode(encoding, &TEXT.to_lowercase()))
                .unwrap_or_else(|| panic!("{encoding:?}"));
            let detected = detect(&[bytes]);
            assert_eq!(detected.encoding, encoding, "{:?}", detected.ranking);
        }
    }

    #[test]
    fn a_byte_order_mark_decides() {
        for (mark, encoding) in [
            (&[0xEF, 0xBB, 0xBF][..], Encoding::Utf8),
            (&[0xFF, 0xFE], Encoding::Utf16Le),
            (&[0xFE, 0xFF], Encoding::Utf16Be),
        ] {
            let bytes = [mark, &encode(encoding, "a,b\n1,2\n").unwrap()].concat();
            let detected = detect(&[bytes]);
            assert_eq!((detected.encoding, detected.mark), (encoding, mark.len()));
        }
        assert_eq!(detect(&[b"a,b\n1,2\n".to_vec()]).encoding, Encoding::Utf8);
        assert_eq!(detect(&[]).encoding, Encoding::Utf8);
    }

    #[test]
    fn a_row_in_another_encoding_is_told_by_itself() {
        let ranking = Ranking(vec![(Encoding::Vni, 0.9)]);
        for encoding in Encoding::LEGACY {
            for name in ["nguyễn thị bích ngọc", "trần đức hạnh", "phạm thùy dương"] {
                let bytes = encode(encoding, name).unwrap();
                let found = best_for_row(&[&bytes], &ranking);
                let mut text = String::new();
                found.decode(&bytes, &mut text);
                assert_eq!(text, name, "{encoding:?} taken for {found:?}");
            }
        }
    }

    #[test]
    fn marked_words_are_counted_and_mixed_case_is_none() {
        assert_eq!(syllables("Nguyễn Văn An, NGUYỄN; 12 đường số 3"), (5, 5));
        assert_eq!(syllables("nguyỄn nguyÔn vãên ©hoa"), (0, 4));
    }

    #[test]
    fn every_marked_letter_is_vietnamese() {
        for c in super::super::tests::LETTERS.chars() {
            assert!(is_vietnamese(c), "{c}");
            assert!(c.to_uppercase().all(is_vietnamese), "{c}");
        }
        for c in ['ä', 'ö', 'ñ', 'ç', '×', '÷', 'þ', 'ł', '漢'] {
            assert!(!is_vietnamese(c), "{c}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..3)) {
            let detected = detect(&pieces);
            prop_assert_eq!(detected.ranking.0.len(), Encoding::LEGACY.len());
            for piece in &pieces {
                best_for_row(&[piece], &detected.ranking);
                looks_binary(piece);
                is_vietnamese_utf8(piece);
            }
        }
    }

    #[test]
    fn lines_of_utf_16_below_a_header_of_utf_8_do_not_make_the_header_unreadable() {
        let mut file = "Họ và tên,Giới tính\nNguyễn Văn An,Nam\n".as_bytes().to_vec();
        file.extend("Trần Thị Bình,Nữ\nLê Hoàng Long,Nam\n".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(detect(&[file]).encoding, Encoding::Utf8);
    }
}
