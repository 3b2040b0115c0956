//! The crisis room, as its users and its enemies meet it: `qantar serve` over HTTP, and in a real browser.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, ONE, RIGHT};

/// A folder with the shipped scenarios, and rooms that are opened in it.
struct Desk(TempDir);

/// A room that is open.
struct Open {
    child: Child,
    base: String,
    token: String,
    agent: ureq::Agent,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["tutorial.toml", "tutorial.record.toml", "epstein/run-2.toml"] {
            let there = folder.path().join("scenarios").join(name);
            fs::create_dir_all(there.parent().expect("a folder")).expect("writable");
            fs::copy(
                Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name),
                there,
            )
            .expect("a copy");
        }
        let beside = folder.path().join("scenarios/tutorial/what-if");
        fs::create_dir_all(&beside).expect("writable");
        let text = "schema_version = 1\nextends = \"../../tutorial.toml\"\ntitle = \"Tutorial: no curfew\"\naction = [{ id = \"curfew\", never = true }]\n";
        fs::write(beside.join("no-curfew.toml"), text).expect("writable");
        Desk(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, arguments: &[&str]) -> Open {
        self.open_with("scenarios/tutorial.toml", arguments)
    }

    fn open_with(&self, scenario: &str, arguments: &[&str]) -> Open {
        let program = std::env::var("QANTAR").unwrap_or_else(|_| env!("CARGO_BIN_EXE_qantar").to_owned());
        let mut child = Command::new(program)
            .args(["serve", scenario, "--port", "0", "--dir", "room"])
            .args(arguments)
            .current_dir(self.0.path())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find(|line| line.trim().starts_with("http://"))
            .expect("it says its address");
        std::thread::spawn(move || lines.for_each(drop));
        let (base, token) = address.trim().split_once("/#token=").expect("an address with a word");
        Open {
            child,
            base: base.to_owned(),
            token: token.to_owned(),
            agent: ureq::Agent::config_builder()
                .timeout_global(Some(Duration::from_secs(60)))
                .http_status_as_error(false)
                .build()
                .new_agent(),
        }
    }

    fn qantar(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_qantar"))
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .expect("it runs");
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }
}

impl Open {
    fn host(&self) -> &str {
        self.base.strip_prefix("http://").expect("plain HTTP")
    }

    /// The answer to a request of the page, and its status.
    fn asked_as(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Vec<u8>) {
        let url = format!("{}/api/{path}", self.base);
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(url)
            .header("x-qantar-token", token)
            .header("origin", &self.base)
            .header("content-type", "application/json");
        let body = body.map_or(String::new(), Value::to_string);
        let mut answer = self
            .agent
            .run(request.body(body).expect("a request"))
            .expect("an answer");
        (
            answer.status().as_u16(),
            answer.body_mut().read_to_vec().expect("a body"),
        )
    }

    fn asked(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let (status, text) = self.asked_as(&self.token, method, path, body);
        assert_eq!(status, 200, "{method} {path}: {}", String::from_utf8_lossy(&text));
        serde_json::from_slice(&text).expect("JSON")
    }

    fn get(&self, path: &str) -> Value {
        self.asked("GET", path, None)
    }

    fn post(&self, path: &str, body: Value) -> Value {
        self.asked("POST", path, Some(&body))
    }

