//! What the pages ask the store for, and how long it takes.

use super::super::measure::Spread;
use anyhow::Result;
use indicator::live::{Live, Wanted};
use indicator::{Level, Month, Period, PeriodKind};
use std::time::{Duration, Instant};

/// How often each page is asked for.
const PAGES: usize = 200;

/// Communes on the list of the latest.
const LATEST: usize = 10;

/// Times of the pages.
pub(super) struct Pages {
    pub(super) national: Spread,
    pub(super) province: Spread,
    pub(super) agency: Spread,
    pub(super) list: Spread,
}

/// Asks for every kind of page.
pub(super) fn measure(live: &Live) -> Result<Pages> {
    let year: Period = "2026".parse().map_err(anyhow::Error::msg)?;
    let of = |level: Level| -> Vec<u16> {
        let all = live.bodies().all().iter().enumerate();
        all.filter(|(_, body)| body.level == level).map(|(number, _)| number as u16).collect()
    };
    let (provinces, communes) = (of(Level::Province), of(Level::Commune));
    let step = (communes.len() / PAGES).max(1);
    let time = |scope: u16, page: &dyn Fn(&Live, u16, Period) -> Result<()>| -> Result<Duration> {
        let began = Instant::now();
        page(live, scope, year)?;
        Ok(began.elapsed())
    };
    let times = |scopes: &[u16], page: &dyn Fn(&Live, u16, Period) -> Result<()>| -> Result<Spread> {
        Ok(Spread::of(scopes.iter().map(|scope| time(*scope, page)).collect::<Result<Vec<_>>>()?.into_iter()))
    };
    Ok(Pages {
        national: times(&[0; PAGES / 4], &page)?,
        province: times(&provinces, &page)?,
        agency: times(&communes.iter().copied().step_by(step).collect::<Vec<_>>(), &page)?,
        list: times(&[0; PAGES / 4], &|live, scope, period| list(live, scope, period))?,
    })
}

/// What `/chi-so` asks for: score of the year, its work, ranking of those right below with their work, the latest communes, the
/// trend by month; and the list that is one click further.
fn page(live: &Live, scope: u16, period: Period) -> Result<()> {
    std::hint::black_box(live.score(scope, period)?);
    std::hint::black_box(live.work(scope, period));
    for (body, score) in live.ranking(scope, period)? {
        std::hint::black_box((score, live.work(body, period)));
    }
    std::hint::black_box(live.lagging(scope, period, Level::Commune, LATEST));
    for month in (1..=12).filter_map(|month| Month::new(period.first().year(), month)) {
        let month = month.within(PeriodKind::Month);
        std::hint::black_box((live.score(scope, month)?, live.work(scope, month)));
    }
    list(live, scope, period)
}

fn list(live: &Live, scope: u16, period: Period) -> Result<()> {
    let wanted = Wanted { scope, period, procedure: None, has: "overdue", lacks: None, after: None, limit: 50 };
    std::hint::black_box(live.list(&wanted)?);
    Ok(())
}
