//! Which source point goes with which target point.

use crate::assignment::assign;

/// Reorders `x1` so that, within groups of `group` pairs (0: all together), Σ |x1 - x0|² is least: minibatch optimal transport.
///
/// Marginally x0 and x1 stay what they were; only who goes with whom changes (Tong et al. 2023, arXiv 2302.00482;
/// Pooladian et al. 2023, arXiv 2304.14772). A last group may be smaller. The result says where each of the new `x1` stood.
///
/// # Shapes
/// `x0` and `x1` are `n × dim` numbers.
///
/// # Panics
/// If the sizes differ.
pub fn optimal_transport(x0: &[f32], x1: &mut [f32], dim: usize, group: usize) -> Vec<usize> {
    assert_eq!(x0.len(), x1.len(), "x0 and x1 have different lengths");
    let size = if group == 0 { x0.len().max(dim) } else { group * dim };
    let mut order = Vec::with_capacity(x0.len() / dim.max(1));
    for (x0, x1) in x0.chunks(size).zip(x1.chunks_mut(size)) {
        let (drawn, start) = (x1.to_vec(), order.len());
        for (i, j) in assign(x0, &drawn, dim).into_iter().enumerate() {
            x1[i * dim..(i + 1) * dim].copy_from_slice(&drawn[j * dim..(j + 1) * dim]);
            order.push(start + j);
        }
    }
    order
}
