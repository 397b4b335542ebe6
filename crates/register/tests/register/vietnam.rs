//! The pack of Vietnam.