    fn begin(&self, name: &str, text: &str) -> String {
        let made = self.post("branches", json!({ "name": name, "text": text }));
        assert_eq!(made["problems"], json!([]), "{made}");
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Wait until so many worlds of a branch are known.
    fn until(&self, id: &str, worlds: u64) {
        let patience = Instant::now() + Duration::from_secs(120);
        while self.get(&format!("branches/{id}"))["worlds"].as_u64() < Some(worlds) {
            assert!(Instant::now() < patience, "{worlds} worlds never came");
            sleep(Duration::from_millis(50));
        }
    }

    /// Write raw bytes and read what comes back, until the other side closes or has nothing to say.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.host()).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .expect("a timeout");
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        while let Ok(more) = stream.read(&mut part) {
            if more == 0 {
                break;
            }
            answer.extend_from_slice(&part[..more]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const EARLY: &str =
    "schema_version = 1\nextends = \"tutorial.toml\"\n\n[[action]]\nid = \"rollback\"\nwhen = 2030-03-04T20:00:00\n";

#[test]
fn hostile_requests_are_refused_and_the_room_goes_on() {
    let (desk, secret) = (Desk::new(), "do not show this");
    fs::write(desk.path("secret.toml"), secret).expect("writable");
    let room = desk.open(&[]);
    let (host, token) = (room.host(), &room.token);
    let ask = |head: &str| room.raw(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes());
    let status = |answer: &str| answer.split(' ').nth(1).unwrap_or_default().to_owned();
    for (head, expected) in [
        // A name that was made to lead here, no name, two names.
        ("GET / HTTP/1.1\r\nHost: evil.example".to_owned(), "403"),
        (
            format!(
                "GET / HTTP/1.1\r\nHost: evil.example:{}",
                host.split(':').nth(1).expect("a port")
            ),
            "403",
        ),
        ("GET / HTTP/1.1\r\nHost:".to_owned(), "403"),
        (format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example"), "403"),
        // No word, a wrong one, a word in the wrong place.
        (format!("GET /api/room HTTP/1.1\r\nHost: {host}"), "401"),
        (
            format!(
                "GET /api/room HTTP/1.1\r\nHost: {host}\r\nx-qantar-token: {}",
                "a".repeat(26)
            ),
            "401",
        ),
        (
            format!("GET /api/room?token={token} HTTP/1.1\r\nHost: {host}\r\nCookie: qantar-token={token}"),
            "401",
        ),
        // Another site, with and without the word.
        (
            format!(
                "POST /api/branches HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example\r\nx-qantar-token: {token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
            ),
            "403",
        ),
        (
            format!(
                "POST /api/branches HTTP/1.1\r\nHost: {host}\r\nx-qantar-token: {token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
            ),
            "403",
        ),
        (
            format!("GET /api/room HTTP/1.1\r\nHost: {host}\r\nOrigin: null\r\nx-qantar-token: {token}"),
            "403",
        ),
        (
            format!("OPTIONS /api/branches HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example"),
            "403",
        ),
        // A form of another site cannot send JSON.
        (
            format!(
                "POST /api/branches HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nx-qantar-token: {token}\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{{}}"
            ),
            "415",
        ),
        // Paths that lead out.
        (format!("GET /../secret.toml HTTP/1.1\r\nHost: {host}"), "404"),
        (format!("GET /p/../../secret.toml HTTP/1.1\r\nHost: {host}"), "404"),
        (format!("GET /%2e%2e/secret.toml HTTP/1.1\r\nHost: {host}"), "404"),
        (
            format!("GET /api/branches/../../secret.toml/results HTTP/1.1\r\nHost: {host}\r\nx-qantar-token: {token}"),
            "404",
        ),
        (
            format!(
                "GET /api/branches/b00001/results/..%2f..%2fsecret.toml HTTP/1.1\r\nHost: {host}\r\nx-qantar-token: {token}"
            ),
            "404",
        ),
        (format!("PUT / HTTP/1.1\r\nHost: {host}"), "405"),
    ] {
        let answer = ask(&head);
        assert_eq!(status(&answer), expected, "{head}\n{answer}");
        assert!(
            !answer.contains(secret) && !answer.to_lowercase().contains("access-control"),
            "{answer}"
        );
    }
    // Files of the machine cannot be named from a page, and are not quoted back.
    let id = room.begin("a", EARLY);
    for named in ["../secret.toml", "/etc/passwd", "scenarios/../../secret.toml"] {
        for key in ["extends", "region_table", "map", "record", "worlds"] {
            let told = room
                .post(
                    "check",
                    json!({ "text": format!("schema_version = 1\nextends = \"tutorial.toml\"\n{key} = {named:?}\n") }),
                )
                .to_string();
            assert!(!told.contains(secret) && !told.contains("root:"), "{told}");
            assert!(
                told.contains("is no file that is served here") || key == "extends",
                "{told}"
            );
        }
    }
    let (status, text) = room.asked_as(
        &room.token,
        "GET",
        &format!("branches/{id}/results/..%2F{id}.toml"),
        None,
    );
    assert_eq!(status, 404, "{}", String::from_utf8_lossy(&text));
    // Too long, too deep, not what is meant.
    let (status, _) = room.asked_as(
        &room.token,
        "POST",
        "check",
        Some(&json!({ "text": "x".repeat(2 << 20) })),
    );
    assert_eq!(status, 413);
    let (status, _) = room.asked_as(
        &room.token,
        "POST",
        "check",
        Some(&json!({ "text": "x".repeat(300 << 10) })),
    );
    assert_eq!(status, 413);
    let deep = format!("a = {}1{}", "[".repeat(5000), "]".repeat(5000));
    let (status, _) = room.asked_as(&room.token, "POST", "check", Some(&json!({ "text": deep })));
    assert_eq!(status, 200, "what is too deep is a mistake like another");
    for body in [json!([]), json!({ "text": 7 }), json!({ "name": null }), Value::Null] {
        let (status, _) = room.asked_as(&room.token, "POST", "branches", Some(&body));
        assert_eq!(status, 400);
    }
    // Every answer forbids what it does not need.
    let page = room
        .raw(format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
        .to_lowercase();
    for header in [
        "content-security-policy: default-src 'none'; script-src 'self'",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(page.contains(header), "{header}: {page}");
    }
    assert!(!page.contains("unsafe-inline"), "{page}");
    assert_eq!(room.get("room")["name"], "tutorial", "it goes on");
}

#[test]
fn who_guesses_words_or_asks_too_often_is_made_to_wait() {
    let room = Desk::new();
    let room = (room.open(&[]), room);
    let statuses: Vec<u16> = (0..40)
        .map(|_| room.0.asked_as("guess", "GET", "room", None).0)
        .collect();
    assert_eq!(
        statuses.iter().filter(|&&status| status == 401).count(),
        20,
        "{statuses:?}"
    );
    assert!(statuses.contains(&429));
    let statuses: Vec<u16> = (0..600)
        .map(|_| room.0.asked_as(&room.0.token, "GET", "branches", None).0)
        .collect();
    assert!(statuses[..200].iter().all(|&status| status == 200));
    assert!(statuses.contains(&429), "nobody asks without end");
}

#[test]
fn whoever_is_slow_or_silent_keeps_nobody_waiting() {
    let desk = Desk::new();
    let room = desk.open(&[]);
    let mut silent: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(room.host()).expect("it listens"))
        .collect();
    for stream in &mut silent {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: ")
            .expect("it takes what comes");
    }
    let begun = Instant::now();
    assert_eq!(room.get("room")["name"], "tutorial");
    assert!(begun.elapsed() < Duration::from_secs(5));
    sleep(Duration::from_secs(11));
    let closed = |stream: &mut TcpStream| {
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .expect("a timeout");
        let mut all = Vec::new();
        stream.read_to_end(&mut all).is_ok()
    };
    assert!(closed(&mut silent[0]), "a head that never comes is given up");
}

#[test]
fn no_bytes_on_the_wire_break_the_room() {
    let desk = Desk::new();
    let room = desk.open(&[]);
    let mut runner = TestRunner::new(Config {
        cases: 8,
        ..Config::default()
    });
    let judged = runner.run(&prop::collection::vec(request(), 40), |requests| {
        for request in requests {
            let mut stream = TcpStream::connect(room.host()).expect("it listens");
            let _ = stream.write_all(&request);
        }
        let host = room.host();
        let page = room.raw(format!("GET /room.css HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes());
        prop_assert!(page.starts_with("HTTP/1.1 200"), "{}", page);
        Ok(())
    });
    judged.expect("it answers still");
}

/// Bytes that are a request, nearly one, or none.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "BREW", "", "get", "CONNECT"]);
    let path = prop_oneof![
        "[ -~]{0,40}",
        Just("/api/room".to_owned()),
        Just("/api/branches/%00/../x".to_owned()),
        Just("*".to_owned()),
        Just("http://evil.example/".to_owned()),
        Just(format!("/{}", "a".repeat(70_000))),
    ];
    let headers = prop::collection::vec(("[A-Za-z-]{1,20}", "[ -~]{0,60}"), 0..6);
    let built = (method, path, headers, prop::collection::vec(any::<u8>(), 0..200)).prop_map(
        |(method, path, headers, body)| {
            let lines: String = headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}\r\n"))
                .collect();
            let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n").into_bytes();
            bytes.extend(body);
            bytes
        },
    );
    prop_oneof![built, prop::collection::vec(any::<u8>(), 0..400)]
}

#[test]
fn a_killed_room_comes_back_with_its_branches_and_runs_what_is_left() {
    let desk = Desk::new();
    let mut room = desk.open(&["--threads", "1"]);
    let id = room.begin("Early", EARLY);
    let broken = room.post("branches", json!({ "name": "Broken", "text": "not [ TOML" }));
    assert_ne!(broken["problems"], json!([]));
    room.post(&format!("branches/{id}/run"), json!({ "worlds": 12 }));
    room.until(&id, 2);
    room.child.kill().expect("it can be killed");
    room.child.wait().expect("it ends");
    // A kill can tear the last line of a file.
    for entry in fs::read_dir(desk.path("room/worlds")).expect("worlds") {
        let path = entry.expect("an entry").path();
        let mut text = fs::read(&path).expect("readable");
        text.extend(b"{\"replicate\":11,\"outco");
        fs::write(&path, text).expect("writable");
    }
    let room = desk.open(&[]);
    room.until(&id, 12);
    let names: Vec<Value> = room
        .get("branches")
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["name"].clone())
        .collect();
    assert_eq!(names, ["Early", "Broken"]);
    assert_eq!(
        room.get(&format!("branches/{}", broken["id"].as_str().expect("an id")))["text"],
        "not [ TOML"
    );
    // Two rooms in one folder would write over each other.
    let second = Command::new(env!("CARGO_BIN_EXE_qantar"))
        .args(["serve", "scenarios/tutorial.toml", "--port", "0", "--dir", "room"])
        .current_dir(desk.0.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        !second.status.success() && said.contains("in use by another `qantar serve`"),
        "{said}"
    );
}

#[test]
fn worlds_of_a_branch_are_those_of_the_command_line_and_the_export_is_the_same_bytes() {
    let desk = Desk::new();
    let room = desk.open(&[]);
    let id = room.begin("The cut came early", EARLY);
    room.post(&format!("branches/{id}/run"), json!({ "worlds": 6 }));
    room.until(&id, 6);
    let (_, overlay) = room.asked_as(&room.token, "GET", &format!("branches/{id}/overlay"), None);
    fs::write(desk.path("scenarios/the-cut-came-early.toml"), &overlay).expect("writable");
    let compare = [
        "compare",
        "scenarios/tutorial.toml",
        "--against",
        "scenarios/the-cut-came-early.toml",
        "--replicates",
        "6",
        "--out",
        "typed",
        "--quiet",
        "--report",
    ];
    desk.qantar(&compare);
    room.post(&format!("branches/{id}/results"), json!({ "worlds": 6 }));
    let patience = Instant::now() + Duration::from_secs(120);
    while !room.get(&format!("branches/{id}/results"))["files"]
        .to_string()
        .contains("report.html")
    {
        assert!(Instant::now() < patience, "results never came");
        sleep(Duration::from_millis(50));
    }
    let files = room.get(&format!("branches/{id}/results"))["files"].clone();
    let mut compared = 0;
    for name in files.as_array().expect("a list").iter().filter_map(Value::as_str) {
        // The manifest says when and where; the report what the folder is called; a scenario its own name.
        if ["manifest.json", "report.html"].contains(&name) {
            continue;
        }
        let (status, bytes) = room.asked_as(&room.token, "GET", &format!("branches/{id}/results/{name}"), None);
        assert_eq!(status, 200);
        assert!(
            bytes == fs::read(desk.path("typed").join(name)).expect("the same file"),
            "{name} differs"
        );
        compared += 1;
    }
    assert!(compared >= 6, "{files}");
    // What the room itself has run is told by the same numbers.
    let told = room.get(&format!("branches/{id}/told"))["html"]
        .as_str()
        .expect("a page")
        .to_owned();
    let report = fs::read_to_string(desk.path("typed/report.html")).expect("a report");
    let sentence = |page: &str| {
        page.split_once("<h1>")
            .and_then(|(_, rest)| rest.split_once("</h1>"))
            .map(|(text, _)| text.to_owned())
            .expect("a sentence")
    };
    assert_eq!(
        sentence(&told).replace("The cut came early", "the-cut-came-early"),
        sentence(&report)
    );
    assert!(told.contains("Until 4 Mar 20:00 both histories are the same"), "{told}");
}

#[test]
fn a_stop_is_at_once_and_what_is_saved_over_is_told() {
    let desk = Desk::new();
    let room = desk.open(&[]);
    let id = room.begin("Early", EARLY);
    room.post(&format!("branches/{id}/run"), json!({ "worlds": 1000 }));
    room.until(&id, 1);
    room.post(&format!("branches/{id}/stop"), json!({}));
    sleep(Duration::from_millis(400));
    let before = room.get(&format!("branches/{id}"))["worlds"].clone();
    sleep(Duration::from_secs(1));
    let after = room.get(&format!("branches/{id}"));
    assert_eq!((&after["worlds"], &after["wanted"]), (&before, &json!(0)));
    let version = after["version"].as_u64().expect("a number");
    let save = |version: u64| {
        room.asked_as(
            &room.token,
            "PUT",
            &format!("branches/{id}"),
            Some(&json!({ "version": version, "name": "Other" })),
        )
    };
    assert_eq!(save(version).0, 200);
    let (status, text) = save(version);
    assert!(status == 409 && String::from_utf8_lossy(&text).contains("changed in another page"));
    assert_eq!(
        room.asked_as(&room.token, "DELETE", &format!("branches/{id}"), Some(&json!({})))
            .0,
        200
    );
    assert!(
        desk.path(&format!("room/branches/{id}.gone")).exists(),
        "nothing is lost"
    );
}

#[test]
fn a_government_sees_late_and_in_part_and_cannot_change_what_is_past() {
    let desk = Desk::new();
    let room = desk.open(&[]);
    let id = room.begin("Mine", "schema_version = 1\nextends = \"tutorial.toml\"\n");
    let at = |time: &str| {
        room.get("room")["times"]
            .as_array()
            .expect("times")
            .iter()
            .position(|one| one == time)
            .expect("a tick")
    };
    let tick = at("2030-03-05T20:00");
    let mut branch = room.post(
        &format!("branches/{id}/play"),
        json!({ "version": 1, "tick": tick, "hours": 24 }),
    );
    let view = |room: &Open| {
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            let told = room.get(&format!("branches/{id}/view"));
            if !told["view"].is_null() {
                return told["view"].clone();
            }
            assert!(Instant::now() < patience, "no view: {told}");
            sleep(Duration::from_millis(50));
        }
    };
    let seen = view(&room);
    assert_eq!(
        (&seen["time"], &seen["rows"][0]["as_of"]),
        (&json!("5 Mar 20:00"), &json!("5 Mar 17:00")),
        "{seen}"
    );
    assert_eq!(seen["deeds"][0]["id"], "rollback");
    // Nothing else tells how it really is.
    for path in ["told", "events"] {
        let told = match path {
            "events" => room.raw(
                format!(
                    "GET /api/branches/{id}/events HTTP/1.1\r\nHost: {}\r\nx-qantar-token: {}\r\n\r\n",
                    room.host(),
                    room.token
                )
                .as_bytes(),
            ),
            _ => String::from_utf8_lossy(
                &room
                    .asked_as(&room.token, "GET", &format!("branches/{id}/{path}"), None)
                    .1,
            )
            .into_owned(),
        };
        assert!(!told.contains("<svg"), "{told}");
    }
    assert_eq!(
        room.asked_as(
            &room.token,
            "POST",
            &format!("branches/{id}/run"),
            Some(&json!({ "worlds": 20 }))
        )
        .0,
        409
    );
    assert_eq!(
        room.asked_as(
            &room.token,
            "PUT",
            &format!("branches/{id}"),
            Some(&json!({ "version": branch["version"], "text": EARLY }))
        )
        .0,
        409
    );
    // What is past stays; what is wrong is told in the checker's words.
    let decide = |branch: &Value, text: &str| {
        room.asked_as(
            &room.token,
            "POST",
            &format!("branches/{id}/decide"),
            Some(&json!({ "version": branch["version"], "text": text })),
        )
    };
    let (status, text) = decide(&branch, EARLY);
    assert!(
        status == 409 && String::from_utf8_lossy(&text).contains("4 Mar 20:00, which is past"),
        "{}",
        String::from_utf8_lossy(&text)
    );
    let (status, text) = decide(&branch, &EARLY.replace("when = 2030-03-04T20:00:00", "credibility = 7"));
    assert!(
        status == 422 && String::from_utf8_lossy(&text).contains("must be 0 to 1"),
        "{}",
        String::from_utf8_lossy(&text)
    );
    let later = EARLY.replace("03-04T20", "03-05T21");
    for round in 0.. {
        let (status, text) = decide(&branch, &later);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&text));
        branch = serde_json::from_slice(&text).expect("JSON");
        if branch["played"]["over"] == true {
            assert_eq!(round, 3);
            break;
        }
        view(&room);
    }
    room.until(&id, 3);
    let told = room.get(&format!("branches/{id}/told"))["html"]
        .as_str()
        .expect("a page")
        .to_owned();
    assert!(
        told.contains("What was your policy, and what was luck")
            && told.contains("Until 5 Mar 21:00 both histories are the same"),
        "{told}"
    );
}

#[test]
fn each_pupil_has_branches_of_their_own_and_the_teacher_sees_all() {
    let desk = Desk::new();
    let room = desk.open(&["--classroom"]);
    let class = room.post("pupils", json!({ "names": ["Aigerim", "Bolat"] }));
    let words: Vec<String> = class["pupils"]
        .as_array()
        .expect("pupils")
        .iter()
        .map(|pupil| pupil["word"].as_str().expect("a word").to_owned())
        .collect();
    let as_pupil = |word: &str, method: &str, path: &str, body: Option<Value>| {
        let (status, text) = room.asked_as(word, method, path, body.as_ref());
        (status, serde_json::from_slice::<Value>(&text).unwrap_or_default())
    };
    let (status, made) = as_pupil(
        &words[0],
        "POST",
        "branches",
        Some(json!({ "name": "Hers", "text": EARLY })),
    );
    assert_eq!(status, 200);
    let id = made["id"].as_str().expect("an id");
    for (method, path) in [
        ("GET", ""),
        ("GET", "/told"),
        ("POST", "/run"),
        ("POST", "/stop"),
        ("DELETE", ""),
        ("GET", "/overlay"),
        ("GET", "/events"),
        ("PUT", ""),
    ] {
        assert_eq!(
            as_pupil(
                &words[1],
                method,
                &format!("branches/{id}{path}"),
                Some(json!({ "worlds": 1 }))
            )
            .0,
            404,
            "{method} {path}"
        );
    }
    assert_eq!(as_pupil(&words[1], "GET", "branches", None).1, json!([]));
    for path in ["wall", "pupils"] {
        let method = if path == "wall" { "GET" } else { "POST" };
        assert_eq!(
            as_pupil(&words[0], method, path, Some(json!({ "names": ["x"] }))).0,
            404
        );
    }
    assert_eq!(
        as_pupil(
            &words[0],
            "POST",
            &format!("branches/{id}/run"),
            Some(json!({ "worlds": 4 }))
        )
        .0,
        200
    );
    room.until(id, 4);
    let wall = room.get("wall");
    let hers = wall["pupils"]
        .as_array()
        .expect("pupils")
        .iter()
        .find(|pupil| pupil["word"] == words[0].as_str())
        .expect("her place");
    assert_eq!(hers["branches"][0]["worlds"], 4);
    assert!(
        hers["branches"][0]["sentence"]
            .as_str()
            .expect("a sentence")
            .contains("With “Hers”"),
        "{wall}"
    );
    // Her link works tomorrow, too.
    drop(room);
    let room = desk.open(&["--classroom"]);
    assert_eq!(room.asked_as(&words[0], "GET", "branches", None).0, 200);
}

/// Thirty pupils on a page each: every few seconds one saves a change and runs it, and each looks at what is known once or
/// twice a second, while runs queue; the teacher looks at the wall. `QANTAR` names another program than the one of this
/// build, `SECONDS` how long.
#[test]
#[ignore = "a measurement: cargo test --test suite -- --ignored --nocapture thirty_pupils"]
fn thirty_pupils_wait_less_than_a_fifth_of_a_second_for_their_page() {
    let desk = Desk::new();
    let seconds = std::env::var("SECONDS").map_or(40, |text| text.parse().expect("seconds"));
    let kazakhstan = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/kazakhstan-2022.toml");
    let room = desk.open_with(kazakhstan.to_str().expect("a plain path"), &["--classroom"]);
    let names: Vec<String> = (1..=30).map(|number| format!("Pupil {number}")).collect();
    let class = room.post("pupils", json!({ "names": names }));
    let words = class["pupils"].as_array().expect("a list");
    let words: Vec<&str> = words.iter().filter_map(|pupil| pupil["word"].as_str()).collect();
    let end = Instant::now() + Duration::from_secs(seconds);
    let timed = |what: &'static str, token: &str, method: &str, path: &str, body: Option<&Value>| {
        let begun = Instant::now();
        let (status, answer) = room.asked_as(token, method, path, body);
        (what, begun.elapsed().as_secs_f64() * 1000.0, status, answer)
    };
    let pupil = |number: usize, word: &str| {
        let mut all = Vec::new();
        sleep(Duration::from_millis(number as u64 * 130));
        all.push(timed("open the page", word, "GET", "room", None));
        let begun = timed(
            "begin a branch",
            word,
            "POST",
            "branches",
            Some(&json!({ "name": "Mine" })),
        );
        let mut branch: Value = serde_json::from_slice(&begun.3).expect("JSON");
        let path = format!("branches/{}", branch["id"].as_str().expect("an id"));
        all.push(begun);
        let mut turn = 0_u64;
        while Instant::now() < end {
            if turn.is_multiple_of(8) {
                let credibility = 0.1 + 0.02 * (number as f64 + turn as f64 / 8.0);
                let mut document = branch["document"].clone();
                document["action"] =
                    json!([{ "id": "lpg-50", "credibility": (credibility * 100.0).round() / 100.0 % 1.0 }]);
                let body = json!({ "version": branch["version"], "document": document });
                let saved = timed("save a change", word, "PUT", &path, Some(&body));
                branch = serde_json::from_slice(&saved.3).expect("JSON");
                all.push(saved);
                let worlds = json!({ "worlds": 200 });
                all.push(timed("run it", word, "POST", &format!("{path}/run"), Some(&worlds)));
            }
            all.push(timed("look", word, "GET", &format!("{path}/told"), None));
            turn += 1;
            sleep(Duration::from_millis(500 + (number as u64 * 37) % 500));
        }
        all
    };
    let mut all = std::thread::scope(|scope| {
        let pupil = &pupil;
        let threads: Vec<_> = words
            .iter()
            .enumerate()
            .map(|(number, word)| scope.spawn(move || pupil(number, word)))
            .collect();
        let mut walls = Vec::new();
        while Instant::now() < end {
            walls.push(timed("the wall", &room.token, "GET", "wall", None));
            sleep(Duration::from_secs(4));
        }
        let pupils = threads.into_iter().flat_map(|thread| thread.join().expect("a pupil"));
        pupils.chain(walls).collect::<Vec<_>>()
    });
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    let told = |name: &str| {
        let own: Vec<f64> = all
            .iter()
            .filter(|one| name == "all" || one.0 == name)
            .map(|one| one.1)
            .collect();
        let at = |share: f64| own[((own.len() - 1) as f64 * share) as usize];
        println!(
            "{name:<16} {:>5} requests  median {:>6.0} ms  95 % {:>6.0} ms  most {:>6.0} ms",
            own.len(),
            at(0.5),
            at(0.95),
            at(1.0)
        );
        at(0.95)
    };
    for name in [
        "open the page",
        "begin a branch",
        "save a change",
        "run it",
        "look",
        "the wall",
    ] {
        told(name);
    }
    let within = told("all");
    assert!(all.iter().all(|one| one.2 == 200), "one was refused");
    assert!(within < 200.0, "{within} ms");
}

