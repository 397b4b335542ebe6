//! What the claims of a token must be (RFC 7519, section 4.1; RFC 8725).

use crate::{Alg, Error};
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// Latest instant that is read, the year 9999: no sum below overflows.
const SECONDS_MAX: i64 = 253_402_300_799;

/// What `typ` of the header must be. Compared without its case and without `application/` (RFC 7515, section 4.1.9).
#[derive(Clone, Copy, Debug)]
pub enum Typ<'a> {
    /// This one.
    Is(&'a str),
    /// One of these, or none at all.
    AnyOf(&'a [&'a str]),
}

impl Typ<'_> {
    pub(crate) fn check(self, header: &Map<String, Value>) -> Result<(), Error> {
        let typ = match header.get("typ") {
            None => None,
            Some(Value::String(typ)) => {
                let lower = typ.to_ascii_lowercase();
                Some(lower.strip_prefix("application/").map(str::to_owned).unwrap_or(lower))
            }
            Some(_) => return Err(Error::Typ),
        };
        let fits = match (self, typ.as_deref()) {
            (Self::Is(wanted), Some(typ)) => wanted.eq_ignore_ascii_case(typ),
            (Self::AnyOf(wanted), Some(typ)) => wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(typ)),
            (Self::Is(_), None) => false,
            (Self::AnyOf(_), None) => true,
        };
        if fits { Ok(()) } else { Err(Error::Typ) }
    }
}

/// What a token must be and say.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Algorithms taken.
    pub algs: &'a [Alg],
    /// Its type.
    pub typ: Typ<'a>,
    /// Who made it.
    pub issuer: Option<&'a str>,
    /// For whom it is: one of these must be among its `aud`. None: it is not looked at.
    pub audience: Option<&'a [&'a str]>,
    /// Whether `aud` must be one text.
    pub single_audience: bool,
    /// What time it is.
    pub now: OffsetDateTime,
    /// Seconds that clocks may differ.
    pub leeway: i64,
    /// Oldest `iat` (and, where there is none, `nbf`), in seconds.
    pub max_age: Option<i64>,
    /// Longest time from now to `exp`, in seconds.
    pub max_life: Option<i64>,
    /// Claims that must be there.
    pub required: &'a [&'static str],
}

impl<'a> Rules<'a> {
    /// Rules that take every algorithm and look at times only.
    #[must_use]
    pub const fn new(now: OffsetDateTime, typ: Typ<'a>) -> Self {
        Self {
            algs: Alg::ALL,
            typ,
            issuer: None,
            audience: None,
            single_audience: false,
            now,
            leeway: 0,
            max_age: None,
            max_life: None,
            required: &[],
        }
    }

    pub(crate) fn check(&self, claims: &Map<String, Value>) -> Result<(), Error> {
        if let Some(missing) = self.required.iter().find(|name| !claims.contains_key(**name)) {
            return Err(Error::Claim(missing));
        }
        if let Some(issuer) = self.issuer
            && claims.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(Error::Issuer);
        }
        if let Some(wanted) = self.audience {
            self.check_audience(claims, wanted)?;
        }
        self.check_times(claims)
    }

    fn check_audience(&self, claims: &Map<String, Value>, wanted: &[&str]) -> Result<(), Error> {
        let fits = match claims.get("aud") {
            Some(Value::String(aud)) => wanted.contains(&aud.as_str()),
            Some(Value::Array(several)) if !self.single_audience => {
                if several.iter().any(|aud| !aud.is_string()) {
                    return Err(Error::Claim("aud"));
                }
                several.iter().filter_map(Value::as_str).any(|aud| wanted.contains(&aud))
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(Error::Audience) }
    }

    fn check_times(&self, claims: &Map<String, Value>) -> Result<(), Error> {
        let now = self.now.unix_timestamp();
        let (exp, nbf, iat) = (seconds(claims, "exp")?, seconds(claims, "nbf")?, seconds(claims, "iat")?);
        if exp.is_some_and(|exp| exp + self.leeway <= now) {
            return Err(Error::Expired);
        }
        if nbf.or(iat).is_some_and(|from| from > now + self.leeway) || iat.is_some_and(|iat| iat > now + self.leeway) {
            return Err(Error::NotYet);
        }
        if let Some(max) = self.max_age
            && iat.or(nbf).is_none_or(|from| from + max + self.leeway < now)
        {
            return Err(Error::TooOld);
        }
        if let Some(max) = self.max_life
            && exp.is_none_or(|exp| exp > now + max + self.leeway)
        {
            return Err(Error::TooOld);
        }
        Ok(())
    }
}

/// An instant of a claim, in whole seconds (RFC 7519, NumericDate).
pub(crate) fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, Error> {
    let value = match claims.get(name) {
        None => return Ok(None),
        Some(Value::Number(number)) => number,
        Some(_) => return Err(Error::Claim(name)),
    };
    #[expect(clippy::cast_possible_truncation, reason = "bounded below")]
    let whole = value.as_i64().or_else(|| value.as_f64().filter(|n| n.abs() < 1e12).map(|n| n.floor() as i64));
    whole.filter(|seconds| (0..=SECONDS_MAX).contains(seconds)).map(Some).ok_or(Error::Claim(name))
}
