//! The index of the quality of public service, moved by events and recomputable from evidence (QĐ 766/QĐ-TTg).
//!
//! Deliberately absent: the formulas, which are data of the pack.
