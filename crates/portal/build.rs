//! Says what to do when the page assets are not there; a release is not built without them.

fn main() {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=templates");
    let stamp = std::path::Path::new("assets/vendor/installed.txt");
    if !stamp.exists() {
        let what = "the page assets are not installed: run scripts/assets.sh (needs Node.js 20 with npm)";
        if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
            println!("cargo::error={what}");
        } else {
            println!("cargo::warning={what}");
        }
    }
}
