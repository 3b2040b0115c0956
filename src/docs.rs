//! Pages beside the reference: what the model is and does, how far it has been tested, what it corrects in the article that it
//! began with, and what it must not be used for.
//!
//! `src/docs/README.md` is their index, by what one wants to learn.

pub mod model {
    #![doc = include_str!("docs/model.md")]
}

pub mod odd {
    #![doc = include_str!("docs/odd.md")]
}

pub mod baseline {
    #![doc = include_str!("docs/baseline.md")]
}

pub mod trace {
    #![doc = include_str!("docs/trace.md")]
}

pub mod countries {
    #![doc = include_str!("docs/countries.md")]
}

pub mod places {
    #![doc = include_str!("docs/places.md")]
}

pub mod corrections {
    #![doc = include_str!("docs/corrections.md")]
}

pub mod elements {
    #![doc = include_str!("docs/elements.md")]
}

pub mod record {
    #![doc = include_str!("docs/record.md")]
}

pub mod calibration {
    #![doc = include_str!("docs/calibration.md")]
}

pub mod worlds {
    #![doc = include_str!("docs/worlds.md")]
}

pub mod shelf {
    #![doc = include_str!("docs/shelf.md")]
}

pub mod compare {
    #![doc = include_str!("docs/compare.md")]
}

pub mod epstein {
    #![doc = include_str!("docs/epstein.md")]
}

pub mod sweep {
    #![doc = include_str!("docs/sweep.md")]
}

pub mod room {
    #![doc = include_str!("docs/room.md")]
}

pub mod report {
    #![doc = include_str!("docs/report.md")]
}

pub mod reliability {
    #![doc = include_str!("docs/reliability.md")]
}

pub mod speed {
    #![doc = include_str!("docs/speed.md")]
}

pub mod dependencies {
    #![doc = include_str!("docs/dependencies.md")]
}

pub mod limits {
    #![doc = include_str!("docs/limits.md")]
}
