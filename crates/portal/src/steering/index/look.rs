//! Which body and which period a page is about, and who may see what is behind its figures.

use crate::State;
use crate::page::{encoded, query};
use axum::http::Uri;
use indicator::live::{Body, COUNTRY, Live};
use indicator::{Error, Month, Period, PeriodKind};
use kernel::{BodyId, Ctx, Kind, Problem, Role};
use pack::Text;
use serde_json::{Value, json};
use web::OfficerSession;

/// Who comes in here.
const LEADER: &str = "leader";
/// Years before this one that the filter offers.
const YEARS_BACK: i32 = 1;

/// What a page is about.
pub(super) struct Look {
    pub(super) body: BodyId,
    pub(super) scope: u16,
    pub(super) period: Period,
}

impl Look {
    /// Reads `?don-vi=…&ky=…`: the country and this year where they are missing or misspelt.
    ///
    /// # Errors
    /// `IND0015` while figures are counted.
    pub(super) fn read(state: &State, ctx: &Ctx, uri: &Uri) -> Result<Self, Problem> {
        let live = state.index.figured()?.read();
        let asked = query(uri, "don-vi").map(BodyId::new);
        let known = asked.and_then(|body| live.bodies().number(&body).ok().map(|scope| (body, scope)));
        let (body, scope) = known.unwrap_or_else(|| (BodyId::from(COUNTRY), 0));
        let this_year = Month::of(ctx.now()).within(PeriodKind::Year);
        let period = query(uri, "ky").and_then(|text| text.parse().ok()).unwrap_or(this_year);
        Ok(Self { body, scope, period })
    }

    /// The same period of another body.
    ///
    /// # Errors
    /// `IND0005` no such body, `IND0015` while figures are counted.
    pub(super) fn at(self, state: &State, body: &BodyId) -> Result<Self, Problem> {
        let scope = state.index.figured()?.read().bodies().number(body).map_err(|_| Error::UnknownBody)?;
        Ok(Self { body: body.clone(), scope, ..self })
    }

    /// `don-vi=…&ky=…` for links.
    pub(super) fn query(&self) -> String {
        of(&self.body, self.period)
    }
}

/// `don-vi=…&ky=…`
pub(super) fn of(body: &BodyId, period: Period) -> String {
    format!("don-vi={}&ky={period}", encoded(body.as_str()))
}

/// The name of a body that is scored.
pub(super) fn name(state: &State, ctx: &Ctx, body: &BodyId) -> Text {
    if body.as_str() == COUNTRY {
        return Text { vi: "Cả nước".to_owned(), en: "The whole country".to_owned() };
    }
    state.body_name(ctx, body)
}

/// From the country down to the body.
pub(super) fn path(state: &State, ctx: &Ctx, live: &Live, scope: u16) -> Vec<Value> {
    let above = std::iter::successors(live.bodies().get(scope), |body| live.bodies().get(body.above?));
    let mut path: Vec<Value> =
        above.map(|body: &Body| json!({"id": body.id, "name": name(state, ctx, &body.id)})).collect();
    path.reverse();
    path
}

/// Periods that the filter offers: this and the last year, their quarters and months that have begun, newest first.
pub(super) fn periods(ctx: &Ctx, chosen: Period) -> Vec<Value> {
    let now = Month::of(ctx.now());
    let mut all = Vec::new();
    for year in (now.year() - YEARS_BACK..=now.year()).rev() {
        let months: Vec<Month> =
            (1..=12).rev().filter_map(|month| Month::new(year, month)).filter(|month| *month <= now).collect();
        for kind in [PeriodKind::Year, PeriodKind::Quarter, PeriodKind::Month] {
            for month in &months {
                let period = month.within(kind);
                if !all.contains(&period) {
                    all.push(period);
                }
            }
        }
    }
    if !all.contains(&chosen) {
        all.push(chosen);
    }
    all.into_iter()
        .map(|period| json!({"value": period.to_string(), "chosen": period == chosen, "name": called(period)}))
        .collect()
}

/// What a period is called.
pub(super) fn called(period: Period) -> Text {
    let (year, month) = (period.first().year(), period.first().month());
    let (vi, en) = match period.kind() {
        PeriodKind::Year => (format!("Năm {year}"), format!("{year}")),
        PeriodKind::Quarter => {
            let quarter = (month - 1) / 3 + 1;
            (format!("Quý {quarter}/{year}"), format!("Quarter {quarter} of {year}"))
        }
        PeriodKind::Month => (format!("Tháng {month}/{year}"), format!("{month}/{year}")),
    };
    Text { vi, en }
}

/// # Errors
/// `WEB0009` for an officer who leads nothing.
pub(super) fn leader(me: &OfficerSession) -> Result<(), Problem> {
    let leads = me.roles.iter().map(Role::as_str).any(|role| role == LEADER);
    if leads { Ok(()) } else { Err(not_for_you()) }
}

/// A leader sees what is behind the figures of the own body and of those below it; who leads at the national portal,
/// of all.
pub(super) fn may_open(live: &Live, me: &OfficerSession, scope: u16) -> bool {
    if me.body.as_str() == procedure::PORTAL {
        return true;
    }
    let own = live.bodies().number(&me.body);
    own.is_ok_and(|own| live.bodies().within(own).get(usize::from(scope)).copied().unwrap_or(false))
}

/// The number of a body that the leader may look into.
///
/// # Errors
/// `IND0005` no such body, `WEB0009` not for this leader.
pub(super) fn opened(live: &Live, me: &OfficerSession, body: &BodyId) -> Result<u16, Problem> {
    leader(me)?;
    let scope = live.bodies().number(body).map_err(|_| Problem::from(Error::UnknownBody))?;
    if may_open(live, me, scope) { Ok(scope) } else { Err(not_for_you()) }
}

fn not_for_you() -> Problem {
    Problem::new(Kind::Forbidden, web::codes::NOT_FOR_YOU)
}
