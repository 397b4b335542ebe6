//! Made-up dossiers: a year of a country, the same for the same seed, one after the other.

use anyhow::Result;
use indicator::Level;
use indicator::facts::{DossierFacts, OnlineLevel, ProcedureFacts, Reached, ServiceState, Supplement};
use indicator::live::{Bodies, COUNTRY};
use kernel::BodyId;
use pack::units::Units;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The year: the first whole one of the 34 provinces.
pub(super) const BEGINS: OffsetDateTime = datetime!(2026-01-01 00:00 +7);
/// When it is looked at.
pub(super) const NOW: OffsetDateTime = datetime!(2027-01-01 00:00 +7);
const SECONDS: u64 = 365 * 86_400;
/// Departments of each province, and ministries: bodies beside the communes.
const DEPARTMENTS: u16 = 12;
const MINISTRIES: u16 = 22;
/// Procedures of communes, provinces, ministries: 2,642 in all, as in the national catalogue.
const PROCEDURES: [(u16, u16); 3] = [(0, 420), (420, 1500), (1920, 722)];

/// The made-up country.
pub(super) struct Country {
    pub(super) bodies: Bodies,
    communes: Vec<BodyId>,
    departments: Vec<BodyId>,
    ministries: Vec<BodyId>,
    codes: Vec<String>,
    dossiers: u64,
    seed: u64,
}

/// A number from a number: splitmix64, whose output is as good as random.
const fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Numbers for one dossier.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// True so many times in a thousand.
    fn happens(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// Small numbers far more often than large ones.
    fn skewed(&mut self, bound: u64) -> u64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((unit * unit * unit) * bound as f64) as u64
    }
}

impl Country {
    /// The bodies of today's units, with departments and ministries.
    pub(super) fn new(units: &Units, dossiers: u64, seed: u64) -> Result<Self> {
        let day = date!(2026 - 06 - 30);
        let mut bodies = Bodies::of_units(units, day)?;
        let of = |level: Level| bodies.all().iter().filter(move |body| body.level == level).map(|body| body.id.clone());
        let (communes, provinces): (Vec<_>, Vec<_>) = (of(Level::Commune).collect(), of(Level::Province).collect());
        let mut departments = Vec::new();
        for province in &provinces {
            for n in 0..DEPARTMENTS {
                let id = BodyId::new(format!("department-{n}/{}", province.unit().unwrap_or_default()));
                bodies.add(&id, Level::Office, province)?;
                departments.push(id);
            }
        }
        let mut ministries = Vec::new();
        for n in 0..MINISTRIES {
            let id = BodyId::new(format!("ministry-{n}"));
            bodies.add(&id, Level::Ministry, &BodyId::from(COUNTRY))?;
            ministries.push(id);
        }
        let count = PROCEDURES.iter().map(|(_, count)| *count).sum::<u16>();
        let codes = (0..count).map(|n| format!("1.{:06}", 1000 + n)).collect();
        Ok(Self { bodies, communes, departments, ministries, codes, dossiers, seed })
    }

    /// What each body may do: so that counts by procedure have something to count.
    pub(super) fn procedures(&self) -> impl Iterator<Item = ProcedureFacts> {
        let kinds = [&self.communes, &self.departments, &self.ministries].into_iter().zip(PROCEDURES);
        kinds.flat_map(move |(bodies, (first, count))| {
            bodies.iter().flat_map(move |body| (first..first + count).map(move |n| self.procedure(body, n)))
        })
    }

    fn procedure(&self, body: &BodyId, n: u16) -> ProcedureFacts {
        let mut draw = Draw(mixed(self.seed ^ u64::from(n)));
        let online =
            draw.happens(700).then(|| if draw.happens(500) { OnlineLevel::Full } else { OnlineLevel::Partial });
        let fee_bearing = draw.happens(400);
        ProcedureFacts {
            body: body.clone(),
            procedure: self.codes[usize::from(n)].clone(),
            online,
            service: online.map(|_| ServiceState::Public),
            fee_bearing,
            payable_online: fee_bearing && draw.happens(800),
            for_people: draw.happens(800),
            public: true,
            complete: draw.happens(970),
            decisions: Vec::new(),
        }
    }

    /// The number of a procedure, by its code.
    pub(super) fn procedure_number(&self, code: &str) -> u16 {
        self.codes.binary_search_by(|known| known.as_str().cmp(code)).unwrap_or(0) as u16
    }

    /// The id of a dossier.
    pub(super) fn id(&self, n: u64) -> Uuid {
        Uuid::from_u64_pair(mixed(self.seed ^ n), mixed(!self.seed ^ n.wrapping_mul(31)))
    }

    /// An empty form, to be filled again and again.
    pub(super) fn blank(&self) -> DossierFacts {
        DossierFacts {
            dossier: Uuid::nil(),
            code: String::new(),
            body: BodyId::from(COUNTRY),
            procedure: String::new(),
            received_at: None,
            due_at: None,
            limit_hours: None,
            channel: None,
            statuses: Vec::new(),
            supplements: Vec::new(),
            files: 0,
            digitised: 0,
            reused: 0,
            from_store: 0,
            paper_result: false,
            result_file: false,
            result_code: false,
            result_stored: false,
            fee_bearing: false,
            fees: 0,
            fees_above_zero: 0,
            paid_online: None,
            citizen_data: false,
            synced: false,
            liked: None,
            complained: false,
        }
    }

