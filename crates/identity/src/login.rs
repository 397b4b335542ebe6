//! The name somebody signs in with: a citizen's personal number, the number that a foreigner was given, or an officer's
//! user name.

use crate::Error;
use kernel::PersonalNumber;

/// Longest name that is looked up; anything longer is nobody's.
const LOGIN_CHARS_MAX: usize = 64;
const USER_NAME_CHARS_MIN: usize = 3;
const FOREIGN_DIGITS_MIN: usize = 6;
const FOREIGN_CHARS_MAX: usize = 20;

/// As it is stored and compared: without blanks around, in lower case. Control characters, which no name has and which
/// PostgreSQL would not take, become another character that no name has.
pub(crate) fn normal(login: &str) -> String {
    let harmless = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    login.trim().chars().take(LOGIN_CHARS_MAX + 1).flat_map(char::to_lowercase).map(harmless).collect()
}

/// A name for the account of a person whom a register knows. A foreigner's number begins with letters, in whatever case, and
/// goes on with digits: it cannot be taken for a citizen's.
pub(crate) fn of_person(login: &str) -> Result<String, Error> {
    if let Ok(number) = login.trim().parse::<PersonalNumber>() {
        return Ok(number.as_str().to_owned());
    }
    let login = normal(login);
    let digits = login.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
    let letters = login.len() - digits.len();
    let fits = letters > 0 && digits.len() >= FOREIGN_DIGITS_MIN && login.len() <= FOREIGN_CHARS_MAX;
    if fits && digits.chars().all(|digit| digit.is_ascii_digit()) { Ok(login) } else { Err(Error::LoginMalformed) }
}

/// A name for an account that is not a citizen's. It cannot be taken for a personal number.
pub(crate) fn of_officer(login: &str) -> Result<String, Error> {
    let known = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter);
    let fits = (USER_NAME_CHARS_MIN..=LOGIN_CHARS_MAX).contains(&login.len())
        && login.chars().all(known)
        && login.starts_with(|letter: char| letter.is_ascii_lowercase());
    if fits { Ok(login.to_owned()) } else { Err(Error::LoginMalformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_officers() {
        for good in ["abc", "can.bo-ho_tich1"] {
            assert_eq!(of_officer(good).unwrap(), good);
        }
        for bad in ["", "ab", "Abc", "1ab", "012345678901", "a b", "cán.bộ", &"a".repeat(65)] {
            assert!(of_officer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_of_people_are_their_numbers() {
        assert_eq!(of_person("NN2600000017").unwrap(), "nn2600000017");
        for bad in [
            "hoa",
            "12345",
            "",
            "nn",
            "nn12345",
            "NN2600000017x",
            "2600000017",
            "nn-260000001",
            "nn0123456789012345678",
        ] {
            assert!(of_person(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_name_written_otherwise() {
        assert_eq!(normal("  Can.Bo \n"), "can.bo");
        assert_eq!(normal(&"x".repeat(1000)).len(), LOGIN_CHARS_MAX + 1);
    }
}
