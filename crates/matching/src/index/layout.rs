//! Where each field lies in a record.

use crate::value::date::{self, PackedDate};
use crate::value::number::{Identity, identity};
use crate::value::place::Places;
use crate::value::sex;
use crate::{FIELDS_MAX, Flags, Kind, Schema};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Most slots of a record.
pub(crate) const SLOTS_MAX: usize = FIELDS_MAX * 2;

/// The value of a slot for sex: read, or inferred from the middle name.
pub(crate) const MALE: u32 = 1;
pub(crate) const FEMALE: u32 = 2;
pub(crate) const INFERRED: u32 = 2;

/// A field's place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    /// The first of its slots.
    pub(crate) slot: usize,
    /// Its table of names, where it has one.
    pub(crate) table: usize,
}

/// The places of all fields.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) fields: Vec<Place>,
    /// Slots of a record.
    pub(crate) stride: usize,
    /// How many tables of names.
    pub(crate) tables: usize,
    pub(crate) personal_number: Option<usize>,
    pub(crate) old_id: Option<usize>,
    pub(crate) commune: Option<usize>,
    pub(crate) province: Option<usize>,
    pub(crate) full_name: Option<usize>,
    pub(crate) sex: Option<usize>,
}

/// Whether the field's values are kept in a table of names.
pub(crate) const fn is_named(kind: Kind) -> bool {
    matches!(kind, Kind::FullName | Kind::KinName | Kind::Text | Kind::Code)
}

impl Layout {
    pub(crate) fn of(schema: &Schema) -> Self {
        let (mut slot, mut tables) = (0, 0);
        let fields = schema.fields.iter().map(|field| {
            let place = Place { kind: field.kind, slot, table: tables };
            slot += if matches!(field.kind, Kind::PersonalNumber | Kind::Number) { 2 } else { 1 };
            tables += usize::from(is_named(field.kind));
            place
        });
        let fields: Vec<_> = fields.collect();
        let of = |kind| fields.iter().position(|place: &Place| place.kind == kind);
        Self {
            personal_number: of(Kind::PersonalNumber),
            old_id: of(Kind::OldId),
            commune: of(Kind::Commune),
            province: of(Kind::Province),
            full_name: of(Kind::FullName),
            sex: of(Kind::Sex),
            stride: slot,
            tables,
            fields,
        }
    }

    /// Writes everything but names into a record's slots, which are zero before.
    pub(crate) fn encode<'c>(
        &self,
        cell: impl Fn(usize) -> &'c str,
        places: &mut PlaceFinder<'_>,
        slots: &mut [u32],
    ) -> Flags {
        let mut flags = Flags::default();
        for (at, place) in self.fields.iter().enumerate() {
            let text = cell(at);
            if text.is_empty() {
                continue;
            }
            match place.kind {
                Kind::PersonalNumber | Kind::OldId => flags = flags.with(self.encode_identity(text, slots)),
                Kind::Number => write_number(&mut slots[place.slot..], plain_number(text)),
                Kind::Date => match date::parse(text) {
                    Ok(Some(day)) => slots[place.slot] = day.raw(),
                    Ok(None) => {}
                    Err(_) => flags = flags.with(Flags::DATE_UNUSABLE),
                },
                Kind::Sex => {
                    slots[place.slot] = match sex::parse(text) {
                        Some(kernel::Sex::Male) => MALE,
                        Some(kernel::Sex::Female) => FEMALE,
                        None => 0,
                    }
                }
                Kind::Commune | Kind::Province | Kind::FullName | Kind::KinName | Kind::Text | Kind::Code => {}
            }
        }
        self.encode_places(cell, places, slots, flags)
    }

    /// A number goes to the field of its length, whichever column it stood in.
    fn encode_identity(&self, text: &str, slots: &mut [u32]) -> Flags {
        match identity(text) {
            Identity::Absent => {}
            Identity::Personal(number) => match self.personal_number {
                Some(field) => write_number(&mut slots[self.fields[field].slot..], number),
                None => return Flags::NUMBER_UNUSABLE,
            },
            Identity::Old(number) => match (self.old_id, u32::try_from(number + 1)) {
                (Some(field), Ok(number)) => slots[self.fields[field].slot] = number,
                _ => return Flags::NUMBER_UNUSABLE,
            },
            Identity::Unusable => return Flags::NUMBER_UNUSABLE,
        }
        Flags::default()
    }

    fn encode_places<'c>(
        &self,
        cell: impl Fn(usize) -> &'c str,
        places: &mut PlaceFinder<'_>,
        slots: &mut [u32],
        flags: Flags,
    ) -> Flags {
        let commune = self.commune.map_or("", &cell);
        let province = self.province.map_or("", &cell);
        if commune.is_empty() && province.is_empty() {
            return flags;
        }
        let found = places.find(commune, province);
        if found == 0 {
            return flags.with(Flags::PLACE_UNUSABLE);
        }
        if let Some(field) = self.commune
            && !places.places.today(found).is_empty()
        {
            slots[self.fields[field].slot] = found;
        }
        if let Some(field) = self.province
            && let [province] = places.places.provinces_today(found)
        {
            slots[self.fields[field].slot] = u32::from(*province) + 1;
        }
        flags
    }
}

fn plain_number(text: &str) -> u64 {
    let digits = text.bytes().filter(u8::is_ascii_digit).take(18);
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn write_number(slots: &mut [u32], number: u64) {
    slots[0] = number as u32;
    slots[1] = (number >> 32) as u32;
}

/// The date in a slot.
pub(crate) const fn date_of(slot: u32) -> PackedDate {
    PackedDate(slot)
}

/// What was found for which text.
pub(crate) type PlaceMemory = HashMap<Box<str>, u32, FixedState>;

/// Finds places and remembers what was found for a text.
pub(crate) struct PlaceFinder<'a> {
    pub(crate) places: &'a Places,
    memory: PlaceMemory,
    key: String,
    /// A code that names a unit of the past and one of today means the latter, as a register's does.
    of_today: bool,
}

/// More different texts than this are not remembered.
const FOUND_MAX: usize = 1 << 18;

impl<'a> PlaceFinder<'a> {
    pub(crate) fn new(places: &'a Places, memory: PlaceMemory) -> Self {
        Self { places, memory, key: String::new(), of_today: false }
    }

    pub(crate) fn of_today(places: &'a Places, memory: PlaceMemory) -> Self {
        Self { of_today: true, ..Self::new(places, memory) }
    }

    pub(crate) fn into_memory(self) -> PlaceMemory {
        self.memory
    }

    pub(crate) fn find(&mut self, commune: &str, province: &str) -> u32 {
        self.key.clear();
        self.key.push_str(commune);
        self.key.push('\t');
        self.key.push_str(province);
        if let Some(found) = self.memory.get(self.key.as_str()) {
            return *found;
        }
        let mut found = self.places.find(commune, province);
        if self.of_today {
            found = self.places.standing(found);
        }
        if self.memory.len() < FOUND_MAX {
            self.memory.insert(self.key.as_str().into(), found);
        }
        found
    }
}
