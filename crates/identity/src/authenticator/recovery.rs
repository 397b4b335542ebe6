//! Recovery codes: ten, each for once, in place of a code of the app.

use crate::kept::hash;
use crate::{Error, Identity, account};
use kernel::{AccountId, Ctx};
use serde_json::json;
use sqlx::PgConnection;

/// How many there are in a set.
const CODES: usize = 10;
/// Letters and digits that are not mistaken for each other, 32 of them: five bits each.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Eighty bits: a copy of the hashes opens nothing.
const CHARS: usize = 16;
const GROUP: usize = 4;

fn draw(ctx: &Ctx) -> String {
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let letters: Vec<char> = ctx.random.bytes::<CHARS>().iter().map(letter).collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// As it is hashed: without the dashes, in small letters.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether what was typed may be a recovery code.
pub(crate) fn looks_like(code: &str) -> bool {
    plain(code).len() == CHARS
}

/// Spends a code. Says whether it was one.
pub(crate) async fn spend(conn: &mut PgConnection, ctx: &Ctx, account: AccountId, code: &str) -> Result<bool, Error> {
    let spent = sqlx::query(
        "update identity.recovery_code set used_at = $3 where account_id = $1 and code_hash = $2 and used_at is null",
    );
    let spent = spent.bind(account.0).bind(hash(&plain(code))).bind(ctx.now()).execute(conn).await?;
    Ok(spent.rows_affected() == 1)
}

impl Identity {
    /// Makes a new set; the old one is worth nothing any more. The codes are given out here and nowhere else.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    pub async fn make_recovery_codes(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<String>, Error> {
        let codes: Vec<String> = (0..CODES).map(|_| draw(ctx)).collect();
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash(&plain(code))).collect();
        let mut tx = self.db.begin().await?;
        let subject = account::must_exist(&mut tx, account).await?;
        sqlx::query("delete from identity.recovery_code where account_id = $1")
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "insert into identity.recovery_code (account_id, code_hash, made_at) select $1, hash, $3 from unnest($2::bytea[]) hash",
        )
        .bind(account.0)
        .bind(&hashes)
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        account::log(&mut tx, ctx, subject, json!({"event": "recovery-codes-made", "account": account})).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// How many codes of the account are left.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn recovery_codes_left(&self, account: AccountId) -> Result<i64, Error> {
        let left = "select count(*) from identity.recovery_code where account_id = $1 and used_at is null";
        Ok(sqlx::query_scalar(left).bind(account.0).fetch_one(self.db.pool()).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Actor, Clock, Random};

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let ctx = Ctx::new(Actor::Anonymous, Clock::System, Random::seeded(1));
        let code = draw(&ctx);
        assert_eq!(code.len(), CHARS + 3);
        assert!(looks_like(&code) && looks_like(&code.to_uppercase()) && looks_like(&code.replace('-', " ")));
        assert_eq!(plain(&code), plain(&code.to_uppercase().replace('-', "")));
        assert!(!looks_like("123456") && !looks_like(""));
    }
}
