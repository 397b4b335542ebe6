//! A new migration must rebuild the crate: `sqlx::migrate!` embeds the folder and cannot watch it.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
