//! The vocabulary of the house: what every other crate speaks in. No I/O.
//!
//! Always true here: a value that exists has been checked (parsing happens once, at the edge), and a type
//! that carries personal data has no `Display` and a masked `Debug`.

mod body;
mod ctx;
mod id;
mod problem;

pub use body::{BodyId, OrgCode, Role, ServiceName};
pub use ctx::{Actor, Clock, Ctx, Random};
pub use id::{AccountId, CaseId, DossierId, EntryId, RecordId, RequestId, SubjectId};
pub use problem::{FieldProblem, Kind, Messages, Problem};
