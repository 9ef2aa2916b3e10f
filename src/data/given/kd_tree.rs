//! The nearest of many points, in any dimension (Bentley 1975).

/// Points in the order of a balanced tree: the middle of every range splits it along one axis, the axes in turn.
#[derive(Debug)]
pub struct KdTree {
    points: Vec<f32>,
    dim: usize,
}

/// Points of a range that is searched without splitting it.
const LEAF: usize = 8;

impl KdTree {
    /// # Shapes
    /// `points` holds `n × dim` numbers.
    pub fn new(points: &[f32], dim: usize) -> Self {
        let mut order: Vec<u32> = (0..(points.len() / dim) as u32).collect();
        split(&mut order, points, dim, 0);
        let points = order.iter().flat_map(|&k| &points[k as usize * dim..(k as usize + 1) * dim]).copied().collect();
        KdTree { points, dim }
    }

    /// Squared distance to the nearest point that lies elsewhere than `from` and nearer than `bound`, else `bound`.
    pub fn nearest_other(&self, from: &[f32], bound: f32) -> f32 {
        let mut best = bound;
        self.search((0, self.points.len() / self.dim), 0, from, &mut best, true);
        best
    }

    /// Whether a point lies within this squared distance of `from`.
    pub fn any_within(&self, from: &[f32], squared: f32) -> bool {
        let mut best = squared.next_up();
        self.search((0, self.points.len() / self.dim), 0, from, &mut best, false);
        best <= squared
    }

    fn search(&self, (low, high): (usize, usize), axis: usize, from: &[f32], best: &mut f32, elsewhere: bool) {
        let mut look_at = |k: usize| {
            let squared = self.point(k).iter().zip(from).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
            if squared < *best && !(elsewhere && squared == 0.0) {
                *best = squared;
            }
        };
        if high - low <= LEAF {
            return (low..high).for_each(look_at);
        }
        let middle = (low + high) / 2;
        look_at(middle);
        let beyond = from[axis] - self.point(middle)[axis];
        let (near, far) =
            if beyond < 0.0 { ((low, middle), (middle + 1, high)) } else { ((middle + 1, high), (low, middle)) };
        let next = (axis + 1) % self.dim;
        self.search(near, next, from, best, elsewhere);
        if beyond.powi(2) < *best {
            self.search(far, next, from, best, elsewhere);
        }
    }

    fn point(&self, k: usize) -> &[f32] {
        &self.points[k * self.dim..(k + 1) * self.dim]
    }
}

fn split(order: &mut [u32], points: &[f32], dim: usize, axis: usize) {
    if order.len() > LEAF {
        let middle = order.len() / 2;
        let along = |&k: &u32| points[k as usize * dim + axis];
        let (before, _, after) = order.select_nth_unstable_by(middle, |a, b| along(a).total_cmp(&along(b)));
        split(before, points, dim, (axis + 1) % dim);
        split(after, points, dim, (axis + 1) % dim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::seed::{Purpose, stream};
    use rand::RngExt;

    #[test]
    fn nearest_is_that_of_brute_force_in_2_to_8_dimensions() {
        let mut rng = stream(4, Purpose::Metrics, 0);
        for dim in 2..=8 {
            // Steps of ¼ make many points, and many coordinates, equal.
            let points: Vec<f32> = (0..dim * 500).map(|_| rng.random_range(-8..8) as f32 / 4.0).collect();
            let tree = KdTree::new(&points, dim);
            for from in points.chunks(dim).step_by(7) {
                let squared = |p: &[f32]| p.iter().zip(from).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
                let brute = points.chunks(dim).map(squared).filter(|&s| s > 0.0).fold(f32::INFINITY, f32::min);
                assert_eq!(tree.nearest_other(from, f32::INFINITY), brute);
                assert!(tree.any_within(from, 0.0));
                let aside: Vec<f32> = from.iter().map(|x| x + 10.0).collect();
                assert!(!tree.any_within(&aside, 1.0));
            }
            assert!(!tree.any_within(&vec![f32::NAN; dim], f32::MAX));
        }
    }
}
