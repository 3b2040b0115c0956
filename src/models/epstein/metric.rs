//! What is measured of Epstein's lattice. There are no regions: the rows are those of the whole.

use crate::metric::metrics;

metrics! {
    /// A measured quantity of Epstein's lattice, per tick.
    Metric
    Active "active" "agents" true Sum "Agents in open rebellion at the end of the tick; with two groups, those who kill.";
    Quiet "quiet" "agents" true Sum "Agents at large who are not active.";
    Jailed "jailed" "agents" true Sum "Agents in jail.";
    Cops "cops" "cops" true Sum "Cops on the lattice.";
    Arrests "arrests" "agents" true Sum "Arrests since the start.";
    Legitimacy "legitimacy" "share" false Mean "Legitimacy of the regime, or with two groups of the other group's right to exist.";
    Tension "tension" "1" false Mean "Mean grievance of those at large times the share of agents who are quiet, by the mean risk aversion of those at large.";
    Blue "blue" "agents" true Sum "Agents of the first group, also those in jail.";
    Green "green" "agents" true Sum "Agents of the second group, also those in jail; none where there is one group.";
    KilledBlue "killed_blue" "agents" true Sum "Agents of the first group killed since the start.";
    KilledGreen "killed_green" "agents" true Sum "Agents of the second group killed since the start.";
}
