//! What breaks around a command: the power, the disk, the file system, whoever reads its output. Whatever it is, the same
//! command gives the bytes of an undisturbed run afterwards. Slow, needs strace, and is run by name:
//!
//! ```text
//! FAULTS=200 cargo test --release --test suite faults:: -- --ignored --nocapture
//! ```
//!
//! `FAULTS` is the number of faults of each kind at each command; `LUCK` chooses others.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::studies::{Bench, KINDS, done, files, stderr};

fn faults() -> usize {
    std::env::var("FAULTS").map_or(20, |text| text.parse().expect("FAULTS is a number"))
}

/// Numbers that look random.
struct Luck(u64);

impl Luck {
    fn of(kind: &str) -> Luck {
        let luck: u64 = std::env::var("LUCK").map_or(1, |text| text.parse().expect("LUCK is a number"));
        let mixed = kind
            .bytes()
            .fold(luck, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Luck(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % end.max(1) as u64) as usize
    }
}

/// What a command does to a disk.
#[derive(Clone, Debug, PartialEq)]
enum Deed {
    /// A file is there, and empty if it is new or `cut`.
    Open {
        path: PathBuf,
        cut: bool,
    },
    Write {
        path: PathBuf,
        bytes: Vec<u8>,
    },
    Cut {
        path: PathBuf,
    },
    /// What is in a file, or the names in a folder, are on the disk when this is done.
    Sync {
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Folder {
        path: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
}

/// The deeds in what `strace -f -y -xx` has written, of paths below a folder.
fn deeds(log: &str, below: &Path) -> Vec<Deed> {
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    let mut deeds = Vec::new();
    for line in log.lines() {
        let (process, rest) = line.split_once(' ').expect("the number of a process");
        let rest = rest.trim_start();
        let whole = if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(process, start);
            continue;
        } else if let Some((_, end)) = rest.split_once(" resumed>") {
            format!("{}{end}", begun.remove(process).expect("a call that was begun"))
        } else {
            rest.to_owned()
        };
        if let Some((call, result)) = whole.rsplit_once(" = ")
            && !result.starts_with('-')
        {
            deeds.extend(deed(call.trim_end(), below));
        }
    }
    deeds
}

fn deed(call: &str, below: &Path) -> Option<Deed> {
    let (name, rest) = call.split_once('(')?;
    let path = |bytes: &Vec<u8>| below.join(String::from_utf8_lossy(bytes).as_ref());
    let short = |path: PathBuf| path.strip_prefix(below).ok().map(Path::to_owned);
    let (texts, places) = (quoted(rest, '"', '"'), quoted(rest, '<', '>'));
    let (text, place) = (texts.first(), places.first().map(path));
    let named = || short(path(text?));
    let in_place = || short(place.clone()?.join(path(text?)));
    Some(match name {
        "openat" if rest.contains("O_CREAT") || rest.contains("O_TRUNC") => Deed::Open {
            path: in_place()?,
            cut: rest.contains("O_TRUNC"),
        },
        "write" => Deed::Write {
            path: short(place?)?,
            bytes: text?.clone(),
        },
        "ftruncate" => Deed::Cut { path: short(place?)? },
        "fsync" | "fdatasync" => Deed::Sync { path: short(place?)? },
        "rename" => Deed::Rename {
            from: named()?,
            to: short(path(texts.get(1)?))?,
        },
        "mkdir" => Deed::Folder { path: named()? },
        "unlinkat" => Deed::Remove { path: in_place()? },
        "unlink" | "rmdir" => Deed::Remove { path: named()? },
        "writev" | "pwrite64" | "renameat2" | "linkat" | "link" | "copy_file_range" | "mkdirat" => {
            let here = place.or(text.map(path)).and_then(short);
            assert!(here.is_none(), "the disk of this test knows no {name}");
            return None;
        }
        _ => return None,
    })
}

/// The bytes between two marks, which are written `\x2f\x74`.
fn quoted(text: &str, from: char, to: char) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(from) {
        rest = &rest[start + 1..];
        let Some(end) = rest.find(to) else { break };
        if rest.starts_with("\\x") || end == 0 {
            let byte = |hex: &str| u8::from_str_radix(hex, 16).expect("two digits");
            all.push(rest[..end].split("\\x").skip(1).map(byte).collect());
        }
        rest = &rest[end + 1..];
    }
    all
}

/// A disk, in memory: what is in its files and folders, and how much of that the loss of power leaves.
struct Disk(Vec<Node>);

enum Node {
    File {
        now: Vec<u8>,
        /// As it was when it was last put on the disk.
        safe: Vec<u8>,
    },
    /// Its names at every moment since it was last put on the disk, and the node of each.
    Folder(Vec<BTreeMap<String, usize>>),
}

/// What the loss of power leaves of what nobody has put on the disk.
#[derive(Clone, Copy, Debug)]
enum Left {
    All,
    Nothing,
    /// The names of each folder as at some moment, and of each file some part, or its length and zeros.
    Some,
}

impl Disk {
    /// A disk with what is in a folder.
    fn of(folder: &Path) -> Disk {
        let mut disk = Disk(vec![Node::Folder(vec![BTreeMap::new()])]);
        for (name, now) in tree(folder) {
            let path = Path::new(&name);
            disk.apply(&Deed::Open {
                path: path.into(),
                cut: true,
            });
            disk.apply(&Deed::Write {
                path: path.into(),
                bytes: now,
            });
            disk.apply(&Deed::Sync { path: path.into() });
        }
        disk.apply(&Deed::Sync { path: PathBuf::new() });
        disk
    }

