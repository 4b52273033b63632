//! A programme: the studies of one product, and the sponsor's own summary of its strategy.

use super::study::ProductType;
use crate::access::{Action, Readers};
use crate::command::{Change, Deciding, Op, Refusal, UserError, too_long};
use crate::id::{OrganizationId, ProgramId, TypedId};
use crate::record::{Patch, Record, Term};
use crate::{input, record};

record! {
    /// A programme: the studies of one product.
    pub struct Program: Program {
        /// Its id.
        id: ProgramId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// Its name.
        name: String,
        /// What the sponsor calls the product.
        product_code: Option<String>,
        /// What kind of product it is.
        product_type: ProductType,
        /// The therapeutic area.
        therapeutic_area: String,
        /// What the product is for.
        indication: Option<String>,
    }
}

record! {
    /// The sponsor's own summary of a programme. No vendor, partner or finance role sees it.
    pub struct ProgramInternal: ProgramInternal {
        /// The programme's id.
        id: ProgramId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The development strategy in short.
        development_strategy_summary: Option<String>,
    }
}

impl Program {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT)
    }
}

impl ProgramInternal {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR
    }
}

input! {
    /// Makes a programme.
    pub struct ProgramCreate {
        /// Its name.
        name: String,
        /// What the sponsor calls the product.
        product_code: Option<String>,
        /// What kind of product it is.
        product_type: Term<ProductType>,
        /// The therapeutic area.
        therapeutic_area: String,
        /// What the product is for.
        indication: Option<String>,
    }

    /// Changes a programme. What is left out stays.
    pub struct ProgramUpdate {
        /// The programme.
        id: ProgramId,
        /// Its name.
        name: Patch<String>,
        /// What the sponsor calls the product.
        product_code: Patch<Option<String>>,
        /// The therapeutic area.
        therapeutic_area: Patch<String>,
        /// What the product is for.
        indication: Patch<Option<String>>,
    }

    /// Changes the sponsor's own summary of a programme. `expectedVersion` is the summary's; 0 where there is none yet.
    pub struct ProgramInternalUpdate {
        /// The programme.
        id: ProgramId,
        /// The development strategy in short.
        development_strategy_summary: Patch<Option<String>>,
    }
}

/// Decides a new programme.
///
/// # Errors
/// FORBIDDEN for who may not; BAD_USER_INPUT for what cannot be.
pub fn program_create(deciding: &Deciding<'_>, input: ProgramCreate) -> Result<Change, Refusal> {
    let program = Program {
        id: ProgramId::from_uuid(deciding.ids.next()),
        sponsor_id: deciding.viewer.organization,
        name: input.name,
        product_code: input.product_code,
        product_type: input.product_type.0,
        therapeutic_area: input.therapeutic_area,
        indication: input.indication,
    };
    deciding.permit(Action::Create, &program.clone().into_entity())?;
    check(&program)?;
    Ok(Change::one(Op::Created, program.into_entity()))
}

/// Decides a change of a programme.
///
/// # Errors
/// FORBIDDEN for who may not; BAD_USER_INPUT for what cannot be.
pub fn program_update(deciding: &Deciding<'_>, mut program: Program, input: ProgramUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &program.clone().into_entity())?;
    input.name.apply(&mut program.name);
    input.product_code.apply(&mut program.product_code);
    input.therapeutic_area.apply(&mut program.therapeutic_area);
    input.indication.apply(&mut program.indication);
    check(&program)?;
    Ok(Change::one(Op::Updated, program.into_entity()))
}

/// Decides a change of a programme's summary; `part` is what there is so far.
///
/// # Errors
/// FORBIDDEN for who may not.
pub fn program_internal_update(
    deciding: &Deciding<'_>,
    program: &Program,
    part: Option<ProgramInternal>,
    input: ProgramInternalUpdate,
) -> Result<Change, Refusal> {
    let op = if part.is_some() { Op::Updated } else { Op::Created };
    let mut part = part.unwrap_or(ProgramInternal { id: program.id, sponsor_id: program.sponsor_id, development_strategy_summary: None });
    deciding.permit(Action::Update, &part.clone().into_entity())?;
    input.development_strategy_summary.apply(&mut part.development_strategy_summary);
    Ok(Change::one(op, part.into_entity()))
}

fn check(program: &Program) -> Result<(), Refusal> {
    let errors: Vec<UserError> =
        [too_long("name", &program.name), too_long("therapeuticArea", &program.therapeutic_area)].into_iter().flatten().collect();
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}