#[test]
fn a_lattice_is_served_too_and_a_scenario_that_is_not_there_is_told() {
    let desk = Desk::new();
    let room = desk.open_with("scenarios/epstein/run-2.toml", &[]);
    assert_eq!(room.get("room")["shelf"]["kinds"], json!([]));
    let id = room.begin(
        "Fewer",
        "schema_version = 1\nextends = \"run-2.toml\"\ncop_vision = 3\n",
    );
    let shorter = room.post(
        "branches",
        json!({ "name": "Shorter", "text": "schema_version = 1\nextends = \"run-2.toml\"\nticks = 60\n" }),
    );
    assert!(
        shorter["problems"].to_string().contains("give them one clock"),
        "{shorter}"
    );
    let told = room.post(
        "check",
        json!({ "text": "schema_version = 1\nextends = \"run-2.toml\"\ncop_vison = 3\n" }),
    );
    assert!(
        told["problems"][0]["help"].to_string().contains("did you mean"),
        "{told}"
    );
    assert_eq!(
        room.get(&format!("branches/{id}"))["problems"].as_array().map(Vec::len),
        Some(0)
    );
    let output = Command::new(env!("CARGO_BIN_EXE_qantar"))
        .args(["serve", "scenarios/missing.toml", "--port", "0"])
        .current_dir(desk.0.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(2) && said.contains("there is no such file"),
        "{said}"
    );
}

