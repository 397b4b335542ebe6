//! The name somebody signs in with: a citizen's personal number, or an officer's user name.

use crate::Error;
use kernel::PersonalNumber;

/// Longest name that is looked up; anything longer is nobody's.
const LOGIN_CHARS_MAX: usize = 64;
const USER_NAME_CHARS_MIN: usize = 3;

/// As it is stored and compared: without blanks around, in lower case. Control characters, which no name has and which
/// PostgreSQL would not take, become another character that no name has.
pub(crate) fn normal(login: &str) -> String {
    let harmless = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
    login.trim().chars().take(LOGIN_CHARS_MAX + 1).flat_map(char::to_lowercase).map(harmless).collect()
}

/// A name for a citizen's account.
pub(crate) fn of_citizen(login: &str) -> Result<String, Error> {
    let number: PersonalNumber = login.trim().parse().map_err(|_| Error::LoginMalformed)?;
    Ok(number.as_str().to_owned())
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
    fn names_of_citizens_are_personal_numbers() {
        assert!(of_citizen("hoa").is_err());
        assert!(of_citizen("12345").is_err());
    }

    #[test]
    fn the_same_name_written_otherwise() {
        assert_eq!(normal("  Can.Bo \n"), "can.bo");
        assert_eq!(normal(&"x".repeat(1000)).len(), LOGIN_CHARS_MAX + 1);
    }
}
