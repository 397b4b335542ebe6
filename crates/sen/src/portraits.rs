//! Made-up portraits, one for each person of the cast: with them one tries how a face is compared, at the counter and at a sign-in.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::SubjectId;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Background, hair, face, shirt.
const COLOURS: [[&str; 4]; 4] = [
    ["#dbe7f0", "#e9e2d0", "#e3ecdd", "#efe0e6"],
    ["#20140f", "#2b1d16", "#3a2a20", "#111111"],
    ["#f0c9a4", "#e5b58c", "#d9a47a", "#f3d3b3"],
    ["#a01a58", "#1f5673", "#3f6f3a", "#7a4b12"],
];

/// The portrait of who has this number: the same number, the same picture.
#[must_use]
pub fn portrait(number: &str) -> String {
    let dice = Sha256::digest(number.as_bytes());
    let pick = |of: usize| COLOURS[of][usize::from(dice[of] % 4)];
    let (wide, hair) = (34 + u32::from(dice[4] % 8), 44 + u32::from(dice[5] % 10));
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 160" width="360" height="480"><rect width="120" height="160" fill="{}"/><path d="M10 160q50-70 100 0z" fill="{}"/><ellipse cx="60" cy="66" rx="{}" ry="{hair}" fill="{}"/><ellipse cx="60" cy="72" rx="{wide}" ry="40" fill="{}"/><circle cx="47" cy="68" r="3"/><circle cx="73" cy="68" r="3"/><path d="M48 92q12 9 24 0" fill="none" stroke="black" stroke-width="2"/><text x="60" y="154" font-size="9" text-anchor="middle" fill="white">{number}</text></svg>"#,
        pick(0),
        pick(3),
        wide + 6,
        pick(1),
        pick(2),
    )
}

/// The same, for a page to offer.
#[must_use]
pub fn as_url(number: &str) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(portrait(number)))
}

/// Writes the portraits where the matcher looks for them.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path, people: impl Iterator<Item = (SubjectId, String)>) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("the folder of portraits {}", folder.display()))?;
    for (subject, number) in people {
        let file = folder.join(subject.0.to_string());
        std::fs::write(&file, portrait(&number)).with_context(|| format!("the portrait {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::portrait;

    #[test]
    fn each_number_has_its_own_picture() {
        assert_eq!(portrait("001195000077"), portrait("001195000077"));
        assert_ne!(portrait("001195000077"), portrait("001195000078"));
    }
}
