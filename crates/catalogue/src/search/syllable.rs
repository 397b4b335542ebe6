//! Whether a text could be a Vietnamese syllable written without marks.

/// Beginnings of syllables, the longer before the shorter.
const ONSETS: [&str; 28] = [
    "ngh", "qu", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "th", "tr", "b", "c", "d", "g", "h", "k", "l", "m", "n",
    "p", "q", "r", "s", "t", "v", "x", "",
];

/// The rest of them.
const RIMES: [&str; 98] = [
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec", "ech", "em", "en",
    "eng", "enh", "eo", "ep", "et", "eu", "i", "ia", "ich", "iec", "iem", "ien", "ieng", "iep", "iet", "ieu", "im",
    "in", "inh", "ip", "it", "iu", "o", "oa", "oac", "oach", "oai", "oam", "oan", "oang", "oanh", "oat", "oay", "oc",
    "oe", "oen", "oet", "oi", "om", "on", "ong", "ooc", "oong", "op", "ot", "u", "ua", "uan", "uang", "uat", "uay",
    "uc", "ue", "uech", "uenh", "ui", "um", "un", "ung", "uo", "uoc", "uoi", "uom", "uon", "uong", "uop", "uot", "uou",
    "up", "ut", "uu", "uy", "uya", "uych", "uyen", "uyet", "uynh", "uyt", "y", "yeu",
];

/// Whether it could be one.
pub(super) fn is_one(text: &str) -> bool {
    ONSETS.iter().any(|onset| text.strip_prefix(onset).is_some_and(|rime| RIMES.contains(&rime)))
        // `gì`, `gìn`: the i belongs to both.
        || text.strip_prefix('g').is_some_and(|rime| rime.starts_with('i') && RIMES.contains(&rime))
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn syllables_are_told_from_other_letters() {
        for one in ["khai", "sinh", "nghieng", "quyet", "gi", "giay", "ong", "thuy", "ky", "xuat", "dat", "yeu"] {
            assert!(is_one(one), "{one}");
        }
        for none in ["sing", "sihn", "giaays", "khaisinh", "xyz", "", "bhyt", "q"] {
            assert!(!is_one(none), "{none}");
        }
    }
}
