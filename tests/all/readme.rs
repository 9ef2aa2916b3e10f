//! README's table of options is the table of `config.rs`.

use flow_lab::config::options;

#[test]
fn readme_lists_every_option_as_it_is() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let mut table = String::from("| option | default | values | what it is |\n|---|---|---|---|\n");
    for spec in options() {
        let values = match spec.kind["choices"].as_array() {
            Some(choices) => choices.iter().filter_map(|choice| choice["name"].as_str()).collect::<Vec<_>>().join(", "),
            None if spec.kind["type"] == "text" => format!("1 – {} characters", spec.kind["max"]),
            None => {
                let bound = |name: &str| spec.kind[name].as_f64().unwrap();
                format!("{} – {}", bound("min"), bound("max"))
            }
        };
        table.push_str(&format!("| `{}` | {} | {} | {} |\n", spec.name, spec.default, values, spec.doc));
    }
    assert!(readme.contains(&table), "README must hold this table:\n{table}");
}
