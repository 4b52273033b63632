//! What processes have used, read from /proc: processor time and memory.
//! Linux only; a clock tick there is a hundredth of a second to whoever reads it.

use std::fs;
use std::path::Path;

use crate::Fail;

/// Seconds in a tick of /proc.
const TICK: f64 = 0.01;

struct Stat {
    parent: u32,
    own: u64,
    of_ended_children: u64,
}

fn stat(pid: u32) -> Result<Stat, Fail> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name stands in brackets and may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let number = |place: usize| fields.get(place - 3).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok(Stat { parent: u32::try_from(number(4)).unwrap_or(0), own: number(14) + number(15), of_ended_children: number(16) + number(17) })
}

/// Seconds of processor time that a process has used.
pub(crate) fn used(pid: u32) -> Result<f64, Fail> {
    Ok(seconds(stat(pid)?.own))
}

/// The same for a process and all its children, those that have ended included. Grows only.
pub(crate) fn used_by_family(pid: u32) -> Result<f64, Fail> {
    let head = stat(pid)?;
    let mut ticks = head.own + head.of_ended_children;
    for entry in fs::read_dir("/proc")? {
        let Some(other) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // One that has just ended counts among its parent's ended children at the next look.
        if let Ok(one) = stat(other)
            && one.parent == pid
        {
            ticks += one.own;
        }
    }
    Ok(seconds(ticks))
}

fn seconds(ticks: u64) -> f64 {
    ticks as f64 * TICK
}

/// Memory of a process in MB: now, and the most it ever had.
pub(crate) fn memory(pid: u32) -> Result<(u64, u64), Fail> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
    };
    Ok((line("VmRSS:"), line("VmHWM:")))
}

/// The first process of the PostgreSQL server with this data folder.
pub(crate) fn postmaster(data: &Path) -> Result<u32, Fail> {
    let text = fs::read_to_string(data.join("postmaster.pid"))?;
    Ok(text.lines().next().unwrap_or_default().trim().parse()?)
}
