//! What a broken scenario is answered with, whole. The answers are in `tests/snapshots`; after a change they are
//! renewed by `INSTA_UPDATE=always cargo test --test suite scenario_errors::`, and the difference is read before it is kept.

use std::path::Path;

use qantar::scenario::Scenario;

fn answer(file: &str, assignments: &[&str]) -> String {
    let path = Path::new("tests/fixtures/broken").join(file);
    let assignments: Vec<String> = assignments.iter().map(|text| text.to_string()).collect();
    let compiled = Scenario::read(&path).and_then(|mut scenario| {
        scenario.set(&assignments)?;
        scenario.compile()
    });
    match compiled {
        Ok(_) => panic!("{file} has no problem"),
        Err(problems) => problems.to_string(),
    }
}

macro_rules! broken {
    (@set) => { &[] };
    (@set $assignments:expr) => { &$assignments };
    ($($sentence:ident: $file:literal $(with $assignments:expr)?;)*) => {
        $(#[test]
        fn $sentence() {
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($sentence), answer($file, broken!(@set $($assignments)?)));
            });
        })*
    };
}

broken! {
    an_unknown_key_is_answered_with_the_one_meant: "unknown_key.toml";
    a_key_like_no_other_is_answered_with_all_there_are: "far_key.toml";
    a_value_of_a_wrong_type_is_told_what_it_must_be: "wrong_type.toml";
    a_number_out_of_range_is_told_the_range_and_its_unit: "out_of_range.toml";
    what_is_missing_is_told_with_what_to_add: "missing_keys.toml";
    a_scenario_needs_a_region: "no_region.toml";
    a_list_of_no_regions_is_not_enough: "empty_region_list.toml";
    a_scenario_of_a_later_version_is_refused: "future_version.toml";
    no_two_entries_have_one_id: "duplicate_ids.toml";
    an_id_is_plain: "bad_ids.toml";
    what_refers_to_nothing_is_answered_with_what_there_is: "unknown_references.toml";
    what_waits_for_itself_is_refused_and_what_has_a_way_out_is_not: "circle.toml";
    a_moment_has_one_form_and_lies_within_the_run: "bad_moments.toml";
    a_duration_has_a_number_and_a_unit_of_fixed_length: "bad_durations.toml";
    a_start_is_a_whole_minute: "bad_clock.toml";
    a_tick_divides_the_day: "bad_tick.toml";
    an_unknown_zone_is_answered_with_the_one_meant: "bad_zone.toml";
    a_start_that_clocks_jump_over_is_refused: "start_in_the_gap.toml";
    a_start_has_no_offset: "start_with_offset.toml";
    guards_come_from_the_officers_of_the_region: "too_many_guards.toml";
    more_agents_than_fit_into_memory_are_refused_with_a_remedy: "too_many_agents.toml";
    a_parameter_of_another_kind_is_answered_with_those_of_this_one: "own_parameters.toml";
    contingents_are_checked_like_everything_else: "contingents.toml";
    several_regions_need_positions_on_the_globe: "no_positions.toml";
    positions_and_hours_are_pairs: "bad_pairs.toml";
    a_distribution_has_the_parameters_of_its_shape: "distributions.toml";
    a_tie_joins_two_regions_once: "ties.toml";
    every_problem_of_places_is_told_at_once: "places.toml";
    a_table_of_places_is_checked_like_one_of_regions: "place_table.toml";
    an_outcome_has_a_name_of_its_own_and_means_something_in_its_scenario: "outcomes.toml";
    tables_and_lists_are_not_each_other: "table_and_list.toml";
    all_mistakes_of_syntax_are_told_at_once: "syntax.toml";
    an_action_acts_where_its_sites_are: "not_where_it_acts.toml";
    an_overlay_is_checked_with_what_it_extends: "overlay.toml";
    problems_of_all_files_are_told_at_once: "overlay_of_broken.toml";
    mistakes_of_syntax_of_all_files_are_told_at_once: "overlay_of_syntax.toml";
    a_base_that_is_not_there_is_told_where_it_is_named: "missing_base.toml";
    files_that_extend_each_other_are_refused: "circle_a.toml";
    nothing_can_be_removed_from_nothing: "remove_nothing.toml";
    a_cell_of_a_table_has_its_place_in_the_table: "table_cells.toml";
    a_pair_in_a_cell_has_the_place_of_the_cell: "table_position.toml";
    a_row_has_as_many_cells_as_the_header: "table_rows.toml";
    a_table_of_regions_names_them_and_has_no_column_twice: "table_header.toml";
    a_table_of_regions_is_not_empty: "table_empty.toml";
    a_table_that_is_not_there_is_told_where_it_is_named: "table_missing.toml";
    an_entry_wins_over_the_table_and_is_checked_with_it: "table_and_entry.toml";
    a_file_that_cannot_be_read_is_named: "nowhere.toml";
    an_assignment_is_checked_where_it_is_written: "whole.toml" with [
        "region.town.urban=1.5", "region.toun.urban=0.5", "ticks=many", "tiks=5", "action.curfew.lag=3 hrs",
        "action.curfew.when=2021-01-01T00:00:00", "site.hall=5", "rules.turnout.base_cst=1.0",
        "shock.flood.lag=1h", "region_table=other.csv", "action.curfew.strength=1",
    ];
    an_assignment_that_cannot_be_read_is_told_before_anything_else: "unknown_key.toml" with [
        "ticks", "ticks=", "title=\"half", "region.town.=5", "ticks=[1",
    ];
    problems_of_files_and_assignments_are_told_at_once: "unknown_key.toml" with ["region.town.urban=7", "zone=Almaty"];
}
