//! Numbers of one device held against those of another.

/// Largest difference that rounding explains, relative to the largest number compared.
const TOLERANCE: f32 = 2e-3;

/// Compares numbers that were found with those that were expected.
///
/// # Errors
/// A sentence fragment that names the first that differs, and by how much.
pub fn compare(name: &str, found: &[f32], expected: &[f32]) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{name} gave {} numbers instead of {}", found.len(), expected.len()));
    }
    let scale = expected.iter().fold(1.0f32, |largest, x| largest.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let difference = (found - expected).abs();
        if difference.is_nan() || difference > TOLERANCE * scale {
            return Err(format!("{name} gave {found} where the CPU gives {expected}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_and_missing_numbers_are_found() {
        let expected = [1.0, -2.0, 0.5];
        assert!(compare("x", &[0.0, 0.0, 0.0], &expected).is_err());
        assert!(compare("x", &[1.0, -2.0, f32::NAN], &expected).is_err());
        assert!(compare("x", &[1.0, -2.0], &expected).is_err());
        assert!(compare("x", &[1.0, -2.001, 0.5], &expected).is_ok());
    }
}
