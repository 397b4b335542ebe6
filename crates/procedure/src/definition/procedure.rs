//! A single procedure: what is handed in, what one gets, how long and how much by each way of filing.

use kernel::calendar::Term;
use pack::Text;
use serde::Deserialize;

/// A procedure as the national database of procedures describes it. One document is one version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// National code, such as `1.001193`.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// What it gives, in a sentence of our own.
    #[serde(default)]
    pub summary: Option<Text>,
    /// Other words people search with.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// At which levels it is carried out.
    pub levels: Vec<Level>,
    /// Field of administration.
    pub field: Text,
    /// Who may ask for it.
    #[serde(default)]
    pub applicants: Option<Text>,
    /// Who decides.
    pub authority: Text,
    /// Kinds of bodies that carry it out, as the pack's `body_kinds` name them.
    #[serde(default)]
    pub carried_out_by: Vec<String>,
    /// The decision that published it.
    #[serde(default)]
    pub decision: Option<String>,
    /// Ways of filing; duration and fee hang on them.
    pub channels: Vec<Channel>,
    /// Cases (trường hợp); the components hang on them.
    #[serde(default)]
    pub cases: Vec<Case>,
    /// What one gets.
    pub results: Vec<ResultKind>,
    /// Steps inside the body.
    #[serde(default)]
    pub steps: Vec<InternalStep>,
    /// The group through which it can be filed here.
    #[serde(default)]
    pub through: Option<String>,
    /// Its place in the list of 25 essential services (QĐ 06/QĐ-TTg, Phụ lục 1).
    #[serde(default)]
    pub essential: Option<u8>,
}

/// Level of administration.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Cấp bộ.
    Ministry,
    /// Cấp tỉnh.
    Province,
    /// Cấp xã.
    Commune,
    /// Cơ quan khác.
    Other,
}

/// A way of filing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Which.
    pub kind: ChannelKind,
    /// How long it takes; absent where the pack does not know.
    #[serde(default)]
    pub term: Option<Term>,
    /// Fee in đồng; absent where it is set by the province or unknown.
    #[serde(default)]
    pub fee: Option<i64>,
    /// What else is to be said.
    #[serde(default)]
    pub note: Option<Text>,
}

/// A way of filing (kênh thực hiện).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// Trực tiếp.
    Counter,
    /// Trực tuyến.
    Online,
    /// Bưu chính.
    Post,
}

/// A case of a procedure with what has to be handed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Which case.
    pub name: Text,
    /// What has to be handed in or shown.
    pub components: Vec<Component>,
}

/// A paper, or the data in its place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// What it is.
    pub name: Text,
    /// Handed in or only shown.
    #[serde(default)]
    pub way: ComponentWay,
    /// Originals.
    #[serde(default)]
    pub originals: u8,
    /// Copies.
    #[serde(default)]
    pub copies: u8,
    /// The service whose answer makes the paper unnecessary.
    #[serde(default)]
    pub replaced_by: Option<String>,
}

/// Whether a component stays with the body.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentWay {
    /// Phải nộp.
    #[default]
    HandIn,
    /// Phải xuất trình.
    Show,
}

/// A kind of result.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultKind {
    /// National code, such as `KQ.G15.000031`; absent where none is known.
    #[serde(default)]
    pub code: Option<String>,
    /// What it is.
    pub name: Text,
    /// What one gets instead where the procedure is refused.
    #[serde(default)]
    pub on_refusal: bool,
}

/// A step inside the body.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InternalStep {
    /// What is done.
    pub name: Text,
    /// By whom.
    pub role: String,
    /// How long it may take.
    #[serde(default)]
    pub term: Option<Term>,
}
