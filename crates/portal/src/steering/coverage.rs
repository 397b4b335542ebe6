//! Which villages have fibre, mobile signal and power: the country on its map, a province by its communes, a commune by its
//! villages; and files that say so. For officers in a role of the programme; [`programme::coverage`] checks who may say what.

use super::{on_tiles, percent};
use crate::page::{self, Answer, download, go, query};
use crate::{State, again};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, extract, http::Uri};
use kernel::{Problem, UnitCode};
use pack::units::Unit;
use programme::coverage::{self, Covered, Taken};
use programme::{Error, sight};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use time::Date;
use web::{OfficerSession, Paging, Upload};

pub(crate) fn router() -> Router<State> {
    Router::new().route("/dieu-hanh/phu-song", get(show).post(take)).route("/dieu-hanh/phu-song/mau.csv", get(sample))
}

/// The columns of a file, with a line that says how they are filled.
const SAMPLE: &str = "commune,village,as_of,fibre,signal,power,latitude,longitude,source\r\n\
    00004,Tổ dân phố 1,2026-06-30,yes,no,,21.034,105.821,Sở Khoa học và Công nghệ\r\n";

/// `GET /dieu-hanh/phu-song/mau.csv`
async fn sample(_me: OfficerSession) -> Response {
    download("mau.csv", "text/csv; charset=utf-8", SAMPLE)
}

/// What is looked at, as addresses write it.
const WHAT: [&str; 3] = ["fibre", "signal", "power"];

/// `GET /dieu-hanh/phu-song?cai=fibre|signal|power&tinh=01&xa=00004&trang=…`
async fn show(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri, paging: Paging) -> Answer {
    let mut content = content(&state, &me, &uri, paging).await?;
    content["taken"] = query(&uri, "moi").map_or(Value::Null, |new| json!({"new": new.parse::<i64>().unwrap_or(0)}));
    Ok(page::own(&state, &me.visit, "steering/coverage.html", content)?)
}

async fn content(state: &State, me: &OfficerSession, uri: &Uri, paging: Paging) -> Result<Value, Problem> {
    let (ctx, units) = (&me.visit.ctx, &state.setting().units);
    let (mut conn, on) = (state.db.pool().acquire().await.map_err(Error::from)?, ctx.today());
    let looks = sight(&mut conn, ctx).await?;
    let asked = query(uri, "cai").unwrap_or_default();
    let what = WHAT.into_iter().find(|known| *known == asked).unwrap_or(WHAT[0]);
    let province = query(uri, "tinh").and_then(|code| units.province(&code, on));
    let commune = query(uri, "xa").and_then(|code| units.commune(&code, on));
    let mut content = json!({
        "what": what, "whats": WHAT, "province": null, "commune": null, "tiles": null, "lines": [], "villages": [],
        "paging": {"page": 1, "previous": null, "next": null}, "total": null, "errors": [], "faults": [], "taken": null,
        "may_say": looks.coordinates && (looks.all || me.body.kind() == "province-committee"),
    });
    if let Some(commune) = commune {
        let page = (paging.offset(), paging.limit());
        let mut villages = coverage::villages(&mut conn, ctx, units, commune.code.as_str(), on, page).await?;
        content["paging"] = paging.cut(&mut villages);
        content["villages"] = json!(villages);
        content["commune"] = json!({"code": commune.code, "name": commune.full_name()});
        let above = commune.province.as_ref().and_then(|code| units.province(code.as_str(), on));
        content["province"] = json!(above.map(|unit| json!({"code": unit.code, "name": unit.full_name()})));
        return Ok(content);
    }
    let lines = match province {
        Some(province) => {
            content["province"] = json!({"code": province.code, "name": province.full_name()});
            coverage::by_commune(&mut conn, ctx, units, province.code.as_str(), on).await?
        }
        None => coverage::by_province(&mut conn, ctx, units, on).await?,
    };
    let name = |code: &str| {
        let unit = if province.is_some() { units.commune(code, on) } else { units.province(code, on) };
        unit.map_or_else(|| code.to_owned(), Unit::full_name)
    };
    let mut total = Covered::default();
    lines.values().for_each(|covered| total.add(covered));
    content["total"] = figures(&total, what);
    content["lines"] = lines
        .iter()
        .map(|(code, covered)| {
            let mut line = figures(covered, what);
            line["code"] = json!(code);
            line["name"] = json!(name(code.as_str()));
            line
        })
        .collect();
    if province.is_none() {
        content["tiles"] = tiles(state, &lines, what, on);
    }
    Ok(content)
}

/// Villages with and without one of the three, and of how many it is not known.
fn figures(covered: &Covered, what: &str) -> Value {
    let (with, without) = of(covered, what);
    json!({
        "villages": covered.villages, "with": with, "without": without, "unknown": covered.villages - with - without,
        "percent": percent(with, covered.villages),
    })
}

fn of(covered: &Covered, what: &str) -> (u64, u64) {
    match what {
        "signal" => covered.signal,
        "power" => covered.power,
        _ => covered.fibre,
    }
}

/// Every province on its tile, as on the map of the index.
fn tiles(state: &State, lines: &BTreeMap<UnitCode, Covered>, what: &str, on: Date) -> Value {
    let shown = state.setting().units.provinces(on).into_iter().map(|unit| {
        let covered = lines.get(&unit.code).copied().unwrap_or_default();
        let percent = percent(of(&covered, what).0, covered.villages);
        let shade = if covered.villages == 0 { 0 } else { (percent / 20 + 1).min(5) };
        let shown = json!({"code": unit.code, "name": unit.name, "full": unit.full_name(), "villages": covered.villages,
                           "percent": percent, "shade": shade});
        (unit.code.as_str(), shown)
    });
    on_tiles(state, shown)
}

/// `POST /dieu-hanh/phu-song`: file `file`. Lines with a fault are named and left out; the others are taken.
async fn take(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri, upload: Upload) -> Answer {
    let bytes = upload.file("file").map_or(&[][..], |file| &file.bytes);
    let mut tx = state.db.begin().await?;
    let taken = coverage::take(&mut tx, &me.visit.ctx, &state.setting().units, bytes).await;
    match taken {
        Ok(Taken { new, refused: 0, .. }) => {
            tx.commit().await.map_err(Error::from)?;
            Ok(go(&format!("/dieu-hanh/phu-song?moi={new}")))
        }
        Ok(taken) => {
            tx.commit().await.map_err(Error::from)?;
            let mut content = content(&state, &me, &uri, Paging::default()).await?;
            content["faults"] = json!(taken.faults);
            content["taken"] = json!({"new": taken.new, "unchanged": taken.unchanged, "refused": taken.refused});
            Ok(page::own_refused(&state, &me.visit, "steering/coverage.html", content)?)
        }
        Err(error) => {
            drop(tx);
            let problem = Problem::from(error);
            if !again::mendable(&problem) {
                return Err(problem.into());
            }
            let message = state.web.sentence(me.visit.language, &problem.code, &problem.args);
            let mut content = content(&state, &me, &uri, Paging::default()).await?;
            content["errors"] = json!([{"href": "#file", "message": message}]);
            Ok(page::own_refused(&state, &me.visit, "steering/coverage.html", content)?)
        }
    }
}
