//! From which commit and by which compiler a release is built: its results say so. Other builds do not, so that they are
//! not made again with every commit.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=QANTAR_COMMIT");
    if env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    println!("cargo::rerun-if-changed=.git/HEAD");
    let said = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
    };
    let commit = env::var("QANTAR_COMMIT").ok();
    if let Some(commit) = commit.or_else(|| {
        said(
            "git",
            &["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        )
    }) {
        println!("cargo::rustc-env=QANTAR_COMMIT={commit}");
    }
    let compiler = env::var("RUSTC").ok().and_then(|rustc| said(&rustc, &["--version"]));
    if let Some(compiler) = compiler {
        println!("cargo::rustc-env=QANTAR_COMPILER={compiler}");
    }
}
