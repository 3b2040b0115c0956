//! Where things are: sites of a torus, what is within a vision of them, and how many of whom are.

use super::model::Shape;

/// A site: its row in the upper half, its column in the lower.
pub type Site = u32;

/// The sites, and how a step leads from one to another round the edges.
#[derive(Clone, Debug)]
pub struct Torus {
    width: usize,
    reach: u32,
    column: Vec<u16>,
    row: Vec<u16>,
}

impl Torus {
    /// A torus in which no step is longer than `reach`.
    pub fn new(width: u32, height: u32, reach: u32) -> Torus {
        let wrapped = |length: u32| {
            (0..length + 2 * reach)
                .map(|i| ((i + length - reach) % length) as u16)
                .collect()
        };
        Torus {
            width: width as usize,
            reach,
            column: wrapped(width),
            row: wrapped(height),
        }
    }

    /// The site of this number, counted row by row.
    pub fn site(&self, number: u32) -> Site {
        let width = self.width as u32;
        ((number / width) << 16) | (number % width)
    }

    /// The number of a site.
    #[inline]
    pub fn number(&self, site: Site) -> usize {
        (site >> 16) as usize * self.width + (site & 0xffff) as usize
    }

    /// A step of so many rows and columns, as [`Torus::after`] takes it.
    pub fn step(&self, rows: i32, columns: i32) -> u32 {
        let reach = self.reach as i32;
        ((rows + reach) as u32) << 16 | (columns + reach) as u32
    }

    /// The site to which a step leads.
    #[inline]
    pub fn after(&self, site: Site, step: u32) -> Site {
        let sum = site + step;
        u32::from(self.row[(sum >> 16) as usize]) << 16 | u32::from(self.column[(sum & 0xffff) as usize])
    }
}

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

/// What one looks at and where one can go.
#[derive(Clone, Debug)]
pub struct Sight {
    /// The steps to all that is seen.
    pub steps: Vec<u32>,
    /// Of 16-bit draws, as many as this are drawn again, so that all steps are equally likely.
    pub reject: u32,
}

impl Sight {
    /// The sight of a vision.
    pub fn new(torus: &Torus, seen: &[(i32, i32)]) -> Sight {
        Sight {
            steps: seen.iter().map(|&(row, column)| torus.step(row, column)).collect(),
            reject: 65_536 % seen.len() as u32,
        }
    }
}

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Active agents.
    Active,
    /// Cops.
    Cop,
}

/// For every site, how many active agents and how many cops are within a vision of it, its own site counted too. A
/// look is one read; who comes or goes is added to all sites that see it, whose rows are added to without regard to
/// the edges of the torus: a strip beyond each edge keeps what belongs to the opposite one, and a look near an edge
/// adds it.
#[derive(Clone, Debug)]
pub struct Counts {
    /// One row of lanes after the other, with strips around.
    lanes: Lanes,
    stride: usize,
    /// All bits where a row of the neighbourhood is, in groups of lanes.
    rows: Vec<[u16; LANES]>,
    /// How many groups make a row.
    groups: usize,
    /// Where each column of sites is, and where its strip is, which is always nothing for most columns.
    column_at: Vec<(u32, u32)>,
    /// The same for rows, as the start of a row of lanes.
    row_at: Vec<(u32, u32)>,
    /// The column and the row where there is always nothing.
    nothing: (u32, u32),
    /// Whether most sites are near an edge, so that looking into all four places is cheaper than asking.
    small: bool,
}

/// Each lane counts active agents in its lower half and cops in its upper half.
#[derive(Clone, Debug)]
enum Lanes {
    /// For up to 255 sites in sight.
    Narrow(Vec<u16>),
    /// For more.
    Wide(Vec<u32>),
}

/// So many sites are added to at a time.
const LANES: usize = 16;

