//! What is within a vision: how many of a set are there, and a random one of them.

use super::model::Shape;
use super::torus::{Bits, Site, Torus, column, row};
use crate::dice::Stream;

/// What is within a vision: the rows and columns of each site from the one who looks, from north to south and west to
/// east, without its own.
pub fn in_sight(shape: Shape, vision: f64) -> Vec<(i32, i32)> {
    let reach = vision as i32;
    let seen = |&(row, column): &(i32, i32)| {
        let (row, column) = (f64::from(row), f64::from(column));
        (row, column) != (0.0, 0.0)
            && match shape {
                Shape::Moore => true,
                Shape::Euclidean => row * row + column * column <= vision * vision,
                Shape::VonNeumann => row.abs() + column.abs() <= vision,
            }
    };
    let around = (-reach..=reach).flat_map(|row| (-reach..=reach).map(move |column| (row, column)));
    around.filter(seen).collect()
}

/// The parts of a set that somebody sees, with a mask over each. Which they are depends only on the place of the one
/// who looks within its strip.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Rows and columns from the edge of the margin that one who looks does not see.
    unseen: u32,
    /// How many windows one looks through.
    windows: usize,
    /// The windows for each of the eight places within a strip.
    places: Vec<Window>,
}

/// What is looked at in one go: 16 rows of three strips, enough for a vision of 7.
type Window = [Pane; 3];

/// 16 rows of one strip.
#[derive(Clone, Copy, Debug, Default)]
struct Pane {
    /// Which of its sites are seen: those of its upper eight rows, and of its lower.
    masks: [u64; 2],
    /// Its first byte, from the first byte of all that is seen.
    byte: u32,
    /// Its first row and column, from those of the one who looks.
    row: i16,
    column: i16,
}

/// The most windows that one looks through, up to a vision of 20.
const MOST: usize = 6;
/// How many are enough up to a vision of 12.
const SOME: usize = 3;

impl Sight {
    /// The sight of all who see these rows and columns from their own.
    ///
    /// # Panics
    /// If a row or a column is further than 20.
    pub fn new(torus: &Torus, seen: &[(i32, i32)]) -> Sight {
        let reach = seen.iter().map(|&(row, column)| row.max(column)).max().unwrap_or(0);
        assert!(reach <= 20, "a vision is at most 20");
        let pane = |(place, strip, part): (i32, i32, i32)| {
            let (first_row, first_column) = (16 * part - reach, 8 * strip - place - reach);
            let mut masks = [0; 2];
            for (row, column) in seen
                .iter()
                .map(|&(row, column)| (row - first_row, column - first_column))
            {
                if (0..16).contains(&row) && (0..8).contains(&column) {
                    masks[row as usize / 8] |= 1 << (8 * (row % 8) + column);
                }
            }
            Pane {
                masks,
                byte: strip as u32 * torus.stride + 16 * part as u32,
                row: first_row as i16,
                column: first_column as i16,
            }
        };
        let (strips, parts) = ((2 * reach + 15) / 8, (2 * reach + 16) / 16);
        let panes_of = |place: i32| -> Vec<Pane> {
            let all = (0..strips).flat_map(|strip| (0..parts).map(move |part| (place, strip, part)));
            all.map(pane).filter(|pane| pane.masks != [0; 2]).collect()
        };
        let places: Vec<Vec<Pane>> = (0..8).map(panes_of).collect();
        let most = places.iter().map(Vec::len).max().unwrap_or(0);
        let windows = match most.div_ceil(3) {
            1 => 1,
            2..=SOME => SOME,
            _ => MOST,
        };
        // A place that needs fewer panes than there are looks at nothing in the rest.
        let filled = places.into_iter().flat_map(|mut panes| {
            panes.resize(3 * windows, Pane::default());
            panes.as_chunks().0.to_vec()
        });
        Sight {
            unseen: torus.margin - reach as u32,
            windows,
            places: filled.collect(),
        }
    }

    /// The first byte of what is seen from a site, and the windows.
    #[inline(always)]
    fn from<const N: usize>(&self, torus: &Torus, site: Site) -> (usize, &[Window; N]) {
        let (row, column) = (row(site) + self.unseen, column(site) + self.unseen);
        let first = (column / 8 * torus.stride + row) as usize;
        let windows = self.places[(column % 8) as usize * N..].first_chunk();
        (first, windows.expect("all places have as many windows"))
    }

    /// How many of a set are in sight.
    #[inline(always)]
    pub fn count(&self, torus: &Torus, set: &Bits, site: Site) -> u32 {
        match self.windows {
            1 => self.count_in::<1>(torus, set, site),
            SOME => self.count_in::<SOME>(torus, set, site),
            _ => self.count_in::<MOST>(torus, set, site),
        }
    }

    #[inline(always)]
    fn count_in<const N: usize>(&self, torus: &Torus, set: &Bits, site: Site) -> u32 {
        let (first, windows) = self.from::<N>(torus, site);
        let mut all = 0;
        for pane in windows.as_flattened() {
            let byte = first + pane.byte as usize;
            all += (set.word(byte) & pane.masks[0]).count_ones() + (set.word(byte + 8) & pane.masks[1]).count_ones();
        }
        all
    }

