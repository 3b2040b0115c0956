//! The one queue of the engine. What somebody waits for comes first and has all processors: the first world of a branch,
//! shown hour by hour; what a government can see; a folder of results. After it worlds in the background, first twenty of
//! each branch and then the rest, always of that branch of which least is done, so that nobody waits for all of another's.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use super::branch::{Branch, Urgent};
use super::room::Room;
use super::state::State;
use super::worlds::{World, run};
use super::{live, results, sight};
use crate::metric::Readings;
use crate::study::{Job, Study, single_threaded};

/// So many worlds of every branch before more of any.
const FIRST: u32 = 20;
/// So often the picture of a run is drawn anew.
const FRAME: Duration = Duration::from_millis(120);

/// How far the priority of runs is below that of pages, of 19 steps.
#[cfg(target_os = "linux")]
const PATIENCE: i32 = 10;

/// Start the threads; they end when the room closes.
pub fn start(room: &Arc<Room>) -> Vec<thread::JoinHandle<()>> {
    let mut threads = Vec::new();
    for number in 0..=room.threads {
        let room = Arc::clone(room);
        let name = crate::study::THREAD.to_owned();
        let work = move || {
            give_way();
            match number {
                // Its pool is its own, so that whoever asks for a page does not share one that gives way.
                0 => pool(room.threads).install(|| urgent(&room)),
                _ => single_threaded(|| background(&room)),
            }
        };
        threads.push(
            thread::Builder::new()
                .name(name)
                .spawn(work)
                .expect("the system starts threads"),
        );
    }
    threads
}

/// Let this thread, and those that it starts, wait for whoever answers a page: an answer takes a moment, and a run hardly
/// notices. Elsewhere than on Linux a thread has no priority of its own, and all have the same.
fn give_way() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(PATIENCE);
}

/// Threads that share the work of one run; they give way as this one does.
fn pool(threads: usize) -> rayon::ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|_| crate::study::THREAD.to_owned());
    pool.build().expect("the system starts threads")
}

/// Something urgent that is taken up.
struct Taken {
    id: String,
    what: Urgent,
    study: Arc<Study>,
    files: [PathBuf; 2],
    stop: Arc<AtomicBool>,
}

/// A world that is to be run in the background.
struct Next {
    study: Arc<Study>,
    arm: u32,
    file: PathBuf,
    replicate: u32,
    stop: Arc<AtomicBool>,
}

fn urgent(room: &Arc<Room>) {
    // The first world of the scenario itself is there before anybody asks.
    let alone = (Arc::clone(&room.alone.0), room.alone.1.clone());
    world(room, &alone.0, 0, &alone.1, 0, &mut |_, _| stopped(room.is_closing()));
    loop {
        let taken = {
            let mut state = room.state();
            loop {
                if room.is_closing() {
                    return;
                }
                match state.take() {
                    Some(taken) => break taken,
                    None => state = room.work.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner),
                }
            }
        };
        room.state().tell_all();
        let done = match taken.what {
            Urgent::First => first(room, &taken),
            Urgent::View => sight::find(room, &taken.id, &taken.study, &taken.stop),
            Urgent::Results(worlds) => results::make(room, &taken.id, &taken.study, worlds, &taken.stop),
        };
        let mut state = room.state();
        if let Some(branch) = state.branches.get_mut(&taken.id)
            && Arc::ptr_eq(&branch.stop, &taken.stop)
        {
            (branch.busy, branch.urgent, branch.error) = (false, None, done.err());
        }
        state.look();
        state.tell_all();
        room.work.notify_all();
    }
}

impl State {
    fn take(&mut self) -> Option<Taken> {
        let waiting = self.branches.values_mut().filter(|branch| branch.study.is_some());
        let next = waiting
            .filter_map(|branch| Some((branch.urgent?, branch)))
            .min_by_key(|((turn, _), _)| *turn);
        let ((_, what), branch) = next?;
        let (study, files) = branch.study.clone()?;
        branch.busy = true;
        Some(Taken {
            id: branch.kept.id.clone(),
            what,
            study,
            files,
            stop: Arc::clone(&branch.stop),
        })
    }

    /// The next world to run in the background.
    fn next(&mut self) -> Option<Next> {
        for stage in [FIRST, u32::MAX] {
            let mut wanting: Vec<(usize, &Branch)> = self
                .branches
                .values()
                .filter(|branch| branch.kept.wanted > 0 && branch.urgent.is_none())
                .map(|branch| (self.done(branch), branch))
                .filter(|(done, branch)| (*done as u32) < branch.kept.wanted.min(stage))
                .collect();
            wanting.sort_by_key(|(done, _)| *done);
            for (_, branch) in wanting {
                let Some((study, files)) = &branch.study else { continue };
                let all = (0..branch.kept.wanted.min(stage)).flat_map(|replicate| [(0, replicate), (1, replicate)]);
                for (arm, replicate) in all {
                    let file = &files[arm];
                    let known = self
                        .worlds
                        .get(file)
                        .is_none_or(|worlds| worlds.failed.is_some() || worlds.of.contains_key(&replicate));
                    if !known && !self.running.contains_key(&(file.clone(), replicate)) {
                        let next = Next {
                            study: Arc::clone(study),
                            arm: arm as u32,
                            file: file.clone(),
                            replicate,
                            stop: Arc::default(),
                        };
                        self.running.insert((file.clone(), replicate), Arc::clone(&next.stop));
                        return Some(next);
                    }
                }
            }
        }
        None
    }
}

