//! What happens to a dossier, one event at a time, in whatever order it becomes known.
//!
//! A [`History`] takes events in any order and any number of times and always comes to the same: of two events that
//! speak of the same thing the later one counts (of its receipt the earlier), and of two of one instant always the same.

use crate::facts::{DossierFacts, Reached, Supplement};
use kernel::BodyId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// Something that happened to a dossier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// To which.
    pub dossier: Uuid,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. Amounts are what is known after the event, not what it added: so that hearing it twice does no harm.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// It is there: what it is.
    Opened {
        /// Its number on paper.
        code: String,
        /// The body it counts for.
        body: BodyId,
        /// Its procedure.
        procedure: String,
        /// 1 at the counter, 2 online, 3 by post.
        channel: Option<u8>,
        /// The procedure's longest time, in working hours.
        limit_hours: Option<u32>,
        /// The procedure gives a paper.
        paper_result: bool,
        /// The procedure has fees or charges.
        fee_bearing: bool,
    },
    /// It was received, to be answered by a day.
    Received {
        /// The day, where one was named.
        #[serde(default, with = "time::serde::rfc3339::option")]
        due_at: Option<OffsetDateTime>,
    },
    /// It reached a status of the national list.
    Status {
        /// 1 to 10.
        status: u8,
    },
    /// The citizen was asked for papers.
    Asked {
        /// Which request.
        request: Uuid,
    },
    /// And brought them.
    Answered {
        /// Which request.
        request: Uuid,
        /// The new day, where one was named.
        #[serde(default, with = "time::serde::rfc3339::option")]
        due_at: Option<OffsetDateTime>,
    },
    /// Its papers.
    Files {
        /// With a file.
        files: u16,
        /// Digitised.
        digitised: u16,
        /// Reused.
        reused: u16,
        /// From the person's store.
        from_store: u16,
    },
    /// Its result.
    Result {
        /// There is a file.
        file: bool,
        /// It has its code.
        code: bool,
        /// It is in the person's store.
        stored: bool,
    },
    /// What is to be paid.
    Fees {
        /// Rows.
        fees: u16,
        /// Above zero.
        above_zero: u16,
    },
    /// It was paid online.
    Paid {
        /// 1 on the national portal, 2 elsewhere.
        how: u8,
    },
    /// Population data were used.
    CitizenData,
    /// The national portal has it.
    Synced,
    /// The citizen rated it.
    Rated {
        /// Liked.
        liked: bool,
    },
    /// A petition was about it.
    Complained,
}

/// A value and since when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Since {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    what: What,
}

/// All that is known of a dossier, ready for what comes next.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct History {
    /// By kind of event (and its request or status), the one that counts.
    latest: BTreeMap<String, Since>,
}

