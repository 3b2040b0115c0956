//! What a page is shown: the room with its scenario, a list of branches, a branch, and the wall of a class.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Asked, Who};
use super::branch::Branch;
use super::room::{Room, nothing};
use super::{live, results};

/// All that a page needs to begin, and who asks.
pub fn about(room: &Room, asked: &Asked) -> Value {
    let (first, pupil) = {
        let state = room.state();
        let worlds = state.worlds.get(&room.alone.1);
        let pupil = match &asked.who {
            Who::Host => None,
            Who::Pupil(word) => state.pupils.get(word).cloned(),
        };
        (worlds.and_then(|worlds| worlds.of.get(&0).cloned()), pupil)
    };
    let mut happened = Map::new();
    for (tick, _, _, subject) in first.iter().flat_map(|world| &world.events) {
        happened.entry(subject.clone()).or_insert(json!(tick));
    }
    let mut about = room.fixed.clone();
    about["happened"] = json!(happened);
    about["known"] = json!(first.is_some());
    about["pupil"] = json!(pupil);
    about
}

/// The branches of whoever asks.
pub fn list(room: &Room, who: &Who) -> Value {
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

/// A branch with all that a page needs of it.
pub fn shown(room: &Room, id: &str) -> Result<Value, Answer> {
    let (kept, done, said) = {
        let state = room.state();
        let branch = state.branches.get(id).ok_or_else(nothing)?;
        (branch.kept.clone(), state.done(branch), branch.said.clone())
    };
    let mut told = Value::clone(&said);
    told["id"] = json!(kept.id);
    told["name"] = json!(kept.name);
    told["text"] = json!(kept.text);
    told["version"] = json!(kept.version);
    told["wanted"] = json!(kept.wanted);
    told["worlds"] = json!(done);
    told["played"] = json!(kept.played);
    told["arm"] = json!(results::arm(&kept.name));
    Ok(told)
}

/// All branches of all pupils, in a line each.
pub fn wall(room: &Room) -> Value {
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
                "sentence": live::in_a_line(room, &kept.id),
            })
        })
        .collect()
    };
    let pupil = |(word, name): (&String, &String)| json!({ "word": word, "name": name, "branches": of(Some(word)) });
    json!({ "pupils": pupils.iter().map(pupil).collect::<Vec<_>>(), "host": of(None) })
}
