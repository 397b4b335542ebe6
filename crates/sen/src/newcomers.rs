//! People of the demonstration who have no account yet: with their details one tries how an account is asked for.

use crate::synth::Cast;
use anyhow::{Context, Result};
use kernel::{Ctx, PartialDate, SubjectId};
use pack::Text;
use register::load::{LoadRecord, Loader};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;

/// Part, who it is in Vietnamese and English, the phone that they would give, and whether a parent asks for them.
const NEWCOMERS: &[(&str, &str, &str, &str, bool)] = &[
    (
        "father-of-twins",
        "chồng chị Hương; dân cư có số điện thoại của anh",
        "Hương's husband; the register has his phone",
        "0912345678",
        false,
    ),
    (
        "grandmother",
        "mẹ anh Quân; dân cư chưa có số điện thoại của bà",
        "Quân's mother; the register has no phone of hers",
        "0987654321",
        false,
    ),
    ("girl-of-nine", "con gái chị Hương, 9 tuổi", "Hương's daughter, nine years old", "0912345670", true),
];

/// Who represents the made-up organisation.
const REPRESENTATIVE: &str = "father";
const FOREIGNER_BORN: &str = "1988-05-14";
const CARD_LASTS: time::Duration = time::Duration::days(365);

/// One of them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Newcomer {
    /// The part in the cast.
    pub part: String,
    /// Who it is, in Vietnamese.
    pub vi: String,
    /// Who it is, in English.
    pub en: String,
    /// `citizen`, `foreigner` or `organisation`.
    #[serde(default = "citizen")]
    pub kind: String,
    /// Personal number, or a foreigner's.
    pub number: String,
    /// Name.
    pub full_name: String,
    /// Birth date.
    pub birth_date: PartialDate,
    /// The phone that they would give.
    pub phone: String,
    /// Whether a parent asks for them.
    pub child: bool,
}

/// Those of this cast.
#[must_use]
pub fn of(cast: &Cast) -> Vec<Newcomer> {
    let one = |(part, vi, en, phone, child): &(&str, &str, &str, &str, bool)| {
        let person = cast.part(part)?;
        Some(Newcomer {
            part: (*part).to_owned(),
            vi: (*vi).to_owned(),
            en: (*en).to_owned(),
            kind: citizen(),
            number: person.personal_number.as_str().to_owned(),
            full_name: person.full_name.as_str().to_owned(),
            birth_date: person.birth,
            phone: (*phone).to_owned(),
            child: *child,
        })
    };
    NEWCOMERS.iter().filter_map(one).collect()
}

fn citizen() -> String {
    "citizen".to_owned()
}

/// A foreigner with a residence card, written into the register of foreigners.
///
/// # Errors
/// When the register refuses the record.
pub async fn foreigner(loader: &Loader, ctx: &Ctx) -> Result<(SubjectId, Newcomer)> {
    let born: PartialDate = FOREIGNER_BORN.parse().context("the foreigner's birth date")?;
    let newcomer = Newcomer {
        part: "foreigner".to_owned(),
        vi: "người Tây Ban Nha có thẻ tạm trú".to_owned(),
        en: "a Spaniard with a temporary residence card".to_owned(),
        kind: "foreigner".to_owned(),
        number: "NN2600000017".to_owned(),
        full_name: "Maria Garcia Lopez".to_owned(),
        birth_date: born,
        phone: "0912345671".to_owned(),
        child: false,
    };
    let expires = ctx.today().saturating_add(CARD_LASTS);
    let body = json!({
        "identification_number": newcomer.number, "full_name": newcomer.full_name, "birth_date": FOREIGNER_BORN,
        "sex": "female", "nationality": "Tây Ban Nha", "passport_number": "XDA000017", "card_kind": "temporary",
        "card_number": "TT000017", "card_expires_on": expires.to_string(),
    });
    let subject = SubjectId(ctx.uuid());
    let record = LoadRecord { register: "foreign-residents".to_owned(), subject, valid_from: ctx.today(), body };
    loader.records(ctx, vec![record]).await.context("load the foreigner")?;
    Ok((subject, newcomer))
}

/// An organisation for whom nobody acts yet, written into the register of organisations. Who plays [`REPRESENTATIVE`] is its
/// legal representative.
///
/// # Errors
/// When nobody plays that part, or the register refuses the record.
pub async fn organisation(loader: &Loader, ctx: &Ctx, cast: &Cast) -> Result<Newcomer> {
    let person = cast.part(REPRESENTATIVE).context("nobody plays the representative")?;
    let newcomer = Newcomer {
        part: "organisation".to_owned(),
        vi: "anh Quân, chồng chị Lan, là người đại diện".to_owned(),
        en: "Quân, Lan's husband, represents it".to_owned(),
        kind: "organisation".to_owned(),
        number: "0101234567".to_owned(),
        full_name: "Công ty TNHH Hoa Sen Trắng".to_owned(),
        birth_date: person.birth,
        phone: String::new(),
        child: false,
    };
    let body = json!({
        "code": newcomer.number, "name": newcomer.full_name, "kind": "enterprise", "active": true,
        "representative_number": person.personal_number.as_str(),
    });
    let record = LoadRecord {
        register: "organisations".to_owned(),
        subject: SubjectId(ctx.uuid()),
        valid_from: ctx.today(),
        body,
    };
    loader.records(ctx, vec![record]).await.context("load the organisation")?;
    Ok(newcomer)
}

/// Keeps them beside the accounts.
///
/// # Errors
/// When the file cannot be written.
pub fn write(newcomers: &[Newcomer], file: &Path) -> Result<()> {
    let text = serde_json::to_string_pretty(newcomers)?;
    std::fs::write(file, text).with_context(|| format!("the demo's newcomers {}", file.display()))
}

/// Reads them; none from a data folder that an earlier release filled.
///
/// # Errors
/// When the file is not ours.
pub fn read(file: &Path) -> Result<Vec<Newcomer>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(file)?;
    serde_json::from_str(&text).with_context(|| format!("the demo's newcomers {}", file.display()))
}

impl Newcomer {
    /// As the pages show them.
    #[must_use]
    pub fn shown(&self) -> portal::Newcomer {
        portal::Newcomer {
            label: Text { vi: self.vi.clone(), en: self.en.clone() },
            kind: self.kind.clone(),
            number: self.number.clone(),
            full_name: self.full_name.clone(),
            birth_date: self.birth_date.earliest(),
            phone: self.phone.clone(),
            child: self.child,
        }
    }
}
