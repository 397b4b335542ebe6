//! A directive for the demonstration, made up: late, near and far tasks of ministries and provinces, so that its pages have
//! something to show.

use crate::house::House;
use anyhow::{Result, anyhow};
use kernel::{BodyId, Ctx};
use programme::follow::{Import, import};
use programme::read::{Options, read};
use sha2::{Digest, Sha256};
use time::{Date, Duration};

/// Who steers it.
pub const STEERING: &str = "government-office";
/// The text, with days to be filled in.
const TEXT: &str = include_str!("demo_directive.md");
/// Days from today on which it was issued, and on which its tasks are due.
const ISSUED: i64 = -60;
const LATE: i64 = -12;
const SOON: i64 = 9;
const LATER: i64 = 120;

/// Reads the directive in.
///
/// # Errors
/// When the pack does not know its bodies, or the database fails.
pub async fn write(house: &House) -> Result<()> {
    let today = house.ctx.today();
    let day = |days: i64| today + Duration::days(days);
    let written = |day: Date| format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year());
    let issued = day(ISSUED);
    let head = format!("{:02} tháng {:02} năm {}", issued.day(), u8::from(issued.month()), issued.year());
    let text = TEXT
        .replace("{issued}", &head)
        .replace("{late}", &written(day(LATE)))
        .replace("{soon}", &written(day(SOON)))
        .replace("{later}", &written(day(LATER)));
    let bodies = &house.country.parties;
    let options = Options { number: None, date: None, today };
    let reading = read("demo.md", text.as_bytes(), bodies, &options).map_err(|error| anyhow!("{error}"))?;
    let steering = BodyId::from(STEERING);
    let ctx: Ctx = house.ctx.act_as(kernel::Actor::System { body: steering.clone(), on_decision_of: None });
    let mut tx = house.db.begin().await?;
    let file_hash = Sha256::digest(text.as_bytes()).into();
    let what = Import { reading: &reading, file_hash, steering: &steering, amends: None };
    import(&mut tx, &ctx, bodies, what).await.map_err(|error| anyhow!("{error}"))?;
    tx.commit().await?;
    Ok(())
}
