//! The client's TLS certificate, as a trusted proxy hands it on, and the few fields of it that count (RFC 5280).

use super::{OAuthError, Provider};
use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};

/// Longest certificate.
const BYTES_MAX: usize = 16 * 1024;

/// A certificate that came with a request.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    /// Whether the proxy verified it against its authorities.
    pub(crate) verified: bool,
}

impl Certificate {
    /// The certificate of a request; nothing where no proxy hands one on.
    pub(crate) fn of(provider: &Provider, headers: &HeaderMap) -> Result<Option<Self>, OAuthError> {
        let Some(name) = &provider.settings().certificate_header else { return Ok(None) };
        let mut sent = headers.get_all(name).iter();
        let Some(first) = sent.next().filter(|value| !value.is_empty()) else { return Ok(None) };
        let malformed = || OAuthError::client("IDN0107", "the certificate is malformed");
        if sent.next().is_some() {
            return Err(malformed());
        }
        let text = first.to_str().map_err(|_| malformed())?;
        let der = der(text).ok_or_else(malformed)?;
        let verified = provider.settings().certificate_verified_header.as_ref().is_some_and(|name| {
            let mut said = headers.get_all(name).iter();
            said.next().is_some_and(|value| value == "SUCCESS") && said.next().is_none()
        });
        Ok(Some(Self { der, verified }))
    }

    /// `x5t#S256`: SHA-256 of the DER, base64url.
    pub(crate) fn thumbprint(&self) -> String {
        jose::encode(jose::sha256(&self.der))
    }

    /// The key of the certificate (SubjectPublicKeyInfo, DER).
    pub(crate) fn public_key(&self) -> Option<&[u8]> {
        fields(&self.der).map(|fields| fields.public_key)
    }

    /// The subject as text, as RFC 4514 writes it: last part first.
    pub(crate) fn subject(&self) -> Option<String> {
        fields(&self.der).and_then(|fields| written(fields.subject))
    }
}

/// The bytes of a header: PEM with or without its lines, URL-encoded or not, or base64 of DER.
fn der(text: &str) -> Option<Vec<u8>> {
    if text.len() > BYTES_MAX * 2 {
        return None;
    }
    let decoded = if text.contains('%') { percent_decoded(text)? } else { text.to_owned() };
    let inner = match decoded.split_once("-----BEGIN CERTIFICATE-----") {
        Some((_, rest)) => rest.split_once("-----END CERTIFICATE-----")?.0,
        // RFC 9440 puts colons around.
        None => decoded.trim().trim_matches(':'),
    };
    let plain: String = inner.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(plain).ok()?;
    fields(&der).is_some().then_some(der)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

struct Fields<'a> {
    subject: &'a [u8],
    public_key: &'a [u8],
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;
const VERSION: u8 = 0xa0;

/// A value of DER: its tag, what is in it, the whole of it, and what follows.
type Der<'a> = (u8, &'a [u8], &'a [u8], &'a [u8]);

/// Reads one value of DER. Long forms only where they are needed.
fn value(bytes: &[u8]) -> Option<Der<'_>> {
    let (tag, length) = (*bytes.first()?, *bytes.get(1)?);
    let (start, length) = match length {
        0..=0x7f => (2, usize::from(length)),
        0x81 => (3, usize::from(*bytes.get(2)?)),
        0x82 => (4, usize::from(*bytes.get(2)?) * 256 + usize::from(*bytes.get(3)?)),
        _ => return None,
    };
    if (start == 3 && length < 0x80) || (start == 4 && length < 0x100) {
        return None;
    }
    let end = start + length;
    Some((tag, bytes.get(start..end)?, bytes.get(..end)?, bytes.get(end..)?))
}

fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8], &[u8])> {
    value(bytes).filter(|(found, ..)| *found == tag).map(|(_, inner, whole, rest)| (inner, whole, rest))
}

