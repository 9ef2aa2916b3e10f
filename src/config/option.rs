//! How one option is read, shown and described; the table itself is in [`crate::config`].

use serde::Serialize;
use serde_json::{Value as Json, json};

/// One row of the table of options.
#[derive(Clone, Debug, Serialize)]
pub struct Spec {
    /// In camelCase; the command line's flag is the same in kebab-case.
    pub name: &'static str,
    /// `data`, `path`, `network`, `training`, `sampling` or `run`.
    pub group: &'static str,
    /// One line.
    pub doc: &'static str,
    /// As text, the way a link writes it.
    pub default: String,
    /// `{type: "choice", choices: […]}`, `{type: "integer" | "number", min, max}` or `{type: "text", max}`.
    #[serde(flatten)]
    pub kind: Json,
}

/// A value that an option can hold.
pub trait OptionValue: Sized + PartialEq {
    /// What limits it, beside its type.
    type Range;
    /// Reads `text`; on failure what it should have been, and the nearest good value if there is one.
    fn read(text: &str, range: &Self::Range) -> Result<Self, (String, Option<Self>)>;
    /// The text that [`OptionValue::read`] reads back.
    fn show(&self) -> String;
    /// Its part of a [`Spec`].
    fn kind(range: &Self::Range) -> Json;
}

/// A value out of a short list.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every choice, in the order of the table.
    const ALL: &'static [Self];
    /// The word that selects it.
    fn name(self) -> &'static str;
    /// One line.
    fn doc(self) -> &'static str;
}

impl<C: Choice> OptionValue for C {
    type Range = ();

    fn read(text: &str, _: &()) -> Result<Self, (String, Option<Self>)> {
        let word = text.trim().to_lowercase();
        C::ALL.iter().copied().find(|choice| choice.name() == word).ok_or_else(|| {
            let names: Vec<_> = C::ALL.iter().map(|choice| choice.name()).collect();
            (format!("must be one of {}", names.join(", ")), None)
        })
    }

    fn show(&self) -> String {
        self.name().into()
    }

    fn kind(_: &()) -> Json {
        let choices: Vec<_> = C::ALL.iter().map(|c| json!({ "name": c.name(), "doc": c.doc() })).collect();
        json!({ "type": "choice", "choices": choices })
    }
}

impl OptionValue for String {
    /// Most characters.
    type Range = usize;

    fn read(text: &str, &max: &usize) -> Result<Self, (String, Option<Self>)> {
        match text.chars().count() {
            0 => Err((format!("must hold 1 to {max} characters"), None)),
            n if n > max => {
                Err((format!("must hold at most {max} characters"), Some(text.chars().take(max).collect())))
            }
            _ => Ok(text.into()),
        }
    }

    fn show(&self) -> String {
        self.clone()
    }

    fn kind(&max: &usize) -> Json {
        json!({ "type": "text", "max": max })
    }
}

impl OptionValue for usize {
    type Range = (usize, usize);

    fn read(text: &str, &(min, max): &Self::Range) -> Result<Self, (String, Option<Self>)> {
        let problem = format!("must be a whole number from {min} to {max}");
        match text.trim().parse::<i128>() {
            Ok(value) if value < min as i128 => Err((problem, Some(min))),
            Ok(value) if value > max as i128 => Err((problem, Some(max))),
            Ok(value) => Ok(value as usize),
            Err(_) => Err((problem, None)),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }

    fn kind(&(min, max): &Self::Range) -> Json {
        json!({ "type": "integer", "min": min, "max": max })
    }
}

impl OptionValue for f64 {
    type Range = (f64, f64);

    fn read(text: &str, &(min, max): &Self::Range) -> Result<Self, (String, Option<Self>)> {
        let problem = format!("must be a number from {min} to {max}");
        match text.trim().parse::<f64>() {
            Ok(value) if !value.is_finite() => Err((problem, None)),
            Ok(value) if value < min => Err((problem, Some(min))),
            Ok(value) if value > max => Err((problem, Some(max))),
            Ok(value) => Ok(value),
            Err(_) => Err((problem, None)),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }

    fn kind(&(min, max): &Self::Range) -> Json {
        json!({ "type": "number", "min": min, "max": max })
    }
}

/// `learning-rate` and `learningRate` are the same option: both give `learningRate`.
pub fn camel_case(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |mut whole, word| {
        let mut letters = word.chars();
        whole.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        whole.push_str(letters.as_str());
        whole
    })
}

/// `learningRate` gives `learning-rate`.
pub fn kebab_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut whole, letter| {
        if letter.is_ascii_uppercase() {
            whole.push('-');
        }
        whole.push(letter.to_ascii_lowercase());
        whole
    })
}

/// Declares an enum whose values are words.
macro_rules! choices {
    ($(#[$doc:meta])* $type:ident { $($variant:ident = $name:literal: $line:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type { $(#[doc = $line] $variant,)+ }

        impl Choice for $type {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            fn name(self) -> &'static str { match self { $(Self::$variant => $name,)+ } }
            fn doc(self) -> &'static str { match self { $(Self::$variant => $line,)+ } }
        }
    };
}

/// Declares the record of options, its defaults, and the table that everything else reads.
macro_rules! options {
    (
        $(#[$doc:meta])*
        pub struct $record:ident {
            $($group:ident $field:ident $name:literal: $type:ty = $default:expr, $range:expr, $line:literal;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $record { $(#[doc = $line] pub $field: $type,)+ }

        impl Default for $record {
            fn default() -> Self { $record { $($field: $default,)+ } }
        }

        impl $record {
            /// Every option as `(name, text)`, in the table's order.
            pub fn pairs(&self) -> Vec<(&'static str, String)> {
                vec![$(($name, option::OptionValue::show(&self.$field)),)+]
            }

            fn set(&mut self, name: &str, text: &str) -> Option<Note> {
                match option::camel_case(name).as_str() {
                    $($name => {
                        let (problem, nearest) = match <$type as option::OptionValue>::read(text, &$range) {
                            Ok(value) => { self.$field = value; return None; }
                            Err(failure) => failure,
                        };
                        if let Some(value) = nearest { self.$field = value; }
                        Some(Note {
                            option: $name.into(),
                            value: text.into(),
                            problem,
                            used: Some(option::OptionValue::show(&self.$field)),
                        })
                    })+
                    _ => Some(Note {
                        option: name.into(),
                        value: text.into(),
                        problem: format!("there is no such option; the options are {}", [$($name),+].join(", ")),
                        used: None,
                    }),
                }
            }
        }

        /// The table of options.
        pub fn options() -> Vec<Spec> {
            vec![$(Spec {
                name: $name,
                group: stringify!($group),
                doc: $line,
                default: { let value: $type = $default; option::OptionValue::show(&value) },
                kind: <$type as option::OptionValue>::kind(&$range),
            },)+]
        }
    };
}

pub(crate) use {choices, options};
