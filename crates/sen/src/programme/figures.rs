//! What the platform measures of bodies for their tasks: components of the index of the quality of service.

use indicator::stored::Desk;
use indicator::{Month, PeriodKind};
use programme::jobs::Figures;
use std::sync::Arc;

/// The figures of the index, of the year so far: `index/6.5` is the rate of component 6.5 in percent.
pub fn figures(index: &Desk) -> Figures {
    let index = index.clone();
    Arc::new(move |body, measure| {
        let component = measure.strip_prefix(portal::MEASURES_INDEX)?;
        let live = index.figured().ok()?.read();
        let scope = live.bodies().number(body).ok()?;
        let year = Month::of(live.now()).within(PeriodKind::Year);
        let score = live.score(scope, year).ok()?;
        score.component(component)?.rate.as_deref()?.parse().ok()
    })
}
