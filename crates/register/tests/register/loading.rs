//! Bulk load leaves the tables as if each record had been put.

use crate::{country::Country, engine::put};
use kernel::SubjectId;
use register::load::{LoadRecord, Loader};
use serde_json::json;
use std::sync::Arc;
use time::macros::date;

fn loader(country: &Country) -> Loader {
    Loader::new(country.db.owner.clone(), Arc::clone(&country.registers), "city-library", "Library Act art. 7")
}

fn records(country: &Country, count: usize) -> Vec<(SubjectId, LoadRecord)> {
    (0..count)
        .map(|at| {
            let subject = country.subject();
            let body = json!({
                "name": format!("Tên\t\\{at}"), "birth_date": "1990-01-02", "card": format!("L{at}"),
                "mentor": country.subject(),
            });
            let valid_from = date!(1990 - 01 - 02);
            (subject, LoadRecord { register: "reader".to_owned(), subject, valid_from, body })
        })
        .collect()
}

#[tokio::test]
async fn what_is_loaded_is_found_like_what_was_put() {
    let country = Country::found().await;
    let all = records(&country, 300);
    let (subject, record) = all[7].clone();
    let loaded = loader(&country).records(&country.base, all.into_iter().map(|(_, record)| record).collect()).await;
    assert_eq!(loaded.unwrap(), 300);
    loader(&country).finish().await.unwrap();
    let (reader, ctx) = (country.register("reader"), country.base.clone());
    let found = country
        .with_pass(&[subject], move |conn, pass| {
            Box::pin(
                async move { register::find(conn, &ctx, pass, &reader, "card", "L7", date!(2026 - 11 - 22)).await },
            )
        })
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.subject, found.body["name"].clone()), (subject, record.body["name"].clone()));
    let counts: (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM register.record), (SELECT count(*) FROM register.unique_value),
                (SELECT count(*) FROM register.link), (SELECT count(*) FROM register.name_index)",
    )
    .fetch_one(&country.db.owner)
    .await
    .unwrap();
    assert_eq!(counts, (300, 300, 300, 300));

    // One item of the feed announces the batch, and gives it its position.
    let mark = country.sequence("reader").await;
    assert_eq!(mark, 1);
    for (position, expected) in [(0, false), (mark, true)] {
        let (reader, ctx) = (country.register("reader"), country.base.clone());
        let as_of = register::AsOf { valid: date!(2026 - 11 - 22), recorded: Some(position) };
        let found = country
            .with_pass(&[subject], move |conn, pass| {
                Box::pin(async move { register::get(conn, &ctx, pass, &reader, subject, as_of).await })
            })
            .await
            .unwrap();
        assert_eq!(found.is_some(), expected, "as recorded at {position}");
    }
    let taken =
        put(&country, "reader", country.subject(), json!({"name": "A", "birth_date": "1990", "card": "L7"})).await;
    assert_eq!(taken.unwrap_err().code, "LIB0010");
}

#[tokio::test]
async fn a_batch_is_loaded_whole_or_not_at_all() {
    let country = Country::found().await;
    let mut all: Vec<_> = records(&country, 20).into_iter().map(|(_, record)| record).collect();
    all[19].body["card"] = json!("L0");
    loader(&country).records(&country.base, all.clone()).await.unwrap_err();
    all[0].body["birth_date"] = json!("nonsense");
    let refused = loader(&country).records(&country.base, all).await.unwrap_err();
    assert!(matches!(refused, register::Error::Invalid(_)), "{refused}");
    let stored: i64 =
        sqlx::query_scalar("SELECT count(*) FROM register.record").fetch_one(&country.db.owner).await.unwrap();
    assert_eq!(stored, 0);
}
