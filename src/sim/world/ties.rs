//! Who knows whom.

use super::TIES;

/// Which communities see each other, from the side of those that are seen: news goes out from the few communities in
/// which somebody is out, and not in to all others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ties {
    /// Where those who see each community begin, and where the last of them end.
    starts: Vec<u32>,
    /// Who sees.
    seers: Vec<u32>,
}

impl Ties {
    /// From what each community sees.
    pub fn new(sees: &[[u32; TIES]]) -> Ties {
        let mut starts = vec![0u32; sees.len() + 2];
        for &seen in sees.as_flattened() {
            starts[seen as usize + 2] += 1;
        }
        for at in 2..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut seers = vec![0; sees.len() * TIES];
        for (seer, sees) in sees.iter().enumerate() {
            for &seen in sees {
                let next = &mut starts[seen as usize + 1];
                seers[*next as usize] = seer as u32;
                *next += 1;
            }
        }
        starts.pop();
        Ties { starts, seers }
    }

    /// Those who see a community; one that sees it twice stands here twice.
    pub fn seers(&self, community: usize) -> &[u32] {
        &self.seers[self.starts[community] as usize..self.starts[community + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_is_seen_by_who_is_seen() {
        let ties = Ties::new(&[[1, 2, 0, 0], [2, 0, 2, 2], [0, 1, 1, 0]]);
        assert_eq!(ties.seers(0), [0, 0, 1, 2, 2]);
        assert_eq!(ties.seers(1), [0, 2, 2]);
        assert_eq!(ties.seers(2), [0, 1, 1, 1]);
    }
}
