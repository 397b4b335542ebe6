//! What the pack says of procedures at bodies, for the index: which can be filed here, what they cost, whether they are
//! described whole. Of procedures that the pack does not describe nothing is known, and nothing is counted.

use indicator::facts::{OnlineLevel, ProcedureFacts, ServiceState};
use indicator::live::{Bodies, COUNTRY};
use kernel::BodyId;
use procedure::definition::{ChannelKind, Group, Procedure};
use procedure::{Catalogue, Setting};
use time::Date;

/// Every procedure and group in force, at every scored body that carries it out. When they were announced is not known: the
/// pack has decisions without their days.
#[must_use]
pub fn at_bodies(setting: &Setting, bodies: &Bodies, on: Date) -> Vec<ProcedureFacts> {
    let catalogue = &setting.catalogue;
    let single = catalogue.procedures_on(on).map(|dated| {
        let procedure = &dated.item;
        (&procedure.code, procedure.through.is_some(), vec![procedure])
    });
    // Dossiers of a group are counted under its code, at the body that has its first step.
    let groups =
        catalogue.groups_on(on).map(|group| (&group.item.code, true, of_group(catalogue, &group.item, on).collect()));
    let known = single.chain(groups).filter_map(|(code, can_be_filed, procedures): (_, _, Vec<&Procedure>)| {
        let facts = ProcedureFacts {
            body: BodyId::from(COUNTRY),
            procedure: code.clone(),
            online: can_be_filed.then_some(OnlineLevel::Full),
            service: can_be_filed.then_some(ServiceState::Public),
            fee_bearing: procedures.iter().any(|procedure| has_fee(procedure)),
            // Nothing is paid here yet.
            payable_online: false,
            // The pack describes what people ask for themselves, and nothing of enterprises.
            for_people: true,
            public: true,
            complete: procedures.iter().all(|procedure| is_whole(procedure)),
            decisions: Vec::new(),
        };
        Some((&procedures.first()?.carried_out_by, facts))
    });
    let known: Vec<_> = known.collect();
    let of_body = |body: &BodyId| {
        let here = known.iter().filter(|(kinds, _)| kinds.iter().any(|kind| kind == body.kind()));
        here.map(|(_, facts)| ProcedureFacts { body: body.clone(), ..facts.clone() }).collect::<Vec<_>>()
    };
    bodies.all().iter().flat_map(|body| of_body(&body.id)).collect()
}

/// The procedures that a group carries out, those that the pack describes.
pub(crate) fn of_group<'a>(
    catalogue: &'a Catalogue,
    group: &'a Group,
    on: Date,
) -> impl Iterator<Item = &'a Procedure> {
    let codes = group.members.iter().filter_map(|member| member.procedure.as_deref());
    codes.filter_map(move |code| catalogue.procedure(code, on)).map(|dated| &dated.item)
}

/// Whether something is to be paid where it is filed online.
pub(crate) fn has_fee(procedure: &Procedure) -> bool {
    procedure.channels.iter().any(|way| way.kind == ChannelKind::Online && way.fee.is_some_and(|fee| fee > 0))
}

/// Whether the parts that can be told from the description are there (NĐ 63/2010/NĐ-CP, Điều 8): ways of filing with their
/// terms, papers, results, who decides, and the decision that published it.
fn is_whole(procedure: &Procedure) -> bool {
    let lists = [procedure.channels.is_empty(), procedure.cases.is_empty(), procedure.results.is_empty()];
    !lists.contains(&true) && procedure.decision.is_some()
}

#[cfg(test)]
mod tests {
    use super::at_bodies;
    use crate::country::Country;
    use indicator::facts::OnlineLevel;
    use indicator::live::Bodies;
    use time::macros::date;

    #[test]
    fn a_commune_has_its_procedures_and_those_that_are_filed_here_are_online() {
        let (country, on) = (Country::open(None).unwrap(), date!(2026 - 11 - 02));
        let bodies = Bodies::of_units(&country.units, on).unwrap();
        let all = at_bodies(&country.setting, &bodies, on);
        let here: Vec<_> = all.iter().filter(|facts| facts.body.as_str() == "commune-committee/00004").collect();
        let of = |code: &str| here.iter().find(|facts| facts.procedure == code).copied();
        assert_eq!(of("1.001193").and_then(|facts| facts.online), Some(OnlineLevel::Full), "through its group");
        assert_eq!(of("3.000722").and_then(|facts| facts.online), Some(OnlineLevel::Full));
        assert_eq!(of("1.000894").map(|facts| facts.online), Some(None), "marriages are not filed here");
        assert!(of("1.004222").is_none(), "the police register residence");
        assert_eq!(all.len() % here.len(), 0, "every commune has the same");
    }

    #[test]
    fn who_carries_out_a_procedure_is_a_kind_of_body() {
        let country = Country::open(None).unwrap();
        let text =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/vn/bodies/kinds.yaml")).unwrap();
        for procedure in country.setting.catalogue.procedures_on(date!(2026 - 11 - 02)) {
            assert!(!procedure.item.carried_out_by.is_empty(), "{}", procedure.item.code);
            for kind in &procedure.item.carried_out_by {
                assert!(text.contains(&format!("- id: {kind}\n")), "{}: {kind}", procedure.item.code);
            }
        }
    }
}
