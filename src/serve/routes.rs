//! What can be asked of the room, and the answer: a line for each.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Asked, Reply, Who};
use super::branch::{Branch, Kept, Played, Urgent};
use super::overlay::{document, told};
use super::room::{MOST, Room, nothing};
use super::{live, results, shelf};
use crate::document::problem::Problems;
use crate::document::tree;

/// What a branch can hold.
const TEXT: usize = 256 << 10;
const NAME: usize = 80;

/// Answer what is asked.
///
/// # Errors
/// A refusal, with its reason.
pub fn answer(room: &Arc<Room>, asked: &Asked) -> Result<Reply, Answer> {
    let parts: Vec<&str> = asked.path.trim_start_matches("/api/").split('/').collect();
    let host_only = || (asked.who == Who::Host).then_some(()).ok_or_else(nothing);
    let reply = match (asked.method.as_str(), &parts[..]) {
        ("GET", ["room"]) => about(room, asked),
        ("GET", ["scenario"]) => json!({ "file": room.base.file, "text": room.base.text }),
        ("GET", ["explain"]) => explained(room, &asked.query),
        ("POST", ["check"]) => checked(room, &asked.read::<Text>()?)?,
        ("GET", ["branches"]) => list(room, &asked.who),
        ("POST", ["branches"]) => begin(room, asked)?,
        ("GET", ["wall"]) => host_only().map(|()| wall(room))?,
        ("POST", ["pupils"]) => {
            host_only()?;
            let names = asked.read::<Names>()?.names;
            let names: Vec<String> = names.iter().map(|name| short(name)).collect();
            room.invite(&names)?;
            wall(room)
        }
        (method, ["branches", id, rest @ ..]) => {
            allowed(room, asked, id)?;
            return of_branch(room, asked, id, method, rest);
        }
        _ => return Err(nothing()),
    };
    Ok(Answer::json(&reply).into())
}

/// A pupil's own branches are his alone; the host may see and change all.
fn allowed(room: &Room, asked: &Asked, id: &str) -> Result<(), Answer> {
    let state = room.state();
    let branch = state.branches.get(id).ok_or_else(nothing)?;
    match &asked.who {
        Who::Host => Ok(()),
        Who::Pupil(word) if branch.kept.owner.as_ref() == Some(word) => Ok(()),
        Who::Pupil(_) => Err(nothing()),
    }
}