    fn find(&self, path: &Path) -> Option<usize> {
        path.iter().try_fold(0, |at, name| match &self.0[at] {
            Node::Folder(names) => names.last()?.get(name.to_str()?).copied(),
            Node::File { .. } => None,
        })
    }

    /// The names of a folder change, in one step.
    fn names(&mut self, folder: &Path, change: impl FnOnce(&mut BTreeMap<String, usize>)) {
        let at = self.find(folder).expect("the folder is there");
        let Node::Folder(names) = &mut self.0[at] else {
            panic!("{folder:?} is no folder")
        };
        let mut next = names.last().cloned().unwrap_or_default();
        change(&mut next);
        names.push(next);
    }

    fn make(&mut self, path: &Path, node: Node) {
        let at = self.0.len();
        self.0.push(node);
        self.names(parent(path), |names| {
            names.insert(name(path), at);
        });
    }

    fn apply(&mut self, deed: &Deed) {
        match deed {
            Deed::Open { path, cut } => match self.find(path) {
                None => self.make(
                    path,
                    Node::File {
                        now: Vec::new(),
                        safe: Vec::new(),
                    },
                ),
                Some(at) if *cut => self.written(at, Vec::clear),
                Some(_) => {}
            },
            Deed::Write { path, bytes } => {
                if let Some(at) = self.find(path) {
                    self.written(at, |now| now.extend_from_slice(bytes));
                }
            }
            Deed::Cut { path } => {
                if let Some(at) = self.find(path) {
                    self.written(at, Vec::clear);
                }
            }
            Deed::Sync { path } => match self.find(path).map(|at| &mut self.0[at]) {
                Some(Node::File { now, safe }) => safe.clone_from(now),
                Some(Node::Folder(names)) => drop(names.drain(..names.len() - 1)),
                None => {}
            },
            Deed::Rename { from, to } => {
                let at = self.find(from).expect("what is renamed is there");
                if parent(from) == parent(to) {
                    self.names(parent(from), |names| {
                        names.remove(&name(from));
                        names.insert(name(to), at);
                    });
                } else {
                    self.names(parent(to), |names| {
                        names.insert(name(to), at);
                    });
                    self.names(parent(from), |names| {
                        names.remove(&name(from));
                    });
                }
            }
            Deed::Folder { path } => self.make(path, Node::Folder(vec![BTreeMap::new()])),
            Deed::Remove { path } => self.names(parent(path), |names| {
                names.remove(&name(path));
            }),
        }
    }

