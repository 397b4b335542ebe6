//! Signed JSON: keys, signatures and tokens of RFC 7515 to 7519, thumbprints (RFC 7638), proofs of possession (RFC 9449).
//!
//! Deliberately absent: encryption (JWE), fetching of keys, anything that reads or writes outside of memory.
