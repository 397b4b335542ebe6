//! The dashboard of a body: its score with every component, those below it, the trend, the map, what is late now.

use super::look::{self, Look, called, name};
use crate::State;
use crate::page::{self, Answer, query};
use crate::steering::on_tiles;
use axum::{extract, http::Uri};
use indicator::live::{Lagging, Live};
use indicator::{Level, Month, PeriodKind, Score};
use kernel::{BodyId, Ctx, Problem};
use serde_json::{Value, json};
use web::{OfficerSession, Visitor};

/// Bodies that the list of the latest names.
const LATEST_MAX: usize = 10;

/// `GET /chi-so`
pub(super) async fn public(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let look = Look::read(&state, &visitor.ctx, &uri)?;
    let mut content = content(&state, &visitor.ctx, &look)?;
    content["base"] = json!("/chi-so");
    Ok(page::open(&state, &visitor, "steering/index-board.html", content)?)
}

/// `GET /dieu-hanh/chi-so`
pub(super) async fn leaders(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    look::leader(&me)?;
    let look = Look::read(&state, &me.visit.ctx, &uri)?;
    let mut content = of_leader(&state, &me, &look)?;
    content["done"] = json!(query(&uri, "xong").is_some());
    Ok(page::own(&state, &me.visit, "steering/index-board.html", content)?)
}

fn of_leader(state: &State, me: &OfficerSession, look: &Look) -> Result<Value, Problem> {
    let mut content = content(state, &me.visit.ctx, look)?;
    content["base"] = json!("/dieu-hanh/chi-so");
    content["opens"] = json!(look::may_open(&state.index.figured()?.read(), me, look.scope));
    Ok(content)
}

/// The leader's page of a body in this year.
pub(super) fn of_body(state: &State, me: &OfficerSession, uri: &Uri, body: &BodyId) -> Result<Value, Problem> {
    of_leader(state, me, &Look::read(state, &me.visit.ctx, uri)?.at(state, body)?)
}

fn content(state: &State, ctx: &Ctx, look: &Look) -> Result<Value, Problem> {
    let live = state.index.figured()?.read();
    let score = live.score(look.scope, look.period)?;
    let work = live.work(look.scope, look.period);
    let level = live.bodies().get(look.scope).map(|body| body.level);
    Ok(json!({
        "body": {"id": look.body, "name": name(state, ctx, &look.body), "level": level},
        "path": look::path(state, ctx, &live, look.scope),
        "period": look.period.to_string(),
        "period_name": called(look.period),
        "periods": look::periods(ctx, look.period),
        "query": look.query(),
        "as_of": page::instant(live.now()),
        "basis": live.definition().legal_basis,
        "index": live.definition().item.name,
        "total": figure(&score.total), "of": score.of,
        "groups": groups(&live, &score),
        "legal": legal(&live, &score),
        "work": {"late": work.overdue, "open": work.open, "received": work.received},
        "below": below(state, ctx, &live, look)?,
        "latest": latest(state, ctx, &live, look),
        "trend": trend(&live, look)?,
        "tiles": if look.scope == 0 { tiles(state, ctx, &live, look)? } else { Value::Null },
        "opens": false, "done": false, "errors": [], "error": {"note": null}, "typed": {"note": ""},
    }))
}

/// Points as both languages write them.
pub(super) fn figure(text: &str) -> Value {
    json!({"vi": text.replace('.', ","), "en": text})
}

fn groups(live: &Live, score: &Score) -> Vec<Value> {
    let definition = &live.definition().item;
    let components = |group: &indicator::Group| -> Vec<Value> {
        let listed = group.components.iter().filter_map(|component| Some((component, score.component(&component.id)?)));
        listed
            .map(|(component, scored)| {
                json!({
                    "id": component.id, "name": component.name, "of": scored.of, "note": component.note,
                    "numerator": scored.numerator, "denominator": scored.denominator,
                    "rate": scored.rate.as_deref().map(figure), "points": scored.points.as_deref().map(figure),
                    "behind": component.behind.as_ref().filter(|_| !component.id.starts_with("6.3") && !component.id.starts_with("6.4")),
                })
            })
            .collect()
    };
    let shown = definition.groups.iter().zip(&score.groups);
    shown
        .map(|(group, points)| {
            json!({"id": group.id, "name": group.name, "points": figure(&points.points), "of": points.of,
                   "components": components(group)})
        })
        .collect()
}

