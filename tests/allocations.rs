//! A tick allocates nothing: whatever it needs again was made with the engine. Memory that is asked for in the hot
//! loop costs time, and from many threads it costs all of them time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;

use qantar::dice::Dice;
use qantar::scenario::Scenario;
use qantar::sim::tick::Engine;

/// The system's allocator, counted.
struct Counted;

thread_local! {
    /// Of this thread: what the test's own harness does meanwhile is none of the engine's.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed on to the allocator of the system.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: handed on as it came.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: handed on as it came.
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: handed on as it came.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTED: Counted = Counted;

/// Allocations in each tick of a whole run.
fn by_tick(scenario: &str, persons_per_agent: u32) -> Vec<u64> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
    let mut scenario = Scenario::read(&path).expect("a shipped scenario is valid");
    scenario
        .set(&[format!("persons_per_agent={persons_per_agent}")])
        .expect("a valid assignment");
    let model = scenario.compile().expect("a shipped scenario is valid");
    let before = ALLOCATIONS.get();
    let mut engine = Engine::new(&model, &Dice::new(1, 0));
    assert!(
        ALLOCATIONS.get() > before,
        "a population takes memory: the counter counts"
    );
    (0..model.clock.ticks)
        .map(|_| {
            let before = ALLOCATIONS.get();
            engine.tick();
            ALLOCATIONS.get() - before
        })
        .collect()
}

/// On the test's own thread, which is then the only one of rayon's: its queues may grow when threads steal from one
/// another, and that is not the engine's either. All scenarios have events, triggers and reinforcements.
#[test]
fn a_tick_allocates_nothing() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first and only pool");
    for (scenario, persons_per_agent) in [
        ("kazakhstan-2022.toml", 192),
        ("kazakhstan-2022/by-town.toml", 192),
        ("tutorial.toml", 1),
    ] {
        let ticks = by_tick(scenario, persons_per_agent);
        let allocating: Vec<_> = ticks.iter().enumerate().filter(|(_, n)| **n > 0).collect();
        assert!(allocating.is_empty(), "{scenario}: (tick, allocations) {allocating:?}");
    }
}
