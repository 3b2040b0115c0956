//! How far a study is: a bar on a terminal, else a line every few seconds.

use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, HumanDuration, ProgressBar, ProgressStyle};
use qantar::report::format::number;
use qantar::scenario::calendar::Calendar;
use qantar::study::{Progress, Study};

use super::output::message;

/// What the progress of a study is shown by.
pub struct View {
    /// Of a single run its ticks are shown.
    ticks: Option<u32>,
    /// What those who are active are called.
    active: &'static str,
    calendar: Calendar,
}

impl View {
    /// Of a study.
    pub fn of(study: &Study) -> View {
        View {
            ticks: (study.jobs() == 1 && !study.in_stages()).then(|| study.arms[0].model.ticks()),
            active: study.family().active(),
            calendar: study.calendar.clone(),
        }
    }

    /// What is said beside the counts.
    fn note(&self, progress: &Progress) -> String {
        if self.ticks.is_some() {
            let tick = progress.ticks.load(Relaxed).saturating_sub(1);
            let people = number(progress.participants.load(Relaxed) as f64);
            let active = format!("{people} {}", self.active);
            return match self.calendar.is_dated() {
                true => format!("{}, {active}", self.calendar.short(tick)),
                false => active,
            };
        }
        let note = progress.note.lock().map(|note| note.clone()).unwrap_or_default();
        let failed = match progress.failed.load(Relaxed) {
            0 => String::new(),
            failed => format!("{failed} failed"),
        };
        match (note.is_empty(), failed.is_empty()) {
            (false, false) => format!("{failed}, {note}"),
            _ => failed + &note,
        }
    }
}

/// Do some work and show its progress on stderr the while, unless `quiet`.
pub fn shown<T>(view: &View, progress: &Progress, quiet: bool, work: impl FnOnce() -> T) -> T {
    if quiet {
        return work();
    }
    thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        scope.spawn(move || match io::stderr().is_terminal() {
            true => draw(view, progress, &over),
            false => tell(view, progress, &over),
        });
        let result = work();
        drop(working);
        result
    })
}

fn draw(view: &View, progress: &Progress, over: &Receiver<()>) {
    let form = match view.ticks {
        Some(_) => "  {bar:20} tick {pos} of {len}, {msg}, {eta} left",
        None => "  {bar:20} {pos} of {len} runs, {msg}{per_sec}, {eta} left",
    };
    let style = ProgressStyle::with_template(form).expect("the template is well formed");
    let bar = ProgressBar::new(u64::from(view.ticks.unwrap_or(0))).with_style(style);
    let mut before = None;
    while !finished(over, Duration::from_millis(100)) {
        let note = view.note(progress);
        if view.ticks.is_some() {
            bar.set_position(u64::from(progress.ticks.load(Relaxed)));
            bar.set_message(note);
            continue;
        }
        bar.set_length(progress.of.load(Relaxed));
        bar.set_position(progress.finished.load(Relaxed));
        if before != Some(progress.before.load(Relaxed)) {
            // What earlier processes have done says nothing about the time left.
            bar.reset_eta();
            before = Some(progress.before.load(Relaxed));
        }
        bar.set_message(if note.is_empty() { note } else { note + ", " });
    }
    bar.finish_and_clear();
}

fn tell(view: &View, progress: &Progress, over: &Receiver<()>) {
    let begun = Instant::now();
    while !finished(over, Duration::from_secs(5)) {
        let note = view.note(progress);
        let note = if note.is_empty() { note } else { format!(", {note}") };
        if let Some(ticks) = view.ticks {
            message(&format!("tick {} of {ticks}{note}", progress.ticks.load(Relaxed)));
            continue;
        }
        let (of, done) = (progress.of.load(Relaxed), progress.finished.load(Relaxed));
        let fresh = done.saturating_sub(progress.before.load(Relaxed));
        let rate = fresh as f64 / begun.elapsed().as_secs_f64();
        let left = match rate > 0.0 {
            true => format!(
                ", {rate:.1} a second, {} left",
                duration(of.saturating_sub(done) as f64 / rate)
            ),
            false => String::new(),
        };
        message(&format!("{done} of {of} runs{note}{left}"));
    }
}

fn finished(over: &Receiver<()>, patience: Duration) -> bool {
    over.recv_timeout(patience) == Err(RecvTimeoutError::Disconnected)
}

/// Seconds for people.
pub fn duration(seconds: f64) -> String {
    let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    HumanDuration(time).to_string()
}

/// Bytes for people.
pub fn size(bytes: f64) -> String {
    DecimalBytes(bytes as u64).to_string()
}
