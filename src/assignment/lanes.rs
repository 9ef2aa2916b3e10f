//! Searches through short rows of numbers, written so that they compile to vector instructions.

const LANES: usize = 8;

#[inline(always)]
pub fn least(values: &[f64]) -> f64 {
    let mut lanes = [f64::INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = if v < *lane { v } else { *lane };
        }
    }
    lanes.iter().chain(rest).fold(f64::INFINITY, |low, &v| if v < low { v } else { low })
}

#[inline(always)]
pub fn two_least(values: &[f64]) -> (f64, f64) {
    let (mut low, mut next) = ([f64::INFINITY; LANES], [f64::INFINITY; LANES]);
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for lane in 0..LANES {
            let v = chunk[lane];
            let above = if v > low[lane] { v } else { low[lane] };
            low[lane] = if v < low[lane] { v } else { low[lane] };
            next[lane] = if above < next[lane] { above } else { next[lane] };
        }
    }
    let all = low.iter().chain(&next).chain(rest);
    all.fold((f64::INFINITY, f64::INFINITY), |(low, next), &v| match v {
        v if v < low => (v, low),
        v if v < next => (low, v),
        _ => (low, next),
    })
}

/// Where `value` stands; it must be there.
#[inline(always)]
pub fn position(values: &[f64], value: f64) -> usize {
    let mut start = 0;
    for chunk in values.chunks_exact(LANES) {
        let mut found = false;
        for v in chunk {
            found |= *v == value;
        }
        if found {
            break;
        }
        start += LANES;
    }
    start + values[start..].iter().position(|v| *v == value).unwrap_or(0)
}