#[test]
fn a_fork_keeps_history_until_its_moment_and_refuses_to_change_what_is_before() {
    let desk = Desk::new();
    desk.qantar(&["run", "scenarios/tutorial.toml", "--replicates", "2", "--quiet"]);
    let said = desk.qantar(&[
        "fork",
        "results/tutorial-1",
        "--at",
        "2030-03-06T09:00",
        "--set",
        "action.rollback.credibility=1",
        "--replicates",
        "2",
        "--quiet",
    ]);
    assert!(said.contains("fork"), "{said}");
    let differs = fs::read_to_string(desk.path("results/tutorial-1-fork/differs.csv")).expect("a table");
    let ticks: Vec<u32> = differs
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(2).expect("a tick").parse().expect("a number"))
        .collect();
    assert!(!ticks.is_empty() && ticks.iter().all(|&tick| tick >= 57), "{differs}");
    // The baseline of a fork is the folder itself.
    let rows = |path: &str| {
        fs::read_to_string(desk.path(path))
            .expect("a table")
            .lines()
            .filter(|line| line.starts_with("baseline,"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows("results/tutorial-1-fork/series.csv"),
        rows("results/tutorial-1/series.csv")
    );
    for (change, at, told) in [
        (
            "action.rollback.when=2030-03-04T20:00:00",
            "2030-03-06T09:00",
            "arm `fork` can change what happens from 4 Mar 20:00 on, and history is to stay until 6 Mar 09:00",
        ),
        ("region.vellmar.urban=0.5", "2030-03-06T09:00", "from 4 Mar 00:00 on"),
        (
            "action.rollback.credibility=1",
            "2031-01-01T00:00",
            "the runs last from 4 Mar 00:00 to 9 Mar 00:00",
        ),
        ("action.rollback.credibility=7", "2030-03-06T09:00", "must be 0 to 1"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_qantar"))
            .args(["fork", "results/tutorial-1", "--at", at, "--set", change, "--quiet"])
            .current_dir(desk.0.path())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.code() == Some(2) && said.contains(told),
            "{change}: {said}"
        );
    }
}

/// A room in a browser.
fn in_a_browser(arguments: &[&str], test: impl FnOnce(&Desk, &Open, &Browser)) {
    let _one = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let Some(browser) = Browser::start() else { return };
    let desk = Desk::new();
    let room = desk.open(arguments);
    browser.go(&format!("{}/#token={}", room.base, room.token));
    test(&desk, &room, &browser);
    assert_eq!(browser.log("browser"), Vec::<Value>::new(), "the page has no error");
}

const LEFT: &str = "\u{e012}";

#[test]
fn a_pupil_moves_the_price_cut_adds_an_action_with_a_mistake_and_reads_why() {
    in_a_browser(&[], |desk, room, browser| {
        browser.wait("return document.querySelector('main button.main')?.textContent == 'Begin'");
        browser.click("main button.main");
        browser.wait("return document.querySelectorAll('.deed').length == 5");
        // By keyboard: the cut of Wednesday 09:00 comes a day and an hour earlier.
        browser.ask("document.querySelector('[data-deed=\"action.rollback\"]').focus()");
        for _ in 0..37 {
            browser.press(LEFT);
        }
        browser.wait(
            "return document.querySelector('[data-deed=\"action.rollback\"]').title.includes('4 Mar 20:00, changed')",
        );
        // By mouse: and an hour or so more.
        let box_of = "const box = document.querySelector('[data-deed=\"action.rollback\"]').getBoundingClientRect(); return [Math.round(box.x + 8), Math.round(box.y + 8)]";
        let at: Vec<i64> = serde_json::from_value(browser.ask(box_of)).expect("a place");
        let moves = json!([
            { "type": "pointerMove", "x": at[0], "y": at[1] },
            { "type": "pointerDown", "button": 0 },
            { "type": "pointerMove", "x": at[0] + 40, "y": at[1], "duration": 100 },
            { "type": "pointerMove", "x": at[0] - 30, "y": at[1], "duration": 100 },
            { "type": "pointerUp", "button": 0 },
        ]);
        browser.post(
            "actions",
            json!({ "actions": [{ "type": "pointer", "id": "mouse", "actions": moves }] }),
        );
        let moved = browser.wait("return document.querySelector('[data-deed=\"action.rollback\"]').title.match(/4 Mar 1\\d:00, changed/)?.[0]");
        browser.wait("return document.querySelector('#notice').textContent == 'Saved.'");
        browser.click("#run");
        browser.wait("return document.querySelector('#picture svg, #told svg')");
        // Twenty worlds come first, and then others; in all of them history is the same until then.
        let same = browser.wait(
            "const same = document.querySelector('.same')?.textContent, told = same?.match(/in (\\d+) of (\\d+) worlds/);
            return told && told[1] == told[2] && told[2] >= 20 && same",
        );
        let hour = moved
            .as_str()
            .expect("a text")
            .split(',')
            .next()
            .expect("an hour")
            .to_owned();
        assert!(
            same.as_str().expect("a text").contains(&format!(
                "Until {hour} both histories are the same, person by person; then they part"
            )),
            "{same}"
        );
        let lower =
            browser.ask("return document.querySelector('#told h1').textContent.match(/lower in (\\d+) of (\\d+)/)");
        assert!(lower[1] == lower[2] && lower[1].is_string(), "{lower}");
        assert_eq!(room.get("branches/b00001")["wanted"], 200);
        browser.ask("document.querySelector('#stop').click()");
        browser.wait("return document.querySelector('#stop').hidden");
        // An action with a mistake, which is told under its field in the checker's words.
        browser.ask("document.querySelector('#kinds').value = 'curfew'");
        browser.click("#add");
        browser.wait("return document.querySelector('#field-credibility')");
        browser.ask("const field = document.querySelector('#field-credibility'); field.value = '7'; field.dispatchEvent(new Event('change', { bubbles: true }))");
        let told = browser.wait("return document.querySelector('#field-credibility-wrong').textContent");
        assert!(
            told.as_str().expect("a text").contains("must be 0 to 1 (share)"),
            "{told}"
        );
        assert_eq!(browser.ask("return [document.querySelector('#run').disabled, document.querySelector('#field-credibility').getAttribute('aria-invalid')]"), json!([true, "true"]));
        // A reload loses nothing, not even what is wrong.
        browser.go(browser.ask("return location.href").as_str().expect("an address"));
        browser.ask("location.reload()");
        browser
            .wait("return document.querySelectorAll('.deed').length == 6 && document.querySelector('#run').disabled");
        browser.click("[data-deed='action.curfew-2']");
        browser.wait("return document.querySelector('#field-credibility-wrong')?.textContent");
        browser.ask("const field = document.querySelector('#field-credibility'); field.value = '0.7'; field.dispatchEvent(new Event('change', { bubbles: true }))");
        browser.wait("return !document.querySelector('#run').disabled");
        browser.wait("return document.querySelector('#notice').textContent == 'Saved.'");
        // The link holds all of it.
        browser.ask("document.querySelectorAll('main > details').forEach((one) => { one.open = true })");
        browser.click("#link");
        let link = browser.wait("return document.querySelector('#shared')?.value");
        browser.go("about:blank");
        browser.go(link.as_str().expect("an address"));
        browser.wait("return document.querySelector('#take')");
        assert!(
            browser
                .ask("return document.querySelector('pre').textContent")
                .as_str()
                .expect("a text")
                .contains("id = \"curfew-2\"")
        );
        browser.click("#take");
        browser.wait("return document.querySelectorAll('.deed').length == 6");
        // What was saved is what the command line takes.
        let branches = room.get("branches");
        assert_eq!(branches.as_array().map(Vec::len), Some(2));
        let (_, overlay) = room.asked_as(&room.token, "GET", "branches/b00001/overlay", None);
        fs::write(desk.path("scenarios/mine.toml"), overlay).expect("writable");
        desk.qantar(&["check", "scenarios/mine.toml"]);
    });
}

#[test]
fn a_pupil_plays_decision_mode_to_its_end() {
    in_a_browser(&[], |desk, _, browser| {
        browser.wait("return document.querySelector('main button.main')");
        browser.click("main button.main");
        browser.wait("return document.querySelector('#govern')");
        browser.ask("document.querySelector('#govern').open = true; document.querySelector('#play-at').value = '2030-03-05T20:00'; document.querySelector('#play-hours').value = 30");
        browser.click("#play");
        let told = browser
            .wait("return document.querySelector('#sight table') && document.querySelector('main h1').textContent");
        assert_eq!(told, "It is 5 Mar 20:00. What do you do?");
        assert_eq!(
            browser.ask("return document.querySelectorAll('#told, #picture').length"),
            0
        );
        browser.click("#coming input[value=rollback]");
        browser.wait("return document.querySelector('[data-deed=\"action.rollback\"]').title.includes('switched off') && !document.querySelector('#decide').disabled");
        browser.click("#decide");
        for moment in ["7 Mar 02:00", "8 Mar 08:00"] {
            browser.wait(&format!("return document.querySelector('main h1')?.textContent.includes('{moment}') && document.querySelector('#sight table') && !document.querySelector('#decide').disabled"));
            if moment == "7 Mar 02:00" {
                browser.ask("location.reload()");
                browser.wait(
                    "return document.querySelector('#sight table') && !document.querySelector('#decide').disabled",
                );
            }
            browser.click("#decide");
        }
        browser.wait("return document.querySelector('#luck')");
        let same = browser.ask("return document.querySelector('.same').textContent");
        assert!(
            same.as_str()
                .expect("a text")
                .contains("Until 6 Mar 09:00 both histories are the same"),
            "{same}"
        );
        // Beside what is on record: every number of it, and the same world governed both ways.
        let cells = |name: &str| -> Vec<Vec<String>> {
            let script = format!(
                "return [...document.querySelectorAll('[aria-label=\"{name}\"] tr')].map((row) => [...row.cells].map((cell) => cell.innerText))"
            );
            serde_json::from_value(browser.ask(&script)).expect("a table")
        };
        let text = fs::read_to_string(desk.path("scenarios/tutorial.record.toml")).expect("a record");
        let record: toml::Table = text.parse().expect("TOML");
        let observed = record["observation"].as_array().expect("observations");
        let beside = cells("Beside what happened");
        let head = [
            "What was observed",
            "On record",
            "Your world, as the scenario is written",
            "Your world, as you governed",
        ];
        assert_eq!(beside[0][..4], head);
        assert_eq!(beside.len(), 1 + observed.len(), "{beside:?}");
        for (row, one) in beside[1..].iter().zip(observed) {
            assert_eq!(row[0], one["what"].as_str().expect("a text"));
            assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        }
        assert_eq!(beside[1][..2], ["people out on day 2", "14"]);
        // Before the decision both are one history, and after it they are not.
        assert_eq!(beside[1][2], beside[1][3]);
        assert!(beside[1..].iter().any(|row| row[2] != row[3]), "{beside:?}");
        let luck = cells("Policy and luck");
        assert!(luck[0].contains(&"On record".to_owned()) && luck.len() > 2, "{luck:?}");
    });
}

#[test]
fn a_preset_and_what_is_changed_over_it_stay_together_and_are_exported_as_the_command_line_has_them() {
    in_a_browser(&[], |desk, room, browser| {
        browser.wait("return document.querySelector('main button.main')");
        browser.click("main button.main");
        browser.wait("return document.querySelector('#presets')");
        browser.ask("const pick = document.querySelector('#presets'); pick.value = 'tutorial/what-if/no-curfew.toml'; pick.dispatchEvent(new Event('change'))");
        let title = "const title = (deed) => document.querySelector(`[data-deed=\"action.${deed}\"]`)?.title ?? '';";
        browser.wait(&format!("{title} return title('curfew').includes('switched off')"));
        browser.click("[data-deed='action.rollback']");
        browser.wait("return document.querySelector('#field-credibility')");
        browser.ask("const field = document.querySelector('#field-credibility'); field.value = '0.9'; field.dispatchEvent(new Event('change', { bubbles: true }))");
        let both =
            format!("{title} return title('curfew').includes('switched off') && title('rollback').includes('changed')");
        browser.wait(&both);
        let patience = Instant::now() + Duration::from_secs(60);
        let overlay = loop {
            let (_, overlay) = room.asked_as(&room.token, "GET", "branches/b00001/overlay", None);
            let overlay = String::from_utf8(overlay).expect("text");
            if overlay.contains("credibility = 0.9") {
                break overlay;
            }
            assert!(Instant::now() < patience, "never saved: {overlay}");
            sleep(Duration::from_millis(50));
        };
        assert!(overlay.contains("\"tutorial/what-if/no-curfew.toml\""), "{overlay}");
        browser.ask("location.reload()");
        browser.wait(&both);
        assert_eq!(
            browser.ask("return document.querySelector('#presets').value"),
            "tutorial/what-if/no-curfew.toml"
        );
        // Results are those of the command line, to the last byte.
        browser.ask("document.querySelectorAll('main > details').forEach((one) => { one.open = true })");
        browser.click("#results");
        browser.wait("return document.querySelector('#files')?.textContent.includes('report.html')");
        let branch = room.get("branches/b00001");
        let file = format!("scenarios/{}.toml", branch["arm"].as_str().expect("a name"));
        fs::write(desk.path(&file), overlay).expect("writable");
        let compare = ["compare", "scenarios/tutorial.toml", "--against", &file];
        let more = ["--replicates", "20", "--out", "typed", "--quiet"];
        desk.qantar(&[&compare[..], &more].concat());
        for table in ["series.csv", "outcomes.csv", "contrast.csv"] {
            let path = format!("branches/b00001/results/{table}");
            let (_, bytes) = room.asked_as(&room.token, "GET", &path, None);
            let typed = fs::read(desk.path("typed").join(table)).expect(table);
            assert!(bytes == typed, "{table} differs");
        }
    });
}

#[test]
fn the_page_can_be_read_by_all_on_a_phone_by_keyboard_and_in_the_dark() {
    in_a_browser(&["--classroom"], |_, room, browser| {
        let id = room.begin("Early", EARLY);
        room.post(&format!("branches/{id}/run"), json!({ "worlds": 3 }));
        room.until(&id, 3);
        for (hash, ready) in [
            (format!("b={id}"), "#told h1"),
            ("scenario=1".to_owned(), ".editor"),
            ("class=1".to_owned(), "#names"),
        ] {
            browser.ask(&format!("location.hash = '{hash}'"));
            browser.wait(&format!("return document.querySelector('{ready}')"));
            let nameless = "return [...document.querySelectorAll('button,input,select,textarea,a[href],svg,[role=group]')].filter((one) => one.checkVisibility())
                .filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.length || one.title)).map((one) => one.outerHTML.slice(0, 120))";
            assert_eq!(browser.ask(nameless), json!([]), "{hash}");
            let phone = json!({ "width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true });
            browser.emulate("Emulation.setDeviceMetricsOverride", phone);
            assert_eq!(
                browser.ask("return document.documentElement.scrollWidth"),
                360,
                "{hash}"
            );
            browser.emulate("Emulation.clearDeviceMetricsOverride", json!({}));
            for scheme in ["light", "dark"] {
                browser.emulate(
                    "Emulation.setEmulatedMedia",
                    json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
                );
                assert_eq!(browser.ask(CONTRAST), json!([]), "{hash} {scheme}");
            }
        }
        // The arrow keys of a mark move it, and the focus stays on it.
        browser.ask(&format!("location.hash = 'b={id}'"));
        browser.wait("return document.querySelector('[data-deed=\"action.rollback\"]')");
        browser.ask("document.querySelector('[data-deed=\"action.rollback\"]').focus()");
        browser.press(RIGHT);
        assert_eq!(
            browser.ask("return document.activeElement.dataset.deed"),
            "action.rollback"
        );
    });
}

/// Texts whose contrast to what lies behind them is below 4.5.
const CONTRAST: &str = "
    const light = (color) => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map((c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 }); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
    const ground = (one) => { for (; one; one = one.parentElement) { const color = getComputedStyle(one).backgroundColor; if (!/, 0\\)$|transparent/.test(color)) return color } return getComputedStyle(document.documentElement).backgroundColor };
    return [...document.querySelectorAll('body *')].filter((one) => !one.closest('svg') && one.checkVisibility() && !one.disabled && [...one.childNodes].some((node) => node.nodeType == 3 && node.textContent.trim()))
        .filter((one) => { const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05) < 4.5 }).map((one) => one.outerHTML.slice(0, 120))";

