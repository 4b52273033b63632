//! `tandem schema`: the graph's schema as text, and whether the kept copy is still it.

use clap::Args;
use tandem_graphql::Graph;

use super::{Failure, print};

/// The kept copy.
const FILE: &str = "schema.graphql";

/// Print the schema (SDL)
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Print nothing; exit with 1 where ./schema.graphql differs
    #[arg(long)]
    check: bool,
}

impl Schema {
    pub(super) fn run(self) -> Result<(), Failure> {
        let sdl = Graph::sdl();
        let sdl = sdl.trim_end();
        if !self.check {
            print::line(sdl);
            return Ok(());
        }
        let kept = std::fs::read_to_string(FILE)
            .map_err(|error| Failure::failed(format!("{FILE} cannot be read here: {error}; run this in the top folder of the project")))?;
        match first_difference(kept.trim_end(), sdl) {
            None => Ok(()),
            Some(line) => Err(Failure::failed(format!(
                "{FILE} is not what this program prints: they differ from line {line} on; `tandem schema > {FILE}` brings it up to date"
            ))),
        }
    }
}

/// The first line that is not the same in both, counted from 1.
fn first_difference(kept: &str, printed: &str) -> Option<usize> {
    let (mut kept, mut printed) = (kept.lines(), printed.lines());
    let mut line = 1;
    loop {
        match (kept.next(), printed.next()) {
            (None, None) => return None,
            (one, other) if one != other => return Some(line),
            _ => line += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb", "a\nb"), None);
        assert_eq!(first_difference("a\nb", "a\nc"), Some(2));
        assert_eq!(first_difference("a", "a\nc"), Some(2));
        assert_eq!(first_difference("a\r\nb", "a\nb"), None, "line ends of another system are no difference");
    }
}