    /// A random site in sight that is in a set, or that is not; all are equally likely. Which one a draw means follows
    /// from their order: strip by strip from the west, row by row within a strip, from west to east.
    #[inline(always)]
    pub fn pick<const IN: bool>(&self, torus: &Torus, set: &Bits, site: Site, stream: &mut Stream) -> Option<Site> {
        match self.windows {
            1 => self.pick_in::<IN, 1>(torus, set, site, stream),
            SOME => self.pick_in::<IN, SOME>(torus, set, site, stream),
            _ => self.pick_in::<IN, MOST>(torus, set, site, stream),
        }
    }

    #[inline(always)]
    fn pick_in<const IN: bool, const N: usize>(
        &self,
        torus: &Torus,
        set: &Bits,
        site: Site,
        stream: &mut Stream,
    ) -> Option<Site> {
        let (first, windows) = self.from::<N>(torus, site);
        // What is seen, word by word, and how many there are before each.
        let (mut seen, mut before, mut all) = ([[[0; 2]; 3]; N], [[[0; 2]; 3]; N], 0);
        for (i, pane) in windows.as_flattened().iter().enumerate() {
            for half in 0..2 {
                let word = set.word(first + pane.byte as usize + 8 * half);
                let word = if IN { word } else { !word } & pane.masks[half];
                seen.as_flattened_mut()[i][half] = word;
                before.as_flattened_mut()[i][half] = all;
                all += word.count_ones();
            }
        }
        if all == 0 {
            return None;
        }
        let chosen = stream.below(all);
        let (seen, before) = (seen.as_flattened().as_flattened(), before.as_flattened().as_flattened());
        // All are asked, as it cannot be foreseen at which one a search would end.
        let reached = before[1..].iter().map(|&before| usize::from(before <= chosen));
        let at: usize = reached.sum();
        let (pane, word, chosen) = (&windows.as_flattened()[at / 2], seen[at], chosen - before[at]);
        let bit = (nth_bit(word, chosen) + 64 * (at as u32 % 2)) as i32;
        let (row, column) = (row(site) as i32, column(site) as i32);
        Some(torus.around(
            row + i32::from(pane.row) + bit / 8,
            column + i32::from(pane.column) + bit % 8,
        ))
    }
}

/// The place of the n-th bit that is set, from 0 and the lowest, if there are so many (Vigna 2008): bytes are counted
/// at once, and those are passed before which there are too few.
#[inline(always)]
fn nth_bit(word: u64, n: u32) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    const TWOS: u64 = 0x55 * ONES;
    const FOURS: u64 = 0x33 * ONES;
    const EIGHTS: u64 = 0x0f * ONES;
    let of_two = word - ((word >> 1) & TWOS);
    let of_four = (of_two & FOURS) + ((of_two >> 2) & FOURS);
    let of_eight = (of_four + (of_four >> 4)) & EIGHTS;
    let up_to = of_eight.wrapping_mul(ONES);
    // The high bit of each byte up to whose end there are at most n.
    let passed = ((u64::from(n) * ONES) | HIGH).wrapping_sub(up_to) & HIGH;
    let byte = passed.count_ones() * 8;
    let before = ((up_to << 8) >> byte) & 0xff;
    let rest = (u64::from(n) - before) as usize;
    byte + u32::from(NTH_OF_BYTE[((word >> byte) & 0xff) as usize][rest % 8])
}

/// The place of the n-th bit of each byte.
static NTH_OF_BYTE: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut n, mut bit) = (0, 0);
        while bit < 8 {
            if byte >> bit & 1 == 1 {
                table[byte][n] = bit as u8;
                n += 1;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::dice::{Dice, Purpose};

    #[test]
    fn the_nth_bit_is_found_in_any_word() {
        let mut word = 0x9e37_79b9_7f4a_7c15_u64;
        let words = (0..1000).map(|i| {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i);
            word & word.rotate_left(i as u32)
        });
        for word in words.chain([1, 1 << 63, u64::MAX, 0x8000_0000_0000_0001]) {
            let bits = (0..64).filter(|bit| word >> bit & 1 == 1);
            for (n, bit) in bits.enumerate() {
                assert_eq!(nth_bit(word, n as u32), bit, "{word:x} {n}");
            }
        }
    }

    #[test]
    fn what_is_counted_and_picked_is_what_is_in_sight_at_any_vision() {
        let torus = Torus::new(43, 41, 20);
        let mut stream = Dice::new(1, 0).stream(Purpose::LatticeTick, 0);
        let mut set = Bits::none(&torus);
        for number in 0..43 * 41 {
            if stream.below(3) == 0 {
                set.flip(&torus, torus.site(number));
            }
        }
        for shape in Shape::VARIANTS {
            for vision in [1.0, 1.7, 5.0, 7.0, 8.0, 12.0, 13.0, 20.0] {
                let seen = in_sight(*shape, vision);
                let sight = Sight::new(&torus, &seen);
                for _ in 0..40 {
                    let site = torus.site(stream.below(43 * 41));
                    let at = |&(r, c): &(i32, i32)| torus.around(row(site) as i32 + r, column(site) as i32 + c);
                    let (within, without): (Vec<Site>, Vec<Site>) =
                        seen.iter().map(at).partition(|&site| set.has(&torus, site));
                    assert_eq!(sight.count(&torus, &set, site) as usize, within.len());
                    for (picked, among) in [
                        (sight.pick::<true>(&torus, &set, site, &mut stream), within),
                        (sight.pick::<false>(&torus, &set, site, &mut stream), without),
                    ] {
                        assert!(picked.map_or(among.is_empty(), |site| among.contains(&site)));
                    }
                }
            }
        }
    }
}