#[test]
fn a_scenario_is_edited_as_text_with_its_mistakes_beside_it_and_words_explained() {
    in_a_browser(&[], |_, _, browser| {
        browser.ask("location.hash = 'scenario=1'");
        browser.wait("return document.querySelector('#text')?.value.includes('credibility = 0.5')");
        let type_in = "const area = document.querySelector('#text'); area.value = area.value.replace('credibility = 0.5', 'credibilty = 0.5'); area.dispatchEvent(new Event('input', { bubbles: true }))";
        browser.ask(type_in);
        let told = browser.wait("return document.querySelector('#mistakes li')?.textContent");
        assert!(
            told.as_str().expect("a text").contains("did you mean `credibility`?"),
            "{told}"
        );
        let line = browser.ask("const area = document.querySelector('#text'); return 'line ' + area.value.slice(0, area.value.indexOf('credibilty')).split('\\n').length");
        assert!(
            told.as_str()
                .expect("a text")
                .starts_with(line.as_str().expect("a text")),
            "{told} {line}"
        );
        browser.click("#mistakes button");
        browser.wait("return document.querySelector('.marks .said')?.textContent == 'no such key'");
        // The browser itself says which letters lie where: right above the line is the word, from its first letter to its
        // last, and the message stands between the word and the next line.
        let placed = browser.ask(
            "const area = document.querySelector('#text'), high = parseFloat(getComputedStyle(area).lineHeight);
            const [under, said] = ['.under', '.said'].map((one) => document.querySelector('.marks ' + one).getBoundingClientRect());
            const word = area.value.indexOf('credibilty'), next = area.value.indexOf('\\n', word) + 1;
            const letter = (x, y) => document.caretPositionFromPoint(x, y).offset;
            return [letter(under.left + 1, under.top - 4) - word, letter(under.right - 1, under.top - 4) - word,
                letter(under.left + 1, under.top - 4 + high) >= next, Math.abs(said.left - under.left) < 1,
                said.top >= under.top && said.bottom <= under.top + high * 0.6]",
        );
        assert_eq!(placed, json!([0, "credibilty".len(), true, true, true]));
        browser.ask("const area = document.querySelector('#text'); area.focus(); area.setSelectionRange(area.value.indexOf('lag = '), area.value.indexOf('lag = '))");
        browser.press("\u{e031}");
        let meaning = browser.wait(
            "return document.querySelector('#meaning').hidden ? null : document.querySelector('#meaning').textContent",
        );
        assert!(
            meaning
                .as_str()
                .expect("a text")
                .contains("From announcement to effect"),
            "{meaning}"
        );
    });
}
