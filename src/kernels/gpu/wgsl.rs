//! The kernels' WGSL, put together for one network.

use crate::config::Activation;
use crate::network::BETA_MIN;
use crate::optimiser::{BETA_1, BETA_2, EPSILON};

/// How a kernel is cut for a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Invocations of a workgroup.
    pub threads: usize,
    /// Samples of a workgroup, a multiple of [`ROWS`].
    pub tile: usize,
}

/// Samples that one invocation works on together: their weights are loaded once.
const ROWS: usize = 8;
/// vec4 columns of a layer that it works on together: their samples are loaded once.
const COLUMNS: usize = 2;
/// Invocations of a workgroup that WebGPU promises.
const THREADS_MAX: usize = 256;
/// Invocations of a workgroup where layers are narrow: those that most devices run side by side.
const THREADS_MIN: usize = 32;

impl Cut {
    /// Whole layers of `columns` vec4 columns side by side.
    pub fn new(columns: usize) -> Cut {
        let across = columns.div_ceil(COLUMNS).next_power_of_two();
        let threads = across.clamp(THREADS_MIN, THREADS_MAX);
        Cut { threads, tile: ROWS * (threads / across).max(1) }
    }
}

/// The kernel of a whole pass; with `drawn`, the coordinates of a point, it draws its batches itself.
pub fn pass(cut: Cut, activation: Activation, drawn: Option<usize>) -> String {
    let draw =
        "for (var i = lane; i < min(TILE, step.rows - min(first, step.rows)); i += THREADS) { draw(first + i); }";
    let (access, draw) = match drawn {
        Some(_) => ("read_write", format!("{draw}\n  storageBarrier();")),
        None => ("read", String::new()),
    };
    let body = include_str!("pass.wgsl").replace("$access", access).replace("$draw", &draw);
    let drawing = drawn
        .map(|dim| format!("const DIM = {dim}u;\nconst BETA_MIN: f32 = {BETA_MIN:e};\n{}", include_str!("draw.wgsl")));
    whole(&[include_str!("net.wgsl"), include_str!("step.wgsl"), &body, &drawing.unwrap_or_default()], cut)
        + &activated(activation)
        + &tiled(include_str!("forward.wgsl"))
}

/// The kernel of the weights' gradient and the loss.
pub fn outer() -> String {
    let parts = [include_str!("net.wgsl"), include_str!("step.wgsl"), include_str!("outer.wgsl")];
    repeated(&parts.concat(), "$i", 4)
}

/// Invocations of a workgroup of the optimiser: with them every network that [`fits`](super::training::Training::fits)
/// takes fewer workgroups than WebGPU promises.
pub const UPDATE_THREADS: usize = 128;

/// The kernel of the optimiser.
pub fn update() -> String {
    let threads = constant("THREADS", UPDATE_THREADS);
    let constants = [("BETA_1", BETA_1), ("BETA_2", BETA_2), ("EPSILON", EPSILON)]
        .map(|(n, x)| format!("const {n}: f32 = {x:e};\n"));
    let parts = [include_str!("net.wgsl"), include_str!("step.wgsl"), include_str!("update.wgsl")];
    threads + &constants.concat() + &parts.concat()
}

/// The kernel that carries points.
pub fn sample(cut: Cut, activation: Activation) -> String {
    whole(&[include_str!("net.wgsl"), include_str!("sample.wgsl")], cut)
        + &activated(activation)
        + &tiled(include_str!("forward.wgsl"))
}

fn whole(parts: &[&str], cut: Cut) -> String {
    let constants = [("ROWS", ROWS), ("COLUMNS", COLUMNS), ("THREADS", cut.threads), ("TILE", cut.tile)];
    constants.map(|(n, x)| constant(n, x)).concat() + &tiled(&parts.concat())
}

/// A line `$product matrix inputs length` is `product.wgsl`; lines stand once for every row and column of its tile.
fn tiled(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_whitespace().collect::<Vec<_>>()[..] {
        ["$product", matrix, inputs, length] => include_str!("product.wgsl")
            .replace("$matrix", matrix)
            .replace("$inputs", inputs)
            .replace("$length", length),
        _ => line.to_string() + "\n",
    });
    repeated(&repeated(&lines.collect::<String>(), "$r", ROWS), "$c", COLUMNS)
}

fn activated(activation: Activation) -> String {
    let name = match activation {
        Activation::Relu => "relu",
        Activation::Silu => "silu",
        Activation::Gelu => "gelu",
        Activation::Selu => "selu",
        Activation::Tanh => "tanh_",
    };
    format!("{}\nfn hidden(z: vec4<f32>) -> Activated {{ return {name}(z); }}\n", include_str!("activation.wgsl"))
}

fn constant(name: &str, value: usize) -> String {
    format!("const {name} = {value}u;\n")
}

/// Every line that has `mark` as often as asked for, with 0, 1, … in its place: WGSL's own arrays may be slow memory.
fn repeated(text: &str, mark: &str, times: usize) -> String {
    let lines = text.lines().flat_map(|line| match line.contains(mark) {
        true => (0..times).map(|k| line.replace(mark, &k.to_string()) + "\n").collect(),
        false => vec![line.to_string() + "\n"],
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::option::Choice;

    /// Parses and validates a kernel as a browser would, with no feature beyond WebGPU's own.
    fn check(name: &str, text: &str) {
        use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};
        let module = wgpu::naga::front::wgsl::parse_str(text)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(text)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(text)));
        assert_eq!(module.entry_points.len(), 1, "{name}");
    }

    #[test]
    fn every_kernel_is_valid_for_every_activation_cut_and_draw() {
        check("outer", &outer());
        check("update", &update());
        let cuts: std::collections::BTreeSet<_> = (1..=256).map(Cut::new).map(|cut| (cut.threads, cut.tile)).collect();
        assert!(cuts.len() > 3, "{cuts:?}");
        for (threads, tile) in cuts {
            let cut = Cut { threads, tile };
            for &activation in Activation::ALL {
                check(&format!("sample {cut:?} {activation:?}"), &sample(cut, activation));
                for drawn in [None, Some(1), Some(2), Some(5), Some(16)] {
                    check(&format!("pass {cut:?} {activation:?} {drawn:?}"), &pass(cut, activation, drawn));
                }
            }
        }
    }
}
