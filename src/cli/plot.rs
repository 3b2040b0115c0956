//! `qantar plot`: a metric over time as a figure for a paper, or what decided.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use qantar::analysis::overview::Overview;
use qantar::analysis::spread::Five;
use qantar::metric::Description;
use qantar::report::bands::figure;
use qantar::report::page::Folder;
use qantar::report::picture::Picture;
use qantar::report::picture::scale::Timeline;
use qantar::report::why::{self, Decided};
use qantar::suggest::suggest;

use super::failure::Usage;
use super::output::{self, HELP, message};
use super::told;

/// A metric over time as a figure for a paper: the median of the runs, and where half and nine in ten of them lie. Or what
/// decided in a region, as stacked bars.
///
/// It is the drawing of `qantar report`. The width is in millimetres, the ending of the file says which form it has:
/// svg leaves the font to the reader's program, png has 300 dots to the inch, pdf holds the letters of its font.
#[derive(clap::Args, Clone)]
#[command(help_template = HELP, before_help = EXAMPLES)]
pub struct Args {
    /// Folder of results.
    results: PathBuf,
    /// The metric [default: the first, those who are active].
    #[arg(long, value_name = "METRIC")]
    metric: Option<String>,
    /// Instead of a metric, what pushed and what held back in the region of --place; of results made with --explain.
    #[arg(long, value_name = "DECISION", conflicts_with = "metric", requires = "place")]
    why: Option<Asked>,
    /// The region, by its id, or a place after `run --places` [default: the whole country].
    #[arg(long, value_name = "ID")]
    place: Option<String>,
    /// Only these arms; can be repeated [default: all].
    #[arg(long, value_name = "NAME")]
    arm: Vec<String>,
    /// File of the figure: its name ends in .svg, .png or .pdf.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Width in millimetres.
    #[arg(long, value_name = "MM", default_value_t = WIDTH, value_parser = clap::value_parser!(u16).range(40..=400))]
    width: u16,
    /// Height in millimetres [default: 0.4 of the width].
    #[arg(long, value_name = "MM", value_parser = clap::value_parser!(u16).range(20..=400))]
    height: Option<u16>,
    /// Replace a file that is there already.
    #[arg(long)]
    force: bool,
    /// No hints.
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "Examples:
  qantar run scenarios/tutorial.toml --explain --out results/explained
  qantar plot results/explained --metric participants -o figure.svg
  qantar plot results/explained --metric violent --place vellmar --width 85 -o figure.png
  qantar plot results/explained --why violence --place vellmar -o why.svg";

/// A decision.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Asked {
    /// Going out.
    Turnout,
    /// Violence of those who are out.
    Violence,
}

/// Units of a drawing to the millimetre, by which its letters are 8 points high.
const UNITS: f64 = 4.4;
const WIDTH: u16 = 160;