    /// Fills the facts of the `n`-th dossier. They come in the order of their receipt.
    pub(super) fn fill(&self, n: u64, facts: &mut DossierFacts) {
        let mut draw = Draw(mixed(self.seed.wrapping_mul(0x51_7c_c1) ^ n));
        let (bodies, (first, count)) = match draw.below(100) {
            0..62 => (&self.communes, PROCEDURES[0]),
            62..90 => (&self.departments, PROCEDURES[1]),
            _ => (&self.ministries, PROCEDURES[2]),
        };
        // Some communes are ten times as large as others.
        let body = if bodies.len() > 1000 {
            draw.skewed(bodies.len() as u64) / 2 + draw.below(bodies.len() as u64) / 2
        } else {
            draw.below(bodies.len() as u64)
        };
        let procedure = u64::from(first) + draw.skewed(u64::from(count));
        facts.dossier = self.id(n);
        facts.body.clone_from(&bodies[body as usize % bodies.len()]);
        facts.procedure.clone_from(&self.codes[procedure as usize]);
        let passed = (u128::from(n) * u128::from(SECONDS) / u128::from(self.dossiers.max(1))) as i64;
        let received = BEGINS + Duration::seconds(passed);
        let term = Duration::days(1 + draw.below(30) as i64);
        let due = received + term;
        facts.received_at = Some(received);
        facts.due_at = Some(due);
        facts.channel = Some(if draw.happens(560) { 2 } else { 1 + 2 * u8::from(draw.happens(30)) });
        self.fill_course(&mut draw, facts, received, due);
        fill_flags(&mut draw, facts);
    }

    fn fill_course(&self, draw: &mut Draw, facts: &mut DossierFacts, received: OffsetDateTime, due: OffsetDateTime) {
        facts.statuses.clear();
        facts.supplements.clear();
        let requests = if draw.happens(50) { 1 + usize::from(draw.happens(80)) } else { 0 };
        for _ in 0..requests {
            let asked_at = received + Duration::hours(draw.below(40) as i64);
            let answered_at = draw.happens(900).then(|| asked_at + Duration::hours(1 + draw.below(200) as i64));
            facts.supplements.push(Supplement { asked_at, answered_at, due_at: None });
        }
        // Most in time, some late by up to a month, a few never.
        let ended = if draw.happens(930) {
            received + (due - received) * (draw.below(1000) as f64 / 1000.0)
        } else {
            due + Duration::hours(1 + draw.below(700) as i64)
        };
        if ended < NOW && !draw.happens(5) {
            facts.statuses.push(Reached { status: 9, at: ended });
            facts.statuses.push(Reached { status: 10, at: ended + Duration::hours(draw.below(100) as i64) });
        }
    }
}

fn fill_flags(draw: &mut Draw, facts: &mut DossierFacts) {
    facts.files = draw.below(6) as u16;
    facts.digitised = u16::from(draw.happens(550));
    facts.reused = u16::from(draw.happens(200));
    facts.from_store = u16::from(draw.happens(60));
    facts.paper_result = draw.happens(700);
    facts.result_file = draw.happens(620);
    facts.result_code = draw.happens(900);
    facts.result_stored = draw.happens(100);
    facts.fee_bearing = draw.happens(420);
    facts.fees = u16::from(draw.happens(900));
    facts.fees_above_zero = facts.fees * u16::from(draw.happens(850));
    facts.paid_online = draw.happens(450).then_some(1);
    facts.citizen_data = draw.happens(640);
    facts.synced = draw.happens(970);
    facts.liked = if draw.happens(50) { Some(!draw.happens(40)) } else { None };
    facts.complained = draw.happens(3);
}

#[cfg(test)]
mod tests {
    use super::Country;
    use pack::units::Units;
    use pack::{Pack, Report};

    #[test]
    fn the_same_seed_makes_the_same_country() {
        let units = Units::read(&Pack::embedded("vn").unwrap(), &mut Report::new());
        let made = |seed: u64| {
            let country = Country::new(&units, 1_000, seed).unwrap();
            let mut facts = country.blank();
            (0..1_000)
                .map(|n| {
                    country.fill(n, &mut facts);
                    facts.clone()
                })
                .collect::<Vec<_>>()
        };
        let first = made(1);
        assert_eq!(first, made(1));
        assert_ne!(first, made(2));
        let mut ids: Vec<_> = first.iter().map(|facts| facts.dossier).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 1_000);
        assert!(first.windows(2).all(|pair| pair[0].received_at <= pair[1].received_at));
        assert!(
            first.iter().any(|facts| facts.statuses.is_empty())
                && first.iter().any(|facts| facts.supplements.len() > 1)
        );
    }
}
