//! What the programs with floating point compute. They are built for vector registers (`cargo weft build` knows this
//! package), and placed in `/bin` as those of `examples` are.

#![no_std]
#![forbid(unsafe_code)]

/// How many steps a point may take.
const LIMIT: u32 = 200;

/// The set of points that stay near 0 when they are squared and moved by themselves again and again, as a square of
/// `side` by `side` points: the sum of the steps that each takes to leave.
pub fn steps_to_leave(side: u32) -> u64 {
    let place = |index: u32| f64::from(index) / f64::from(side);
    let row = |y: u32| {
        let points = 0..side;
        let steps =
            points.map(move |x| u64::from(steps_of(3.0 * place(x) - 2.25, 2.5 * place(y) - 1.25)));
        steps.sum::<u64>()
    };
    (0..side).map(row).sum()
}

/// The steps of one point.
fn steps_of(right: f64, up: f64) -> u32 {
    let (mut x, mut y) = (0.0, 0.0);
    for step in 0..LIMIT {
        let (xx, yy) = (x * x, y * y);
        if xx + yy > 4.0 {
            return step;
        }
        (x, y) = (xx - yy + right, 2.0 * x * y + up);
    }
    LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_inside_stays_and_one_outside_leaves_at_once() {
        assert_eq!(steps_of(0.0, 0.0), LIMIT);
        assert_eq!(steps_of(2.5, 0.0), 1);
    }

    #[test]
    fn this_machine_computes_what_the_boot_tests_expect() {
        assert_eq!(steps_to_leave(400), 7_228_669);
    }
}
