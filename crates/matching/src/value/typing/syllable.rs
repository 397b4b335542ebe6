//! What a Vietnamese syllable is: an onset, a rhyme and a tone. A small table instead of a list of words.

use std::{collections::HashMap, sync::OnceLock};
use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};

/// Onsets but for none, `gi` and `qu`. `đ` is a `d` with a stroke. Longer ones first.
const ONSETS: [&[u8]; 25] = [
    b"ngh", b"ch", b"gh", b"kh", b"ng", b"nh", b"ph", b"th", b"tr", b"b", b"c", b"d", b"g", b"h", b"k", b"l", b"m",
    b"n", b"p", b"r", b"s", b"t", b"v", b"x", b"",
];

/// Rhymes with their marks, without tones.
///
/// `oong` and `ooc` (xoong, moóc) are left out: in a name `coong` is `công` in TELEX.
const RHYMES: &str = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu \
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu \
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet oc oi om on ong op ot \
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt \
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung up ut uơ uôc uôi uôm uôn uông uôt \
    uy uya uych uynh uyn uyp uyt uyu uyên uyêt \
    ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu \
    y ych yn ynh yp yt yêm yên yêng yêt yêu";

/// Onsets that take `y` alone: Hy, Kỳ, Lý, Mỹ, Sỹ, Tý, Thy, Vy, Quý, Ý.
const BEFORE_Y: [&[u8]; 12] = [b"", b"d", b"h", b"k", b"l", b"m", b"n", b"qu", b"s", b"t", b"th", b"v"];

/// A tone other than the level one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Huyen,
    Hoi,
    Nga,
    Sac,
    Nang,
}

impl Tone {
    fn mark(self) -> char {
        match self {
            Self::Huyen => '\u{300}',
            Self::Hoi => '\u{309}',
            Self::Nga => '\u{303}',
            Self::Sac => '\u{301}',
            Self::Nang => '\u{323}',
        }
    }

    pub(super) fn of_mark(mark: char) -> Option<Self> {
        [Self::Huyen, Self::Hoi, Self::Nga, Self::Sac, Self::Nang].into_iter().find(|tone| tone.mark() == mark)
    }

    /// TELEX, VNI, VIQR.
    pub(super) fn of_key(key: u8) -> Option<Self> {
        Some(match key {
            b's' | b'1' | b'\'' => Self::Sac,
            b'f' | b'2' | b'`' => Self::Huyen,
            b'r' | b'3' | b'?' => Self::Hoi,
            b'x' | b'4' | b'~' => Self::Nga,
            b'j' | b'5' | b'.' => Self::Nang,
            _ => return None,
        })
    }
}

pub(super) struct Rhyme {
    /// With marks.
    text: &'static str,
    /// Without.
    plain: Vec<u8>,
    /// Circumflex on a, e, o.
    pub(super) hat: [bool; 3],
    pub(super) horns: u8,
    pub(super) breves: u8,
    /// Ends in c, ch, p, t: the tone is sắc or nặng.
    is_stopped: bool,
    /// Which of its letters bears the tone.
    bearer: usize,
}

impl Rhyme {
    fn new(text: &'static str) -> Self {
        let mut rhyme =
            Self { text, plain: Vec::new(), hat: [false; 3], horns: 0, breves: 0, is_stopped: false, bearer: 0 };
        let mut marked = None;
        for c in text.chars() {
            decompose_canonical(c, |part| match part {
                '\u{302}' => {
                    let hat = b"aeo".iter().zip(&mut rhyme.hat);
                    hat.for_each(|(vowel, hat)| *hat |= rhyme.plain.last() == Some(vowel));
                    marked = rhyme.plain.len().checked_sub(1);
                }
                '\u{31b}' => {
                    rhyme.horns += 1;
                    marked = rhyme.plain.len().checked_sub(1);
                }
                '\u{306}' => {
                    rhyme.breves += 1;
                    marked = rhyme.plain.len().checked_sub(1);
                }
                letter => rhyme.plain.push(letter as u8),
            });
        }
        let vowels = rhyme.plain.iter().take_while(|letter| super::is_vowel(**letter)).count();
        let is_closed = vowels < rhyme.plain.len();
        rhyme.is_stopped = is_closed && matches!(rhyme.plain.last(), Some(b'c' | b'p' | b't')) || text.ends_with("ch");
        // The last letter with a mark; else the second vowel of a closed syllable and of three, the first of an open one.
        rhyme.bearer = marked.unwrap_or(match vowels {
            2 if is_closed => 1,
            3 => 1,
            _ => 0,
        });
        rhyme
    }

