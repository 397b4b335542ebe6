//! The lint of the catalogue: does the migrated database keep the rules that let it grow past one machine, and the
//! house's own? (`STACK.md` rules of scale-out with Citus; each was tried there.)
//!
//! A table says by its comment how it would be spread: `distributed by <column>: …`, `reference: …` (small, a copy on
//! each node) or `local: …` (one node). A comment with the word `append-only` promises that the application cannot
//! change or delete rows, and the grants are held to it.

use crate::Error;
use sqlx::{AssertSqlSafe, PgPool};

/// Every table of ours, with what its comment declares. Partitions follow their parent.
const TABLES: &str = "
with tab as (
    select c.oid, n.nspname || '.' || c.relname as name, c.relname, c.relpersistence, c.relowner, c.relacl,
           obj_description(c.oid, 'pg_class') as comment,
           substring(obj_description(c.oid, 'pg_class') from '^(distributed|reference|local)\\M') as spread,
           substring(obj_description(c.oid, 'pg_class') from '^distributed by ([a-z_0-9]+): ') as by_name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'
      and c.relname <> '_sqlx_migrations'),
spread as (
    select tab.*, a.attnum as by_num, a.attnotnull as by_not_null
    from tab left join pg_attribute a on a.attrelid = tab.oid and a.attname = tab.by_name and not a.attisdropped)
";

/// One rule each: a query over `spread` that gives a line for each violation.
const RULES: &[&str] = &[
    // How it is spread.
    "select name || ': the comment must begin with ''distributed by <column>: '', ''reference: '' or ''local: '''
     from spread where spread is null or comment !~ '^(distributed by [a-z_0-9]+|reference|local): .'",
    "select name || ': there is no column ' || by_name || ' to distribute by' from spread
     where by_name is not null and by_num is null",
    "select name || ': ' || by_name || ' must be not null, it distributes the table' from spread where not by_not_null",
    "select name || ': has no primary key' from spread
     where not exists (select from pg_index i where i.indrelid = spread.oid and i.indisprimary)",
    "select name || ': ' || by_name || ' must be first in the primary key' from spread
     join pg_index i on i.indrelid = spread.oid and i.indisprimary
     where by_num is not null and i.indkey[0] <> by_num",
    "select name || ': ' || i.indexrelid::regclass::text || ' must contain ' || by_name from spread
     join pg_index i on i.indrelid = spread.oid and (i.indisunique or i.indisexclusion) and not i.indisprimary
     where by_num is not null
       and not by_num = any ((i.indkey::int2[])[0 : i.indnkeyatts - 1])",
    // Foreign keys.
    "select spread.name || ': foreign key ' || k.conname || ' to ' || target.name || ': '
        || case when target.spread = 'local' then 'a ' || spread.spread || ' table cannot refer to a local one'
                when spread.spread <> 'distributed' then 'only a distributed table can refer to a distributed one'
                else 'it must pair the columns that distribute both' end
     from spread join pg_constraint k on k.conrelid = spread.oid and k.contype = 'f'
     join spread target on target.oid = k.confrelid
     where case
        when target.spread = 'reference' then false
        when target.spread = 'local' then spread.spread <> 'local'
        when spread.spread <> 'distributed' then true
        else not exists (
            select from unnest(k.conkey, k.confkey) as pair (mine, theirs)
            where pair.mine = spread.by_num and pair.theirs = target.by_num) end",
    // Columns.
    "select name || '.' || a.attname || ': an identity must be bigint' from spread
     join pg_attribute a on a.attrelid = spread.oid and a.attnum > 0 and not a.attisdropped
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval(%')
       and a.atttypid <> 'bigint'::regtype",
    "select name || '.' || a.attname || ': a time must be timestamptz' from spread
     join pg_attribute a on a.attrelid = spread.oid and a.attnum > 0 and not a.attisdropped
     where a.atttypid in ('timestamp'::regtype, 'timetz'::regtype)",
    "select name || '.' || a.attname || ': time and randomness come from the program, not from a default' from spread
     join pg_attribute a on a.attrelid = spread.oid and a.attnum > 0 and not a.attisdropped
     join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where pg_get_expr(d.adbin, d.adrelid)
        ~* '(now\\(|current_|clock_timestamp|statement_timestamp|localtime|random)'",
    // What must not be there.
    "select name || ': trigger ' || t.tgname || ': there are no triggers' from spread
     join pg_trigger t on t.tgrelid = spread.oid and not t.tgisinternal",
    "select name || ': rule ' || r.rulename || ': there are no rules' from spread
     join pg_rewrite r on r.ev_class = spread.oid and r.ev_type <> '1'",
    "select name || ': an unlogged table is empty after a crash' from spread where relpersistence = 'u'",
    "select name || ': inherits from ' || i.inhparent::regclass::text || '; only partitions may' from spread
     join pg_inherits i on i.inhrelid = spread.oid",
    "select p.oid::regprocedure::text || ': calls set_config or the clock' from pg_proc p
     join pg_namespace n on n.oid = p.pronamespace
     where n.nspname not in ('pg_catalog', 'information_schema') and p.prokind in ('f', 'p')
       and p.prosrc ~* '(set_config\\s*\\(|\\mnow\\s*\\(|clock_timestamp|current_timestamp)'",
    // Names: what PostgreSQL makes up is not a name that a user error can be told by. (`x_pkey` always is one.)
    "select name || ': constraint ' || k.conname || ' has the name that PostgreSQL made up' from spread
     join pg_constraint k on k.conrelid = spread.oid
     where k.conname ~ ('^' || relname || '_(.*_(key|fkey|check|excl)[0-9]*|check[0-9]*)$')",
    // Who may do what.
    "select name || ': belongs to ' || r.rolname || ', not to sen_owner' from spread
     join pg_roles r on r.oid = spread.relowner where r.rolname <> 'sen_owner'",
    "select name || ': ' || case g.grantee when 0 then 'everybody' else g.grantee::regrole::text end
        || ' may ' || lower(g.privilege_type) from spread
     cross join lateral aclexplode(spread.relacl) as g
     where g.grantee = 0
        or (g.grantee <> spread.relowner and g.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER'))",
    "select name || ': is append-only, and sen_app may ' || lower(g.privilege_type) from spread
     cross join lateral aclexplode(spread.relacl) as g
     where comment ~ '\\mappend-only\\M' and g.grantee = 'sen_app'::regrole
       and g.privilege_type in ('UPDATE', 'DELETE')",
    "select name || ': is append-only, and sen_app may update ' || a.attname from spread
     join pg_attribute a on a.attrelid = spread.oid and a.attacl is not null
     cross join lateral aclexplode(a.attacl) as g
     where comment ~ '\\mappend-only\\M' and g.grantee = 'sen_app'::regrole and g.privilege_type = 'UPDATE'",
];

/// Looks the whole catalogue over. Each finding is one line that names the object; none means all rules are kept.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn catalogue(owner: &PgPool) -> Result<Vec<String>, Error> {
    let mut findings = Vec::new();
    for rule in RULES {
        let query = format!("{TABLES} {rule}");
        let found: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(owner).await?;
        findings.extend(found);
    }
    findings.sort();
    Ok(findings)
}

/// Every table and how it declares to be spread, such as `register.record distributed by subject`, in order. For the
/// committed list of who owns which table.
///
/// # Errors
/// When PostgreSQL fails.
pub async fn tables(owner: &PgPool) -> Result<Vec<String>, Error> {
    let query = format!(
        "{TABLES} select name || ' ' || coalesce(substring(comment from '^[^:]*'), 'undeclared') as line
         from spread order by name"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(owner).await?)
}
