//! The personal number (số định danh cá nhân): `PPP G YY NNNNNN`, without a check digit.
//!
//! PPP is the province (or country) where the birth was registered, in the codes of the 63 provinces: no number
//! changed with the merger of 2025. G says century and sex: 0/1 = 1900–1999 male/female, 2/3 = 2000–2099, and so on.
//! (Luật Căn cước 26/2023/QH15, Điều 12; NĐ 137/2015/NĐ-CP, Điều 13.) Which prefixes exist is the pack's to say.

use crate::{Error, PartialDate, Sex};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// Twelve digits, checked for shape. Personal: masked `Debug`, no `Display`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonalNumber([u8; 12]);

/// Why a text is no personal number, or not this person's.
pub type PersonalNumberError = Error;

/// Digits of the random part.
const RANDOM_BOUND: u32 = 1_000_000;

impl PersonalNumber {
    /// How many numbers one province, sex and year can have.
    pub const RANDOM_BOUND: u32 = RANDOM_BOUND;

    /// Makes the number of a birth registered in the province `prefix` (three digits).
    ///
    /// # Errors
    /// When the prefix is not three digits, the year is not within 1900–2399, or `random6` has more than six digits.
    pub fn new(prefix: &str, sex: Sex, birth_year: i32, random6: u32) -> Result<Self, Error> {
        let prefix: [u8; 3] = prefix.as_bytes().try_into().map_err(|_| Error::PersonalNumberPrefix)?;
        if !prefix.iter().all(u8::is_ascii_digit) || prefix == *b"000" {
            return Err(Error::PersonalNumberPrefix);
        }
        if !(1900..=2399).contains(&birth_year) {
            return Err(Error::PersonalNumberCentury);
        }
        if random6 >= RANDOM_BOUND {
            return Err(Error::PersonalNumberRandom);
        }
        let century = birth_year / 100 - 19;
        let century_and_sex =
            u32::try_from(century).map_err(|_| Error::PersonalNumberCentury)? * 2 + u32::from(sex == Sex::Female);
        let year = u32::try_from(birth_year % 100).map_err(|_| Error::PersonalNumberCentury)?;

        let mut digits = [b'0'; 12];
        digits[..3].copy_from_slice(&prefix);
        let mut rest = u64::from(century_and_sex) * 100_000_000 + u64::from(year) * 1_000_000 + u64::from(random6);
        for digit in digits[3..].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        Ok(Self(digits))
    }

    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII digits ever get in, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The three digits of the province (or country) where the birth was registered.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.as_str().get(..3).unwrap_or_default()
    }

    /// The sex the number says.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        if (self.0[3] - b'0').is_multiple_of(2) { Sex::Male } else { Sex::Female }
    }

    /// The year of birth the number says.
    #[must_use]
    pub fn birth_year(&self) -> i32 {
        let digit = |at: usize| i32::from(self.0[at] - b'0');
        1900 + digit(3) / 2 * 100 + digit(4) * 10 + digit(5)
    }

    /// Whether the number can be the one of a person of this sex and birth date.
    ///
    /// # Errors
    /// [`Error::PersonalNumberSex`] or [`Error::PersonalNumberYear`], the sex first.
    pub fn check_against(&self, sex: Option<Sex>, birth: Option<&PartialDate>) -> Result<(), Error> {
        if sex.is_some_and(|sex| sex != self.sex()) {
            return Err(Error::PersonalNumberSex);
        }
        if birth.is_some_and(|birth| birth.year() != self.birth_year()) {
            return Err(Error::PersonalNumberYear);
        }
        Ok(())
    }
}

impl FromStr for PersonalNumber {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let digits: [u8; 12] = text.as_bytes().try_into().map_err(|_| Error::PersonalNumberShape)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Error::PersonalNumberShape);
        }
        if digits.starts_with(b"000") {
            return Err(Error::PersonalNumberPrefix);
        }
        Ok(Self(digits))
    }
}

impl Serialize for PersonalNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PersonalNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl fmt::Debug for PersonalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…***", self.prefix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_digits_are_read() {
        for (text, prefix, sex, year) in [
            ("001099000001", "001", Sex::Male, 1999),
            ("079199123456", "079", Sex::Female, 1999),
            ("001224000001", "001", Sex::Male, 2024),
            ("096300999999", "096", Sex::Female, 2000),
            ("001500000000", "001", Sex::Female, 2100),
            ("001999000000", "001", Sex::Female, 2399),
        ] {
            let number: PersonalNumber = text.parse().unwrap();
            assert_eq!((number.prefix(), number.sex(), number.birth_year()), (prefix, sex, year), "{text}");
        }
    }

    #[test]
    fn what_is_not_twelve_digits_is_refused() {
        for text in ["", "00109900000", "0010990000011", "00109900000a", "001 99000001", "٠٠١٠٩٩٠٠٠٠٠١", "-01099000001"]
        {
            assert_eq!(text.parse::<PersonalNumber>(), Err(Error::PersonalNumberShape), "{text:?}");
        }
        assert_eq!("000099000001".parse::<PersonalNumber>(), Err(Error::PersonalNumberPrefix));
    }

    #[test]
    fn it_is_checked_against_the_person() {
        let number: PersonalNumber = "001199000001".parse().unwrap();
        let year = |year| PartialDate::Year(year);
        assert_eq!(number.check_against(Some(Sex::Female), Some(&year(1999))), Ok(()));
        assert_eq!(number.check_against(None, None), Ok(()));
        assert_eq!(number.check_against(Some(Sex::Male), Some(&year(1999))), Err(Error::PersonalNumberSex));
        assert_eq!(number.check_against(Some(Sex::Female), Some(&year(2099))), Err(Error::PersonalNumberYear));
    }

    #[test]
    fn a_number_is_not_made_of_nonsense() {
        assert_eq!(PersonalNumber::new("01", Sex::Male, 1999, 1), Err(Error::PersonalNumberPrefix));
        assert_eq!(PersonalNumber::new("000", Sex::Male, 1999, 1), Err(Error::PersonalNumberPrefix));
        assert_eq!(PersonalNumber::new("001", Sex::Male, 1899, 1), Err(Error::PersonalNumberCentury));
        assert_eq!(PersonalNumber::new("001", Sex::Male, 1999, 1_000_000), Err(Error::PersonalNumberRandom));
    }

    #[test]
    fn debug_shows_the_province_only() {
        let number: PersonalNumber = "012199123456".parse().unwrap();
        assert_eq!(format!("{number:?}"), "012…***");
    }

    #[test]
    fn json_is_the_text() {
        let number: PersonalNumber = "012199123456".parse().unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), "\"012199123456\"");
        assert_eq!(serde_json::from_str::<PersonalNumber>("\"012199123456\"").unwrap(), number);
        assert!(serde_json::from_str::<PersonalNumber>("12199123456").is_err());
    }

    proptest! {
        #[test]
        fn what_is_made_says_what_it_was_made_of(
            prefix in 1_u16..=999, female: bool, year in 1900..=2399, random in 0_u32..1_000_000,
        ) {
            let prefix = format!("{prefix:03}");
            let sex = if female { Sex::Female } else { Sex::Male };
            let number = PersonalNumber::new(&prefix, sex, year, random).unwrap();
            prop_assert_eq!(number.as_str().parse(), Ok(number));
            prop_assert_eq!(number.prefix(), prefix.as_str());
            prop_assert_eq!(number.sex(), sex);
            prop_assert_eq!(number.birth_year(), year);
            prop_assert_eq!(number.check_against(Some(sex), Some(&PartialDate::Year(year))), Ok(()));
        }
    }
}
