//! The accounts of the demonstration: who signs in as whom, kept in one file that only its owner may read.

use crate::house::House;
use crate::synth::Cast;
use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{NewAccount, NewRole, TotpSecret};
use kernel::{AccountId, BodyId, Random, Role};
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

impl DemoAccount {
    /// The secret of the one-time codes.
    #[must_use]
    pub fn totp_bytes(&self) -> Vec<u8> {
        TotpSecret::from_base32(&self.totp_secret).map(|secret| secret.as_bytes().to_vec()).unwrap_or_default()
    }
}

/// The accounts by name: `mother`, `civil-status-officer`, …
pub type DemoAccounts = BTreeMap<String, DemoAccount>;

/// An officer of the demonstration.
struct Office {
    name: &'static str,
    login: &'static str,
    seat: Seat,
    roles: &'static [&'static str],
    vi: &'static str,
    en: &'static str,
}

/// Where an officer sits: a kind of body, and whose home says which unit.
enum Seat {
    Commune(&'static str, &'static str),
    Province(&'static str, &'static str),
    National(&'static str),
}

const OFFICES: &[Office] = &[
    Office {
        name: "civil-status-officer",
        login: "hotich.badinh",
        seat: Seat::Commune("commune-committee", "mother"),
        roles: &["civil-status-officer"],
        vi: "Công chức tư pháp - hộ tịch",
        en: "Civil-status officer",
    },
    Office {
        name: "police-officer",
        login: "congan.badinh",
        seat: Seat::Commune("commune-police", "mother"),
        roles: &["residence-officer", "identity-card-officer"],
        vi: "Cán bộ cư trú và căn cước",
        en: "Police officer for residence and identity cards",
    },
    Office {
        name: "insurance-officer",
        login: "bhxh.hanoi",
        seat: Seat::Province("social-insurance", "mother"),
        roles: &["insurance-officer"],
        vi: "Cán bộ bảo hiểm xã hội",
        en: "Insurance officer",
    },
    Office {
        name: "civil-status-officer-2",
        login: "hotich.ngocha",
        seat: Seat::Commune("commune-committee", "mother-of-twins"),
        roles: &["civil-status-officer"],
        vi: "Công chức tư pháp - hộ tịch",
        en: "Civil-status officer",
    },
    Office {
        name: "police-officer-2",
        login: "congan.ngocha",
        seat: Seat::Commune("commune-police", "mother-of-twins"),
        roles: &["residence-officer", "identity-card-officer"],
        vi: "Cán bộ cư trú và căn cước",
        en: "Police officer for residence and identity cards",
    },
    Office {
        name: "police-officer-3",
        login: "congan.saigon",
        seat: Seat::Commune("commune-police", "father-apart"),
        roles: &["residence-officer", "identity-card-officer"],
        vi: "Cán bộ cư trú và căn cước",
        en: "Police officer for residence and identity cards",
    },
    Office {
        name: "insurance-officer-2",
        login: "bhxh.hcm",
        seat: Seat::Province("social-insurance", "father-apart"),
        roles: &["insurance-officer"],
        vi: "Cán bộ bảo hiểm xã hội",
        en: "Insurance officer",
    },
    Office {
        name: "leader",
        login: "lanhdao.badinh",
        seat: Seat::Commune("commune-committee", "mother"),
        roles: &["leader"],
        vi: "Lãnh đạo",
        en: "Leader",
    },
    Office {
        name: "national-leader",
        login: "lanhdao.quocgia",
        seat: Seat::National(procedure::PORTAL),
        roles: &["leader"],
        vi: "Lãnh đạo",
        en: "Leader",
    },
    Office {
        name: "programme-coordinator",
        login: "dieuphoi.vpcp",
        seat: Seat::National("government-office"),
        roles: &["programme-coordinator"],
        vi: "Cán bộ theo dõi chương trình nhiệm vụ",
        en: "Coordinator of the programme of tasks",
    },
    Office {
        name: "programme-reporter",
        login: "baocao.tuphap",
        seat: Seat::National("ministry-justice"),
        roles: &["programme-reporter"],
        vi: "Cán bộ báo cáo nhiệm vụ",
        en: "Reporter on tasks",
    },
    Office {
        name: "programme-reporter-2",
        login: "baocao.congan",
        seat: Seat::National("ministry-public-security"),
        roles: &["programme-reporter"],
        vi: "Cán bộ báo cáo nhiệm vụ",
        en: "Reporter on tasks",
    },
    Office {
        name: "account-administrator",
        login: "quantri.badinh",
        seat: Seat::Commune("commune-committee", "mother"),
        roles: &["account-administrator"],
        vi: "Quản trị tài khoản cán bộ",
        en: "Administrator of officers' accounts",
    },
    Office {
        name: "administrator",
        login: "quantri",
        seat: Seat::National(procedure::PORTAL),
        roles: &["administrator"],
        vi: "Quản trị hệ thống",
        en: "System administrator",
    },
];

impl Seat {
    fn body(&self, cast: &Cast) -> Result<BodyId> {
        let home = |part| cast.home(part).with_context(|| format!("nobody plays {part}"));
        Ok(match *self {
            Self::Commune(kind, part) => BodyId::in_unit(kind, &home(part)?.commune_code),
            Self::Province(kind, part) => BodyId::in_unit(kind, &home(part)?.province_code),
            Self::National(kind) => BodyId::from(kind),
        })
    }
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
    let today = house.ctx.today();
    let mut officers = Vec::new();
    for office in OFFICES {
        let totp = TotpSecret::draw(&Random::System);
        let body = office.seat.body(cast)?;
        let role =
            |role: &&str| NewRole { body: body.clone(), role: Role::from(*role), from: OFFICERS_FROM, until: None };
        let roles: Vec<_> = office.roles.iter().map(role).collect();
        let new = NewAccount {
            login: office.login,
            password: &password,
            citizen: None,
            roles: &roles,
            totp: Some(&totp),
            label: office.vi,
        };
        let officer = house.identity.create_hashed(&mut tx, &house.ctx, &new, &hash).await?;
        officers.push((officer, office.roles));
        let title = house.country.setting.body_name(&body, today);
        let (vi, en) = (format!("{}, {}", office.vi, title.vi), format!("{}, {}", office.en, title.en));
        accounts.insert(office.name.to_owned(), account(new.login, &password, &totp, &vi, &en));
    }
    tx.commit().await?;
    for (officer, roles) in officers {
        train(house, officer, roles).await?;
    }
    write(&accounts, file)?;
    Ok(accounts)
}

/// Records the courses that an officer's roles demand.
async fn train(house: &House, officer: AccountId, roles: &[&str]) -> Result<()> {
    let Some(enrolment) = &house.enrolment else { return Ok(()) };
    let courses = house.identity.trainings().courses();
    for course in courses.iter().filter(|course| course.roles.iter().any(|role| roles.contains(&role.as_str()))) {
        enrolment.record_training(&house.ctx, officer, &course.id, house.ctx.today()).await?;
    }
    Ok(())
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
    (
        "mother",
        "Chị Lan, mới sinh con gái; chồng ở cùng nhà",
        "Lan, a mother of a newborn girl, lives with her husband",
    ),
    ("unmarried-mother", "Chị Hà, mẹ đơn thân, sống cùng ông bà", "Hà, an unmarried mother who lives with her parents"),
    ("mother-of-twins", "Chị Hương, mới sinh đôi", "Hương, a mother of twins"),
    ("mother-apart", "Chị Ngân, chồng thường trú ở xã khác", "Ngân, whose husband lives in another commune"),
    ("widowed-mother", "Chị Dương, chồng mới mất", "Dương, whose husband died before the birth"),
    (
        "long-widowed-mother",
        "Chị Huyền Trân, chồng mất đã hơn hai năm",
        "Huyền Trân, whose husband died more than two years ago",
    ),
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

fn write(accounts: &DemoAccounts, file: &Path) -> Result<()> {
    let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    out.write_all(serde_json::to_string_pretty(accounts)?.as_bytes())?;
    out.sync_all()?;
    Ok(())
}