fn background(room: &Arc<Room>) {
    loop {
        let next = {
            let mut state = room.state();
            loop {
                if room.is_closing() {
                    return;
                }
                let next = if room.urgent.load(SeqCst) { None } else { state.next() };
                match next {
                    Some(next) => break next,
                    None => state = room.work.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner),
                }
            }
        };
        let (file, replicate) = (&next.file, next.replicate);
        let half = room.times.len() as u32 / 2;
        world(room, &next.study, next.arm, file, replicate, &mut |readings, _| {
            // What is urgent has the processors; a run that is nearly done is not thrown away for it.
            let gives_way = room.urgent.load(SeqCst) && readings.tick < half;
            stopped(room.is_closing() || next.stop.load(SeqCst) || gives_way)
        });
        let mut state = room.state();
        state.running.remove(&(file.clone(), replicate));
        let concerned: Vec<String> = state
            .branches
            .values()
            .filter(|branch| branch.study.as_ref().is_some_and(|(_, files)| files.contains(file)))
            .map(|branch| branch.kept.id.clone())
            .collect();
        if let Some(why) = state.worlds.get(file).and_then(|worlds| worlds.failed.clone()) {
            for id in &concerned {
                if let Some(branch) = state.branches.get_mut(id) {
                    (branch.error, branch.kept.wanted) = (Some(why.clone()), 0);
                }
            }
        }
        concerned.iter().for_each(|id| state.tell(id));
        room.work.notify_all();
    }
}

fn stopped(stopped: bool) -> ControlFlow<()> {
    match stopped {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

type Watch<'w> = dyn FnMut(&Readings, &[crate::sim::event::Event]) -> ControlFlow<()> + 'w;

/// Run a world, if it is not there, and keep it. Whether it is there now.
fn world(room: &Room, study: &Study, arm: u32, file: &PathBuf, replicate: u32, watch: &mut Watch<'_>) -> bool {
    let known = |room: &Room| {
        room.state()
            .worlds
            .get(file)
            .is_some_and(|worlds| worlds.of.contains_key(&replicate))
    };
    if known(room) {
        return true;
    }
    let job = Job {
        point: 0,
        replicate,
        arm,
    };
    let ran = run(study, room.record(), job, watch);
    let mut state = room.state();
    let Some(worlds) = state.worlds.get_mut(file) else {
        return false;
    };
    match ran {
        Ok(Some(world)) => {
            if let Err(error) = worlds.keep(world) {
                (room.program.say)(&format!(
                    "{}: {error}; this world is lost when the room closes",
                    file.display()
                ));
            }
            true
        }
        Ok(None) => false,
        Err(why) => {
            worlds.failed = Some(why);
            false
        }
    }
}

/// The first world of a branch beside that of the scenario, shown hour by hour.
fn first(room: &Arc<Room>, taken: &Taken) -> Result<(), String> {
    let (study, stop) = (&taken.study, &taken.stop);
    let halted = || stop.load(SeqCst) || room.is_closing();
    world(room, study, 0, &taken.files[0], 0, &mut |_, _| stopped(halted()));
    let beside: Option<Arc<World>> = room
        .state()
        .worlds
        .get(&taken.files[0])
        .and_then(|worlds| worlds.of.get(&0).cloned());
    let known = room
        .state()
        .worlds
        .get(&taken.files[1])
        .and_then(|worlds| worlds.of.get(&0).cloned());
    let show = |line: &[f32], tick: u32| {
        let name = room
            .state()
            .branches
            .get(&taken.id)
            .map(|branch| branch.kept.name.clone());
        let picture = live::first_world(room, beside.as_deref(), name.as_deref().unwrap_or_default(), line);
        let mut state = room.state();
        if let Some(branch) = state.branches.get_mut(&taken.id)
            && !stop.load(SeqCst)
        {
            (branch.picture, branch.tick) = (picture, tick);
        }
        state.tell(&taken.id);
    };
    if let Some(world) = known {
        show(&world.lines[0], world.lines[0].len() as u32);
        return Ok(());
    }
    let (mut line, mut last) = (Vec::new(), Instant::now());
    let there = world(room, study, 1, &taken.files[1], 0, &mut |readings, _| {
        line.push(readings.row(None)[0] as f32);
        if last.elapsed() >= FRAME {
            last = Instant::now();
            show(&line, readings.tick + 1);
        }
        stopped(halted())
    });
    if there {
        show(&line, line.len() as u32);
        return Ok(());
    }
    let why = room
        .state()
        .worlds
        .get(&taken.files[1])
        .and_then(|worlds| worlds.failed.clone());
    why.map_or(Ok(()), Err)
}