/// Certificate ::= SEQUENCE { tbs SEQUENCE { [0] version, serial, algorithm, issuer, validity, subject, key, … }, … }
fn fields(der: &[u8]) -> Option<Fields<'_>> {
    if der.len() > BYTES_MAX {
        return None;
    }
    let (certificate, _, after) = expect(der, SEQUENCE)?;
    if !after.is_empty() {
        return None;
    }
    let (tbs, ..) = expect(certificate, SEQUENCE)?;
    let (_, _, rest) = expect(tbs, VERSION)?;
    let (_, _, rest) = expect(rest, INTEGER)?;
    let (_, _, rest) = expect(rest, SEQUENCE)?;
    let (_, _, rest) = expect(rest, SEQUENCE)?;
    let (_, _, rest) = expect(rest, SEQUENCE)?;
    let (subject, _, rest) = expect(rest, SEQUENCE)?;
    let (_, public_key, _) = expect(rest, SEQUENCE)?;
    Some(Fields { subject, public_key })
}

/// The parts of a name that have a short word (RFC 4514, section 3); a name with another is not compared.
fn word(oid: &[u8]) -> Option<&'static str> {
    Some(match oid {
        [0x55, 0x04, 0x03] => "CN",
        [0x55, 0x04, 0x05] => "SERIALNUMBER",
        [0x55, 0x04, 0x06] => "C",
        [0x55, 0x04, 0x07] => "L",
        [0x55, 0x04, 0x08] => "ST",
        [0x55, 0x04, 0x0a] => "O",
        [0x55, 0x04, 0x0b] => "OU",
        [0x55, 0x04, 0x61] => "organizationIdentifier",
        _ => return None,
    })
}

