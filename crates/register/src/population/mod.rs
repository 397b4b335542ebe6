//! What the population register does beyond keeping records: issuing personal numbers, entering a newborn with its
//! kin, ending a number, recording a death.
//!
//! A person is a subject for life; their personal number may be cancelled and established anew (NĐ 70/2024/NĐ-CP,
//! Điều 11), and a number once given is never given again.

mod cancel_number;
mod issue_number;
mod look_alike;
mod record_death;
mod register_newborn;

pub use cancel_number::{Cancellation, cancel_number};
pub use issue_number::{DRAWS_MAX, NumberRequest, NumberSpace, issue_number};
pub use record_death::record_death;
pub use register_newborn::{AnotherPerson, Newborn, NewbornRegisters, Parent, Registered, register_newborn};

use crate::{Error, Register, definition::Key};

/// Field of the population register that holds the personal number.
pub const NUMBER: &str = "personal_number";
/// Field with the numbers a person bore before.
pub const FORMER_NUMBERS: &str = "former_numbers";
/// Field with the day of death.
pub const DEATH_DATE: &str = "death_date";
/// The key of the personal number.
pub const NUMBER_KEY: &str = "personal-number";
/// Field of the kinship register that lists relatives.
pub const RELATIVES: &str = "relatives";

/// The key of the personal number in the register that has it.
pub(crate) fn number_key(register: &Register) -> Result<&Key, Error> {
    crate::find::required(register, NUMBER_KEY)
}
