//! A branch as a folder of results, with its report: made by the same command that a reader would type, so that it is the
//! same bytes.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::sleep;
use std::time::Duration;

use super::branch::write;
use super::room::Room;
use crate::study::Study;

/// Make it, of so many worlds.
pub fn make(room: &Arc<Room>, id: &str, study: &Study, worlds: u32, stop: &AtomicBool) -> Result<(), String> {
    let Some(name) = room.state().branches.get(id).map(|branch| arm(&branch.kept.name)) else {
        return Ok(());
    };
    let out = room.results(id);
    let scenario = out.with_extension("toml");
    let text = study.arms[1].text.clone().unwrap_or_default();
    write(&scenario, text.as_bytes()).map_err(|error| format!("{}: {error}", scenario.display()))?;
    let mut command = Command::new(room.program.path);
    command
        .arg("compare")
        .arg(&room.base.path)
        .arg("--against")
        .arg(format!("{name}={}", scenario.display()))
        .args([
            "--replicates",
            &worlds.to_string(),
            "--report",
            "--force",
            "--quiet",
            "--out",
        ])
        .arg(&out)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("qantar compare cannot be started: {error}"))?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => {
                let said = child
                    .wait_with_output()
                    .map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
                return Err(said.unwrap_or_else(|error| error.to_string()));
            }
            Ok(None) if stop.load(SeqCst) || room.is_closing() => {
                // What it has done is kept in its folder, and the next export goes on from there.
                let _ = child.kill();
                let _ = child.wait();
                return Ok(());
            }
            Ok(None) => sleep(Duration::from_millis(30)),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// The name of an arm, from that of a branch: letters, digits, `-` and `_`.
pub fn arm(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let name: String = name.to_lowercase().chars().map(plain).collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    match parts.join("-") {
        none if none.is_empty() || none == crate::study::BASELINE => "what-if".to_owned(),
        name => name.chars().take(60).collect(),
    }
}

/// The files of a folder of results, by name.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let plain = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut names: Vec<String> = plain.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_an_arm_by_a_plain_name() {
        for (name, told) in [
            ("The cut came on 2 January!", "the-cut-came-on-2-january"),
            ("../../etc/passwd", "etc-passwd"),
            ("Алматы", "алматы"),
            ("baseline", "what-if"),
            ("---", "what-if"),
        ] {
            assert_eq!(arm(name), told);
        }
    }
}
