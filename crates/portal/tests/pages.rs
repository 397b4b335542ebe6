//! Every template is rendered with samples in both languages: long names, nothing, errors.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may fail loudly")]

use serde::Deserialize;
use std::{collections::BTreeSet, path::Path, sync::Arc};
use web::{Language, Templates, Texts};

#[derive(Deserialize)]
struct Sample {
    template: String,
    case: String,
    context: serde_json::Value,
}

fn samples() -> Vec<Sample> {
    let read = |text| -> Vec<Sample> { serde_json::from_str(text).expect("samples") };
    let mut samples = read(include_str!("../samples/pages.json"));
    samples.extend(read(include_str!("../samples/desks.json")));
    samples.extend(read(include_str!("../samples/catalogue.json")));
    samples.extend(read(include_str!("../samples/review.json")));
    samples.extend(read(include_str!("../samples/account.json")));
    samples.extend(read(include_str!("../samples/index.json")));
    samples.extend(read(include_str!("../samples/programme.json")));
    samples.extend(read(include_str!("../samples/petition.json")));
    samples
}

/// Every context's sentences, as the program puts them together: two that claim one id would keep it from starting.
fn texts() -> Arc<Texts> {
    let all = [
        kernel::MESSAGES,
        store::MESSAGES,
        pack::MESSAGES,
        ledger::MESSAGES,
        matching::MESSAGES,
        web::MESSAGES,
        exchange::MESSAGES,
        identity::MESSAGES,
        catalogue::MESSAGES,
        procedure::MESSAGES,
        indicator::MESSAGES,
        programme::MESSAGES,
        portal::MESSAGES,
    ];
    Arc::new(Texts::new(&all).expect("texts"))
}

/// Template files below `dir`, by the name that templates are rendered with.
fn names(dir: &Path, root: &Path, into: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names(&path, root, into);
        } else {
            into.insert(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
}

#[test]
fn every_template_is_rendered_in_both_languages() {
    let assets = portal::assets();
    let templates = Templates::strict(portal::template_source, &texts(), assets.root());
    // SEN_PAGES=<folder> keeps the pages, to be looked at.
    let keep = std::env::var_os("SEN_PAGES").map(std::path::PathBuf::from);
    let mut rendered = BTreeSet::new();
    for sample in samples() {
        for language in Language::ALL {
            let name = format!("{} ({}, {})", sample.template, sample.case, language.tag());
            let html = templates.render(&sample.template, language, &sample.context).unwrap_or_else(|error| {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                unreachable!("{name}: {error}: {cause}")
            });
            // A list that a script puts into a page has the page's heading.
            assert!(html.contains("<h1") || sample.template == "public/suggestions.html", "{name} has no heading");
            assert!(!html.contains("style=\""), "{name}: the content security policy forbids inline styles");
            assert!(!html.contains("<script>"), "{name}: the content security policy forbids inline scripts");
            if let Some(folder) = &keep {
                let file =
                    format!("{}-{}-{}.html", sample.template.replace(['/', '.'], "-"), sample.case, language.tag());
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(file), html.replace(assets.root(), "/assets")).unwrap();
            }
        }
        rendered.insert(sample.template);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut all = BTreeSet::new();
    names(&root, &root, &mut all);
    let parts = [
        "layout.html",
        "components.html",
        "steering/legal-parts.html",
        "steering/task-parts.html",
        "steering/task-period-table.html",
        "fields.html",
        "petition/parts.html",
        "public/catalogue-parts.html",
        "officer/layout.html",
        "review/layout.html",
        "review/parts.html",
        "steering/index-assignments.html",
    ];
    let missing: Vec<_> =
        all.iter().filter(|name| !rendered.contains(*name) && !parts.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "no samples for {missing:?}");
}

#[test]
fn every_sentence_stands_in_both_languages() {
    let texts = texts();
    assert!(texts.lopsided().is_empty(), "{:?}", texts.lopsided());
}
