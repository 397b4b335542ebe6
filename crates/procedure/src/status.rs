//! The ten statuses of a dossier on the National Portal, and which may follow which.

use serde::{Deserialize, Serialize};

/// Status of a dossier (danh mục trạng thái hồ sơ of the National Portal). In storage and on the wire it is the number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
#[repr(u8)]
pub enum Status {
    /// Mới đăng ký: filed, nobody has taken it in yet.
    Filed = 1,
    /// Được tiếp nhận.
    Received = 2,
    /// Không được tiếp nhận: refused before it was taken in. Ends the dossier.
    NotReceived = 3,
    /// Đang xử lý.
    Processing = 4,
    /// Yêu cầu bổ sung giấy tờ: the citizen owes an answer, the clock stands.
    Supplement = 5,
    /// Yêu cầu thực hiện nghĩa vụ tài chính: the citizen owes money, the clock stands.
    Payment = 6,
    /// Công dân yêu cầu rút hồ sơ. Ends the dossier.
    Withdrawn = 7,
    /// Dừng xử lý. Ends the dossier.
    Stopped = 8,
    /// Đã xử lý xong: the results exist.
    Finished = 9,
    /// Đã trả kết quả. Ends the dossier.
    Returned = 10,
}

impl Status {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Filed,
        Self::Received,
        Self::NotReceived,
        Self::Processing,
        Self::Supplement,
        Self::Payment,
        Self::Withdrawn,
        Self::Stopped,
        Self::Finished,
        Self::Returned,
    ];

    /// The number of the national list.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether a dossier in this status may go to `next`. The national list names statuses, not transitions: these are ours.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use Status::{
            Filed, Finished, NotReceived, Payment, Processing, Received, Returned, Stopped, Supplement, Withdrawn,
        };
        matches!(
            (self, next),
            (Filed, Received | NotReceived | Supplement | Withdrawn)
                | (Received, Processing | Supplement | Payment | Withdrawn)
                | (Processing, Supplement | Payment | Withdrawn | Stopped | Finished)
                | (Supplement | Payment, Processing | Withdrawn | Stopped)
                | (Finished, Returned)
        )
    }

    /// The statuses a dossier passes on its way from this one to `goal`, the shortest way and the goal last; empty where
    /// there is none or it is there already. An officer who approves at once has also received and processed.
    #[must_use]
    pub fn way_to(self, goal: Self) -> Vec<Self> {
        let mut ways = vec![vec![self]];
        for _ in Self::ALL {
            let mut longer = Vec::new();
            for way in &ways {
                let last = way.last().copied().unwrap_or(self);
                if last == goal {
                    return way.iter().skip(1).copied().collect();
                }
                for next in Self::ALL.into_iter().filter(|next| last.may_become(*next) && !way.contains(next)) {
                    // On the way only what happens by itself: nobody passes through a question or a refusal.
                    if next == goal || matches!(next, Self::Received | Self::Processing | Self::Finished) {
                        longer.push([way.as_slice(), &[next]].concat());
                    }
                }
            }
            ways = longer;
        }
        Vec::new()
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::NotReceived | Self::Withdrawn | Self::Stopped | Self::Returned)
    }

    /// Whether time counts against the bodies. It stands while the citizen owes something.
    #[must_use]
    pub const fn clock_runs(self) -> bool {
        matches!(self, Self::Filed | Self::Received | Self::Processing)
    }

    /// The id of its name in the messages.
    #[must_use]
    pub fn message_id(self) -> String {
        format!("dossier-status-{}", self.number())
    }
}

impl From<Status> for u8 {
    fn from(status: Status) -> Self {
        status.number()
    }
}

impl TryFrom<u8> for Status {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, String> {
        Self::ALL.into_iter().find(|status| status.number() == number).ok_or_else(|| format!("no status {number}"))
    }
}

/// Where one member of a group stands for one child. Kept by the origin of the dossier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// Sent to the acting body (or on its way there).
    Sent,
    /// Taken in by an officer there.
    Accepted,
    /// The acting body asked the citizen something.
    Question,
    /// Done, with its results.
    Done,
    /// Refused with a reason. The group goes on without it.
    Refused,
    /// Not done because a member that it needs was refused.
    Dropped,
    /// Stopped because the citizen did not answer a question in time.
    Lapsed,
    /// Not done because the citizen withdrew or the dossier ended.
    Cancelled,
}

impl StepState {
    /// As stored and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Question => "question",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
            Self::Lapsed => "lapsed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what `as_str` wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Waiting,
            Self::Sent,
            Self::Accepted,
            Self::Question,
            Self::Done,
            Self::Refused,
            Self::Dropped,
            Self::Lapsed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Refused | Self::Dropped | Self::Lapsed | Self::Cancelled)
    }

    /// The national status that says the same of this member alone.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Waiting | Self::Sent => Status::Filed,
            Self::Accepted => Status::Processing,
            Self::Question => Status::Supplement,
            Self::Done => Status::Returned,
            Self::Refused | Self::Dropped | Self::Lapsed => Status::Stopped,
            Self::Cancelled => Status::Withdrawn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_a_terminal_status_and_something_follows_every_other() {
        for status in Status::ALL {
            let follows = Status::ALL.into_iter().any(|next| status.may_become(next));
            assert_eq!(follows, !status.is_terminal(), "{status:?}");
        }
    }

    #[test]
    fn transitions_are_the_table() {
        let table: Vec<(u8, Vec<u8>)> = Status::ALL
            .into_iter()
            .map(|from| {
                let to = Status::ALL.into_iter().filter(|to| from.may_become(*to)).map(Status::number).collect();
                (from.number(), to)
            })
            .collect();
        let expected = [
            (1, vec![2, 3, 5, 7]),
            (2, vec![4, 5, 6, 7]),
            (3, vec![]),
            (4, vec![5, 6, 7, 8, 9]),
            (5, vec![4, 7, 8]),
            (6, vec![4, 7, 8]),
            (7, vec![]),
            (8, vec![]),
            (9, vec![10]),
            (10, vec![]),
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn ways() {
        let check = |from: Status, to: Status, expected: &[u8]| {
            let way: Vec<u8> = from.way_to(to).into_iter().map(Status::number).collect();
            assert_eq!(way, expected, "{from:?} → {to:?}");
        };
        check(Status::Filed, Status::Returned, &[2, 4, 9, 10]);
        check(Status::Filed, Status::Supplement, &[5]);
        check(Status::Supplement, Status::Returned, &[4, 9, 10]);
        check(Status::Received, Status::Stopped, &[4, 8]);
        check(Status::Filed, Status::Filed, &[]);
        check(Status::Returned, Status::Processing, &[]);
    }

    #[test]
    fn clock_stands_while_the_citizen_owes() {
        let running: Vec<u8> = Status::ALL.into_iter().filter(|s| s.clock_runs()).map(Status::number).collect();
        assert_eq!(running, [1, 2, 4]);
    }
}