fn written(mut subject: &[u8]) -> Option<String> {
    let mut parts = Vec::new();
    while !subject.is_empty() {
        let (set, _, rest) = expect(subject, SET)?;
        let (pair, _, more) = expect(set, SEQUENCE)?;
        if !more.is_empty() {
            return None;
        }
        let (oid, _, text) = expect(pair, OID)?;
        let (tag, text, _, end) = value(text)?;
        // UTF8String, PrintableString, IA5String.
        if !end.is_empty() || ![0x0c, 0x13, 0x16].contains(&tag) {
            return None;
        }
        parts.push(format!("{}={}", word(oid)?, escaped(std::str::from_utf8(text).ok()?)));
        subject = rest;
    }
    parts.reverse();
    Some(parts.join(","))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (at, letter) in text.chars().enumerate() {
        let edge = (letter == ' ' && (at == 0 || at == last)) || (letter == '#' && at == 0);
        if edge || matches!(letter, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Two names, compared part by part as directories do (RFC 4514, caseIgnoreMatch of RFC 4518): without their case, with
/// runs of spaces as one, and without the spaces that people write around commas. What is no name is nobody's.
pub(crate) fn same_subject(one: &str, other: &str) -> bool {
    parts(one).is_some_and(|one| parts(other).is_some_and(|other| one == other))
}

/// The parts of a written name, folded.
fn parts(name: &str) -> Option<Vec<(String, String)>> {
    let mut parts = Vec::new();
    let mut letters = name.chars();
    let (mut word, mut text, mut in_text) = (String::new(), String::new(), false);
    loop {
        match letters.next() {
            Some('=') if !in_text => in_text = true,
            Some('\\') if in_text => text.push(letters.next()?),
            Some(letter) if letter != ',' => {
                if in_text {
                    text.push(letter)
                } else {
                    word.push(letter)
                }
            }
            end => {
                let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                if !in_text || word.trim().is_empty() {
                    return None;
                }
                parts.push((folded(&word), folded(&text)));
                if end.is_none() {
                    return Some(parts);
                }
                (word, text, in_text) = (String::new(), String::new(), false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The certificates of a case, each as PEM.
    fn certificates(case: &Value) -> impl Iterator<Item = &str> {
        let several = ["untrusted_intermediates", "trusted_certs"].into_iter().filter_map(|name| case[name].as_array());
        several.flatten().chain([&case["peer_certificate"]]).filter_map(Value::as_str)
    }

    /// x509-limbo's certificates. Chains are the proxy's to judge: here each is read or refused, never half. The data are not
    /// ours to keep: `SEN_X509_LIMBO` names a folder with `limbo.json` of <https://github.com/C2SP/x509-limbo>.
    #[test]
    fn x509_limbos_certificates_are_read_whole_or_refused() {
        let Some(folder) = std::env::var_os("SEN_X509_LIMBO") else {
            eprintln!("skipped: SEN_X509_LIMBO names no folder with x509-limbo's limbo.json");
            return;
        };
        let text = std::fs::read_to_string(std::path::Path::new(&folder).join("limbo.json")).unwrap();
        let limbo: Value = serde_json::from_str(&text).unwrap();
        let cases = limbo["testcases"].as_array().unwrap();
        let (mut read, mut refused) = (0_usize, 0_usize);
        for case in cases {
            for pem in certificates(case) {
                let Some(bytes) = der(pem) else {
                    // Of a certificate that is to be taken, only the oversized are too much for us.
                    let valid = case["expected_result"] == "SUCCESS" && case["peer_certificate"] == pem;
                    assert!(!valid || pem.len() > BYTES_MAX, "{} is refused", case["id"]);
                    refused += 1;
                    continue;
                };
                read += 1;
                let certificate = Certificate { der: bytes.clone(), verified: false };
                let key = certificate.public_key().unwrap();
                // SubjectPublicKeyInfo: an algorithm and a string of bits, and nothing else.
                let (key, _, rest) = expect(key, SEQUENCE).unwrap();
                assert!(rest.is_empty());
                let (_, _, rest) = expect(key, SEQUENCE).unwrap();
                let (_, _, rest) = expect(rest, 0x03).unwrap();
                assert!(rest.is_empty(), "{}", case["id"]);
                let _ = certificate.subject();
                // Neither a part of it nor more than it is a certificate.
                assert!((0..bytes.len()).all(|end| fields(&bytes[..end]).is_none()), "{}", case["id"]);
                assert!(fields(&[&bytes[..], &[0]].concat()).is_none(), "{}", case["id"]);
            }
        }
        assert!(read > 100, "{read} certificates read, {refused} refused, of {} cases", cases.len());
        eprintln!("{read} certificates read, {refused} refused, of {} cases", cases.len());
    }

    #[test]
    fn names_are_compared_part_by_part() {
        let same = [
            ("CN=bank.example,O=Bank,C=VN", "cn=Bank.example, o=BANK , C=vn"),
            (r"O=A\, B,C=VN", r"o=a\,  b,c=vn"),
            ("O=Ngân hàng  A", "O=ngân hàng a"),
            (r"CN=a\=b", "CN=a=b"),
        ];
        for (one, other) in same {
            assert!(same_subject(one, other), "{one} is {other}");
        }
        let apart = [
            (r"O=A\, B,C=VN", r"O=A\,B,C=VN"),
            ("O=A B", "O=AB"),
            ("CN=a,O=b", "O=b,CN=a"),
            ("CN=a", "CN=a,O=b"),
            ("CN=a,O=b", r"CN=a\,O=b"),
            ("CN=a", "O=a"),
            ("", ""),
            ("a", "a"),
            (r"CN=a\", r"CN=a\"),
            ("CN=a,", "CN=a,"),
        ];
        for (one, other) in apart {
            assert!(!same_subject(one, other), "{one} is not {other}");
        }
    }

    #[test]
    fn nothing_is_read_beyond_its_end() {
        for bytes in
            [&[0x30][..], &[0x30, 0x05, 1], &[0x30, 0x81, 0x05, 0, 0, 0, 0, 0], &[0x30, 0x82, 0, 0x80], &[0x30, 0x80]]
        {
            assert!(value(bytes).is_none(), "{bytes:?}");
            assert!(fields(bytes).is_none(), "{bytes:?}");
        }
        assert!(
            value(&[0x30, 0x01, 7, 9])
                .is_some_and(|(tag, inner, _, rest)| (tag, inner, rest) == (0x30, &[7][..], &[9][..]))
        );
    }
}
