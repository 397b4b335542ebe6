//! Where somebody lives, as files write it: communes of before the merger, by code or by name.

use super::super::dice::Dice;
use super::super::places::MERGER;
use super::name;
use super::word::unmarked;
use pack::units::{Succession, Unit, Units};
use std::collections::HashMap;

/// A commune of before 1 July 2025.
#[derive(Clone, Debug)]
pub(in super::super) struct Former {
    code: String,
    /// Such as `Xã Tân Lập`.
    label: String,
    province_code: String,
    /// Such as `Tỉnh Thái Bình`.
    province: String,
    pub(super) split: bool,
}

/// What the communes of today were made of.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Before(HashMap<String, Vec<Former>>);

impl Before {
    pub(in super::super) fn read(units: &Units) -> Self {
        let day = MERGER.previous_day().unwrap_or(MERGER);
        let mut before: HashMap<String, Vec<Former>> = HashMap::new();
        for old in units.all_on(day) {
            let Some(province) = &old.province else { continue };
            let province_label = units.province(province.as_str(), day).map(Unit::full_name).unwrap_or_default();
            for (new, how) in units.successors(old.code.as_str(), day) {
                before.entry(new.code.to_string()).or_default().push(Former {
                    code: old.code.to_string(),
                    label: old.full_name(),
                    province_code: province.to_string(),
                    province: province_label.clone(),
                    split: how == Succession::Split,
                });
            }
        }
        Self(before)
    }

    /// One of those that a commune of today was made of.
    pub(super) fn draw(&self, dice: &mut Dice, code: &str) -> Option<&Former> {
        let formers = self.0.get(code)?;
        formers.get(dice.index(formers.len()))
    }
}

/// A commune and its province, as text.
#[derive(Clone, Default)]
pub(super) struct Written {
    pub(super) commune: String,
    pub(super) province: String,
}

impl Written {
    pub(super) fn code_of(former: &Former) -> Self {
        Self { commune: former.code.clone(), province: former.province_code.clone() }
    }

    pub(super) fn name_of(former: &Former) -> Self {
        Self { commune: former.label.clone(), province: former.province.clone() }
    }

    /// A label such as `Phường Ba Đình, Thành phố Hà Nội`.
    pub(super) fn of_label(label: &str) -> Self {
        let (commune, province) = label.split_once(", ").unwrap_or((label, ""));
        Self { commune: commune.to_owned(), province: province.to_owned() }
    }

    /// Shortened as people do: `P. Ba Đình`, `Ba Đình`, `TP Hà Nội`, `Hà Nội`.
    pub(super) fn shortened(mut self, dice: &mut Dice) -> Self {
        const SHORT: [(&str, &str, &str); 4] =
            [("Phường ", "P. ", "P."), ("Xã ", "X. ", "X."), ("Thị trấn ", "TT. ", "TT "), ("Đặc khu ", "ĐK ", "ĐK.")];
        let how = dice.below(10);
        if let Some((long, one, two)) = SHORT.iter().find(|(long, ..)| self.commune.starts_with(long)) {
            let name = self.commune.trim_start_matches(long).to_owned();
            let numbered = name.starts_with(|letter: char| letter.is_ascii_digit());
            self.commune = match how {
                0..5 => self.commune,
                5 | 6 => format!("{one}{name}"),
                7 => format!("{two}{name}"),
                _ if numbered => format!("P{name}"),
                _ => name,
            };
        }
        let bare = self.province.trim_start_matches("Tỉnh ").trim_start_matches("Thành phố ").to_owned();
        let city = self.province.starts_with("Thành phố");
        self.province = match dice.below(10) {
            0..4 => self.province,
            4..8 => bare,
            _ if city => format!("TP {bare}"),
            _ => format!("T. {bare}"),
        };
        self
    }

    /// One letter of the commune's name is wrong.
    pub(super) fn misspelt(&self, dice: &mut Dice) -> Option<Self> {
        let commune = name::slip(dice, &self.commune)?;
        Some(Self { commune, province: self.province.clone() })
    }

    pub(super) fn unmarked(&self) -> Option<Self> {
        let plain = Self { commune: unmarked(&self.commune), province: unmarked(&self.province) };
        (plain.commune != self.commune || plain.province != self.province).then_some(plain)
    }
}
