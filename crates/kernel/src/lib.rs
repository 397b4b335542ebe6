//! The vocabulary of the house: what every other crate speaks in. No I/O.
//!
//! Always true here: a value that exists has been checked (parsing happens once, at the edge), and a type
//! that carries personal data has no `Display` and a masked `Debug`.

mod body;
pub mod calendar;
mod ctx;
mod date;
mod error;
mod id;
pub mod iso_date;
mod money;
mod name;
mod personal_number;
mod problem;
mod sex;
pub mod text;
mod unit;

pub use body::{BodyId, OrgCode, Role, ServiceName};
pub use ctx::{Actor, Clock, Ctx, Random};
pub use date::PartialDate;
pub use error::{Error, MESSAGES};
pub use id::{AccountId, CaseId, DossierId, EntryId, RecordId, RequestId, SubjectId};
pub use money::Vnd;
pub use name::Name;
pub use personal_number::{PersonalNumber, PersonalNumberError};
pub use problem::{FieldProblem, Kind, Messages, Problem};
pub use sex::Sex;
pub use unit::{Tier, UnitCode, UnitKey};
