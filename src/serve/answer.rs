//! What is asked of the room and what it answers, without HTTP.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever started the room: a student alone, or the teacher of a class.
    Host,
    /// A pupil, by the word of the link.
    Pupil(String),
}

/// What is asked.
#[derive(Debug)]
pub struct Asked {
    /// By whom.
    pub who: Who,
    /// `GET`, `POST`, `PUT`, `DELETE` or another word.
    pub method: String,
    /// What of, such as `/api/room`.
    pub path: String,
    /// What stands behind the question mark.
    pub query: String,
    /// What is sent along.
    pub body: Vec<u8>,
}

impl Asked {
    /// What is sent along, read as JSON of this form.
    ///
    /// # Errors
    /// What is wrong with it, as an answer.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Answer> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Answer::refused(400, &format!("this is not understood: {error}")))
    }
}

/// What can be watched: a document, which is replaced by the next.
pub type Watched = watch::Receiver<String>;

/// An answer.
#[derive(Debug)]
pub enum Reply {
    /// All at once.
    Whole(Answer),
    /// As it happens.
    Events(Watched),
}

/// An answer that is given at once.
#[derive(Debug)]
pub struct Answer {
    /// Its status, by HTTP.
    pub status: u16,
    /// What it holds.
    pub kind: &'static str,
    /// It.
    pub body: Vec<u8>,
    /// The name of the file that it is to be saved as.
    pub saved_as: Option<String>,
}

impl Answer {
    /// A document.
    pub fn json(value: &Value) -> Answer {
        Answer {
            status: 200,
            kind: "application/json",
            body: value.to_string().into_bytes(),
            saved_as: None,
        }
    }

    /// A refusal, with its reason and what to do.
    pub fn refused(status: u16, why: &str) -> Answer {
        Answer {
            status,
            ..Answer::json(&json!({ "error": why }))
        }
    }

    /// A text or file of this kind.
    pub fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        Answer {
            status: 200,
            kind,
            body: body.into(),
            saved_as: None,
        }
    }

    /// To be saved under this name.
    pub fn saved_as(self, name: String) -> Answer {
        Answer {
            saved_as: Some(name),
            ..self
        }
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Reply {
        Reply::Whole(answer)
    }
}