    fn written(&mut self, at: usize, change: impl FnOnce(&mut Vec<u8>)) {
        if let Node::File { now, .. } = &mut self.0[at] {
            change(now);
        }
    }

    /// Make a folder of what the loss of power would leave.
    fn restore(&self, at: usize, path: &Path, left: Left, luck: &mut Luck) {
        match &self.0[at] {
            Node::Folder(names) => {
                fs::create_dir_all(path).unwrap();
                let moment = match left {
                    Left::All => names.len() - 1,
                    Left::Nothing => 0,
                    Left::Some => luck.below(names.len()),
                };
                for (name, &at) in &names[moment] {
                    self.restore(at, &path.join(name), left, luck);
                }
            }
            Node::File { now, safe } => {
                let bytes = match left {
                    Left::All => now.clone(),
                    Left::Nothing => safe.clone(),
                    Left::Some => torn(now, safe, luck),
                };
                fs::write(path, bytes).unwrap();
            }
        }
    }
}

fn torn(now: &[u8], safe: &[u8], luck: &mut Luck) -> Vec<u8> {
    let mut bytes = if now.starts_with(safe) {
        now.to_vec()
    } else {
        safe.to_vec()
    };
    let kept = safe.len() + luck.below(bytes.len() - safe.len() + 1);
    match luck.below(2) {
        0 => bytes.truncate(kept),
        _ => bytes[kept..].fill(0),
    }
    bytes
}

fn parent(path: &Path) -> &Path {
    path.parent().expect("it is below the folder")
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_str().expect("text").to_owned()
}

/// All files below a folder, by their paths.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(
                tree(&path)
                    .into_iter()
                    .map(|(file, bytes)| (format!("{}/{file}", name(&path)), bytes)),
            ),
            false => drop(all.insert(name(&path), fs::read(&path).unwrap())),
        }
    }
    all
}

/// A command under strace: its output, and what strace wrote.
fn traced(bench: &Bench, args: &[&str], asked: &[&str]) -> (Output, String) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let qantar = bench.command(args);
    let output = Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "1000000000", "-o"])
        .arg(log.path())
        .args(asked)
        .arg(qantar.get_program())
        .args(qantar.get_args())
        .current_dir(bench.path(""))
        .env("NO_COLOR", "1")
        .output()
        .expect("strace is installed");
    (output, fs::read_to_string(log.path()).unwrap())
}

const CALLS: &str = "trace=openat,write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat2,mkdir,mkdirat,unlink,\
                     unlinkat,rmdir,link,linkat,copy_file_range";

/// The same command again gives what it gives where nothing is broken, and leaves nothing else.
fn recovers(bench: &Bench, args: &[&str], once: &BTreeMap<String, Vec<u8>>, told: &str) {
    let again = bench.qantar(args);
    assert!(done(&again), "{told}: {}", stderr(&again));
    assert!(files(&bench.path("out")) == *once, "{told}: other bytes");
    assert_eq!(bench.left(), ["out"], "{told}");
}

/// What an undisturbed run gives.
fn undisturbed(kind: &str, args: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let bench = Bench::new(kind);
    let output = bench.qantar(args);
    assert!(done(&output), "{kind}: {}", stderr(&output));
    files(&bench.path("out"))
}