fn legal(live: &Live, score: &Score) -> Vec<Value> {
    let groups = live.definition().item.legal_groups.iter().zip(&score.legal_groups);
    groups
        .map(|(group, points)| json!({"id": group.id, "name": group.name, "points": figure(&points.points), "of": points.of}))
        .collect()
}

/// Those right below, best first. Bodies without a dossier stand at the end, unranked: nothing is known of them.
fn below(state: &State, ctx: &Ctx, live: &Live, look: &Look) -> Result<Vec<Value>, Problem> {
    let ranking = live.ranking(look.scope, look.period)?;
    let mut lines = Vec::new();
    let mut rank = 0;
    let (with, without): (Vec<_>, Vec<_>) = ranking
        .into_iter()
        .map(|(body, score)| (live.work(body, look.period), score))
        .partition(|(work, _)| work.received > 0);
    for (work, score) in with.into_iter().chain(without) {
        let Some(body) = live.bodies().get(work.body) else { continue };
        rank += usize::from(work.received > 0);
        lines.push(json!({
            "id": body.id, "name": name(state, ctx, &body.id), "level": body.level, "query": look::of(&body.id, look.period),
            "rank": if work.received > 0 { json!(rank) } else { Value::Null },
            "total": figure(&score.total), "of": score.of, "received": work.received, "late": work.overdue,
        }));
    }
    Ok(lines)
}

/// The communes with the most late dossiers.
fn latest(state: &State, ctx: &Ctx, live: &Live, look: &Look) -> Vec<Value> {
    let late = live.lagging(look.scope, look.period, Level::Commune, LATEST_MAX);
    let line = |work: Lagging| {
        let body = live.bodies().get(work.body)?;
        let above = body.above.and_then(|above| live.bodies().get(above)).map(|above| name(state, ctx, &above.id));
        Some(
            json!({"id": body.id, "name": name(state, ctx, &body.id), "above": above, "late": work.overdue, "open": work.open,
                    "query": look::of(&body.id, look.period)}),
        )
    };
    late.into_iter().filter_map(line).collect()
}

/// The months of the period's year, as bars: how high, in hundredths of all points.
fn trend(live: &Live, look: &Look) -> Result<Vec<Value>, Problem> {
    let now = Month::of(live.now());
    let months =
        (1..=12).filter_map(|month| Month::new(look.period.first().year(), month)).filter(|month| *month <= now);
    months
        .map(|month| {
            let period = month.within(PeriodKind::Month);
            let score = live.score(look.scope, period)?;
            let work = live.work(look.scope, period);
            Ok(json!({"month": month.month(), "name": called(period), "period": period.to_string(), "total": figure(&score.total),
                      "height": if work.received > 0 { share(&score) } else { 0 }, "received": work.received, "late": work.overdue,
                      "chosen": look.period.has(month)}))
        })
        .collect()
}

/// Points as whole percent of those that could be had: for the length of bars and shades only.
fn share(score: &Score) -> i64 {
    let whole: i64 = score.total.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or(0);
    if score.of > 0 { (whole * 100 / score.of).clamp(0, 100) } else { 0 }
}

/// Every province on its tile.
fn tiles(state: &State, ctx: &Ctx, live: &Live, look: &Look) -> Result<Value, Problem> {
    let mut shown = Vec::new();
    for number in live.bodies().right_below(look.scope) {
        let Some(body) = live.bodies().get(*number) else { continue };
        let Some(code) = body.id.unit() else { continue };
        let score = live.score(*number, look.period)?;
        let work = live.work(*number, look.period);
        let unit = state.setting().units.province(code, ctx.today()).map(|unit| unit.name.clone());
        // Five shades, and one of its own where there is nothing to score.
        let shade = if work.received == 0 { 0 } else { share(&score) / 20 + 1 };
        let tile = json!({"name": unit, "body": name(state, ctx, &body.id), "total": figure(&score.total),
                          "shade": shade.min(5), "query": look::of(&body.id, look.period), "received": work.received,
                          "late": work.overdue});
        shown.push((code, tile));
    }
    Ok(on_tiles(state, shown))
}
