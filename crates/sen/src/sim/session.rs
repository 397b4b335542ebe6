//! Who is signed in at the operator, and who was sent to the provider and has not come back. In memory: a restart signs
//! everybody out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// A session of the operator's ends after so long.
const SESSION: Duration = Duration::minutes(30);
/// Whoever was sent to the provider comes back within so long.
const WAY: Duration = Duration::minutes(10);
/// More than so many at once are not kept: the oldest go.
const KEPT_MAX: usize = 10_000;

/// What the provider told about a person who allowed it.
#[derive(Clone)]
pub(super) struct Person {
    /// The person's name for this operator.
    pub(super) sub: String,
    /// The session at the provider, which may be ended from there.
    pub(super) sid: Option<String>,
    pub(super) name: String,
    pub(super) personal_number: String,
    /// Proves at sign-out who signs out.
    pub(super) id_token: String,
    /// What each form of the session must carry.
    pub(super) form_token: String,
}

/// Somebody on the way to the provider and back.
#[derive(Clone)]
pub(super) struct OnTheWay {
    /// The browser that set out.
    pub(super) browser: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

struct Kept<T> {
    what: T,
    until: OffsetDateTime,
}

/// Both.
#[derive(Default)]
pub(super) struct Sessions {
    people: Mutex<HashMap<String, Kept<Person>>>,
    ways: Mutex<HashMap<String, Kept<OnTheWay>>>,
}

fn put<T>(map: &Mutex<HashMap<String, Kept<T>>>, key: &str, kept: Kept<T>, now: OffsetDateTime) {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    map.retain(|_, kept| kept.until > now);
    if map.len() >= KEPT_MAX
        && let Some(oldest) = map.iter().min_by_key(|(_, kept)| kept.until).map(|(key, _)| key.clone())
    {
        map.remove(&oldest);
    }
    map.insert(key.to_owned(), kept);
}

impl Sessions {
    pub(super) fn set_out(&self, state: &str, way: OnTheWay, now: OffsetDateTime) {
        put(&self.ways, state, Kept { what: way, until: now + WAY }, now);
    }

    /// Who set out with this state; once.
    pub(super) fn come_back(&self, state: &str, now: OffsetDateTime) -> Option<OnTheWay> {
        let found = self.ways.lock().unwrap_or_else(PoisonError::into_inner).remove(state)?;
        (found.until > now).then_some(found.what)
    }

    pub(super) fn begin(&self, token: &str, person: Person, now: OffsetDateTime) {
        put(&self.people, token, Kept { what: person, until: now + SESSION }, now);
    }

    pub(super) fn find(&self, token: &str, now: OffsetDateTime) -> Option<Person> {
        let people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.get(token).filter(|kept| kept.until > now).map(|kept| kept.what.clone())
    }

    pub(super) fn end(&self, token: &str) {
        self.people.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }

    /// Ends what the provider says is over: a session, or every session of a person.
    pub(super) fn end_from_afar(&self, sid: Option<&str>, sub: Option<&str>) {
        let over = |person: &Person| match sid {
            Some(sid) => person.sid.as_deref() == Some(sid),
            None => sub == Some(&person.sub),
        };
        self.people.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, kept| !over(&kept.what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(sub: &str, sid: &str) -> Person {
        Person {
            sub: sub.to_owned(),
            sid: Some(sid.to_owned()),
            name: String::new(),
            personal_number: String::new(),
            id_token: String::new(),
            form_token: String::new(),
        }
    }

    #[test]
    fn a_way_back_is_gone_once_and_in_time() {
        let (sessions, now) = (Sessions::default(), OffsetDateTime::UNIX_EPOCH);
        let way = OnTheWay { browser: "b".to_owned(), nonce: "n".to_owned(), verifier: "v".to_owned() };
        sessions.set_out("s", way.clone(), now);
        assert!(sessions.come_back("s", now).is_some());
        assert!(sessions.come_back("s", now).is_none());
        sessions.set_out("s", way, now);
        assert!(sessions.come_back("s", now + WAY).is_none());
    }

    #[test]
    fn the_provider_ends_a_session_or_all_of_a_person() {
        let (sessions, now) = (Sessions::default(), OffsetDateTime::UNIX_EPOCH);
        for (token, sub, sid) in [("1", "a", "x"), ("2", "a", "y"), ("3", "b", "z")] {
            sessions.begin(token, person(sub, sid), now);
        }
        sessions.end_from_afar(Some("x"), Some("a"));
        assert!(sessions.find("1", now).is_none() && sessions.find("2", now).is_some());
        sessions.end_from_afar(None, Some("a"));
        assert!(sessions.find("2", now).is_none());
        assert_eq!(sessions.find("3", now).unwrap().sub, "b");
        assert!(sessions.find("3", now + SESSION).is_none());
    }
}