fn of_branch(room: &Arc<Room>, asked: &Asked, id: &str, method: &str, rest: &[&str]) -> Result<Reply, Answer> {
    let reply = match (method, rest) {
        ("GET", []) => shown(room, id)?,
        ("PUT", []) => saved(room, asked, id)?,
        ("DELETE", []) => room.remove(id).map(|()| json!({}))?,
        ("POST", ["run"]) => {
            let worlds = asked.read::<Worlds>()?.worlds;
            if room
                .state()
                .branches
                .get(id)
                .is_some_and(|branch| !branch.may_be_seen())
            {
                return Err(Answer::refused(
                    409,
                    "this branch is being played; take its decisions to the end first",
                ));
            }
            room.want(id, Some(Urgent::First), worlds).map(|()| json!({}))?
        }
        ("POST", ["stop"]) => room.stop(id).map(|()| json!({}))?,
        ("GET", ["events"]) => {
            let watched = room.state().branches.get(id).ok_or_else(nothing)?.watched();
            return Ok(Reply::Events(watched));
        }
        ("GET", ["told"]) => {
            if room
                .state()
                .branches
                .get(id)
                .is_some_and(|branch| !branch.may_be_seen())
            {
                return Err(Answer::refused(409, "what comes of it is shown at the end"));
            }
            let (html, worlds) = live::told(room, id).unwrap_or_default();
            json!({ "html": html, "worlds": worlds })
        }
        ("GET", ["overlay"]) => {
            let kept = room.state().branches.get(id).ok_or_else(nothing)?.kept.clone();
            let name = format!("{}.toml", ascii(&results::arm(&kept.name)));
            return Ok(Answer::of("application/toml", kept.text).saved_as(name).into());
        }
        ("POST", ["results"]) => {
            let worlds = asked.read::<Worlds>()?.worlds.clamp(2, MOST);
            let wanted = room.state().branches.get(id).map_or(0, |branch| branch.kept.wanted);
            if room
                .state()
                .branches
                .get(id)
                .is_some_and(|branch| !branch.may_be_seen())
            {
                return Err(Answer::refused(409, "what comes of it is shown at the end"));
            }
            room.want(id, Some(Urgent::Results(worlds)), wanted)
                .map(|()| json!({}))?
        }
        ("GET", ["results"]) => {
            let folder = room.results(id);
            let names: Vec<String> = results::files(&folder);
            json!({ "files": names, "folder": folder.display().to_string() })
        }
        ("GET", ["results", name]) => {
            // Only a name that the folder itself has: no path is made of what was asked.
            let folder = room.results(id);
            let known = results::files(&folder)
                .into_iter()
                .find(|known| known == name)
                .ok_or_else(nothing)?;
            let bytes = std::fs::read(folder.join(&known)).map_err(|_| nothing())?;
            return Ok(Answer::of("application/octet-stream", bytes)
                .saved_as(ascii(&known))
                .into());
        }
        ("POST", ["play"]) => play(room, asked, id)?,
        // After a stop, or a server that was killed.
        ("POST", ["look"]) => {
            let known = room
                .state()
                .branches
                .get(id)
                .is_some_and(|branch| branch.view.is_some() || branch.may_be_seen());
            match known {
                true => json!({}),
                false => room.want(id, Some(Urgent::View), 0).map(|()| json!({}))?,
            }
        }
        ("POST", ["decide"]) => decide(room, asked, id)?,
        ("GET", ["view"]) => {
            let state = room.state();
            let branch = state.branches.get(id).ok_or_else(nothing)?;
            json!({ "view": branch.view, "played": branch.kept.played })
        }
        _ => return Err(nothing()),
    };
    Ok(Answer::json(&reply).into())
}

#[derive(Deserialize)]
struct Text {
    text: String,
    #[serde(default)]
    whole: bool,
}

