//! The field against integrals of E[u | xt = x], by Simpson's rule, for every schedule.

use flow_lab::data::mixture::{Law, Mixture};
use flow_lab::path::Path;

use super::{PATHS, assert_near, board, field, gaussians, line, normal, uniform, velocity};

fn density(law: Law, x: f64) -> f64 {
    match law {
        Law::Normal { mean, std } => {
            (-0.5 * ((x - mean) / std).powi(2)).exp() / (std * (2.0 * std::f64::consts::PI).sqrt())
        }
        Law::Uniform { low, high } => f64::from(low <= x && x <= high) / (high - low),
    }
}

fn mixture_density(mixture: &Mixture, x: [f64; 2]) -> f64 {
    let part = |part: &[u32]| {
        density(mixture.laws[0][part[0] as usize], x[0]) * density(mixture.laws[1][part[1] as usize], x[1])
    };
    mixture.parts.chunks(2).zip(&mixture.weights).map(|(laws, weight)| weight * part(laws)).sum()
}

/// Points and weights of Simpson's rule with `n` (even) intervals.
fn simpson(low: f64, high: f64, n: usize) -> Vec<(f64, f64)> {
    let h = (high - low) / n as f64;
    let weight = |k: usize| if k == 0 || k == n { 1.0 } else { 2.0 + 2.0 * (k % 2) as f64 };
    (0..=n).map(|k| (low + h * k as f64, weight(k) * h / 3.0)).collect()
}

/// Where a law has its mass, to 1e-20 of it.
fn range(law: Law) -> (f64, f64) {
    match law {
        Law::Normal { mean, std } => (mean - 9.0 * std, mean + 9.0 * std),
        Law::Uniform { low, high } => (low, high),
    }
}

#[test]
fn with_noise_the_field_on_a_line_is_the_double_integral_of_its_definition() {
    let laws = [normal(0.3, 0.7), uniform(-0.4, 1.1)];
    for (a, b) in laws.iter().flat_map(|&a| laws.iter().map(move |&b| (a, b))) {
        for path in PATHS {
            for (sigma, t, x) in [(0.4, 0.3, 0.2), (0.02, 0.55, 0.9), (0.05, 0.8, -0.35)] {
                let path = Path { sigma, ..path };
                let c = path.at(t);
                let nodes = |law| simpson(range(law).0, range(law).1, 1600);
                let (mut mass, mut moment) = (0.0, 0.0);
                for &(x0, w0) in &nodes(a) {
                    for &(x1, w1) in &nodes(b) {
                        let joint = w0 * density(a, x0) * w1 * density(b, x1);
                        let weight = joint * density(normal(c.alpha * x1 + c.beta * x0, sigma), x);
                        mass += weight;
                        moment += weight * (c.alpha_dot * x1 + c.beta_dot * x0);
                    }
                }
                let field = field(&line(a), &line(b), path);
                // Simpson on steps of 0.0005 of xt against a σ of 0.02, and where ends are smooth far better than its order.
                let what = format!("{a:?} to {b:?}, {path:?}, t {t}, x {x}");
                assert_near(&velocity(&field, &[x], t), &[moment / mass], 1e-6, &what);
                assert_near(&[field.log_density(&[x], t)], &[f64::ln(mass)], 1e-6, &what);
            }
        }
    }
}

