//! Exact fractions. Scores are compared to the last digit, so nothing here is a floating-point number.

use num_bigint::BigInt;
use num_bigint::Sign;
use std::cmp::Ordering;
use std::fmt;

/// A fraction. The lower part is positive. Not always in lowest terms.
#[derive(Clone, Debug)]
pub struct Ratio {
    upper: BigInt,
    lower: BigInt,
}

impl Ratio {
    /// `upper / lower`. None where `lower` is zero.
    #[must_use]
    pub fn new(upper: i64, lower: i64) -> Option<Self> {
        Self::of(BigInt::from(upper), BigInt::from(lower))
    }

    /// A whole number.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Self { upper: BigInt::from(number), lower: BigInt::from(1) }
    }

    fn of(upper: BigInt, lower: BigInt) -> Option<Self> {
        match lower.sign() {
            Sign::NoSign => None,
            Sign::Minus => Some(Self { upper: -upper, lower: -lower }),
            Sign::Plus => Some(Self { upper, lower }),
        }
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        Self { upper: &self.upper * &other.upper, lower: &self.lower * &other.lower }
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let upper = &self.upper * &other.lower + &other.upper * &self.lower;
        Self { upper, lower: &self.lower * &other.lower }
    }

    /// The smaller of both.
    #[must_use]
    pub fn at_most(self, other: Self) -> Self {
        if self > other { other } else { self }
    }

    /// The same in lowest terms.
    #[must_use]
    pub fn reduced(&self) -> Self {
        let (mut a, mut b) = (self.upper.clone(), self.lower.clone());
        while b.sign() != Sign::NoSign {
            (a, b) = (b.clone(), a % b);
        }
        let divisor = if a.sign() == Sign::Minus { -a } else { a };
        Self { upper: &self.upper / &divisor, lower: &self.lower / &divisor }
    }

    /// Both parts in lowest terms, where they are short enough for a formula.
    #[must_use]
    pub fn parts(&self) -> Option<(i64, i64)> {
        let reduced = self.reduced();
        Some((i64::try_from(&reduced.upper).ok()?, i64::try_from(&reduced.lower).ok()?))
    }

    /// The nearest multiple of 10^-`decimals`; half of it is rounded away from zero, as figures are on paper.
    #[must_use]
    pub fn rounded(&self, decimals: u32) -> Self {
        let scale = BigInt::from(10).pow(decimals);
        Self { upper: self.scaled(&scale), lower: scale }
    }

    /// As text with so many decimals, rounded half away from zero: `17.50`.
    #[must_use]
    pub fn text(&self, decimals: u32) -> String {
        let scaled = self.scaled(&BigInt::from(10).pow(decimals));
        let sign = if scaled.sign() == Sign::Minus { "-" } else { "" };
        let width = decimals as usize + 1;
        let digits = format!("{:0>width$}", scaled.magnitude().to_string());
        let (whole, rest) = digits.split_at(digits.len() - decimals as usize);
        if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
    }

    /// `self × scale`, rounded to a whole number.
    fn scaled(&self, scale: &BigInt) -> BigInt {
        let twice: BigInt = &self.upper * scale * 2;
        let half = if twice.sign() == Sign::Minus { -&self.lower } else { self.lower.clone() };
        // BigInt divides towards zero, so adding half away from zero rounds half away from zero.
        (twice + half) / (&self.lower * 2)
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.upper * &other.lower).cmp(&(&other.upper * &self.lower))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.upper, self.lower)
    }
}

#[cfg(test)]
mod tests {
    use super::Ratio;

    fn ratio(upper: i64, lower: i64) -> Ratio {
        Ratio::new(upper, lower).unwrap()
    }

    #[test]
    fn fractions_are_exact_and_round_as_on_paper() {
        for (upper, lower, decimals, expected) in [
            (20 * 7, 9, 2, "15.56"),
            (1, 200, 2, "0.01"),
            (-1, 200, 2, "-0.01"),
            (1, -200, 2, "-0.01"),
            (1, 201, 2, "0.00"),
            (35, 2, 0, "18"),
            (6, 1, 2, "6.00"),
            (0, 5, 2, "0.00"),
            (1234, 1, 0, "1234"),
        ] {
            assert_eq!(ratio(upper, lower).text(decimals), expected, "{upper}/{lower}");
        }
        assert_eq!(Ratio::new(1, 0), None);
        // A tie that only exact fractions see: 1/600 + 1/300 = 0.005.
        assert_eq!(ratio(1, 600).plus(&ratio(1, 300)).text(2), "0.01");
        assert_eq!(ratio(2, 4), ratio(-1, -2));
        assert!(ratio(1, 3) < ratio(334, 1000) && ratio(-1, 3) < ratio(0, 1));
        assert_eq!(ratio(7, 2).at_most(Ratio::whole(2)), Ratio::whole(2));
        assert_eq!(ratio(2, 3).rounded(2), ratio(67, 100));
        assert_eq!((ratio(0, 7).parts(), ratio(-6, 4).parts()), (Some((0, 1)), Some((-3, 2))));
        assert_eq!(ratio(2, 3).times(&ratio(3, 4)), ratio(1, 2));
    }
}
