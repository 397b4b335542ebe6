//! The accounts of the demonstration: who signs in as whom, kept in one file that only its owner may read.

use crate::house::House;
use crate::synth::Cast;
use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{NewAccount, NewRole, TotpSecret};
use kernel::{BodyId, Random, Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use time::macros::date;

/// Officers of the demonstration hold their roles since the communes of today stand.
const OFFICERS_FROM: time::Date = date!(2025 - 07 - 01);
/// Level of an account that may file (NĐ 69/2024/NĐ-CP).
const LEVEL_2: u8 = 2;

/// One account of the demonstration.
#[derive(Clone, Serialize, Deserialize)]
pub struct DemoAccount {
    /// What to type.
    pub login: String,
    /// What to type.
    pub password: String,
    /// What the person's phone holds, base32.
    pub totp_secret: String,
    /// Who it is, in Vietnamese.
    pub vi: String,
    /// Who it is, in English.
    pub en: String,
}

/// The accounts by name: `mother`, `civil-status-officer`, …
pub type DemoAccounts = BTreeMap<String, DemoAccount>;

/// An officer of the demonstration.
struct Office {
    name: &'static str,
    login: &'static str,
    body: BodyId,
    roles: &'static [&'static str],
    label: &'static str,
    vi: String,
    en: String,
}

/// Makes every account and writes the file.
///
/// # Errors
/// When an account is refused or the file cannot be written.
pub async fn create(house: &House, cast: &Cast, file: &Path) -> Result<DemoAccounts> {
    let password = format!("sen-{}", URL_SAFE_NO_PAD.encode(Random::System.bytes::<9>()));
    // One hash for all: these accounts share their password, which is printed anyway.
    let hash = house.identity.hash_password(&house.ctx, &password).await?;
    let mut accounts = DemoAccounts::new();
    let mut tx = house.db.begin().await?;
    for (part, vi, en) in CITIZENS {
        let person = cast.part(part).with_context(|| format!("nobody plays {part}"))?;
        let totp = TotpSecret::draw(&Random::System);
        let new = NewAccount {
            login: person.personal_number.as_str(),
            password: &password,
            citizen: Some((person.subject, LEVEL_2)),
            roles: &[],
            totp: Some(&totp),
            label: person.full_name.as_str(),
        };
        house.identity.create_hashed(&mut tx, &house.ctx, &new, &hash).await?;
        accounts.insert((*part).to_owned(), account(new.login, &password, &totp, vi, en));
    }
    for office in offices(house, cast) {
        let totp = TotpSecret::draw(&Random::System);
        let role = |role: &&str| NewRole {
            body: office.body.clone(),
            role: Role::from(*role),
            from: OFFICERS_FROM,
            until: None,
        };
        let roles: Vec<_> = office.roles.iter().map(role).collect();
        let new = NewAccount {
            login: office.login,
            password: &password,
            citizen: None,
            roles: &roles,
            totp: Some(&totp),
            label: office.label,
        };
        house.identity.create_hashed(&mut tx, &house.ctx, &new, &hash).await?;
        accounts.insert(office.name.to_owned(), account(new.login, &password, &totp, &office.vi, &office.en));
    }
    tx.commit().await?;
    write(&accounts, file)?;
    Ok(accounts)
}

