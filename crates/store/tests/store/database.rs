//! Databases for tests are apart from each other.

use sqlx::Connection;
use store::testing;

#[tokio::test]
async fn two_tests_do_not_see_each_other() {
    let (one, two) = tokio::join!(testing::database("store", &[]), testing::database("store", &[]));
    sqlx::query("create table only_here (id int primary key)").execute(&one.owner).await.unwrap();
    let there = "select exists (select from pg_class where relname = 'only_here')";
    assert!(sqlx::query_scalar::<_, bool>(there).fetch_one(&one.owner).await.unwrap());
    assert!(!sqlx::query_scalar::<_, bool>(there).fetch_one(&two.owner).await.unwrap());
}

#[tokio::test]
async fn a_dropped_database_is_gone() {
    let watcher = testing::database("store", &[]).await;
    let gone = testing::database("store", &[]).await;
    let name = gone.options.get_database().unwrap().to_owned();
    let there = "select exists (select from pg_database where datname = $1)";
    assert!(sqlx::query_scalar::<_, bool>(there).bind(&name).fetch_one(&watcher.owner).await.unwrap());
    drop(gone);
    assert!(!sqlx::query_scalar::<_, bool>(there).bind(&name).fetch_one(&watcher.owner).await.unwrap());
}

#[tokio::test]
async fn the_application_may_not_alter_what_migrations_made() {
    let test = testing::database("store", &[]).await;
    let error = sqlx::query("create table store.mine (id int)").execute(test.db.pool()).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"));
}

#[tokio::test]
async fn connections_that_the_server_ended_are_replaced() {
    let test = testing::database("store", &[]).await;
    let pool = test.db.pool();
    let busy = tokio::join!(pool.acquire(), pool.acquire());
    drop((busy.0.unwrap(), busy.1.unwrap()));
    let mut last = sqlx::PgConnection::connect_with(&test.options).await.unwrap();
    let ended: Vec<bool> = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where usename = current_user and datname = current_database() and pid <> pg_backend_pid()",
    )
    .fetch_all(&mut last)
    .await
    .unwrap();
    assert_eq!(ended, [true, true]);
    // Each connection that broke is noticed once at most.
    let mut failures = 0;
    while sqlx::query_scalar::<_, i32>("select 1").fetch_one(pool).await.is_err() {
        failures += 1;
        assert!(failures <= 2, "the pool gives out broken connections again");
    }
}
