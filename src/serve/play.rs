//! Decision mode: time stands still, somebody governs from decision to decision, and no decision changes what is past.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Asked};
use super::branch::{Played, Urgent};
use super::edit::Save;
use super::room::{Room, nothing};
use super::shown::shown;
use crate::report::format::hour;

/// In how many worlds a branch that was played to its end is run.
const WORLDS: u32 = 200;

#[derive(Deserialize)]
struct Play {
    version: u64,
    tick: u32,
    hours: u32,
}

/// Let time stand still at a tick, and be governed from there.
pub fn play(room: &Arc<Room>, asked: &Asked, id: &str) -> Result<Value, Answer> {
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
pub fn decide(room: &Arc<Room>, asked: &Asked, id: &str) -> Result<Value, Answer> {
    let save: Save = asked.read()?;
    let (before, played, written) = {
        let state = room.state();
        let branch = state.branches.get(id).ok_or_else(nothing)?;
        (branch.study.clone(), branch.kept.played, branch.kept.text.clone())
    };
    let text = save
        .written(&written)
        .ok_or_else(|| Answer::refused(400, "a decision is an overlay"))?;
    let (Some((before, _)), Some(played)) = (before, played.filter(|played| !played.over)) else {
        return Err(Answer::refused(409, "nothing is to be decided here"));
    };
    let judged = room.judge(id, &text);
    let Some((now, _)) = &judged.study else {
        let problems = &judged.told["problems"];
        return Err(Answer {
            status: 422,
            ..Answer::json(&json!({ "error": "something is wrong in this decision", "problems": problems }))
        });
    };
    let [old, new] = [&before, now].map(|study| &study.arms[1].model);
    if let Some(parts) = old.earliest_difference(new.as_ref()).filter(|&tick| tick < played.tick) {
        let time = hour(&room.times[parts as usize]);
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
        true => room.want(id, Some(Urgent::First), WORLDS)?,
        false => room.want(id, Some(Urgent::View), 0)?,
    }
    shown(room, id)
}
