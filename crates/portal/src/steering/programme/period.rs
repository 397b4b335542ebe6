//! The weekly and the monthly report on tasks: a page that prints, and the same as a document for a word processor.

use crate::State;
use crate::page::{self, Answer, download, query};
use axum::extract;
use axum::http::Uri;
use kernel::Problem;
use programme::follow::{BodyPeriod, Period};
use serde_json::{Value, json};
use time::{Date, Duration};
use web::OfficerSession;

struct Asked {
    period: Period,
    monthly: bool,
    directive: Option<uuid::Uuid>,
}

impl Asked {
    /// `?ky=tuan|thang&ngay=2026-11-23&van-ban=…`; this week where nothing is asked.
    fn read(uri: &Uri, today: Date) -> Self {
        let day = query(uri, "ngay").and_then(|text| kernel::iso_date::parse(&text).ok()).unwrap_or(today);
        let monthly = query(uri, "ky").as_deref() == Some("thang");
        let period = if monthly { Period::month_of(day) } else { Period::week_of(day) };
        Self { period, monthly, directive: query(uri, "van-ban").and_then(|id| id.parse().ok()) }
    }

    fn link(&self, day: Date) -> String {
        let period = if self.monthly { "thang" } else { "tuan" };
        let mut link = format!("ky={period}&ngay={}", kernel::iso_date::text(day));
        if let Some(directive) = self.directive {
            link = format!("{link}&van-ban={directive}");
        }
        link
    }
}

async fn content(state: &State, me: &OfficerSession, uri: &Uri) -> Result<(Value, Asked), Problem> {
    let ctx = &me.visit.ctx;
    let asked = Asked::read(uri, ctx.today());
    let lines = state.programme.period(ctx, asked.period, asked.directive).await?;
    let sum = |of: fn(&BodyPeriod) -> i64| lines.iter().map(of).sum::<i64>();
    let total = json!({
        "owed": sum(|l| l.owed), "new": sum(|l| l.new), "done_before": sum(|l| l.done_before), "done": sum(|l| l.done),
        "done_late": sum(|l| l.done_late), "open": sum(|l| l.open), "late": sum(|l| l.late), "waiting": sum(|l| l.waiting),
        "reports": sum(|l| l.reports), "returned": sum(|l| l.returned),
    });
    let shown: Vec<Value> = lines
        .iter()
        .map(|line| {
            let mut shown = serde_json::to_value(line).unwrap_or_default();
            shown["name"] = json!(state.body_name(ctx, &line.body.0));
            shown
        })
        .collect();
    let before = asked.period.from - Duration::DAY;
    let after = asked.period.until + Duration::DAY;
    let content = json!({
        "monthly": asked.monthly, "from": kernel::iso_date::text(asked.period.from),
        "until": kernel::iso_date::text(asked.period.until),
        "lines": shown, "total": total, "body": state.body_name(ctx, &me.body),
        "now": asked.link(asked.period.from), "before": asked.link(before),
        "after": (after <= ctx.today()).then(|| asked.link(after)),
        "today": kernel::iso_date::text(ctx.today()),
    });
    Ok((content, asked))
}

/// `GET /dieu-hanh/bao-cao-nhiem-vu?ky=…&ngay=…`
pub(super) async fn show(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let (content, _) = content(&state, &me, &uri).await?;
    Ok(page::own(&state, &me.visit, "steering/task-period.html", content)?)
}

/// The same without the site around it, for word processors, which read HTML under this media type.
pub(super) async fn document(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let (content, asked) = content(&state, &me, &uri).await?;
    let page = state.web.page("steering/task-period-document.html", me.visit.language, &content)?;
    let name = format!("bao-cao-nhiem-vu-{}.doc", kernel::iso_date::text(asked.period.from));
    Ok(download(&name, "application/msword; charset=utf-8", page.into_body()))
}
