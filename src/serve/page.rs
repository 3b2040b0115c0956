//! The page: plain files that are part of the program. Nothing is loaded from anywhere else.

use super::answer::Answer;
use crate::report::page::style;

const ASSETS: [(&str, &str, &str); 9] = [
    ("/room.css", "text/css", include_str!("page/room.css")),
    ("/app.js", "text/javascript", include_str!("page/app.js")),
    ("/api.js", "text/javascript", include_str!("page/api.js")),
    ("/base.js", "text/javascript", include_str!("page/base.js")),
    ("/overlay.js", "text/javascript", include_str!("page/overlay.js")),
    ("/chronicle.js", "text/javascript", include_str!("page/chronicle.js")),
    ("/editor.js", "text/javascript", include_str!("page/editor.js")),
    ("/play.js", "text/javascript", include_str!("page/play.js")),
    ("/class.js", "text/javascript", include_str!("page/class.js")),
];
const INDEX: &str = include_str!("page/index.html");

/// The file at a path. A pupil's link leads to the same page, which finds its word in the address.
///
/// # Errors
/// If there is none.
pub fn asset(path: &str) -> Result<Answer, Answer> {
    let pupil = path.strip_prefix("/p/").is_some_and(|word| !word.contains('/'));
    if path == "/" || pupil {
        return Ok(Answer::of("text/html; charset=utf-8", INDEX));
    }
    if path == "/report.css" {
        return Ok(Answer::of("text/css", style()));
    }
    let found = ASSETS.iter().find(|(name, ..)| *name == path);
    found
        .map(|(_, kind, text)| Answer::of(kind, *text))
        .ok_or_else(super::room::nothing)
}
