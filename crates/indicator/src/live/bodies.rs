//! The bodies that are scored, and which of them stand below which.

use crate::Error;
use crate::definition::Level;
use foldhash::HashMap;
use kernel::BodyId;
use pack::units::Units;
use serde::{Deserialize, Serialize};
use time::Date;

/// The body that stands for all of them.
pub const COUNTRY: &str = "country";

/// What a province's people's committee is called in data.
pub const PROVINCE: &str = "province-committee";
/// What a commune's is called.
pub const COMMUNE: &str = "commune-committee";

/// One body.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Body {
    /// Its name in data.
    pub id: BodyId,
    /// What kind it is.
    pub level: Level,
    /// The number of the body above it; the country has none.
    pub above: Option<u16>,
}

/// All bodies, as a tree below the country. A body's figures are those of everything below it too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bodies {
    list: Vec<Body>,
    by_id: HashMap<BodyId, u16>,
    below: Vec<Vec<u16>>,
}

impl Default for Bodies {
    fn default() -> Self {
        let country = Body { id: BodyId::from(COUNTRY), level: Level::Country, above: None };
        let by_id = [(country.id.clone(), 0)].into_iter().collect();
        Self { list: vec![country], by_id, below: vec![Vec::new()] }
    }
}

impl Bodies {
    /// Only the country.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The people's committees of the provinces and communes that stand on a day, each commune's below its province's.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn of_units(units: &Units, day: Date) -> Result<Self, Error> {
        let mut bodies = Self::new();
        let country = BodyId::from(COUNTRY);
        for province in units.provinces(day) {
            let above = BodyId::in_unit(PROVINCE, province.code.as_str());
            bodies.add(&above, Level::Province, &country)?;
            for commune in units.communes(province.code.as_str(), day) {
                bodies.add(&BodyId::in_unit(COMMUNE, commune.code.as_str()), Level::Commune, &above)?;
            }
        }
        Ok(bodies)
    }

    /// Adds a body below another one. One that is there already stays where it is.
    ///
    /// # Errors
    /// `UnknownBody` where there is none above, `TooMany`.
    pub fn add(&mut self, id: &BodyId, level: Level, above: &BodyId) -> Result<u16, Error> {
        if let Some(number) = self.by_id.get(id) {
            return Ok(*number);
        }
        let above = self.number(above)?;
        let number = u16::try_from(self.list.len()).map_err(|_| Error::TooMany(usize::from(u16::MAX)))?;
        self.list.push(Body { id: id.clone(), level, above: Some(above) });
        self.by_id.insert(id.clone(), number);
        self.below.push(Vec::new());
        self.below[usize::from(above)].push(number);
        Ok(number)
    }

    /// The number of a body.
    ///
    /// # Errors
    /// `UnknownBody`.
    pub fn number(&self, id: &BodyId) -> Result<u16, Error> {
        self.by_id.get(id).copied().ok_or(Error::UnknownBody)
    }

    /// The body of this number.
    #[must_use]
    pub fn get(&self, number: u16) -> Option<&Body> {
        self.list.get(usize::from(number))
    }

    /// All, the country first and each after the one above it.
    #[must_use]
    pub fn all(&self) -> &[Body] {
        &self.list
    }

    /// Those right below.
    #[must_use]
    pub fn right_below(&self, number: u16) -> &[u16] {
        self.below.get(usize::from(number)).map_or(&[], Vec::as_slice)
    }

    /// The body itself and everything above it, the country last.
    pub(super) fn above(&self, number: u16) -> impl Iterator<Item = u16> {
        std::iter::successors(Some(number), |number| self.get(*number)?.above)
    }

    /// By number: whether the body is the scope or below it.
    #[must_use]
    pub fn within(&self, scope: u16) -> Vec<bool> {
        let mut within = vec![false; self.list.len()];
        for (number, body) in self.list.iter().enumerate() {
            within[number] = number == usize::from(scope)
                || body.above.is_some_and(|above| within.get(usize::from(above)).copied().unwrap_or(false));
        }
        within
    }
}
