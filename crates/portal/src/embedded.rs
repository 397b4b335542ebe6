//! Templates and assets: read from disk in development, inside the program in release.

use rust_embed::RustEmbed;
use web::AssetSet;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates/"]
struct TemplateFiles;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/"]
struct AssetFiles;

/// The source of a template, such as `citizen/home.html`.
#[must_use]
pub fn template_source(name: &str) -> Option<String> {
    TemplateFiles::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

/// Styles, scripts and fonts.
#[must_use]
pub fn assets() -> AssetSet {
    AssetSet::of::<AssetFiles>()
}

/// Whether `scripts/assets.sh` has brought styles and fonts; without them pages are bare.
#[must_use]
pub fn assets_installed() -> bool {
    AssetFiles::get("vendor/govuk.css").is_some() && AssetFiles::get("vendor/fonts.css").is_some()
}
