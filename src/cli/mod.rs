//! The command line: one file per command, which holds its arguments and what it does.

mod arguments;
pub mod failure;
mod finish;
mod fitting;
mod outcomes;
mod output;
mod perform;
mod progress;
mod runs;
mod signals;
mod terminal;
mod told;

mod ablate;
mod calibrate;
mod check;
mod compare;
mod completions;
mod doctor;
mod explain;
mod fork;
mod man;
mod matching;
mod merge;
mod metrics;
mod new;
mod plot;
mod report;
mod reproduce;
mod resume;
mod run;
mod schema;
mod score;
mod sensitivity;
#[cfg(feature = "serve")]
mod serve;
mod status;
mod stream;
mod submit;
mod sweep;
mod why;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use output::HELP;

/// What if? A deterministic, person-by-person simulator of protest waves.
#[derive(Parser)]
#[command(name = "qantar", version, help_template = HELP, before_help = EXAMPLES, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  qantar run scenarios/tutorial.toml                    one run, told in the terminal
  qantar run scenarios/tutorial.toml --replicates 100   how far other dice differ
  qantar serve scenarios/tutorial.toml --open            what if by hand, on a page in the browser
  qantar compare scenarios/tutorial.toml --arm none:action.curfew.remove=true   what did the curfew do?
  qantar sweep scenarios/tutorial.toml --vary shock.fuel-price.factor=1.2:2.4:0.2   a table of many runs
  qantar report results/tutorial-1 --open               one page that a lecture can use
  qantar why results/tutorial-1 --place vellmar --at 2030-03-06T18:00   what pushed people out?
  qantar reproduce results/tutorial-1                   the same bytes again?
  qantar score scenarios/kazakhstan-2022.toml --replicates 20   held against what happened
  qantar new my-country && qantar check my-country.toml  a scenario of your own
  qantar explain credibility                            what a word of the format means";

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed; 2 a mistake in the arguments or the scenario; 3 done, but something \
                          differs; 130 and 143 stopped by Ctrl-C or SIGTERM.";

#[derive(Subcommand)]
enum Command {
    #[cfg(feature = "serve")]
    Serve(serve::Args),
    Run(run::Args),
    Compare(compare::Args),
    Fork(fork::Args),
    Ablate(ablate::Args),
    Sensitivity(sensitivity::Args),
    Sweep(sweep::Args),
    Resume(resume::Args),
    Merge(merge::Args),
    Status(status::Args),
    Submit(submit::Args),
    Report(report::Args),
    Plot(plot::Args),
    Why(why::Args),
    Reproduce(reproduce::Args),
    Calibrate(calibrate::Args),
    Match(matching::Args),
    Score(score::Args),
    Check(check::Args),
    Explain(explain::Args),
    New(new::Args),
    Schema(schema::Args),
    Metrics(metrics::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Cli {
    /// Do what the arguments say.
    pub fn execute(self) -> anyhow::Result<ExitCode> {
        match self.command {
            #[cfg(feature = "serve")]
            Command::Serve(args) => args.execute(),
            Command::Run(args) => args.execute(),
            Command::Compare(args) => args.execute(),
            Command::Fork(args) => args.execute(),
            Command::Ablate(args) => args.execute(),
            Command::Sensitivity(args) => args.execute(),
            Command::Sweep(args) => args.execute(),
            Command::Resume(args) => args.execute(),
            Command::Merge(args) => args.execute(),
            Command::Status(args) => args.execute(),
            Command::Submit(args) => args.execute(),
            Command::Report(args) => args.execute(),
            Command::Plot(args) => args.execute(),
            Command::Why(args) => args.execute(),
            Command::Reproduce(args) => args.execute(),
            Command::Calibrate(args) => args.execute(),
            Command::Match(args) => args.execute(),
            Command::Score(args) => args.execute(),
            Command::Check(args) => args.execute(),
            Command::Explain(args) => args.execute(),
            Command::New(args) => args.execute(),
            Command::Schema(args) => args.execute(),
            Command::Metrics(args) => args.execute(),
            Command::Doctor(args) => args.execute(),
            Command::Completions(args) => args.execute(Cli::command()),
            Command::Man(args) => args.execute(Cli::command()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }
}