impl History {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in an event. Returns whether anything changed.
    pub fn apply(&mut self, event: &Event) -> bool {
        let since = Since { at: event.at, what: event.what.clone() };
        match self.latest.entry(slot(&event.what)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(since);
                true
            }
            std::collections::btree_map::Entry::Occupied(mut taken) => {
                let old = taken.get();
                let (new, old) = ((since.at, &since.what), (old.at, &old.what));
                // A dossier is received once: the first day that was named is the one that counts.
                let counts = if matches!(since.what, What::Received { .. }) { new < old } else { new > old };
                if counts {
                    taken.insert(since);
                }
                counts
            }
        }
    }

    /// The last request for papers that has no answer yet.
    #[must_use]
    pub fn open_request(&self) -> Option<Uuid> {
        let asked = self.latest.values().filter_map(|since| match since.what {
            What::Asked { request } => Some((since.at, request)),
            _ => None,
        });
        let open = asked.filter(|(_, request)| !self.latest.contains_key(&format!("answered {request}")));
        open.max().map(|(_, request)| request)
    }

    /// The facts. None until it is known what the dossier is: what was heard before that waits.
    #[must_use]
    pub fn facts(&self, dossier: Uuid) -> Option<DossierFacts> {
        let What::Opened { code, body, procedure, channel, limit_hours, paper_result, fee_bearing } =
            self.latest.get("opened")?.what.clone()
        else {
            return None;
        };
        let mut facts = DossierFacts {
            dossier,
            code,
            body,
            procedure,
            received_at: None,
            due_at: None,
            limit_hours,
            channel,
            statuses: Vec::new(),
            supplements: Vec::new(),
            files: 0,
            digitised: 0,
            reused: 0,
            from_store: 0,
            paper_result,
            result_file: false,
            result_code: false,
            result_stored: false,
            fee_bearing,
            fees: 0,
            fees_above_zero: 0,
            paid_online: None,
            citizen_data: false,
            synced: false,
            liked: None,
            complained: false,
        };
        for since in self.latest.values() {
            self.fill(&mut facts, since);
        }
        facts.supplements.sort();
        facts.statuses.sort();
        Some(facts)
    }

    fn fill(&self, facts: &mut DossierFacts, since: &Since) {
        match &since.what {
            What::Opened { .. } | What::Answered { .. } => {}
            What::Received { due_at } => {
                facts.received_at = Some(since.at);
                facts.due_at = *due_at;
            }
            What::Status { status } => facts.statuses.push(Reached { status: *status, at: since.at }),
            What::Asked { request } => {
                // An answer without its question waits for it.
                let answer = self.latest.get(&format!("answered {request}"));
                let due_at = answer.and_then(|since| match since.what {
                    What::Answered { due_at, .. } => due_at,
                    _ => None,
                });
                facts.supplements.push(Supplement { asked_at: since.at, answered_at: answer.map(|a| a.at), due_at });
            }
            What::Files { files, digitised, reused, from_store } => {
                (facts.files, facts.digitised) = (*files, *digitised);
                (facts.reused, facts.from_store) = (*reused, *from_store);
            }
            What::Result { file, code, stored } => {
                (facts.result_file, facts.result_code, facts.result_stored) = (*file, *code, *stored);
            }
            What::Fees { fees, above_zero } => (facts.fees, facts.fees_above_zero) = (*fees, *above_zero),
            What::Paid { how } => facts.paid_online = Some(*how),
            What::CitizenData => facts.citizen_data = true,
            What::Synced => facts.synced = true,
            What::Rated { liked } => facts.liked = Some(*liked),
            What::Complained => facts.complained = true,
        }
    }
}

