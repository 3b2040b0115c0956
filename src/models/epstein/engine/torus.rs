//! Where things are: the sites of a torus, and sets of sites as bits.
//!
//! A set is kept in strips of eight columns, one byte for each row of a strip, so that eight rows of a strip are one
//! word, wherever they begin: 15 sites by 15 lie in six words. Around the lattice is a margin, as wide as the furthest
//! sight, which repeats the opposite edge. So who looks never asks where an edge is; who comes or goes is written up
//! to four times, which is cheaper, as a look reads many sites and a move writes two.

/// A site: its row in the upper half, its column in the lower.
pub type Site = u32;

/// The row of a site.
#[inline(always)]
pub fn row(site: Site) -> u32 {
    site >> 16
}

/// The column of a site.
#[inline(always)]
pub fn column(site: Site) -> u32 {
    site & 0xffff
}

/// The sites, and where in a set their bits are.
#[derive(Clone, Debug)]
pub struct Torus {
    width: u32,
    height: u32,
    /// Rows and columns beyond each edge.
    pub margin: u32,
    /// Bytes from a strip to the next.
    pub stride: u32,
    columns: Vec<Column>,
    rows: Vec<Row>,
    bytes: usize,
}

/// The strip of a column, and the bit within it; and those of its copy beyond an edge, or of a place that nobody reads.
#[derive(Clone, Copy, Debug)]
struct Column {
    strip: u32,
    beyond: u32,
    bit: u8,
    bit_beyond: u8,
}

/// The byte of a row within a strip, and that of its copy, or of a place that nobody reads.
#[derive(Clone, Copy, Debug)]
struct Row {
    byte: u32,
    beyond: u32,
}

impl Torus {
    /// A torus on which nobody sees further than `margin`; it is at least twice as long and wide, and one more.
    pub fn new(width: u32, height: u32, margin: u32) -> Torus {
        // Who reads 16 rows at a time reads beyond the margin, where nothing is seen.
        let stride = height + 2 * margin + 16;
        let strips = (width + 2 * margin).div_ceil(8) + 1;
        let copy = |at: u32, length: u32| match at {
            _ if at < margin => Some(at + margin + length),
            _ if at >= length - margin => Some(at + margin - length),
            _ => None,
        };
        let column = |at: u32| {
            let (own, beyond) = (at + margin, copy(at, width));
            Column {
                strip: own / 8 * stride,
                beyond: beyond.map_or(strips - 1, |beyond| beyond / 8) * stride,
                bit: 1 << (own % 8),
                bit_beyond: 1 << (beyond.unwrap_or(0) % 8),
            }
        };
        let row = |at: u32| Row {
            byte: at + margin,
            beyond: copy(at, height).unwrap_or(height + 2 * margin),
        };
        Torus {
            width,
            height,
            margin,
            stride,
            columns: (0..width).map(column).collect(),
            rows: (0..height).map(row).collect(),
            bytes: (strips * stride) as usize,
        }
    }

    /// The site of this number, counted row by row.
    pub fn site(&self, number: u32) -> Site {
        ((number / self.width) << 16) | (number % self.width)
    }

    /// The number of a site.
    #[inline(always)]
    pub fn number(&self, site: Site) -> usize {
        (row(site) * self.width + column(site)) as usize
    }

    /// The site at a row and a column that may lie in the margin.
    #[inline(always)]
    pub fn around(&self, row: i32, column: i32) -> Site {
        let wrapped = |at: i32, length: i32| {
            let at = if at < 0 { at + length } else { at };
            (if at >= length { at - length } else { at }) as u32
        };
        wrapped(row, self.height as i32) << 16 | wrapped(column, self.width as i32)
    }
}

/// A set of sites.
#[derive(Clone, Debug)]
pub struct Bits(Vec<u8>);

impl Bits {
    /// No site.
    pub fn none(torus: &Torus) -> Bits {
        Bits(vec![0; torus.bytes])
    }

    /// A site comes in if it is out, and goes out if it is in.
    #[inline(always)]
    pub fn flip(&mut self, torus: &Torus, site: Site) {
        let (row, column) = (torus.rows[row(site) as usize], torus.columns[column(site) as usize]);
        for (strip, bit) in [(column.strip, column.bit), (column.beyond, column.bit_beyond)] {
            for byte in [row.byte, row.beyond] {
                self.0[(strip + byte) as usize] ^= bit;
            }
        }
    }

    /// Whether a site is in.
    #[inline(always)]
    pub fn has(&self, torus: &Torus, site: Site) -> bool {
        let (row, column) = (torus.rows[row(site) as usize], torus.columns[column(site) as usize]);
        self.0[(column.strip + row.byte) as usize] & column.bit != 0
    }

    /// Eight rows of a strip, the first in the lowest byte.
    #[inline(always)]
    pub fn word(&self, byte: usize) -> u64 {
        u64::from_le_bytes(
            *self.0[byte..]
                .first_chunk()
                .expect("a strip ends in rows that nobody reads"),
        )
    }
}
