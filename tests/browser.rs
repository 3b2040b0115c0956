//! Pages in a real browser: Chromium, by its driver. Where there is none, these tests say so and prove nothing; with
//! `QANTAR_BROWSER=required`, as in the gate, they fail instead.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// One browser at a time is enough for a small machine.
pub static ONE: Mutex<()> = Mutex::new(());

pub struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
}

impl Browser {
    /// A browser, or `None` with a word where there is none.
    pub fn start() -> Option<Browser> {
        let found = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match found {
            Ok(driver) => driver,
            Err(error) => {
                assert_ne!(
                    std::env::var("QANTAR_BROWSER").as_deref(),
                    Ok("required"),
                    "chromedriver: {error}"
                );
                eprintln!("NOT TESTED: no browser here ({error}); install chromium and chromium-driver");
                return None;
            }
        };
        let lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let base = format!("http://127.0.0.1:{}/session", port.expect("the driver says its port"));
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ];
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let mut answer = agent.post(&base).send_json(&asked).expect("a session");
        let answer: Value = answer.body_mut().read_json().expect("JSON");
        let id = answer["value"]["sessionId"].as_str().expect("an id");
        let browser = Browser {
            driver,
            session: format!("{base}/{id}"),
            agent,
        };
        Some(browser)
    }

    pub fn post(&self, what: &str, body: Value) -> Value {
        let url = format!("{}/{what}", self.session);
        let mut answer = self
            .agent
            .post(&url)
            .send_json(&body)
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let mut answer: Value = answer.body_mut().read_json().expect("JSON");
        answer["value"].take()
    }

    fn open(&self, page: &Path) {
        self.go(&format!("file://{}", page.display()));
    }

    /// Open an address.
    pub fn go(&self, address: &str) {
        self.post("url", json!({ "url": address }));
    }

    /// Wait until a script gives something, and give that.
    pub fn wait(&self, script: &str) -> Value {
        let patience = Instant::now() + Duration::from_secs(120);
        loop {
            let found = self.ask(script);
            if !matches!(found, Value::Null | Value::Bool(false)) && found != "" {
                return found;
            }
            assert!(
                Instant::now() < patience,
                "never: {script}\n{}",
                self.ask("return document.body.innerText")
            );
            sleep(Duration::from_millis(50));
        }
    }

    pub fn ask(&self, script: &str) -> Value {
        self.post("execute/sync", json!({ "script": script, "args": [] }))
    }

    pub fn click(&self, selector: &str) {
        let found = self.post("element", json!({ "using": "css selector", "value": selector }));
        let id = found
            .as_object()
            .and_then(|ids| ids.values().next())
            .and_then(Value::as_str)
            .expect("an element");
        self.post(&format!("element/{id}/click"), json!({}));
    }

    pub fn press(&self, key: &str) {
        let keys = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.post(
            "actions",
            json!({ "actions": [{ "type": "key", "id": "keys", "actions": keys }] }),
        );
    }

    pub fn emulate(&self, command: &str, params: Value) {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": params }));
    }

    pub fn log(&self, of: &str) -> Vec<Value> {
        let entries = self.post("se/log", json!({ "type": of }));
        entries.as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

pub const TAB: &str = "\u{e004}";
pub const RIGHT: &str = "\u{e014}";

fn qantar(arguments: &[&str]) {
    let mut command = assert_cmd::Command::cargo_bin("qantar").expect("the program");
    command.args(arguments).assert().success();
}

/// A page of a comparison in the tutorial, in a browser.
fn on_a_page(test: impl FnOnce(&Browser)) {
    let _one = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (results, page) = (folder.path().join("results"), folder.path().join("page.html"));
    let [results, out] = [&results, &page].map(|path| path.to_str().expect("a plain path"));
    let arm = "none:action.rollback.remove=true";
    qantar(&[
        "compare",
        "scenarios/tutorial.toml",
        "--arm",
        arm,
        "--replicates",
        "4",
        "--explain",
        "--out",
        results,
        "--quiet",
    ]);
    qantar(&["report", results, "--out", out, "--quiet"]);
    browser.open(&page);
    test(&browser);
}

#[test]
fn a_page_has_no_error_and_asks_nothing_of_the_network() {
    on_a_page(|browser| {
        assert_eq!(browser.log("browser"), Vec::<Value>::new());
        let asked: Vec<String> = browser
            .log("performance")
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok())
            .filter(|entry| entry["message"]["method"] == "Network.requestWillBeSent")
            .map(|entry| {
                entry["message"]["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        assert!(!asked.is_empty(), "the page itself is asked for");
        assert!(
            asked
                .iter()
                .all(|url| url.starts_with("file:") || url.starts_with("data:")),
            "{asked:?}"
        );
    });
}

#[test]
fn every_picture_has_a_name_and_a_table_beside_it() {
    on_a_page(|browser| {
        let script =
            "return [...document.querySelectorAll('main svg')].filter(svg => !svg.closest('[aria-hidden=true]'))
            .filter(svg => !svg.getAttribute('aria-label') || !svg.closest('section').querySelector('table'))
            .map(svg => svg.outerHTML.slice(0, 200))";
        assert_eq!(browser.ask(script), json!([]));
        assert!(
            browser
                .ask("return document.querySelectorAll('main svg').length")
                .as_u64()
                > Some(20)
        );
    });
}

#[test]
fn a_region_of_the_map_leads_to_its_row_and_the_slider_moves_the_hour() {
    on_a_page(|browser| {
        browser.click(".hourly a[href='#f0-place-vellmar']");
        assert_eq!(
            browser.ask("return document.querySelector('tr:target').id"),
            "f0-place-vellmar"
        );
        let now = "return document.querySelector('.now').textContent";
        let before = browser.ask(now);
        browser.ask("document.querySelector('.slider input').focus()");
        browser.press(RIGHT);
        assert_ne!(browser.ask(now), before);
    });
}

#[test]
fn why_is_one_click_from_a_region_and_two_regions_stand_side_by_side() {
    on_a_page(|browser| {
        let shown = "return [...document.querySelectorAll('.place')].filter(one => one.checkVisibility())
            .sort((a, b) => a.style.order - b.style.order).map(one => one.id)";
        assert_eq!(browser.ask(shown).as_array().map(Vec::len), Some(2));
        browser.click("tr#f0-place-harrow a");
        let chosen = browser.ask(shown);
        assert_eq!(chosen[0], "f0-why-baseline.harrow");
        browser.ask(
            "const pick = document.querySelectorAll('.picks select')[1]; pick.value = 'f0-why-none.vellmar';
            pick.dispatchEvent(new Event('change'))",
        );
        assert_eq!(
            browser.ask(shown),
            json!(["f0-why-baseline.harrow", "f0-why-none.vellmar"])
        );
        let heads = "return [...document.querySelectorAll('.beside th[data-of]')].filter(one => !one.hidden).length";
        assert_eq!(browser.ask(heads), 2);
    });
}

#[test]
fn the_course_of_events_is_filtered_by_sort_and_by_region() {
    on_a_page(|browser| {
        let rows = "return [...document.querySelectorAll('.filtered tbody tr')].filter(row => row.checkVisibility())
            .map(row => row.dataset.at + ' ' + row.className)";
        browser.click(".filtered summary");
        let all = browser.ask(rows).as_array().map(Vec::len);
        browser.click(".pick1");
        let without = browser.ask(rows);
        assert!(without.as_array().map(Vec::len) < all && !without.to_string().contains("sort1"));
        browser.ask(
            "const pick = document.querySelector('.where select'); pick.value = 'vellmar';
            pick.dispatchEvent(new Event('change'))",
        );
        let there = browser.ask(rows);
        let rows = there.as_array().expect("a list");
        assert!(
            !rows.is_empty()
                && rows
                    .iter()
                    .all(|row| row.as_str().is_some_and(|row| row.starts_with("vellmar ")))
        );
    });
}

#[test]
fn the_keyboard_alone_reaches_everything() {
    on_a_page(|browser| {
        let reachable = "return [...document.querySelectorAll('a[href],summary,input,select,[tabindex=\"0\"]')]
            .filter(one => one.checkVisibility()).length";
        let number = browser.ask(reachable).as_u64().expect("a number");
        assert!(number > 10);
        browser.ask("window.visited = new Set()");
        for _ in 0..number + 2 {
            browser.press(TAB);
            browser.ask("window.visited.add(document.activeElement)");
        }
        let missed = "return [...document.querySelectorAll('a[href],summary,input,select,[tabindex=\"0\"]')]
            .filter(one => one.checkVisibility() && !window.visited.has(one)).map(one => one.outerHTML.slice(0, 120))";
        assert_eq!(browser.ask(missed), json!([]));
    });
}

#[test]
fn nothing_is_wider_than_a_phone_or_cut_on_paper() {
    on_a_page(|browser| {
        let phone = json!({ "width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true });
        browser.emulate("Emulation.setDeviceMetricsOverride", phone);
        assert_eq!(browser.ask("return document.documentElement.scrollWidth"), 360);
        // The text width of A4 with the margins of the page, and its height, at 96 dots to the inch.
        let paper = json!({ "width": 688, "height": 1017, "deviceScaleFactor": 1, "mobile": false });
        browser.emulate("Emulation.setDeviceMetricsOverride", paper);
        browser.emulate("Emulation.setEmulatedMedia", json!({ "media": "print" }));
        let cut =
            "return [...document.querySelectorAll('main svg')].filter(svg => svg.checkVisibility()).filter(svg => {
            const box = svg.getBoundingClientRect(), style = getComputedStyle(svg);
            return box.right > 689 || box.height > 1017 || style.breakInside != 'avoid';
        }).map(svg => svg.getAttribute('aria-label'))";
        assert_eq!(browser.ask(cut), json!([]));
    });
}

#[test]
fn by_night_the_page_is_dark_and_on_paper_it_is_light() {
    on_a_page(|browser| {
        let ground = "return getComputedStyle(document.documentElement).backgroundColor";
        let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
        browser.emulate("Emulation.setEmulatedMedia", dark.clone());
        assert_eq!(browser.ask(ground), "rgb(22, 24, 27)");
        browser.emulate(
            "Emulation.setEmulatedMedia",
            json!({ "media": "print", "features": dark["features"] }),
        );
        assert_eq!(browser.ask(ground), "rgb(255, 255, 255)");
    });
}

/// The pictures of the documentation: the top of the page of twenty runs, of a comparison, and the towns of a map.
#[test]
#[ignore = "makes pictures anew: cargo test --release --test suite -- --ignored the_pictures_of_the_documentation"]
fn the_pictures_of_the_documentation_are_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = std::env::var("QANTAR").unwrap_or_else(|_| env!("CARGO_BIN_EXE_qantar").to_owned());
    let done = |program: &str, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "{program} {arguments:?}");
    };
    let kazakhstan = "scenarios/kazakhstan-2022.toml";
    let no_csto = "scenarios/kazakhstan-2022/what-if/no-csto.toml";
    let towns = "scenarios/kazakhstan-2022/by-town.toml";
    let made: [(&str, &[&str], &str, &str); 3] = [
        ("report", &["run", kazakhstan, "--replicates", "20"], "", "960,960"),
        (
            "report-arms",
            &["compare", kazakhstan, "--against", no_csto, "--replicates", "20"],
            "",
            "960,1240",
        ),
        (
            "report-towns",
            &["run", towns, "--replicates", "5", "--places"],
            "#f0-hour",
            "960,900",
        ),
    ];
    for (name, arguments, part, window) in made {
        let results = folder.path().join(name);
        let out = ["--quiet", "--report", "--out", results.to_str().expect("a plain path")];
        done(&program, &[arguments, &out].concat());
        let page = format!("file://{}/report.html{part}", results.display());
        let [window, picture] = [
            format!("--window-size={window}"),
            format!("--screenshot=src/docs/{name}.png"),
        ];
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--hide-scrollbars",
            "--force-device-scale-factor=0.85",
        ];
        done("chromium", &[&flags[..], &[&window, &picture, &page]].concat());
    }
}
