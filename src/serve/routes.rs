//! What can be asked of the room, and the answer: a line for each.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Asked, Reply, Who};
use super::branch::Urgent;
use super::edit::{self, Save};
use super::play::{decide, play};
use super::room::{MOST, Room, nothing};
use super::shown::{about, list, shown, wall};
use super::{judge, live, results};

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
        ("POST", ["check"]) => checked(room, &asked.read::<Sent>()?)?,
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
            let state = room.state();
            let watched = state.branches.get(id).ok_or_else(nothing)?.watched();
            state.tell(id);
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
struct Sent {
    text: String,
    document: Option<Value>,
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

/// What is wrong with a text, or with one that a form changes, and what it says.
fn checked(room: &Room, sent: &Sent) -> Result<Value, Answer> {
    if sent.text.len() > if sent.whole { 1 << 20 } else { TEXT } {
        return Err(too_long());
    }
    let text = match &sent.document {
        Some(document) => edit::changed(&sent.text, document),
        None => sent.text.clone(),
    };
    Ok(judge::checked(&room.base, &text))
}

fn too_long() -> Answer {
    Answer::refused(413, "that is too long")
}

fn begin(room: &Arc<Room>, asked: &Asked) -> Result<Value, Answer> {
    let begin: Begin = asked.read()?;
    let text = begin.text.unwrap_or_else(|| room.base.empty());
    if text.len() > TEXT {
        return Err(too_long());
    }
    let id = room.begin(&asked.who, &short(&begin.name), &text)?;
    shown(room, &id)
}

fn saved(room: &Arc<Room>, asked: &Asked, id: &str) -> Result<Value, Answer> {
    let save: Save = asked.read()?;
    let (playing, before) = {
        let state = room.state();
        let branch = state.branches.get(id).ok_or_else(nothing)?;
        (!branch.may_be_seen(), branch.kept.text.clone())
    };
    let text = save.written(&before);
    if text.as_ref().is_some_and(|text| text.len() > TEXT) {
        return Err(too_long());
    }
    if playing && text.is_some() {
        return Err(Answer::refused(
            409,
            "this branch is being played; what was decided is decided",
        ));
    }
    room.save(id, save.version, |kept| {
        kept.name = save.name.map_or(kept.name.clone(), |name| short(&name));
        kept.text = text.unwrap_or(kept.text.clone());
    })?;
    shown(room, id)
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
