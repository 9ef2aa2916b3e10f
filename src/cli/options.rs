//! `flow-lab options --markdown`: the table of options for people, which `docs/options.md` is.

use flow_lab::config::option::{Choice, Spec};
use flow_lab::config::{self, Preset};

const GROUPS: [(&str, &str); 6] = [
    ("data", "Where points start, and where they shall end"),
    ("path", "Which points go together, and the path between them"),
    ("network", "The network"),
    ("training", "Training"),
    ("sampling", "Sampling"),
    ("run", "The run"),
];

/// The page's whole text.
pub fn markdown() -> String {
    let mut text = String::from(
        "# Options\n\nEvery option of a run. The page's panel, its links (`#target=ring&seed=3`), the JavaScript API \
         (`Lab.create({ target: 'ring', seed: 3 })`) and the command line (`--target ring --seed 3`, names in kebab-case) take the \
         same ones. A value out of range is never taken silently: the page uses the nearest good one and says so, the command \
         line ends with exit code 2.\n\nThis file is what `flow-lab options --markdown` prints.\n",
    );
    for (group, title) in GROUPS {
        text += &format!("\n## {title}\n\n| option | default | values | what it is |\n|---|---|---|---|\n");
        for spec in config::options().iter().filter(|spec| spec.group == group) {
            text += &format!("| `{}` | {} | {} | {} |\n", spec.name, spec.default, values(spec), spec.doc);
        }
    }
    text += "\n## Words that can be chosen\n";
    for spec in config::options().iter().filter(|spec| !["target", "label", "digit", "preset"].contains(&spec.name)) {
        let Some(choices) = spec.kind["choices"].as_array() else { continue };
        let name = if spec.name == "source" { "`source`, `target`".into() } else { format!("`{}`", spec.name) };
        text += &format!("\n{name}:\n\n");
        for choice in choices {
            text += &format!("- `{}`: {}\n", word(&choice["name"]), word(&choice["doc"]));
        }
    }
    text += "\n## Presets\n\nA preset sets these values first; options given beside it win.\n";
    let table = config::options_json();
    for preset in Preset::ALL.iter().filter(|&&preset| preset != Preset::None) {
        text += &format!("\n`{}`: {}.\n\n", preset.name(), preset.doc());
        let values = table["presets"][preset.name()].as_object().into_iter().flatten();
        let values: Vec<String> = values.map(|(name, value)| format!("`{name}={}`", word(value))).collect();
        text += &format!("{}\n", values.join(" "));
    }
    text
}

fn word(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn values(spec: &Spec) -> String {
    match spec.kind["choices"].as_array() {
        Some(choices) => choices.iter().map(|choice| word(&choice["name"])).collect::<Vec<_>>().join(", "),
        None if spec.kind["type"] == "text" => format!("1 – {} characters", spec.kind["max"]),
        None => {
            let bound = |name: &str| spec.kind[name].as_f64().unwrap_or_default();
            format!("{} – {}", bound("min"), bound("max"))
        }
    }
}
