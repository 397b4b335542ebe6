//! The budget of failures of an address. It refills steadily: an address is slowed, never shut out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

/// Failures an address may have at once: a village office on a Monday morning.
const BURST: i64 = 50;
/// One failure is forgiven after so long: some 700 an hour, over all accounts, and never more than a few for each of them.
const FORGIVEN_MS: i64 = 5_000;
/// A provider gives a customer up to a /48: so many times the budget of one /64 for all of it.
const WIDE: i64 = 8;
/// Addresses remembered: some megabytes. With more at once the alarm is on long since.
const KEYS_MAX: usize = 100_000;
const SWEPT_EVERY_MS: i64 = 1_000;

/// A network whose failures are counted together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Network(u8, u128);

/// For each network that has failures to be forgiven, when the last of them is.
#[derive(Default)]
pub(super) struct Budgets {
    forgiven_at: HashMap<Network, i64>,
    swept_at: i64,
}

impl Budgets {
    /// Charges a failure; or says in how many seconds there is room for one, and charges nothing.
    pub(super) fn charge(&mut self, now: i64, address: IpAddr) -> Result<(), i64> {
        let networks = networks(address);
        for (network, times) in networks.iter().flatten() {
            let forgiven_at = self.forgiven_at.get(network).copied().unwrap_or(now).max(now);
            let over = forgiven_at + FORGIVEN_MS / times - now - BURST * FORGIVEN_MS;
            if over > 0 {
                return Err((over + 999) / 1_000);
            }
        }
        self.make_room(now);
        for (network, times) in networks.into_iter().flatten() {
            if self.forgiven_at.len() < KEYS_MAX || self.forgiven_at.contains_key(&network) {
                let forgiven_at = self.forgiven_at.entry(network).or_insert(now);
                *forgiven_at = (*forgiven_at).max(now) + FORGIVEN_MS / times;
            }
        }
        Ok(())
    }

    /// Takes a charge back.
    pub(super) fn refund(&mut self, now: i64, address: IpAddr) {
        for (network, times) in networks(address).into_iter().flatten() {
            if let Some(forgiven_at) = self.forgiven_at.get_mut(&network) {
                *forgiven_at -= FORGIVEN_MS / times;
                if *forgiven_at <= now {
                    self.forgiven_at.remove(&network);
                }
            }
        }
    }

    /// Forgets networks that have nothing to be forgiven: they are as if they had never been seen.
    fn make_room(&mut self, now: i64) {
        if self.forgiven_at.len() >= KEYS_MAX && now - self.swept_at >= SWEPT_EVERY_MS {
            self.swept_at = now;
            self.forgiven_at.retain(|_, forgiven_at| *forgiven_at > now);
        }
    }
}

/// What an address counts for, and how many times the budget of one address each has.
fn networks(address: IpAddr) -> [Option<(Network, i64)>; 2] {
    match address.to_canonical() {
        IpAddr::V4(address) => [Some((Network(4, u128::from(u32::from(address))), 1)), None],
        IpAddr::V6(address) => [Some((part(address, 64), 1)), Some((part(address, 48), WIDE))],
    }
}

fn part(address: Ipv6Addr, bits: u8) -> Network {
    Network(bits, u128::from(address) >> (128 - u32::from(bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spend(budgets: &mut Budgets, address: &str) -> usize {
        let address: IpAddr = address.parse().unwrap();
        (0..1_000).take_while(|_| budgets.charge(0, address).is_ok()).count()
    }

    #[test]
    fn an_address_is_slowed_and_never_shut_out() {
        let mut budgets = Budgets::default();
        assert_eq!(spend(&mut budgets, "203.0.113.7"), 50);
        assert_eq!(spend(&mut budgets, "203.0.113.8"), 50, "its neighbour");
        let address = "203.0.113.7".parse().unwrap();
        assert_eq!(budgets.charge(0, address), Err(5));
        assert_eq!(budgets.charge(4_000, address), Err(1));
        assert_eq!(budgets.charge(5_000, address), Ok(()));
        assert_eq!(budgets.charge(5_000, address), Err(5), "one at a time, never longer than that");
    }

    #[test]
    fn what_was_no_failure_costs_nothing() {
        let mut budgets = Budgets::default();
        let address = "203.0.113.7".parse().unwrap();
        for _ in 0..1_000 {
            budgets.charge(0, address).unwrap();
            budgets.refund(0, address);
        }
        assert!(budgets.forgiven_at.is_empty());
    }

    #[test]
    fn the_addresses_of_one_customer_count_together() {
        let mut budgets = Budgets::default();
        assert_eq!(spend(&mut budgets, "2001:db8:1:1::1"), 50);
        assert_eq!(spend(&mut budgets, "2001:db8:1:1:ffff::2"), 0, "the same /64");
        let others: usize = (2..100).map(|net| spend(&mut budgets, &format!("2001:db8:1:{net}::1"))).sum();
        assert_eq!(others, 350, "all of a /48 has eight times the budget of one /64");
        assert_eq!(spend(&mut budgets, "2001:db8:2:1::1"), 50);
        assert_eq!(spend(&mut budgets, "203.0.113.7"), 50);
        assert_eq!(spend(&mut budgets, "::ffff:203.0.113.7"), 0, "the same address, written otherwise");
    }

    #[test]
    fn the_memory_is_bounded_and_forgets() {
        let mut budgets = Budgets::default();
        for n in 0..150_000_u32 {
            budgets.charge(0, IpAddr::V4(n.into())).unwrap();
        }
        assert_eq!(budgets.forgiven_at.len(), KEYS_MAX);
        budgets.charge(10_000, IpAddr::V4(200_000.into())).unwrap();
        assert_eq!(budgets.forgiven_at.len(), 1);
    }
}
