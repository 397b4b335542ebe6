//! Bodies: ministries, committees, police, hospitals; one by one, or one in every commune or province.

use kernel::{BodyId, OrgCode, UnitCode};
use pack::Text;
use serde::Deserialize;
use time::Date;

/// Where bodies of a kind stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnePer {
    /// One in every commune: `kind/<commune>`.
    Commune,
    /// One in every province: `kind/<province>`.
    Province,
}

/// A kind of body.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyKind {
    /// The part of a body's id before the slash.
    pub id: String,
    /// Its name. For a kind with one body per unit, `{unit}` stands for the unit's name.
    pub name: Text,
    /// One body in every such unit. Without it the bodies of the kind are listed, or the kind is itself the one body.
    #[serde(default)]
    pub one_per: Option<OnePer>,
    /// The kind of the body right above: that of the same province, or the one of the country. Without it nobody but the
    /// operator of the system is above.
    #[serde(default)]
    pub under: Option<String>,
    /// Whether citizens who signed in may ask through bodies of this kind (the national portal).
    #[serde(default)]
    pub serves_citizens: bool,
    /// Organisation code, where the kind is one body and the code is known.
    #[serde(default)]
    pub org_code: Option<OrgCode>,
    /// First day.
    #[serde(default, with = "pack::date::option")]
    pub from: Option<Date>,
    /// Last day.
    #[serde(default, with = "pack::date::option")]
    pub until: Option<Date>,
    /// The law that sets it up.
    pub legal_basis: Vec<String>,
    /// How sure the pack is of this: V, V2, M, m.
    #[serde(default)]
    pub confidence: Option<String>,
}

/// A body that the pack lists by itself, such as a hospital.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedBody {
    /// Its id, `kind/code`.
    pub id: BodyId,
    /// Its name.
    pub name: Text,
    /// Organisation code, where known.
    #[serde(default)]
    pub org_code: Option<OrgCode>,
    /// The unit it stands in.
    #[serde(default)]
    pub unit: Option<UnitCode>,
    /// First day.
    #[serde(default, with = "pack::date::option")]
    pub from: Option<Date>,
    /// Last day.
    #[serde(default, with = "pack::date::option")]
    pub until: Option<Date>,
    /// How sure the pack is of this: V, V2, M, m.
    #[serde(default)]
    pub confidence: Option<String>,
}

/// A body as it stands on a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Body {
    /// Its id.
    pub id: BodyId,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: Text,
    /// Organisation code, where known.
    pub org_code: Option<OrgCode>,
    /// The unit it serves or stands in.
    pub unit: Option<UnitCode>,
    /// Whether citizens who signed in may ask through it.
    pub serves_citizens: bool,
}

/// A name that the pack gives to a purpose or a kind of unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// What other files call it.
    pub id: String,
    /// What people call it.
    pub name: Text,
}

/// What officers do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleKind {
    /// What other files call it.
    pub id: String,
    /// What people call it.
    pub name: Text,
    /// The kinds of bodies that have such officers; empty: every one.
    #[serde(default)]
    pub held_in: Vec<String>,
}

/// Whether a day lies between `from` and `until`, both included.
pub(crate) fn covers(from: Option<Date>, until: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}
