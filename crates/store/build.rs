//! A new migration must rebuild the crate: `sqlx::migrate!` embeds the folder and cannot watch it.

#[expect(clippy::print_stdout, reason = "how a build script speaks to cargo")]
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