    /// Whether it can have the tone.
    pub(super) fn bears(&self, tone: Option<Tone>) -> bool {
        !self.is_stopped || matches!(tone, Some(Tone::Sac | Tone::Nang))
    }

    /// Its text with the tone, in NFC.
    pub(super) fn with(&self, tone: Option<Tone>) -> String {
        let Some(tone) = tone else { return self.text.to_owned() };
        let toned = |(at, c)| std::iter::once(c).chain((at == self.bearer).then(|| tone.mark()));
        self.text.chars().enumerate().flat_map(toned).nfc().collect()
    }

    pub(super) fn starts_with_uo(&self) -> bool {
        self.plain.starts_with(b"uo")
    }
}

fn table() -> &'static HashMap<Vec<u8>, Vec<Rhyme>> {
    static TABLE: OnceLock<HashMap<Vec<u8>, Vec<Rhyme>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<_, Vec<_>> = HashMap::new();
        for rhyme in RHYMES.split_whitespace().map(Rhyme::new) {
            table.entry(rhyme.plain.clone()).or_default().push(rhyme);
        }
        table
    })
}

/// The rhymes that these plain letters can be.
pub(super) fn rhymes(plain: &[u8]) -> impl Iterator<Item = &'static Rhyme> {
    table().get(plain).into_iter().flatten()
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Rhyme> {
    table().values().flatten()
}

/// How many letters the onset of these letters may have.
pub(super) fn onsets(letters: &[u8]) -> impl Iterator<Item = usize> {
    let long = if letters.starts_with(b"qu") || letters.starts_with(b"gi") { Some(2) } else { None };
    let longest = ONSETS.iter().find(|onset| letters.starts_with(onset)).map(|onset| onset.len());
    long.into_iter().chain(longest)
}

/// Whether the spelling allows this rhyme after this onset.
pub(super) fn may_follow(onset: &[u8], rhyme: &Rhyme) -> bool {
    let plain = rhyme.plain.as_slice();
    let first = plain.first().copied().unwrap_or_default();
    let is_front = matches!(first, b'e' | b'i' | b'y');
    // `yên`, `yết` and the like stand alone; after `qu` they are the rest of `uyên`.
    let starts_with_y = first == b'y';
    if starts_with_y && plain.len() > 1 {
        let is_rest = !matches!(plain, b"yem" | b"yeng" | b"yeu");
        return (onset == b"qu" && is_rest) || (onset.is_empty() && plain.starts_with(b"ye"));
    }
    if starts_with_y {
        return BEFORE_Y.contains(&onset);
    }
    match onset {
        b"" => !plain.starts_with(b"ie"),
        b"qu" => {
            matches!(first, b'a' | b'e') || matches!(rhyme.text, "i" | "it" | "ich" | "inh" | "ơ" | "ơi" | "ơn" | "ôc")
        }
        b"gi" => first != b'i',
        b"c" | b"ng" => !is_front,
        // `giu` is `gi` and `u`.
        b"g" => !is_front || matches!(rhyme.text, "i" | "in" | "iêc" | "iêng" | "iêt"),
        b"k" | b"gh" | b"ngh" => is_front,
        b"q" => false,
        _ => true,
    }
}