fn to_out(args: &[&'static str]) -> Vec<&'static str> {
    [args, &["--quiet", "--out", "out"]].concat()
}

#[test]
#[ignore = "takes minutes, and needs strace"]
fn after_the_power_was_lost_at_any_moment_the_same_command_gives_the_same_bytes() {
    for (kind, args) in KINDS {
        let args = to_out(args);
        let once = undisturbed(kind, &args);
        let bench = Bench::new(kind);
        let before = bench.path("");
        let (output, log) = traced(&bench, &args, &["-e", CALLS]);
        assert!(done(&output), "{kind}: {}", stderr(&output));
        let root = bench.path("").canonicalize().unwrap();
        let deeds = deeds(&log, &root);
        let start = || Disk::of(Bench::new(kind).path("").as_path());
        let mut disk = start();
        deeds.iter().for_each(|deed| disk.apply(deed));
        let copy = tempfile::tempdir().unwrap();
        disk.restore(0, copy.path(), Left::All, &mut Luck::of(kind));
        assert!(
            tree(copy.path()) == tree(&before),
            "{kind}: the disk of this test is no disk"
        );
        let mut luck = Luck::of(kind);
        for fault in 0..faults() {
            let (cut, left) = (
                luck.below(deeds.len() + 1),
                [Left::Some, Left::Some, Left::Nothing, Left::All][fault % 4],
            );
            let mut disk = start();
            deeds[..cut].iter().for_each(|deed| disk.apply(deed));
            let bench = Bench::empty();
            disk.restore(0, &bench.path(""), left, &mut luck);
            let found = tree(&bench.path(""));
            let last = cut.checked_sub(1).map(|last| format!("{:.300?}", deeds[last]));
            let told = format!("{kind}: power lost after {last:?}, {left:?}, found {:?}", found.keys());
            recovers(&bench, &args, &once, &told);
        }
        println!("{kind}: power lost {} times, among {} deeds", faults(), deeds.len());
    }
}

/// Faults of the system at a call of its own choosing, and whether a command may still end well.
const ERRORS: [(&str, &str); 9] = [
    ("write", "ENOSPC"),
    ("write", "EDQUOT"),
    ("write", "EIO"),
    ("fsync", "EIO"),
    ("fsync", "ENOSPC"),
    ("rename", "EIO"),
    ("openat", "EROFS"),
    ("mkdir", "EROFS"),
    ("unlinkat", "EIO"),
];

#[test]
#[ignore = "takes minutes, and needs strace"]
fn after_a_disk_that_was_full_or_broken_for_a_moment_the_same_command_gives_the_same_bytes() {
    for (kind, args) in KINDS {
        let args = to_out(args);
        let once = undisturbed(kind, &args);
        let mut luck = Luck::of(kind);
        let mut told_of = 0;
        for fault in 0..faults() {
            let (call, error) = ERRORS[fault % ERRORS.len()];
            // The first files that are opened are the libraries of the program itself.
            let when = if call == "openat" { 15 } else { 1 } + luck.below(if call == "write" { 40 } else { 8 });
            let bench = Bench::new(kind);
            let (filter, inject) = (
                format!("trace={call}"),
                format!("inject={call}:error={error}:when={when}"),
            );
            let asked = ["-e", &filter, "-e", &inject];
            let (output, log) = traced(&bench, &args, &asked);
            let told = format!("{kind}: {error} of {call} at call {when}: {}", stderr(&output));
            let struck = log.contains("(INJECTED)");
            assert!(output.status.code() != Some(101), "{told}");
            // The message itself may be what could not be written.
            let speechless = log
                .lines()
                .any(|line| line.contains("write(2<") && line.contains("(INJECTED)"));
            let said = speechless || stderr(&output).contains("error: ");
            assert!(done(&output) || struck && said, "{told}");
            told_of += usize::from(struck && !done(&output));
            recovers(&bench, &args, &once, &told);
        }
        println!(
            "{kind}: {} faults of the disk, {told_of} of which ended the command with a message",
            faults()
        );
    }
}

#[test]
#[ignore = "takes minutes, and needs strace"]
fn where_calls_are_interrupted_or_slow_the_bytes_are_the_same() {
    for (kind, args) in KINDS {
        let args = to_out(args);
        let once = undisturbed(kind, &args);
        for inject in [
            "inject=write,fsync:error=EINTR:when=5+7",
            "inject=fsync:delay_exit=20000",
        ] {
            let bench = Bench::new(kind);
            let (output, log) = traced(&bench, &args, &["-e", "trace=write,fsync", "-e", inject]);
            let told = format!("{kind}: {inject}: {}", stderr(&output));
            assert!(log.contains("(INJECTED)") || log.contains("(DELAYED)"), "{told}");
            assert!(done(&output), "{told}");
            assert!(files(&bench.path("out")) == once, "{told}");
            assert_eq!(bench.left(), ["out"], "{told}");
        }
    }
}

#[test]
#[ignore = "needs strace"]
fn where_a_file_system_has_no_locks_nothing_is_begun_and_the_message_says_what_to_do() {
    let (kind, args) = KINDS[0];
    let args = to_out(args);
    for error in ["EOPNOTSUPP", "ENOLCK"] {
        let bench = Bench::new(kind);
        let inject = format!("inject=flock:error={error}");
        let (output, _) = traced(&bench, &args, &["-e", "trace=flock", "-e", &inject]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.contains("no locks") && told.contains("give --out a folder on another disk"),
            "{told}"
        );
        recovers(&bench, &args, &undisturbed(kind, &args), error);
    }
}

#[test]
#[ignore = "takes minutes"]
fn a_thousand_kills_and_the_bytes_are_the_same() {
    let mut killed = 0;
    for (kind, args) in KINDS {
        let args = to_out(args);
        let clock = Instant::now();
        let once = undisturbed(kind, &args);
        let mut lasts = clock.elapsed();
        let mut luck = Luck::of(kind);
        let mut bench = Bench::new(kind);
        let wanted = killed + faults();
        while killed < wanted {
            let mut child = bench.start(&args);
            let clock = Instant::now();
            let until = Duration::from_micros(luck.below(lasts.as_micros() as usize) as u64);
            while clock.elapsed() < until && child.try_wait().unwrap().is_none() {
                sleep(Duration::from_millis(1));
            }
            child.kill().unwrap();
            let ended = child.wait().unwrap().code().is_some();
            killed += usize::from(!ended);
            if ended {
                // Whoever else works on this machine may have slowed down what the first took.
                lasts = lasts.min(clock.elapsed().max(Duration::from_millis(20)));
            }
            // Three kills of one folder, more or less, and then it may come to its end.
            if ended || luck.below(3) == 0 {
                recovers(&bench, &args, &once, kind);
                bench = Bench::new(kind);
            }
        }
    }
    println!("{killed} kills");
}

#[test]
fn a_command_whose_reader_or_folder_is_gone_ends_with_a_word_and_not_with_a_panic() {
    let bench = Bench::new("run");
    let qantar = bench.command(&[]);
    let qantar = qantar.get_program().to_str().unwrap();
    let tutorial = KINDS[0].1[1];
    let run = format!("{qantar} run {tutorial} --replicates 2 --no-out");
    for (line, code) in [
        (
            format!("{run} --format json | head -c 10 > /dev/null; exit ${{PIPESTATUS[0]}}"),
            [0, 141],
        ),
        (format!("{run} >&-"), [0, 1]),
        (format!("{run} > /dev/full"), [1, 1]),
        (format!("{run} 2>&-"), [0, 0]),
        (
            format!("mkdir gone && cd gone && rmdir ../gone && {qantar} run {tutorial} --out here"),
            [1, 1],
        ),
    ] {
        let mut shell = Command::new("bash");
        let output = shell.args(["-c", &line]).current_dir(bench.path("")).output().unwrap();
        let ended = output.status.code();
        assert!(code.map(Some).contains(&ended), "{line}: {ended:?} {}", stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "{line}: {}", stderr(&output));
    }
}
