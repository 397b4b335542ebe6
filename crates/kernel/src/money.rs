//! Money: whole đồng.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// An amount in whole đồng. In data a number, on a page `1.250.000 đ`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Vnd(i64);

impl Vnd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many đồng.
    #[must_use]
    pub const fn new(dong: i64) -> Self {
        Self(dong)
    }
    /// The number of đồng.
    #[must_use]
    pub const fn dong(self) -> i64 {
        self.0
    }
    /// The sum, unless it is beyond what 64 bits hold.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
    /// The difference, unless it is beyond what 64 bits hold.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
    /// So many times the amount, unless it is beyond what 64 bits hold.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }
}

impl fmt::Display for Vnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (at, digit) in digits.bytes().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(".")?;
            }
            write!(f, "{}", char::from(digit))?;
        }
        f.write_str(" đ")
    }
}

impl FromStr for Vnd {
    type Err = Error;

    /// Reads what `Display` writes, and the bare number.
    fn from_str(text: &str) -> Result<Self, Error> {
        let amount = text.trim().trim_end_matches('đ').trim_end();
        let (sign, digits) = amount.strip_prefix('-').map_or(("", amount), |digits| ("-", digits));
        let groups: Vec<&str> = digits.split('.').collect();
        let grouped = |(at, group): (usize, &&str)| match at {
            0 => groups.len() == 1 || (1..=3).contains(&group.len()),
            _ => group.len() == 3,
        };
        let well_formed = groups.iter().enumerate().all(grouped)
            && groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
        if !well_formed {
            return Err(Error::MoneyShape);
        }
        format!("{sign}{}", groups.concat()).parse().map(Self).map_err(|_| Error::MoneyShape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_amount_is_written_the_vietnamese_way() {
        for (dong, text) in [
            (0, "0 đ"),
            (999, "999 đ"),
            (1_000, "1.000 đ"),
            (1_250_000, "1.250.000 đ"),
            (-50_000, "-50.000 đ"),
            (i64::MIN, "-9.223.372.036.854.775.808 đ"),
        ] {
            assert_eq!(Vnd::new(dong).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_whole_amount_is_refused() {
        for text in ["", "đ", "1,5", "1.5", "1.2500 đ", "0001.000", "12.34.567", "99999999999999999999", "--1", "+5"]
        {
            assert_eq!(text.parse::<Vnd>(), Err(Error::MoneyShape), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(dong: i64) {
            let amount = Vnd::new(dong);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
            prop_assert_eq!(dong.to_string().parse(), Ok(amount));
        }
    }
}
