//! What the pack itself has, as the catalogue searches it.

use catalogue::search::Doc;
use catalogue::{Level, Online};
use pack::Dated;
use procedure::Catalogue;
use procedure::definition::{Group, Procedure};
use std::collections::BTreeSet;
use time::Date;

/// The groups and procedures of the pack that are in force on a day.
#[must_use]
pub fn packed(catalogue: &Catalogue, on: Date) -> Vec<Doc> {
    let groups = catalogue.groups_on(on).map(of_group);
    let procedures = catalogue.procedures_on(on).map(|procedure| {
        let group = procedure.item.through.as_deref().and_then(|code| catalogue.group(code, on));
        of_procedure(procedure, group)
    });
    groups.chain(procedures).collect()
}

fn of_group(group: &Dated<Group>) -> Doc {
    let item = &group.item;
    let mut titles = vec![item.title().vi.clone(), item.title().en.clone(), item.name.en.clone()];
    titles.dedup();
    Doc {
        code: item.code.clone(),
        name: item.name.vi.clone(),
        titles,
        keywords: item.keywords.clone(),
        more: item.members.iter().flat_map(|member| [member.name.vi.clone(), member.name.en.clone()]).collect(),
        online: Some(Online::Full),
        filed_by: Some(item.code.clone()),
        essential: item.essential.is_some(),
        group: item.members.len() > 1,
        ..Doc::default()
    }
}

/// A procedure. Words that it shares with the group through which it is filed are the group's: who uses them wants all
/// of it.
fn of_procedure(procedure: &Dated<Procedure>, group: Option<&Dated<Group>>) -> Doc {
    let item = &procedure.item;
    let shared: &[String] = group.map(|group| group.item.keywords.as_slice()).unwrap_or_default();
    let levels: BTreeSet<Level> = item.levels.iter().map(|level| level_of(*level)).collect();
    Doc {
        code: item.code.clone(),
        name: item.name.vi.clone(),
        titles: vec![item.name.en.clone()],
        keywords: item.keywords.iter().filter(|word| !shared.contains(word)).cloned().collect(),
        field: format!("{} {}", item.field.vi, item.field.en),
        owner: item.authority.vi.clone(),
        more: item.decision.iter().cloned().collect(),
        levels,
        online: group.map(|_| Online::Full),
        filed_by: item.through.clone().filter(|_| group.is_some()),
        essential: item.essential.is_some(),
        ..Doc::default()
    }
}

fn level_of(level: procedure::definition::Level) -> Level {
    use procedure::definition::Level as Packed;
    match level {
        Packed::Ministry => Level::Ministry,
        Packed::Province => Level::Province,
        Packed::Commune => Level::Commune,
        Packed::Other => Level::Other,
    }
}
