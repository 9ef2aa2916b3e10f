//! Solvers on fields whose flow is known.

use flow_lab::solver::{State, euler, even_times};

/// dx/dt = A(t) x with A = [[-1, -2t], [2t, -1]]: shrinking by e^-t while turning by t².
fn spiral(x: &[f64], t: f64) -> Vec<f64> {
    vec![-x[0] - 2.0 * t * x[1], 2.0 * t * x[0] - x[1]]
}

fn exact(x0: &[f64], t: f64) -> Vec<f64> {
    let (sin, cos) = (t * t).sin_cos();
    vec![(-t).exp() * (cos * x0[0] - sin * x0[1]), (-t).exp() * (sin * x0[0] + cos * x0[1])]
}

fn error(steps: usize) -> f64 {
    let x0 = vec![1.0, 0.5];
    let end = euler(|x: &Vec<f64>, t| spiral(x, t), x0.clone(), &even_times(steps)).states.pop().unwrap();
    let difference = end.moved(&exact(&x0, 1.0), -1.0);
    difference[0].hypot(difference[1])
}

#[test]
fn euler_is_first_order() {
    let slope = (error(64) / error(1024)).log2() / 4.0;
    assert!((slope - 1.0).abs() < 0.02, "order {slope}");
}

#[test]
fn euler_follows_the_whole_trajectory_and_counts_its_evaluations() {
    let mut asked = Vec::new();
    let field = |x: &Vec<f64>, t: f64| {
        asked.push(t);
        spiral(x, t)
    };
    let times = even_times(4096);
    let trajectory = euler(field, vec![1.0, 0.5], &times);
    assert_eq!((trajectory.states.len(), trajectory.evaluations), (4097, 4096));
    assert_eq!(asked, times[..4096]);
    for (state, &t) in trajectory.states.iter().zip(&times) {
        let difference = state.moved(&exact(&[1.0, 0.5], t), -1.0);
        assert!(difference[0].hypot(difference[1]) < 1e-3, "at t = {t}");
    }
}

#[test]
fn euler_is_exact_on_a_constant_field_forward_and_backward() {
    let constant = |_: &Vec<f64>, _: f64| vec![3.0, -4.0];
    assert_eq!(euler(constant, vec![0.0, 0.0], &even_times(8)).states.pop(), Some(vec![3.0, -4.0]));
    let mut back = even_times(8);
    back.reverse();
    assert_eq!(euler(constant, vec![3.0, -4.0], &back).states.pop(), Some(vec![0.0, 0.0]));
}
