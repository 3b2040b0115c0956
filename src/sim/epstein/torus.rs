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
        (number / width) << 16 | number % width
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

/// For every site, how many of each of two sorts are within a vision of it, its own site counted too. A look is one
/// read; who comes or goes is added to all sites that see it, whose rows are added to without regard to the edges of
/// the torus: a strip beyond each edge keeps what belongs to the opposite one, and a look near an edge adds it.
#[derive(Clone, Debug)]
pub struct Counts {
    /// One row of lanes after the other, with strips around; a lane has one sort in each half.
    lanes: Vec<u32>,
    stride: usize,
    /// All bits where a row of the neighbourhood is, in groups of lanes.
    rows: Vec<[u32; LANES]>,
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

/// So many sites are added to at a time.
const LANES: usize = 16;

/// One of the first sort, in a lane.
pub const ACTIVE: u32 = 1;
/// One of the second.
pub const COP: u32 = 1 << 16;

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
            rows[(row + reach as i32) as usize * groups + lane / LANES][lane % LANES] = u32::MAX;
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
        Counts {
            lanes: vec![0; stride * (height + 2 * reach + 1)],
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
    pub fn come(&mut self, sort: u32, site: Site) {
        self.add(site, sort);
    }

    /// One of a sort has left a site.
    pub fn go(&mut self, sort: u32, site: Site) {
        self.add(site, sort.wrapping_neg());
    }

    fn add(&mut self, site: Site, value: u32) {
        let (row, column) = ((site >> 16) as usize, (site & 0xffff) as usize);
        let lanes = self.lanes[row * self.stride..].chunks_exact_mut(self.stride);
        for (lanes, seen) in lanes.zip(self.rows.chunks_exact(self.groups)) {
            let (lanes, _) = lanes[column..].as_chunks_mut::<LANES>();
            for (lanes, seen) in lanes.iter_mut().zip(seen) {
                for (lane, seen) in lanes.iter_mut().zip(seen) {
                    *lane = lane.wrapping_add(value & seen);
                }
            }
        }
    }

    /// How many of the first and of the second sort are within the vision of a site.
    #[inline]
    pub fn at(&self, site: Site) -> (usize, usize) {
        let (column, beyond) = self.column_at[(site & 0xffff) as usize];
        let (row, below) = self.row_at[(site >> 16) as usize];
        let lane = |row: u32, column: u32| self.lanes[(row + column) as usize];
        let mut sum = lane(row, column);
        if self.small || (beyond, below) != self.nothing {
            let strips = lane(row, beyond)
                .wrapping_add(lane(below, column))
                .wrapping_add(lane(below, beyond));
            sum = sum.wrapping_add(strips);
        }
        ((sum & 0xffff) as usize, (sum >> 16) as usize)
    }
}