#[test]
fn without_noise_the_field_on_a_line_is_the_integral_over_x1_or_x0() {
    let laws = [normal(0.3, 0.7), normal(-1.0, 0.01), uniform(-0.4, 1.1), uniform(2.0, 2.5)];
    for (a, b) in laws.iter().flat_map(|&a| laws.iter().map(move |&b| (a, b))) {
        let is_uniform = |law| matches!(law, Law::Uniform { .. });
        for path in PATHS {
            for (t, share) in [(0.1, 0.4), (0.5, 0.7), (0.9, 0.2)] {
                let c = path.at(t);
                let middle = |law, share: f64| range(law).0 + share * (range(law).1 - range(law).0);
                let x = c.alpha * middle(b, share) + c.beta * middle(a, 0.5);
                // Over the uniform end, if there is one, so that what is integrated has no jump inside.
                let over_x0 = is_uniform(a) && !is_uniform(b);
                let (mut mass, mut moment) = (0.0, 0.0);
                let (low, high) = range(if over_x0 { a } else { b });
                for (end, weight) in simpson(low, high, 100_000) {
                    let (x0, x1) =
                        if over_x0 { (end, (x - c.beta * end) / c.alpha) } else { ((x - c.alpha * end) / c.beta, end) };
                    let solved = if over_x0 { c.alpha } else { c.beta };
                    let weight = weight * density(b, x1) * density(a, x0) / solved;
                    mass += weight;
                    moment += weight * (c.alpha_dot * x1 + c.beta_dot * x0);
                }
                let field = field(&line(a), &line(b), path);
                // Both uniform: two jumps, each within one of 100,000 steps, of a mass of a twentieth at least.
                let tolerance = if is_uniform(a) && is_uniform(b) { 5e-4 } else { 1e-8 };
                let what = format!("{a:?} to {b:?}, {path:?}, t {t}, x {x}");
                assert_near(&velocity(&field, &[x], t), &[moment / mass], tolerance, &what);
                assert_near(&[field.log_density(&[x], t)], &[f64::ln(mass)], tolerance, &what);
            }
        }
    }
}

#[test]
fn in_the_plane_the_field_is_the_integral_over_x1_for_mixtures_and_boards() {
    let skewed = gaussians(&[[2.0, 0.5], [-1.0, 1.5], [0.5, -2.0]], 0.5);
    let source = gaussians(&[[0.0, 0.3], [1.0, -0.5]], 0.8);
    let cells: Vec<_> = (0..16).map(|k| [(k % 4) as f64 - 2.0, (k / 4) as f64 - 2.0]).collect();
    for (target, corners, width, n) in [(skewed, vec![[-7.0, -7.0]], 14.0, 700), (board(2.0), cells, 1.0, 120)] {
        for path in PATHS {
            for (t, x) in [(0.25, [0.4, -0.3]), (0.6, [-1.1, 0.8]), (0.8, [0.1, 1.6])] {
                let (c, mut mass, mut moment) = (path.at(t), 0.0, [0.0; 2]);
                for corner in &corners {
                    let [rows, columns] = [0, 1].map(|d| simpson(corner[d], corner[d] + width, n));
                    let inside = mixture_density(&target, [corner[0] + 0.5 * width, corner[1] + 0.5 * width]);
                    for (&(p, wp), &(q, wq)) in rows.iter().flat_map(|p| columns.iter().map(move |q| (p, q))) {
                        // On a cell's edge the density is that inside.
                        let p1 = if width == 1.0 { inside } else { mixture_density(&target, [p, q]) };
                        let x0 = [(x[0] - c.alpha * p) / c.beta, (x[1] - c.alpha * q) / c.beta];
                        let weight = wp * wq * p1 * mixture_density(&source, x0) / c.beta.powi(2);
                        mass += weight;
                        moment[0] += weight * (c.alpha_dot * p + c.beta_dot * x0[0]);
                        moment[1] += weight * (c.alpha_dot * q + c.beta_dot * x0[1]);
                    }
                }
                let field = field(&source, &target, path);
                let what = format!("{path:?}, t {t}, x {x:?}");
                // Simpson on steps of 1/50 and 1/120 against a width of 0.2 at least.
                assert_near(&velocity(&field, &x, t), &[moment[0] / mass, moment[1] / mass], 1e-6, &what);
                assert_near(&[field.log_density(&x, t)], &[f64::ln(mass)], 1e-6, &what);
            }
        }
    }
}