#[derive(Deserialize)]
struct Names {
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Worlds {
    worlds: u32,
}

#[derive(Deserialize)]
struct Begin {
    name: String,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Save {
    version: u64,
    name: Option<String>,
    text: Option<String>,
}

#[derive(Deserialize)]
struct Play {
    version: u64,
    tick: u32,
    hours: u32,
}

/// All that a page needs to begin: the scenario, its chronicle, the shelf, and who asks.
fn about(room: &Room, asked: &Asked) -> Value {
    let scenario = &room.base.scenario;
    let (document, _) = tree::parse(0, &scenario.to_toml());
    let of = |key: &str| -> Vec<Value> { document.tables(key).map(|(table, _)| self::document(table)).collect() };
    let first = room
        .state()
        .worlds
        .get(&room.alone.1)
        .and_then(|worlds| worlds.of.get(&0).cloned());
    let mut happened = serde_json::Map::new();
    for (tick, _, _, subject) in first.iter().flat_map(|world| &world.events) {
        happened.entry(subject.clone()).or_insert(json!(tick));
    }
    let pupil = match &asked.who {
        Who::Host => None,
        Who::Pupil(word) => room.state().pupils.get(word).cloned(),
    };
    let sorts: serde_json::Map<String, Value> = document
        .tables("shock")
        .chain(document.tables("action"))
        .filter_map(|(table, _)| Some((table.text("id")?.to_owned(), json!(shelf::sort(table.text("kind")?)))))
        .collect();
    json!({
        "title": scenario.title(),
        "name": scenario.name(),
        "file": room.base.file,
        "path": room.base.path.display().to_string(),
        "seed": scenario.seed(),
        "empty": room.base.empty(),
        "times": room.times.iter().map(|time| time.get(..16).unwrap_or_default()).collect::<Vec<_>>(),
        "tick_minutes": room.alone.0.arms[0].model.size().tick_minutes,
        "regions": scenario.regions().iter().map(|region| json!({ "id": region.id, "name": region.name })).collect::<Vec<_>>(),
        "shock": of("shock"),
        "action": of("action"),
        "sorts": sorts,
        "happened": happened,
        "known": first.is_some(),
        "presets": room.base.presets,
        "shelf": shelf::shelf(scenario.family().format()),
        "classroom": room.classroom,
        "pupil": pupil,
        "version": env!("CARGO_PKG_VERSION"),
    })
}

fn explained(room: &Room, query: &str) -> Value {
    let key = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("key="))
        .unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let key: String = key.chars().filter(|&c| plain(c)).take(80).collect();
    match (room.program.explain)(&key) {
        Ok(text) => json!({ "text": text }),
        Err(why) => json!({ "error": why }),
    }
}

/// What is wrong with a text, and what it says.
fn checked(room: &Room, sent: &Text) -> Result<Value, Answer> {
    if sent.text.len() > if sent.whole { 1 << 20 } else { TEXT } {
        return Err(Answer::refused(413, "that is too long"));
    }
    let scenario = room.base.over("page", &sent.text);
    let problems = match &scenario {
        Ok(scenario) => match scenario.simulation() {
            Ok(_) => Some(scenario.warnings()),
            Err(problems) => Some(problems),
        },
        Err(problems) => Some(problems.clone()),
    };
    let outline = scenario
        .ok()
        .and_then(|scenario| scenario.simulation().ok())
        .map(|model| model.outline());
    Ok(json!({
        "problems": problems.map(|problems| told(&problems, &sent.text)),
        "document": document(&tree::parse(0, &sent.text).0),
        "outline": outline,
    }))
}

fn list(room: &Room, who: &Who) -> Value {
    let state = room.state();
    let own = state.branches.values().filter(|branch| match who {
        Who::Host => branch.kept.owner.is_none(),
        Who::Pupil(word) => branch.kept.owner.as_ref() == Some(word),
    });
    let line = |branch: &Branch| {
        json!({
            "id": branch.kept.id,
            "name": branch.kept.name,
            "right": branch.study.is_some(),
            "worlds": state.done(branch),
            "wanted": branch.kept.wanted,
            "played": branch.kept.played,
        })
    };
    own.map(line).collect()
}

fn begin(room: &Arc<Room>, asked: &Asked) -> Result<Value, Answer> {
    let begin: Begin = asked.read()?;
    let text = begin.text.unwrap_or_else(|| room.base.empty());
    if text.len() > TEXT {
        return Err(Answer::refused(413, "that is too long"));
    }
    let id = room.begin(&asked.who, &short(&begin.name), &text)?;
    shown(room, &id)
}

/// A branch with all that a page needs of it.
fn shown(room: &Room, id: &str) -> Result<Value, Answer> {
    let (kept, done) = {
        let state = room.state();
        let branch = state.branches.get(id).ok_or_else(nothing)?;
        (branch.kept.clone(), state.done(branch))
    };
    Ok(described(room, &kept, done))
}

fn described(room: &Room, kept: &Kept, done: usize) -> Value {
    let mut told = match checked(
        room,
        &Text {
            text: kept.text.clone(),
            whole: true,
        },
    ) {
        Ok(told) => told,
        Err(_) => json!({}),
    };
    told["id"] = json!(kept.id);
    told["name"] = json!(kept.name);
    told["text"] = json!(kept.text);
    told["version"] = json!(kept.version);
    told["wanted"] = json!(kept.wanted);
    told["worlds"] = json!(done);
    told["played"] = json!(kept.played);
    told["arm"] = json!(results::arm(&kept.name));
    told
}

fn saved(room: &Arc<Room>, asked: &Asked, id: &str) -> Result<Value, Answer> {
    let save: Save = asked.read()?;
    if save.text.as_ref().is_some_and(|text| text.len() > TEXT) {
        return Err(Answer::refused(413, "that is too long"));
    }
    let playing = room
        .state()
        .branches
        .get(id)
        .is_some_and(|branch| !branch.may_be_seen());
    if playing && save.text.is_some() {
        return Err(Answer::refused(
            409,
            "this branch is being played; what was decided is decided",
        ));
    }
    room.save(id, save.version, |kept| {
        kept.name = save.name.map_or(kept.name.clone(), |name| short(&name));
        kept.text = save.text.unwrap_or(kept.text.clone());
    })?;
    shown(room, id)
}

/// Let time stand still at a tick, and be governed from there.
fn play(room: &Arc<Room>, asked: &Asked, id: &str) -> Result<Value, Answer> {
    let play: Play = asked.read()?;
    let minutes = room.alone.0.arms[0].model.size().tick_minutes.max(1);
    let ticks = room.times.len() as u32;
    if play.tick == 0 || play.tick >= ticks || !(1..=72).contains(&play.hours) {
        return Err(Answer::refused(
            400,
            "choose a moment within the run, and 1 to 72 hours between decisions",
        ));
    }
    room.save(id, play.version, |kept| {
        kept.played = Some(Played {
            tick: play.tick,
            step: (play.hours * 60).div_ceil(minutes),
            over: false,
        });
    })?;
    room.want(id, Some(Urgent::View), 0)?;
    shown(room, id)
}

/// Take what was chosen, if it leaves alone what has happened, and let time run to the next decision or the end.
fn decide(room: &Arc<Room>, asked: &Asked, id: &str) -> Result<Value, Answer> {
    let save: Save = asked.read()?;
    let text = save
        .text
        .ok_or_else(|| Answer::refused(400, "a decision is an overlay"))?;
    let (before, played) = {
        let state = room.state();
        let branch = state.branches.get(id).ok_or_else(nothing)?;
        (branch.study.clone(), branch.kept.played)
    };
    let (Some((before, _)), Some(played)) = (before, played.filter(|played| !played.over)) else {
        return Err(Answer::refused(409, "nothing is to be decided here"));
    };
    let wrong = |problems: Problems| Answer {
        status: 422,
        ..Answer::json(&json!({ "error": "something is wrong in this decision", "problems": told(&problems, &text) }))
    };
    let now = room.study(id, &text).map_err(wrong)?;
    let [old, new] = [&before, &now].map(|study| &study.arms[1].model);
    if let Some(parts) = old.earliest_difference(new.as_ref()).filter(|&tick| tick < played.tick) {
        let time = crate::report::format::hour(&room.times[parts as usize]);
        let why = format!("this would change what was done on {time}, which is past; choose a later moment");
        return Err(Answer::refused(409, &why));
    }
    let next = played.tick + played.step;
    let over = next as usize >= room.times.len();
    room.save(id, save.version, |kept| {
        kept.text = text.clone();
        kept.played = Some(Played {
            tick: next.min(room.times.len() as u32),
            over,
            ..played
        });
    })?;
    match over {
        true => room.want(id, Some(Urgent::First), 200)?,
        false => room.want(id, Some(Urgent::View), 0)?,
    }
    shown(room, id)
}

/// All branches of all pupils, in a line each.
fn wall(room: &Room) -> Value {
    let (pupils, branches) = {
        let state = room.state();
        let line = |branch: &Branch| (branch.kept.clone(), state.done(branch), branch.study.is_some());
        (
            state.pupils.clone(),
            state.branches.values().map(line).collect::<Vec<_>>(),
        )
    };
    let of = |owner: Option<&String>| -> Vec<Value> {
        let own = branches.iter().filter(|(kept, ..)| kept.owner.as_ref() == owner);
        own.map(|(kept, done, right)| {
            json!({
                "id": kept.id,
                "name": kept.name,
                "right": right,
                "worlds": done,
                "wanted": kept.wanted,
                "played": kept.played,
                "sentence": live::in_a_line(room, &kept.id).map(|(sentence, _)| sentence),
            })
        })
        .collect()
    };
    let pupil = |(word, name): (&String, &String)| json!({ "word": word, "name": name, "branches": of(Some(word)) });
    json!({ "pupils": pupils.iter().map(pupil).collect::<Vec<_>>(), "host": of(None) })
}

/// A name without control characters and not too long.
fn short(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    match plain.trim() {
        "" => "What if".to_owned(),
        name => name.to_owned(),
    }
}

/// A name as a header of HTTP can hold it.
fn ascii(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_graphic() && !matches!(c, '"' | '\\') {
                c
            } else {
                '_'
            }
        })
        .collect()
}
