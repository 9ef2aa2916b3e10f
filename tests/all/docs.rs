//! What the documents say of themselves.

use std::process::Command;

#[test]
fn the_options_page_is_the_table_of_options() {
    let output = Command::new(env!("CARGO_BIN_EXE_flow-lab")).args(["options", "--markdown"]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let page = std::fs::read_to_string("docs/options.md").unwrap();
    assert!(page == printed, "docs/options.md must be what `flow-lab options --markdown` prints:\n{printed}");
}

#[test]
fn readme_is_short_and_every_file_that_it_links_to_is_there() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    assert!(readme.lines().count() <= 160, "README has {} lines", readme.lines().count());
    for document in ["README.md", "docs/data.md", "docs/measured.md", "docs/options.md", "docs/saved-run.md"] {
        let text = std::fs::read_to_string(document).unwrap();
        let folder = std::path::Path::new(document).parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap();
            let there = link.starts_with("http") || file.is_empty() || folder.join(file).exists();
            assert!(there, "{document} links to {link}, which is not there");
        }
    }
}

/// The folders of `place` and the rooms that a table of the architecture page names, both in order.
fn rooms(page: &str, heading: &str, place: &str) -> (Vec<String>, Vec<String>) {
    let table = page.split(heading).nth(1).expect("the page has the table").split("\n## ").next().unwrap();
    let named = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_string);
    let mut there: Vec<String> = std::fs::read_dir(place)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "node_modules")
        .collect();
    there.sort();
    (named.collect(), there)
}

#[test]
fn the_architecture_page_names_every_room_of_the_crate_and_of_the_page() {
    let page = std::fs::read_to_string("docs/architecture.md").unwrap();
    for (heading, place) in [("## The rooms of the crate", "src"), ("## The rooms of the page", "www")] {
        let (named, there) = rooms(&page, heading, place);
        assert_eq!(named, there, "{place}");
    }
    // And every file that it names is there.
    for name in page.split('`').skip(1).step_by(2).filter(|name| name.contains('.') && !name.contains(' ')) {
        let wgsl = format!("src/kernels/gpu/{name}");
        let places = [format!("src/{name}"), format!("www/{name}"), wgsl];
        let found = name.contains("::")
            || name.contains('(')
            || places.iter().any(|place| std::path::Path::new(place).exists());
        assert!(found, "docs/architecture.md names {name}, which is not there");
    }
}
