//! Who may ask: the address that is asked, the page that asks, the token that it has, and how often. Nothing here knows
//! what is asked.
//!
//! A page of another site can make a browser send a request here, but cannot choose its `Host` (so a name that was made
//! to lead here is refused), cannot hide its `Origin`, and cannot know a token.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Whether a `Host` is one of this server: a name of this machine, the address it listens on, or, where it listens on
/// all of them, any address that is written as numbers; always with its port.
pub fn is_our_host(host: &str, address: SocketAddr) -> bool {
    let ends = format!(":{}", address.port());
    let Some(name) = host.strip_suffix(&ends).or((address.port() == 80).then_some(host)) else {
        return false;
    };
    if ["localhost", "127.0.0.1", "[::1]"].contains(&name) {
        return true;
    }
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    match bare.parse::<IpAddr>() {
        Ok(ip) => address.ip().is_unspecified() || ip == address.ip(),
        Err(_) => false,
    }
}

/// Whether a request comes from a page of this server.
pub fn is_our_origin(origin: &str, host: &str) -> bool {
    origin.strip_prefix("http://") == Some(host)
}

/// A word that nobody can guess, of so many letters and digits that are not taken for each other.
///
/// # Errors
/// If the system has no chance to give.
pub fn word(letters: usize) -> Result<String, getrandom::Error> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut bytes = vec![0; letters];
    getrandom::fill(&mut bytes)?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect())
}

/// Whether two secrets are the same, in a time that does not tell how far they are.
pub fn same(a: &str, b: &str) -> bool {
    let differ = a.bytes().zip(b.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    a.len() == b.len() && differ == 0
}

/// How often each may ask: so many at once, and then so many a second.
#[derive(Debug)]
pub struct Rate {
    most: f64,
    a_second: f64,
    left: BTreeMap<String, (f64, Instant)>,
}

/// More askers than this are not remembered one by one.
const ASKERS: usize = 4096;

impl Rate {
    /// At most so many at once, and so many a second.
    pub fn new(most: f64, a_second: f64) -> Rate {
        Rate {
            most,
            a_second,
            left: BTreeMap::new(),
        }
    }

    /// Whether this one may ask now; it is counted.
    pub fn allows(&mut self, who: &str, now: Instant) -> bool {
        if self.left.len() > ASKERS {
            let full = Duration::from_secs_f64(self.most / self.a_second);
            self.left.retain(|_, (_, last)| now.duration_since(*last) < full);
        }
        // Where even those who ask now are too many, all others share one count.
        let who = if self.left.len() > ASKERS && !self.left.contains_key(who) {
            ""
        } else {
            who
        };
        let (left, last) = self.left.entry(who.to_owned()).or_insert((self.most, now));
        *left = (*left + now.duration_since(*last).as_secs_f64() * self.a_second).min(self.most);
        *last = now;
        let allowed = *left >= 1.0;
        if allowed {
            *left -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_this_machine_by_name_or_number_with_the_port() {
        let here: SocketAddr = "127.0.0.1:7022".parse().unwrap();
        for host in ["127.0.0.1:7022", "localhost:7022", "[::1]:7022"] {
            assert!(is_our_host(host, here), "{host}");
        }
        for host in [
            "evil.example:7022",
            "127.0.0.1",
            "127.0.0.1:80",
            "10.0.0.1:7022",
            "",
            ":7022",
            "localhost:7022.evil.example",
        ] {
            assert!(!is_our_host(host, here), "{host}");
        }
        let all: SocketAddr = "0.0.0.0:7022".parse().unwrap();
        assert!(is_our_host("192.168.1.5:7022", all) && !is_our_host("evil.example:7022", all));
    }

    #[test]
    fn an_origin_is_that_of_the_host() {
        assert!(is_our_origin("http://127.0.0.1:7022", "127.0.0.1:7022"));
        for origin in [
            "null",
            "http://127.0.0.1:7023",
            "https://127.0.0.1:7022",
            "http://evil.example",
        ] {
            assert!(!is_our_origin(origin, "127.0.0.1:7022"), "{origin}");
        }
    }

    #[test]
    fn who_asks_too_often_waits_and_others_do_not() {
        let (mut rate, now) = (Rate::new(3.0, 1.0), Instant::now());
        let asked: Vec<bool> = (0..5).map(|_| rate.allows("a", now)).collect();
        assert_eq!(asked, [true, true, true, false, false]);
        assert!(rate.allows("b", now));
        assert!(rate.allows("a", now + Duration::from_secs(1)));
        assert!(!rate.allows("a", now + Duration::from_secs(1)));
    }

    #[test]
    fn askers_who_are_too_many_share_one_count_and_memory_is_bounded() {
        let (mut rate, now) = (Rate::new(3.0, 1.0), Instant::now());
        let allowed = (0..10_000).filter(|who| rate.allows(&who.to_string(), now)).count();
        assert!(allowed <= ASKERS + 5, "{allowed}");
        assert!(rate.left.len() <= ASKERS + 2);
    }

    #[test]
    fn secrets_are_long_and_compared_whole() {
        let (a, b) = (word(26).unwrap(), word(26).unwrap());
        assert!(a != b && a.len() == 26);
        assert!(same(&a, &a) && !same(&a, &b) && !same(&a, &a[..25]) && !same("", &a));
    }
}
