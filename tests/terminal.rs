//! What reaches a terminal: no letters that it cannot show, no lines that are too long for it, no commands from a title.

use std::fs;

use assert_cmd::Command;

const TUTORIAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/tutorial.toml");

/// What `qantar` prints, on both streams, in a folder of its own.
fn printed(args: &[&str], variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::cargo_bin("qantar").unwrap();
    for name in ["LC_ALL", "LC_CTYPE", "LANG", "COLUMNS"] {
        command.env_remove(name);
    }
    let output = command
        .args(args)
        .envs(variables.to_vec())
        .current_dir(folder.path())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_locale_without_utf8_gets_plain_characters() {
    let plain = printed(&["run", TUTORIAL], &[("LC_ALL", "C")]);
    assert!(plain.is_ascii(), "{plain}");
    assert!(plain.contains("people out (line)"), "{plain}");
    assert!(!printed(&["run", TUTORIAL], &[("LANG", "kk_KZ.UTF-8")]).is_ascii());
}

#[test]
fn documents_for_programs_are_the_same_in_any_locale() {
    let args = ["run", TUTORIAL, "--format", "json", "--quiet"];
    assert_eq!(
        printed(&args, &[("LC_ALL", "C")]),
        printed(&args, &[("LC_ALL", "C.UTF-8"), ("COLUMNS", "60")])
    );
}

#[test]
fn a_narrow_terminal_gets_short_lines() {
    let text = printed(&["run", TUTORIAL, "--replicates", "3"], &[("COLUMNS", "60")]);
    let plot = |line: &str| line.contains(|c| ('\u{2500}'..='\u{28ff}').contains(&c));
    let long: Vec<&str> = text
        .lines()
        .filter(|line| line.chars().count() > 60 && !plot(line))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn a_title_cannot_command_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("town.toml");
    let text = fs::read_to_string(TUTORIAL).unwrap();
    let evil = "title = \"\\u001b]0;owned\\u0007\\u001b[2J \\u202etxt\"\n";
    fs::write(&path, format!("{evil}{}", text.replacen("title = ", "# title = ", 1))).unwrap();
    let told = printed(&["run", path.to_str().unwrap()], &[]);
    assert!(told.contains("`title` has a control character"), "{told}");
    assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{told:?}");
    let told = printed(&["check", path.to_str().unwrap(), "--set", "title=7"], &[]);
    assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{told:?}");
}
