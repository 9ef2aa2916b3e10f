//! The conditional path from x0 to x1 and its velocity.

/// Points on the path and the velocity there.
#[derive(Clone, Debug, PartialEq)]
pub struct PathSample {
    /// Points at time t, like `x0`.
    pub xt: Vec<f32>,
    /// Conditional velocity d/dt xt, like `x0`.
    pub ut: Vec<f32>,
}

/// The linear path of Lipman et al. 2023 (arXiv 2210.02747) and Liu et al. 2022 (arXiv 2209.03003):
/// xt = α(t) x1 + β(t) x0 and ut = α'(t) x1 + β'(t) x0, with α(t) = t and β(t) = 1 - t.
///
/// # Shapes
/// `x0` and `x1` hold `n × dim` numbers, `t` holds `n`; so do the results, like `x0`.
///
/// # Panics
/// If the lengths do not fit.
pub fn linear(x0: &[f32], x1: &[f32], t: &[f32]) -> PathSample {
    assert_eq!(x0.len(), x1.len(), "x0 and x1 have different lengths");
    let dim = x0.len() / t.len().max(1);
    assert_eq!(dim * t.len(), x0.len(), "t does not have one time a point");
    let time = |i: usize| t[i / dim];
    let pairs = || x0.iter().zip(x1).enumerate();
    PathSample {
        xt: pairs().map(|(i, (x0, x1))| time(i) * x1 + (1.0 - time(i)) * x0).collect(),
        ut: pairs().map(|(_, (x0, x1))| x1 - x0).collect(),
    }
}
