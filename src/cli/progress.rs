//! How far a run is: a bar on a terminal, else a line every few seconds.

use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use qantar::report::format::number;
use qantar::study::calibrate::Watch;
use qantar::study::{Plan, Progress};

use super::output::message;

/// Do some work and show its progress on stderr the while, unless `quiet`.
pub fn shown<T>(plan: &Plan, progress: &Progress, quiet: bool, work: impl FnOnce() -> T) -> T {
    watched(quiet, work, |over| match io::stderr().is_terminal() {
        true => draw(plan, progress, over),
        false => tell(plan, progress, over),
    })
}

/// As [`shown`], for so many runs of whatever plans.
pub fn counted<T>(runs: u32, progress: &Progress, quiet: bool, work: impl FnOnce() -> T) -> T {
    watched(quiet, work, |over| {
        let form = "  {bar:20} {pos} of {len} runs, {eta} left";
        let style = ProgressStyle::with_template(form).expect("the template is well formed");
        match io::stderr().is_terminal() {
            true => {
                let bar = ProgressBar::new(u64::from(runs)).with_style(style);
                while !finished(over, Duration::from_millis(100)) {
                    bar.set_position(u64::from(progress.done.load(Relaxed)));
                }
                bar.finish_and_clear();
            }
            false => {
                while !finished(over, Duration::from_secs(5)) {
                    message(&format!("{} of {runs} runs", progress.done.load(Relaxed)));
                }
            }
        }
    })
}

/// Do some work while a second thread shows something until it is over, unless `quiet`.
fn watched<T>(quiet: bool, work: impl FnOnce() -> T, show: impl FnOnce(&Receiver<()>) + Send) -> T {
    if quiet {
        return work();
    }
    thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        scope.spawn(move || show(&over));
        let result = work();
        drop(working);
        result
    })
}

/// Do the work of a calibration and show its progress on stderr the while, unless `quiet`.
pub fn calibration<T>(trials: usize, watch: &Watch, quiet: bool, work: impl FnOnce() -> T) -> T {
    if quiet {
        return work();
    }
    let line = || {
        let shown = |distance: f64| match distance.is_finite() {
            true => format!("{distance:.3}"),
            false => "unknown".to_owned(),
        };
        format!(
            "best distance {}, tolerance {}",
            shown(watch.best()),
            shown(watch.tolerance())
        )
    };
    thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        scope.spawn(move || {
            if !io::stderr().is_terminal() {
                while !finished(&over, Duration::from_secs(5)) {
                    message(&format!(
                        "{} of {trials} trials, {}",
                        watch.trials.load(Relaxed),
                        line()
                    ));
                }
                return;
            }
            let form = "  {bar:20} {pos} of {len} trials, {msg}, {per_sec}, {eta} left";
            let style = ProgressStyle::with_template(form).expect("the template is well formed");
            let bar = ProgressBar::new(trials as u64).with_style(style);
            let mut resumed = 0;
            while !finished(&over, Duration::from_millis(200)) {
                let (done, fresh) = (watch.trials.load(Relaxed), watch.fresh.load(Relaxed));
                bar.set_position(u64::from(done));
                // What the journal has given says nothing about the time left.
                if done - fresh > resumed {
                    resumed = done - fresh;
                    bar.reset_eta();
                }
                bar.set_message(line());
            }
            bar.finish_and_clear();
        });
        let result = work();
        drop(working);
        result
    })
}

fn draw(plan: &Plan, progress: &Progress, over: &Receiver<()>) {
    let runs = runs(plan);
    let single = runs == 1;
    let (length, form) = match single {
        true => (
            plan.arms[0].model.ticks(),
            "  {bar:20} tick {pos} of {len}, {msg}, {eta} left",
        ),
        false => (
            runs,
            match plan.arms.len() {
                1 => "  {bar:20} {pos} of {len} replicates, {eta} left",
                _ => "  {bar:20} {pos} of {len} runs, {eta} left",
            },
        ),
    };
    let style = ProgressStyle::with_template(form).expect("the template is well formed");
    let bar = ProgressBar::new(u64::from(length)).with_style(style);
    if !single {
        // What an earlier process has done says nothing about the time left.
        bar.set_position(u64::from(progress.done.load(Relaxed)));
        bar.reset_eta();
    }
    while !finished(over, Duration::from_millis(100)) {
        if single {
            bar.set_message(hour_and_people(plan, progress));
        }
        let counter = if single { &progress.ticks } else { &progress.done };
        bar.set_position(u64::from(counter.load(Relaxed)));
    }
    bar.finish_and_clear();
}

fn tell(plan: &Plan, progress: &Progress, over: &Receiver<()>) {
    while !finished(over, Duration::from_secs(5)) {
        message(&match runs(plan) {
            1 => {
                let (tick, ticks) = (progress.ticks.load(Relaxed), plan.arms[0].model.ticks());
                format!("tick {tick} of {ticks}, {}", hour_and_people(plan, progress))
            }
            runs => {
                let what = if plan.arms.len() == 1 { "replicates" } else { "runs" };
                format!("{} of {runs} {what}", progress.done.load(Relaxed))
            }
        });
    }
}

/// Replicates times arms.
fn runs(plan: &Plan) -> u32 {
    plan.identity.replicates * plan.arms.len() as u32
}

fn hour_and_people(plan: &Plan, progress: &Progress) -> String {
    let tick = progress.ticks.load(Relaxed).saturating_sub(1);
    let people = progress.participants.load(Relaxed);
    let people = number(people as f64);
    let active = format!("{people} {}", plan.family.active());
    match plan.calendar.is_dated() {
        true => format!("{}, {active}", plan.calendar.short(tick)),
        false => active,
    }
}

fn finished(over: &Receiver<()>, patience: Duration) -> bool {
    over.recv_timeout(patience) == Err(RecvTimeoutError::Disconnected)
}
