//! TEMPORARY
use crate::{Agreement, Kind};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Level {
    pub(crate) id: &'static str,
    pub(crate) agreement: Agreement,
}
const fn same(id: &'static str) -> Level {
    Level { id, agreement: Agreement::Same }
}
const fn similar(id: &'static str) -> Level {
    Level { id, agreement: Agreement::Similar }
}
const fn differs(id: &'static str) -> Level {
    Level { id, agreement: Agreement::Differs }
}
const NAME: [Level; 13] = [
    same("same"),
    same("typed"),
    similar("unmarked"),
    similar("marks"),
    similar("slip"),
    similar("order"),
    similar("part"),
    similar("initials"),
    similar("slips"),
    differs("middle"),
    differs("surname"),
    differs("given"),
    differs("differs"),
];
const DATE: [Level; 8] = [
    same("same"),
    similar("part"),
    similar("swapped"),
    similar("first-january"),
    similar("digit"),
    similar("two-of-three"),
    differs("year"),
    differs("differs"),
];
const NUMBER: [Level; 4] = [same("same"), similar("slip"), similar("tail"), differs("differs")];
const SEX: [Level; 4] = [same("same"), similar("inferred"), similar("inferred-differs"), differs("differs")];
const COMMUNE: [Level; 4] = [same("same"), similar("succeeded"), differs("province"), differs("differs")];
const TEXT: [Level; 5] = [same("same"), similar("close"), similar("near"), similar("part"), differs("differs")];
const CODE: [Level; 2] = [same("same"), differs("differs")];
pub(crate) const fn levels_of(kind: Kind) -> &'static [Level] {
    match kind {
        Kind::FullName | Kind::KinName => &NAME,
        Kind::Date => &DATE,
        Kind::PersonalNumber | Kind::OldId | Kind::Number => &NUMBER,
        Kind::Sex => &SEX,
        Kind::Commune => &COMMUNE,
        Kind::Text => &TEXT,
        Kind::Province | Kind::Code => &CODE,
    }
}
