//! The door on real PostgreSQL.

mod access_log;
mod catalogue;
mod country;
mod keyed;
mod passage;
mod quota;
mod refused;
