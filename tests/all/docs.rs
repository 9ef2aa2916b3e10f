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
    for document in ["README.md", "docs/measured.md", "docs/options.md", "docs/saved-run.md"] {
        let text = std::fs::read_to_string(document).unwrap();
        let folder = std::path::Path::new(document).parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap();
            let there = link.starts_with("http") || file.is_empty() || folder.join(file).exists();
            assert!(there, "{document} links to {link}, which is not there");
        }
    }
}
