//! `tandem schema`: the graph's schema as text, or the page of who may see and do what, and whether the kept copy is still it.

use clap::Args;
use tandem_graphql::Graph;

use super::{Failure, print};

/// Print the schema (SDL), or who may see and do what
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Print nothing; exit with 1 where the kept copy differs: ./schema.graphql, or ./docs/access.md
    #[arg(long)]
    check: bool,
    /// Instead of the schema, who may see and do what: a page for people (Markdown), made from the policy
    #[arg(long)]
    access: bool,
}

impl Schema {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (text, file, again) = if self.access {
            (Graph::access_page(), "docs/access.md", "tandem schema --access > docs/access.md")
        } else {
            (Graph::sdl(), "schema.graphql", "tandem schema > schema.graphql")
        };
        let text = text.trim_end();
        if !self.check {
            print::line(text);
            return Ok(());
        }
        let kept = std::fs::read_to_string(file)
            .map_err(|error| Failure::failed(format!("{file} cannot be read here: {error}; run this in the top folder of the project")))?;
        match first_difference(kept.trim_end(), text) {
            None => Ok(()),
            Some(line) => Err(Failure::failed(format!(
                "{file} is not what this program prints: they differ from line {line} on; `{again}` brings it up to date"
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