impl Args {
    /// Draw it.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        self.draw()?;
        Ok(ExitCode::SUCCESS)
    }

    /// Those who are active in results, drawn to a file.
    pub fn plain(results: &Path, out: &Path, force: bool, quiet: bool) -> Args {
        Args {
            results: results.to_owned(),
            metric: None,
            why: None,
            place: None,
            arm: Vec::new(),
            out: out.to_owned(),
            width: WIDTH,
            height: None,
            force,
            quiet,
        }
    }

    /// The form of the figure, if it can be written at all.
    pub fn form(&self) -> Result<String, Usage> {
        let ending = self.out.extension().unwrap_or_default();
        let form = ending.to_string_lossy().to_lowercase();
        if !matches!(form.as_str(), "svg" | "png" | "pdf") {
            return Err(Usage(format!(
                "{}: the name of a figure ends in .svg, .png or .pdf",
                self.out.display()
            )));
        }
        if form == "pdf" && !cfg!(feature = "pdf") {
            return Err(Usage(format!(
                "{}: this qantar was built without PDF; build it with `cargo build --release --features pdf`, or name an .svg",
                self.out.display()
            )));
        }
        if self.out.exists() && !self.force {
            return Err(Usage(format!(
                "{} is there already; use --force to replace it",
                self.out.display()
            )));
        }
        Ok(form)
    }

    /// Draw it, and say where it is.
    pub fn draw(&self) -> anyhow::Result<()> {
        let form = self.form()?;
        let folder = told::place(&self.results, self.place.as_deref())?;
        let picture = match self.why {
            Some(asked) => self.why(&folder, asked)?,
            None => self.picture(&folder)?,
        };
        let width = f64::from(self.width);
        let bytes = match form.as_str() {
            "png" => picture.png(width).map_err(anyhow::Error::msg)?,
            #[cfg(feature = "pdf")]
            "pdf" => picture.pdf(width).map_err(anyhow::Error::msg)?,
            _ => picture.document(width).into_bytes(),
        };
        output::file(&self.out, &bytes)?;
        if !self.quiet {
            message(&format!("the figure is {}", self.out.display()));
        }
        Ok(())
    }

    fn picture(&self, folder: &Folder) -> Result<Picture, Usage> {
        let results = self.results.display();
        let overview = folder
            .overview
            .as_ref()
            .ok_or_else(|| Usage(format!("{results} keeps no series over time; `run` and `compare` do")))?;
        let metric = self.metric(folder)?;
        let arms = self.arms(overview)?;
        let drawn: Vec<(usize, &str, &[Five])> = arms
            .into_iter()
            .filter_map(|(ink, arm)| {
                let arm = &overview.arms[arm];
                Some((ink, arm.name.as_str(), &arm.metric(metric.name)?.ticks[..]))
            })
            .collect();
        let timeline = Timeline::of(&overview.times, folder.background.daylight);
        let place = self
            .place
            .as_deref()
            .map_or(String::new(), |place| format!(", {place}"));
        let title = format!("{}: {}{place}", folder.title, metric.name);
        Ok(figure(&title, metric, &drawn, &timeline, self.size(2.0 / 5.0)))
    }

    /// Its width and height, which is that share of the width where none is asked for.
    fn size(&self, share: f64) -> (f64, f64) {
        let width = f64::from(self.width);
        let height = self.height.map_or(width * share, f64::from);
        (width * UNITS, height * UNITS)
    }

    /// What decided in a region, in an arm.
    fn why(&self, folder: &Folder, asked: Asked) -> Result<Picture, Usage> {
        let results = self.results.display();
        let (overview, reasons) = folder.overview.as_ref().zip(folder.why.as_ref()).ok_or_else(|| {
            Usage(format!(
                "{results} does not hold what decided; make it with `qantar run ... --explain`"
            ))
        })?;
        let (_, arm) = self.arms(overview)?[0];
        let arm = &overview.arms[arm].name;
        let decided = match asked {
            Asked::Turnout => Decided::Turnout,
            Asked::Violence => Decided::Violence,
        };
        let place = self.place.as_deref().unwrap_or_default();
        let found = reasons.places.iter().find(|found| found.arm == *arm);
        let found = found.ok_or_else(|| Usage(format!("{results} does not hold what decided in {place}")))?;
        let timeline = Timeline::of(&overview.times, folder.background.daylight);
        let title = format!("{}: {} in {place}", folder.title, decided.name());
        let size = self.size(3.0 / 5.0);
        Ok(why::picture(decided, &title, reasons, found, &timeline, size))
    }

    fn metric<'f>(&self, folder: &'f Folder) -> Result<&'f Description, Usage> {
        let Some(name) = self.metric.as_deref() else {
            return Ok(&folder.metrics[0]);
        };
        let found = folder.metrics.iter().find(|known| known.name == name);
        found.ok_or_else(|| {
            let names = folder.metrics.iter().map(|metric| metric.name);
            let help = suggest(name, "metrics", names);
            Usage(format!("--metric {name}: there is no such metric; {help}"))
        })
    }

    /// The numbers of the arms, each with that of its ink.
    fn arms(&self, overview: &Overview) -> Result<Vec<(usize, usize)>, Usage> {
        let names = || overview.arms.iter().map(|arm| arm.name.as_str());
        if self.arm.is_empty() {
            return Ok((0..overview.arms.len()).map(|arm| (arm, arm)).collect());
        }
        let find = |name: &String| {
            let found = names().position(|known| known == name);
            found.map(|arm| (arm, arm)).ok_or_else(|| {
                Usage(format!(
                    "--arm {name}: there is no such arm; {}",
                    suggest(name, "arms", names())
                ))
            })
        };
        self.arm.iter().map(find).collect()
    }
}
