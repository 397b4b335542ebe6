//! Migrations of all crates, merged in the order of their versions (a version is the crate's line × 1000 + n).

use crate::{Error, describe};
use sqlx::PgPool;
use sqlx::migrate::{MigrateError, Migration, Migrator};
use std::collections::BTreeMap;

/// Applies what is not yet applied, as `sen_owner`. Safe to run in several processes at once: one does it, the
/// others wait.
///
/// # Errors
/// When two crates claim one version, an applied migration was changed afterwards, or a statement fails.
pub async fn migrate(owner: &PgPool, migrators: &[&Migrator]) -> Result<(), Error> {
    let merged = merge(migrators)?;
    Migrator::with_migrations(merged).run(owner).await.map_err(|error| Error::Migration(explain(error)))
}

/// All migrations by version; a migrator given twice counts once.
pub(crate) fn merge(migrators: &[&Migrator]) -> Result<Vec<Migration>, Error> {
    let mut merged: BTreeMap<i64, Migration> = BTreeMap::new();
    for migration in migrators.iter().flat_map(|migrator| migrator.iter()) {
        match merged.get(&migration.version) {
            Some(other) if other.checksum != migration.checksum => {
                return Err(Error::Migration(format!("two migrations have version {}", migration.version)));
            }
            _ => merged.insert(migration.version, migration.clone()),
        };
    }
    Ok(merged.into_values().collect())
}

/// Migrations hold no personal data, so here the database's own words may be shown.
fn explain(error: MigrateError) -> String {
    match error {
        MigrateError::ExecuteMigration(sqlx::Error::Database(cause), version) => {
            format!("version {version}: {}", cause.message())
        }
        MigrateError::ExecuteMigration(cause, version) => format!("version {version}: {}", describe(&cause)),
        MigrateError::Execute(sqlx::Error::Database(cause)) => cause.message().to_owned(),
        MigrateError::VersionMismatch(version) => format!("version {version} was changed after it had been applied"),
        MigrateError::VersionMissing(version) => {
            format!("version {version} is applied in the database and unknown to this program")
        }
        other => other.to_string(),
    }
}
