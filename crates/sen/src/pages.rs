//! What is served on one address: the log's tiles; the pages join as soon as the portal has a router.

use crate::accounts::DemoAccounts;
use crate::house::House;
use anyhow::Result;
use axum::Router;

/// The router.
///
/// # Errors
/// None yet.
pub fn router(house: &House, _demo: Option<&DemoAccounts>) -> Result<Router> {
    Ok(ledger::router(house.db.clone()))
}
