//! The audit trail: of a record that one sees, whose history one is told. Entries are shown to who sees the record; this narrows them.

use crate::access::{Grant, Role, Viewer};

/// How much of the history of what a role reads is told to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail {
    /// All of it, as far as the record was its to see.
    Whole,
    /// What the reader did himself.
    Own,
    /// None.
    Nothing,
}

/// How much of histories a grant of `role` tells (domain rules, C.3, `AuditEvent`; 21 CFR 11.10(e)). Administrators, whom that row does not
/// name, have the whole history of what they administer: their organisation's people, memberships and clients.
#[must_use]
pub fn trail(role: Role) -> Trail {
    match role {
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SAdmin
        | Role::VProjectManager
        | Role::VQa
        | Role::VAdmin => Trail::Whole,
        Role::VCra | Role::VDataManager | Role::VBiostatistician | Role::VRegulatory | Role::VSafety | Role::VFinance | Role::PClient => {
            Trail::Own
        }
        Role::SExecutive => Trail::Nothing,
    }
}

impl Viewer {
    /// The same viewer with only those grants that tell so much of histories.
    #[must_use]
    pub fn told(&self, so_much: Trail) -> Self {
        let grants: Vec<Grant> = self.grants.iter().filter(|grant| trail(grant.role) == so_much).cloned().collect();
        Self { grants, ..self.clone() }
    }
}
