//! The machine: its processor, its kernel, and which cores this process may use.

use std::fmt;
use std::fs;
use std::io;

use rustix::system::uname;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// What the figures are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The processor's model.
    pub processor: String,
    /// The kernel and its version.
    pub kernel: String,
    /// How many cores this process may use.
    pub cores: usize,
}

impl Host {
    /// Describes this machine.
    #[must_use]
    pub fn describe() -> Self {
        let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let uname = uname();
        let (system, release) = (
            uname.sysname().to_string_lossy(),
            uname.release().to_string_lossy(),
        );
        Self {
            processor: model(&text)
                .unwrap_or("a processor of unknown model")
                .to_owned(),
            kernel: format!("{system} {release}"),
            cores: cores().map_or(1, |cores| cores.len()),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            processor,
            kernel,
            cores,
        } = self;
        write!(f, "{processor}, {cores} cores, {kernel}")
    }
}

/// The model's name in `/proc/cpuinfo`, where the architecture has one.
fn model(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim())
}

/// The cores that this thread may use.
pub(crate) fn cores() -> io::Result<Vec<usize>> {
    let allowed = sched_getaffinity(None)?;
    Ok((0..CpuSet::MAX_CPU)
        .filter(|core| allowed.is_set(*core))
        .collect())
}

/// Binds this thread to some cores.
pub(crate) fn bind(cores: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core));
    Ok(sched_setaffinity(None, &set)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_found_in_what_the_kernel_tells() {
        assert_eq!(
            model("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n"),
            Some("Some CPU @ 2 GHz")
        );
        assert_eq!(model("processor\t: 0\n"), None);
    }

    #[test]
    fn a_bound_thread_may_use_that_core_only() {
        std::thread::spawn(|| {
            let last = *cores().expect("allowed").last().expect("one at least");
            bind(&[last]).expect("bound");
            assert_eq!(cores().expect("allowed"), [last]);
        })
        .join()
        .expect("no panic");
    }
}
