//! RSA keys that look whole and are not.

/// Primes below which the moduli of the weak generator give themselves away.
const PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
/// What that generator's primes are powers of, modulo each small prime.
const GENERATOR: u32 = 65_537;

/// Whether a modulus comes from the generator of cards of 2012 to 2017 whose primes can be found (CVE-2017-15361, "ROCA"):
/// its remainder by each small prime is then a power of 65537. An honest modulus passes all of these by chance less than once in 2^27.
pub(crate) fn is_roca(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| {
        let remainder = modulus.iter().fold(0, |sum, byte| (sum * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        // The powers come round after at most as many as the prime.
        (0..*prime).any(|_| {
            power = power * (GENERATOR % prime) % prime;
            power == remainder
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modulus_of_powers_is_found_and_another_is_not() {
        // 65537 squared is a power modulo every prime; one more is not.
        let square = u64::from(GENERATOR).pow(2);
        assert!(is_roca(&square.to_be_bytes()));
        assert!(!is_roca(&(square + 2).to_be_bytes()));
        assert!(!is_roca(&[0]));
    }
}
