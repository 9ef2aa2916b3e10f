//! Explicit Runge–Kutta methods as tables of numbers.

use super::State;

/// One method: k_i = v(x + h Σ_j a_ij k_j, t + c_i h), then x(t + h) = x + h Σ_i b_i k_i (Butcher 1964).
pub struct Tableau {
    /// c_i of the second stage on; the first is 0.
    nodes: &'static [f64],
    /// a_ij of the second stage on.
    matrix: &'static [&'static [f64]],
    /// b_i.
    pub weights: &'static [f64],
}

/// First order: x + h v(x, t).
pub const EULER: Tableau = Tableau { nodes: &[], matrix: &[], weights: &[1.0] };

/// Second order: the velocity halfway along an Euler step carries the whole step.
pub const MIDPOINT: Tableau = Tableau { nodes: &[0.5], matrix: &[&[0.5]], weights: &[0.0, 1.0] };

/// Second order: the mean of the velocities at both ends of an Euler step.
pub const HEUN: Tableau = Tableau { nodes: &[1.0], matrix: &[&[1.0]], weights: &[0.5, 0.5] };

/// Fourth order: the classical method (Kutta 1901).
pub const RK4: Tableau = Tableau {
    nodes: &[0.5, 0.5, 1.0],
    matrix: &[&[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0]],
    weights: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
};

/// Fifth order (Dormand and Prince 1980). Its seventh stage, v(x(t + h), t + h), is the first of the next step.
pub const DOPRI5: Tableau = Tableau {
    nodes: &[1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0],
    matrix: &[
        &[1.0 / 5.0],
        &[3.0 / 40.0, 9.0 / 40.0],
        &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
        &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
        &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    ],
    weights: &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
};

/// b_i minus the weights of the embedded fourth-order method, for the seven stages of [`DOPRI5`].
pub const DOPRI5_ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];

/// What makes the dense output of [`DOPRI5`] fourth order (Shampine 1986; Hairer's `dopri5.f`, `D1` to `D7`).
const DOPRI5_DENSE: [f64; 7] = [
    -12715105075.0 / 11282082432.0,
    0.0,
    87487479700.0 / 32700410799.0,
    -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0,
    -1453857185.0 / 822651844.0,
    69997945.0 / 29380423.0,
];

/// Weights b_i(θ) with x(t + θh) = x + h Σ_i b_i(θ) k_i, θ in [0, 1], for the seven stages of [`DOPRI5`].
///
/// b_i(θ) = θ b_i + θ(1-θ) (δ_i1 - b_i) + θ²(1-θ) (2 b_i - δ_i1 - δ_i7) + θ²(1-θ)² d_i: a cubic through both ends with
/// their velocities, and a quartic that is flat at both (Hairer, Nørsett and Wanner, Solving ODEs I, section II.6).
pub fn dopri5_dense(theta: f64) -> [f64; 7] {
    let left = 1.0 - theta;
    std::array::from_fn(|i| {
        let b = DOPRI5.weights.get(i).copied().unwrap_or(0.0);
        let (first, last) = ((i == 0) as u8 as f64, (i == 6) as u8 as f64);
        theta * (b + left * (first - b + theta * (2.0 * b - first - last + left * DOPRI5_DENSE[i])))
    })
}

/// What a step gives.
pub struct Step<S> {
    /// x(t + h).
    pub after: S,
    /// The velocities at the stages, the first included.
    pub slopes: Vec<S>,
}

impl Tableau {
    /// c_i of every stage, the first one's 0 included.
    pub fn nodes(&self) -> impl Iterator<Item = f64> + use<> {
        std::iter::once(0.0).chain(self.nodes.iter().copied())
    }

    /// a_ij of the second stage on.
    pub fn matrix(&self) -> &'static [&'static [f64]] {
        self.matrix
    }

    /// One step between two times; `k1` is v(x, from).
    pub fn step<S: State>(&self, velocity: &mut impl FnMut(&S, f64) -> S, k1: S, x: &S, from: f64, to: f64) -> Step<S> {
        let h = to - from;
        let mut slopes = vec![k1];
        for (row, &node) in self.matrix.iter().zip(self.nodes) {
            slopes.push(velocity(&combined(x, h, row, &slopes), from + node * h));
        }
        Step { after: combined(x, h, self.weights, &slopes), slopes }
    }
}

/// x + h Σ_i w_i k_i.
pub fn combined<S: State>(x: &S, h: f64, weights: &[f64], slopes: &[S]) -> S {
    let terms = weights.iter().zip(slopes).filter(|(weight, _)| **weight != 0.0);
    terms.fold(x.clone(), |sum, (weight, slope)| sum.moved(slope, h * weight))
}
