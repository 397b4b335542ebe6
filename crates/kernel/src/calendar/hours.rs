//! The hours of a working day.

use crate::Error;
use serde::{Deserialize, Serialize};
use time::{Duration, Time};

/// The periods of a working day, in order, without overlap. Eight hours unless a pack says otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<(Time, Time)>", into = "Vec<(Time, Time)>")]
pub struct WorkingHours(Vec<(Time, Time)>);

impl Default for WorkingHours {
    /// 7:00–11:30 and 13:30–17:00.
    fn default() -> Self {
        let time = |hour, minute| Time::from_hms(hour, minute, 0).unwrap_or(Time::MIDNIGHT);
        Self(vec![(time(7, 0), time(11, 30)), (time(13, 30), time(17, 0))])
    }
}

impl WorkingHours {
    /// The periods of a day.
    ///
    /// # Errors
    /// When there is none, one is empty, or they are not in order.
    pub fn new(periods: Vec<(Time, Time)>) -> Result<Self, Error> {
        let ordered =
            periods.iter().all(|(from, until)| from < until) && periods.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        if periods.is_empty() || !ordered { Err(Error::HoursShape) } else { Ok(Self(periods)) }
    }

    /// When the day ends: the hour at which what is due is due.
    #[must_use]
    pub fn closes(&self) -> Time {
        self.0.last().map_or(Time::MIDNIGHT, |(_, until)| *until)
    }

    /// Working time of a whole day.
    #[must_use]
    pub fn whole_day(&self) -> Duration {
        self.0.iter().map(|(from, until)| *until - *from).sum()
    }

    /// Working time that has passed at `time` of a working day.
    pub(super) fn passed(&self, time: Time) -> Duration {
        self.0.iter().map(|(from, until)| (time.min(*until) - *from).max(Duration::ZERO)).sum()
    }

    /// The time at which `passed` of the working time has passed; at a break, its beginning.
    pub(super) fn at(&self, passed: Duration) -> Time {
        let mut left = passed;
        for (from, until) in &self.0 {
            let length = *until - *from;
            if left <= length {
                return *from + left;
            }
            left -= length;
        }
        self.closes()
    }
}

impl TryFrom<Vec<(Time, Time)>> for WorkingHours {
    type Error = Error;
    fn try_from(periods: Vec<(Time, Time)>) -> Result<Self, Error> {
        Self::new(periods)
    }
}

impl From<WorkingHours> for Vec<(Time, Time)> {
    fn from(hours: WorkingHours) -> Self {
        hours.0
    }
}
