//! The one place that every refusal passes: it is counted, logged, and told to the doorkeeper, who may keep it.
//! Handlers only say what they refused, as an extension of their answer; the envelope takes it out and brings it here.

use axum::response::Response;

use super::{
    Shared,
    seam::{Refused, Stage, Who},
};

/// What was refused in one request, on its way from the handler to the envelope.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusals {
    /// Whose request it was.
    pub(super) who: Who,
    /// Where, and with which code; each pair once.
    refused: Vec<(Stage, &'static str)>,
}

impl Refusals {
    /// A request that was refused as a whole.
    pub(super) fn door(who: Who, code: &'static str) -> Self {
        Self { who, refused: vec![(Stage::Door, code)] }
    }

    /// An answer in which something was refused.
    pub(super) fn inside(who: Who) -> Self {
        Self { who, refused: Vec::new() }
    }

    /// Adds codes, each once: a request counts once for each of its codes, however often it has it.
    pub(super) fn add(&mut self, stage: Stage, codes: impl IntoIterator<Item = &'static str>) {
        for code in codes {
            if !self.refused.contains(&(stage, code)) {
                self.refused.push((stage, code));
            }
        }
    }

    /// Hands them over with the answer.
    pub(super) fn attach(self, response: &mut Response) {
        if !self.refused.is_empty() {
            response.extensions_mut().insert(self);
        }
    }
}

/// Counts and logs what was refused in an answer, and tells the doorkeeper.
pub(super) fn note(shared: &Shared, response: &mut Response, request_id: &str) {
    let Some(Refusals { who, refused }) = response.extensions_mut().remove::<Refusals>() else { return };
    let status = response.status().as_u16();
    for (stage, code) in refused {
        let refused = Refused { code, stage, who, status, request_id };
        metrics::counter!("requests_refused_total", "code" => code, "stage" => stage.label()).increment(1);
        tracing::info!(
            request_id,
            code,
            stage = stage.label(),
            status,
            principal = who.principal.map(tracing::field::display),
            organization = who.organization.map(tracing::field::display),
            "refused"
        );
        shared.doorkeeper.refused(&refused);
    }
}
