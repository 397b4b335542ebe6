//! What is known of a dossier, a petition, a procedure: the evidence. Nothing personal is in it.

use kernel::BodyId;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// What is known of one dossier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierFacts {
    /// Which.
    pub dossier: Uuid,
    /// Its number on paper.
    #[serde(default)]
    pub code: String,
    /// The body it counts for.
    pub body: BodyId,
    /// Its procedure.
    pub procedure: String,
    /// NgayTiepNhan. A dossier that was never received is not counted.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub received_at: Option<OffsetDateTime>,
    /// NgayHenTra, as first named.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub due_at: Option<OffsetDateTime>,
    /// Where no day was named: the procedure's longest time, in working hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_hours: Option<u32>,
    /// KenhThucHien: 1 at the counter, 2 online, 3 by post. None counts as 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u8>,
    /// The statuses it reached (1 to 10) and when; one reached twice counts from the last time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Reached>,
    /// What the citizen was asked to add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplements: Vec<Supplement>,
    /// Papers with a file (TaiLieuNop).
    #[serde(default)]
    pub files: u16,
    /// Of them digitised (DuocSoHoa).
    #[serde(default)]
    pub digitised: u16,
    /// Of them reused (DuocTaiSuDung).
    #[serde(default)]
    pub reused: u16,
    /// Of them taken from the person's national store (DuocLayTuKhoDMQG).
    #[serde(default)]
    pub from_store: u16,
    /// The procedure gives a paper.
    #[serde(default)]
    pub paper_result: bool,
    /// There is a file of the result (DuongDanTepTinKetQua).
    #[serde(default)]
    pub result_file: bool,
    /// The result has its code (MaKetQua).
    #[serde(default)]
    pub result_code: bool,
    /// The result is in the person's store.
    #[serde(default)]
    pub result_stored: bool,
    /// The procedure has fees or charges.
    #[serde(default)]
    pub fee_bearing: bool,
    /// Rows of fees (DanhSachLePhi).
    #[serde(default)]
    pub fees: u16,
    /// Of them those above zero.
    #[serde(default)]
    pub fees_above_zero: u16,
    /// DuocThanhToanTrucTuyen: 1 on the national portal, 2 on a ministry's or province's. None: not online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_online: Option<u8>,
    /// Population data were used (TaiKhoanDuocXacThucVoiVNeID, MaCSDL).
    #[serde(default)]
    pub citizen_data: bool,
    /// The national portal has it.
    #[serde(default)]
    pub synced: bool,
    /// What the citizen thought of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liked: Option<bool>,
    /// A petition was about it.
    #[serde(default)]
    pub complained: bool,
}

/// A status and when it was reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// 1 to 10 (danh mục trạng thái hồ sơ).
    pub status: u8,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A request for papers, and the answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supplement {
    /// NgayBoSung.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
    /// NgayTiepNhanBoSung.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<OffsetDateTime>,
    /// NgayHenTraMoi: then the time of waiting is in it already.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub due_at: Option<OffsetDateTime>,
}

/// What is known of one petition (phản ánh, kiến nghị).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PetitionFacts {
    /// Which.
    pub petition: Uuid,
    /// The body it went to.
    pub body: BodyId,
    /// When it came in.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// What it is about, once somebody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// Refused.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<OffsetDateTime>,
    /// The citizen was asked for more.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<OffsetDateTime>,
    /// And gave it.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub supplied_at: Option<OffsetDateTime>,
    /// Answered.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<OffsetDateTime>,
    /// The answer is public.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub published_at: Option<OffsetDateTime>,
    /// Who liked the answer.
    #[serde(default)]
    pub likes: u32,
    /// Who did not.
    #[serde(default)]
    pub dislikes: u32,
    /// The same complaint came again.
    #[serde(default)]
    pub repeated: bool,
}

impl PetitionFacts {
    /// A petition that has just come in.
    #[must_use]
    pub fn new(petition: Uuid, body: &BodyId, received_at: OffsetDateTime) -> Self {
        Self {
            petition,
            body: body.clone(),
            received_at,
            about: None,
            refused_at: None,
            asked_at: None,
            supplied_at: None,
            answered_at: None,
            published_at: None,
            likes: 0,
            dislikes: 0,
            repeated: false,
        }
    }
}

/// What a petition is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// Quy định, TTHC.
    Regulation,
    /// Hành vi cán bộ.
    Conduct,
    /// Something else.
    Other,
}

/// What is known of a procedure at a body.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcedureFacts {
    /// The body that has the authority.
    pub body: BodyId,
    /// The procedure's code.
    pub procedure: String,
    /// How it can be filed online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<OnlineLevel>,
    /// Where the online service stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceState>,
    /// It has fees or charges.
    #[serde(default)]
    pub fee_bearing: bool,
    /// They can be paid online.
    #[serde(default)]
    pub payable_online: bool,
    /// Citizens are among those it is for.
    #[serde(default)]
    pub for_people: bool,
    /// It is public in the national database.
    #[serde(default)]
    pub public: bool,
    /// With all parts that the law asks for (NĐ 63/2010/NĐ-CP, Điều 8).
    #[serde(default)]
    pub complete: bool,
    /// The decisions that announced, changed or repealed it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Announcement>,
}

/// How far a procedure can be done online.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnlineLevel {
    /// Một phần.
    Partial,
    /// Toàn trình.
    Full,
}

/// Where an online service stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceState {
    /// Being made.
    Draft,
    /// Being tried by the public.
    Testing,
    /// Public.
    Public,
    /// Public until somebody agrees to take it away.
    AwaitingRemoval,
    /// Taken away.
    Removed,
}

/// A decision that announces a procedure (quyết định công bố).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Its number.
    pub decision: String,
    /// Its date.
    #[serde(with = "pack::date")]
    pub dated: Date,
    /// From when the newest rule it rests on is in force.
    #[serde(with = "pack::date")]
    pub basis_from: Date,
    /// Who decided.
    pub by: Announcer,
    /// The day somebody made it public.
    #[serde(default, with = "pack::date::option", skip_serializing_if = "Option::is_none")]
    pub public_on: Option<Date>,
}

/// Who announces a procedure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Announcer {
    /// A ministry.
    Ministry,
    /// The chair of a province.
    Province,
}

/// A figure that a body reports, for a month.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The body.
    pub body: BodyId,
    /// The month.
    pub month: crate::period::Month,
    /// The counter; one that the pack declares as given.
    pub counter: String,
    /// The figure.
    pub value: i64,
}