/// Events of one slot replace each other.
fn slot(what: &What) -> String {
    match what {
        What::Opened { .. } => "opened".to_owned(),
        What::Received { .. } => "received".to_owned(),
        What::Status { status } => format!("status {status}"),
        What::Asked { request } => format!("asked {request}"),
        What::Answered { request, .. } => format!("answered {request}"),
        What::Files { .. } => "files".to_owned(),
        What::Result { .. } => "result".to_owned(),
        What::Fees { .. } => "fees".to_owned(),
        What::Paid { .. } => "paid".to_owned(),
        What::CitizenData => "citizen-data".to_owned(),
        What::Synced => "synced".to_owned(),
        What::Rated { .. } => "rated".to_owned(),
        What::Complained => "complained".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, History, What};
    use crate::live::tests::{BEGIN, empty};
    use crate::tests::vietnam;
    use crate::{Period, Tally};
    use kernel::BodyId;
    use proptest::prelude::{Just, Strategy, any, prop};
    use proptest::{prop_assert, prop_assert_eq, proptest};
    use std::collections::BTreeMap;
    use time::Duration;
    use uuid::Uuid;

    fn what() -> impl Strategy<Value = What> {
        let request = (0..3_u128).prop_map(Uuid::from_u128);
        let opened = (0..3_u8, 0..3_u8, prop::option::of(1..=3_u8), any::<bool>()).prop_map(
            |(body, procedure, channel, flag)| What::Opened {
                code: String::new(),
                body: BodyId::from(["commune/00004", "commune/26734", "ministry/justice"][usize::from(body)]),
                procedure: format!("1.00000{procedure}"),
                channel,
                limit_hours: flag.then_some(16),
                paper_result: flag,
                fee_bearing: flag,
            },
        );
        let due = prop::option::of((0..60_i64).prop_map(|days| BEGIN + Duration::days(days)));
        proptest::prop_oneof![
            2 => opened,
            3 => due.clone().prop_map(|due_at| What::Received { due_at }),
            4 => (1..=10_u8).prop_map(|status| What::Status { status }),
            2 => request.clone().prop_map(|request| What::Asked { request }),
            2 => (request, due).prop_map(|(request, due_at)| What::Answered { request, due_at }),
            1 => any::<(bool, bool, bool)>().prop_map(|(file, code, stored)| What::Result { file, code, stored }),
            1 => (0..3_u16, 0..2_u16).prop_map(|(files, digitised)| What::Files { files, digitised, reused: 0, from_store: 1 }),
            1 => (0..3_u16, 0..2_u16).prop_map(|(fees, above_zero)| What::Fees { fees, above_zero }),
            1 => (1..=2_u8).prop_map(|how| What::Paid { how }),
            1 => any::<bool>().prop_map(|liked| What::Rated { liked }),
            1 => prop::sample::select(vec![What::Synced, What::CitizenData, What::Complained]),
        ]
    }

    fn event() -> impl Strategy<Value = Event> {
        (0..6_u128, 0..80_i64, what()).prop_map(|(dossier, days, what)| Event {
            dossier: Uuid::from_u128(dossier),
            at: BEGIN + Duration::days(days),
            what,
        })
    }

    proptest! {
        #![proptest_config(proptest::test_runner::Config { cases: 64, ..Default::default() })]

        #[test]
        fn any_order_and_any_repetition_comes_to_the_same_score(
            events in prop::collection::vec(event(), 1..50),
            order in Just((0..100_usize).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let (_, _, calendar) = vietnam();
            let run = |events: &mut dyn Iterator<Item = &Event>| {
                let mut live = empty(BEGIN);
                let mut known: BTreeMap<Uuid, History> = BTreeMap::new();
                for (n, event) in events.enumerate() {
                    let history = known.entry(event.dossier).or_default();
                    if history.apply(event) && let Some(facts) = history.facts(event.dossier) {
                        live.dossier(&facts).unwrap();
                    }
                    // Time goes on while they come in.
                    live.advance(BEGIN + Duration::days(n as i64));
                }
                live.advance(BEGIN + Duration::days(120));
                (live, known)
            };
            let (straight, known) = run(&mut events.iter());
            // Every event twice, in any order.
            let (shuffled, same) = run(&mut order.iter().map(|i| &events[i % events.len()]).chain(&events));
            prop_assert_eq!(&known, &same);
            for period in ["2026-01", "2026-Q1", "2026"] {
                let period: Period = period.parse().unwrap();
                for scope in 0..7 {
                    let figures = straight.figures(scope, period, None).unwrap();
                    prop_assert_eq!(&figures, &shuffled.figures(scope, period, None).unwrap());
                    prop_assert_eq!(straight.score(scope, period).unwrap(), shuffled.score(scope, period).unwrap());
                    let within = straight.bodies().within(scope);
                    let mut tally = Tally::new(&straight.definition().item, calendar, period, straight.now());
                    for facts in known.iter().filter_map(|(id, history)| history.facts(*id)) {
                        if within[usize::from(straight.bodies().number(&facts.body).unwrap())] {
                            tally.dossier(&facts);
                        }
                    }
                    prop_assert_eq!(figures, tally.figures());
                }
            }
        }

        #[test]
        fn events_are_written_and_read(event in event()) {
            let text = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Event>(&text).unwrap(), &event);
            let mut history = History::new();
            prop_assert!(history.apply(&event) && !history.apply(&event));
            let kept = serde_json::to_value(&history).unwrap();
            prop_assert_eq!(serde_json::from_value::<History>(kept).unwrap(), history);
        }
    }
}
