//! The words that results are told in, for those who meet them for the first time. `qantar explain` looks them up.

/// A word and what it means.
pub struct Word {
    /// As it stands in what is printed.
    pub word: &'static str,
    /// What it means, in a sentence or two.
    pub meaning: &'static str,
}

const fn word(word: &'static str, meaning: &'static str) -> Word {
    Word { word, meaning }
}

/// The words, in the order of the alphabet.
pub const WORDS: &[Word] = &[
    word(
        "action",
        "Something that the government or an outsider does, at a time or when a condition comes true.",
    ),
    word(
        "announced",
        "Said, but not yet in effect. What people expect of it counts by its credibility.",
    ),
    word(
        "arm",
        "One of the scenarios that are compared. All arms have the same people and the same dice.",
    ),
    word(
        "arrested",
        "Taken by the police. `detentions` counts each time, so one person can count twice.",
    ),
    word(
        "calibrated",
        "Chosen so that the model comes near its record, and not measured.",
    ),
    word(
        "community",
        "About 256 people who live together; the model works out what moves them once for all of them.",
    ),
    word("design", "The points of a sweep: which values of which keys are run."),
    word(
        "dice",
        "All chance of a run. The same seed and replicate give the same dice, whatever the scenario.",
    ),
    word(
        "digest",
        "A short number made of all bytes of a file (SHA-256). Two files with the same digest are the same.",
    ),
    word("in effect", "From now on an action moves what it is there to move."),
    word(
        "indeterminate",
        "The interval has both signs in it: this many runs cannot tell which way it goes.",
    ),
    word(
        "interval",
        "Where the true value lies with 95 % confidence, as far as the dice go. It says nothing of wrong assumptions.",
    ),
    word(
        "legitimacy",
        "How far people take the government for rightful, from 0 to 1.",
    ),
    word("median", "The middle one: half of the runs have less, half have more."),
    word(
        "metric",
        "Something that is measured each tick; `qantar metrics` lists them.",
    ),
    word(
        "money",
        "Amounts are in millions of the country's own currency, in prices of the day, as the scenario says. They are what sites were worth, not a claim about anybody's loss.",
    ),
    word(
        "opened",
        "`protest begins`: for the first time enough people are out in a region to be seen.",
    ),
    word(
        "outcome",
        "One number that a run is reduced to, such as `peak(participants)`; `qantar explain outcome`.",
    ),
    word(
        "over",
        "An action has ended, by its duration or because another ended it.",
    ),
    word(
        "people",
        "All counts are in people, also where an agent stands for several.",
    ),
    word("point", "One row of a design: a value for each key that is varied."),
    word(
        "quantile",
        "5 % of the runs lie below the 5 % quantile, 95 % below the 95 % quantile.",
    ),
    word(
        "record",
        "What happened, as observations with dates and sources, to hold a model against.",
    ),
    word(
        "replicate",
        "One run among several of the same seed, each with dice of its own. Replicate 3 is the same alone or among a hundred.",
    ),
    word("retaken", "A site is held by the state again."),
    word("score", "How many observations of a record a scenario meets."),
    word(
        "seed",
        "The number that all dice follow from. The same seed gives the same bytes.",
    ),
    word("seized", "A site was taken from those who guarded it."),
    word("share", "A part of a whole, from 0 to 1."),
    word(
        "shock",
        "Something that happens to the country, such as a rise of a price.",
    ),
    word("taken without guards", "A site was taken that nobody guarded any more."),
    word("tick", "One step of time, an hour unless the scenario says otherwise."),
    word(
        "total",
        "One number that sums up a run, such as the most people out in one hour.",
    ),
    word(
        "world",
        "A replicate: a country with its people and all its luck. Arms are compared in the same worlds.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_the_order_of_the_alphabet_and_mean_something() {
        assert!(WORDS.is_sorted_by(|a, b| a.word < b.word));
        assert!(WORDS.iter().all(|word| word.meaning.ends_with('.')));
    }
}