/// Reads the file.
///
/// # Errors
/// When it is not there or not ours.
pub fn read(file: &Path) -> Result<DemoAccounts> {
    let text = std::fs::read_to_string(file).with_context(|| format!("the demo's accounts {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("the demo's accounts {}", file.display()))
}

/// Citizens of the cast who sign in.
const CITIZENS: &[(&str, &str, &str)] = &[
    ("mother", "Chị Lan, mới sinh con gái; chồng ở cùng nhà", "Lan, a mother of a newborn girl, lives with her husband"),
    ("unmarried-mother", "Chị Hà, mẹ đơn thân, sống cùng ông bà", "Hà, an unmarried mother who lives with her parents"),
    ("mother-of-twins", "Chị Hương, mới sinh đôi", "Hương, a mother of twins"),
    ("mother-apart", "Chị Ngân, chồng thường trú ở xã khác", "Ngân, whose husband lives in another commune"),
    ("widowed-mother", "Chị Dương, chồng mới mất", "Dương, whose husband died before the birth"),
    ("father", "Anh Quân, chồng chị Lan", "Quân, Lan's husband"),
];

fn account(login: &str, password: &str, totp: &TotpSecret, vi: &str, en: &str) -> DemoAccount {
    DemoAccount {
        login: login.to_owned(),
        password: password.to_owned(),
        totp_secret: totp.to_base32(),
        vi: vi.to_owned(),
        en: en.to_owned(),
    }
}

/// The offices of the mother's commune and of the twins' mother's.
fn offices(house: &House, cast: &Cast) -> Vec<Office> {
    let mut offices = Vec::new();
    let today = house.ctx.today();
    let office = |name, login, body: BodyId, roles, label, vi: &str, en: &str| {
        let title = house.country.setting.body_name(&body, today);
        Office { name, login, body, roles, label, vi: format!("{vi}, {}", title.vi), en: format!("{en}, {}", title.en) }
    };
    let mut commune = |part: &str, names: [(&'static str, &'static str); 3]| {
        let Some(home) = cast.households.iter().find(|home| {
            cast.part(part).is_some_and(|person| home.members.iter().any(|member| member.subject == person.subject))
        }) else {
            return;
        };
        let [civil, police, insurance] = names;
        offices.push(office(
            civil.0,
            civil.1,
            BodyId::in_unit("commune-committee", &home.commune_code),
            &["civil-status-officer"],
            "Công chức tư pháp - hộ tịch",
            "Công chức tư pháp - hộ tịch",
            "Civil-status officer",
        ));
        offices.push(office(
            police.0,
            police.1,
            BodyId::in_unit("commune-police", &home.commune_code),
            &["residence-officer", "identity-card-officer"],
            "Cán bộ cư trú và căn cước",
            "Công an phụ trách cư trú và căn cước",
            "Police officer for residence and identity cards",
        ));
        if !insurance.0.is_empty() {
            offices.push(office(
                insurance.0,
                insurance.1,
                BodyId::in_unit("social-insurance", &home.province_code),
                &["insurance-officer"],
                "Cán bộ bảo hiểm xã hội",
                "Cán bộ bảo hiểm xã hội",
                "Insurance officer",
            ));
        }
    };
    commune(
        "mother",
        [("civil-status-officer", "hotich.badinh"), ("police-officer", "congan.badinh"), ("insurance-officer", "bhxh.hanoi")],
    );
    commune(
        "mother-of-twins",
        [("civil-status-officer-2", "hotich.ngocha"), ("police-officer-2", "congan.ngocha"), ("", "")],
    );
    let home = cast
        .households
        .iter()
        .find(|home| {
            cast.part("mother").is_some_and(|person| home.members.iter().any(|member| member.subject == person.subject))
        })
        .map(|home| home.commune_code.clone())
        .unwrap_or_default();
    offices.push(office(
        "leader",
        "lanhdao.badinh",
        BodyId::in_unit("commune-committee", &home),
        &["leader"],
        "Lãnh đạo",
        "Lãnh đạo",
        "Leader",
    ));
    offices.push(office(
        "administrator",
        "quantri",
        BodyId::from(procedure::PORTAL),
        &["administrator"],
        "Quản trị hệ thống",
        "Quản trị hệ thống",
        "System administrator",
    ));
    offices
}

fn write(accounts: &DemoAccounts, file: &Path) -> Result<()> {
    let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    out.write_all(serde_json::to_string_pretty(accounts)?.as_bytes())?;
    out.sync_all()?;
    Ok(())
}