impl Counts {
    /// Nobody anywhere.
    pub fn new(width: u32, height: u32, seen: &[(i32, i32)]) -> Counts {
        let reach = seen.iter().map(|&(row, _)| row).max().unwrap_or(0) as usize;
        let (width, height) = (width as usize, height as usize);
        let groups = (2 * reach + 1).div_ceil(LANES);
        let stride = width + 2 * reach + groups * LANES;
        let mut rows = vec![[0; LANES]; (2 * reach + 1) * groups];
        for &(row, column) in seen.iter().chain(&[(0, 0)]) {
            let lane = (column + reach as i32) as usize;
            rows[(row + reach as i32) as usize * groups + lane / LANES][lane % LANES] = u16::MAX;
        }
        let places = |length: usize, times: usize| {
            let place = |i: usize| {
                let own = i + reach;
                let beyond = match i {
                    _ if i < reach => own + length,
                    _ if i >= length - reach => own - length,
                    _ => length + 2 * reach,
                };
                ((own * times) as u32, (beyond * times) as u32)
            };
            (0..length).map(place).collect()
        };
        let lanes = stride * (height + 2 * reach + 1);
        Counts {
            lanes: match seen.len() < 255 {
                true => Lanes::Narrow(vec![0; lanes]),
                false => Lanes::Wide(vec![0; lanes]),
            },
            stride,
            rows,
            groups,
            column_at: places(width, 1),
            row_at: places(height, stride),
            nothing: ((width + 2 * reach) as u32, ((height + 2 * reach) * stride) as u32),
            small: 8 * reach > width,
        }
    }

    /// One of a sort has come to a site.
    pub fn come(&mut self, sort: Sort, site: Site) {
        match sort {
            Sort::Active => self.add(site, 1, 1),
            Sort::Cop => self.add(site, 1 << 8, 1 << 16),
        }
    }

    /// One of a sort has left a site.
    pub fn go(&mut self, sort: Sort, site: Site) {
        match sort {
            Sort::Active => self.add(site, 1u16.wrapping_neg(), 1u32.wrapping_neg()),
            Sort::Cop => self.add(site, (1u16 << 8).wrapping_neg(), (1u32 << 16).wrapping_neg()),
        }
    }

    /// Add to all that see a site.
    fn add(&mut self, site: Site, narrow: u16, wide: u32) {
        let (stride, groups) = (self.stride, self.groups);
        match &mut self.lanes {
            Lanes::Narrow(lanes) => each(lanes, &self.rows, stride, groups, site, |lane, seen| {
                *lane = lane.wrapping_add(narrow & seen);
            }),
            Lanes::Wide(lanes) => each(lanes, &self.rows, stride, groups, site, |lane, seen| {
                *lane = lane.wrapping_add(wide & seen as i16 as u32);
            }),
        }
    }

    /// How many active agents and how many cops are within the vision of a site.
    #[inline]
    pub fn at(&self, site: Site) -> (usize, usize) {
        let columns = self.column_at[(site & 0xffff) as usize];
        let rows = self.row_at[(site >> 16) as usize];
        let one = !self.small && (columns.1, rows.1) == self.nothing;
        match &self.lanes {
            Lanes::Narrow(lanes) => {
                let sum = sum(columns, rows, one, |lane| u32::from(lanes[lane]));
                ((sum & 0xff) as usize, (sum >> 8 & 0xff) as usize)
            }
            Lanes::Wide(lanes) => {
                let sum = sum(columns, rows, one, |lane| lanes[lane]);
                ((sum & 0xffff) as usize, (sum >> 16) as usize)
            }
        }
    }
}

/// What is in a lane and in the strips that belong to it.
#[inline]
fn sum(columns: (u32, u32), rows: (u32, u32), one: bool, lane: impl Fn(usize) -> u32) -> u32 {
    let lane = |row: u32, column: u32| lane((row + column) as usize);
    let own = lane(rows.0, columns.0);
    match one {
        true => own,
        false => own + lane(rows.0, columns.1) + lane(rows.1, columns.0) + lane(rows.1, columns.1),
    }
}

/// Every lane of the rows around a site, with whether it is seen.
#[inline]
fn each<L>(
    lanes: &mut [L],
    rows: &[[u16; LANES]],
    stride: usize,
    groups: usize,
    site: Site,
    act: impl Fn(&mut L, u16),
) {
    let (row, column) = ((site >> 16) as usize, (site & 0xffff) as usize);
    for (lanes, seen) in lanes[row * stride..]
        .chunks_exact_mut(stride)
        .zip(rows.chunks_exact(groups))
    {
        let (lanes, _) = lanes[column..].as_chunks_mut::<LANES>();
        for (lanes, seen) in lanes.iter_mut().zip(seen) {
            for (lane, &seen) in lanes.iter_mut().zip(seen) {
                act(lane, seen);
            }
        }
    }
}
