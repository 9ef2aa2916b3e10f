//! A batch by several threads against one.

use super::layout::Layout;
use super::mlp_pass::{Examples, Rows};
use super::threads::Team;
use crate::config::Config;
use crate::network::Architecture;
use crate::random::seed::{Purpose, stream};
use rand::RngExt;

#[test]
fn two_four_and_eight_threads_find_what_one_finds_also_where_rows_divide_by_nothing() {
    let layout = Layout::of(&Architecture::of(&Config { width: 21, depth: 2, ..Config::default() }, 3));
    let mut rng = stream(3, Purpose::Batch, 0);
    let mut draw = |n: usize| (0..n).map(|_| rng.random_range(-1.0..1.0)).collect::<Vec<f32>>();
    let weights = draw(layout.len);
    for count in [64, 77, 1000, 1001] {
        let (x, features, ut, scales) = (draw(3 * count), draw(count), draw(3 * count), draw(count));
        let rows = Rows { x: &x, features: &features, labels: &[] };
        let examples = Examples { count, rows, scales: &scales, ut: &ut };
        let worked = |halvings, shared| {
            let mut team = Team::of(&layout, halvings, shared);
            let sum = team.work(&weights, examples, ut.len());
            (sum, team.first().gradient.clone())
        };
        let (whole, alone) = (worked(0, 0), worked(3, 0));
        for shared in 1..=3 {
            assert!(worked(3, shared) == alone, "{count} rows by {} threads", 1 << shared);
        }
        assert!(worked(2, 1) == worked(2, 2) && worked(1, 1) == worked(1, 0));
        let scale = whole.1.iter().fold(0.0f32, |scale, x| scale.max(x.abs()));
        let off = whole.1.iter().zip(&alone.1).fold(0.0f32, |off, (a, b)| off.max((a - b).abs()));
        assert!((whole.0 - alone.0).abs() < 1e-6 * whole.0 && off < 1e-5 * scale, "{count} rows: {off} of {scale}");
    }
}
