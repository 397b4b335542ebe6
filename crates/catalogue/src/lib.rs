//! The national catalogue of administrative procedures: imported with its versions by date, found by everyday words.
//!
//! Deliberately absent: what a procedure asks and does when it is filed here (in `procedure`).
