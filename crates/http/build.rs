//! Builds the crate anew when the web page was: its files have new names then, which nothing else would notice.

fn main() {
    // Debug builds read the page's files at run time.
    let embeds = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let watched = if embeds { "../../web/dist" } else { "build.rs" };
    println!("cargo::rerun-if-changed={watched}");
}
