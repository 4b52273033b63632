//! Whose study a file is about, and by what it is known: sponsor, numbers, titles, kind.
//! A file that leaves the sponsor or the study open is refused whole: nothing of it could be put anywhere.

use tandem_domain::portfolio::Phase;
use tandem_domain::registry::{NctId, ProtocolStudy, RegistryOrganization};

use super::codes::{ACRONYM, BRIEF_TITLE, OFFICIAL_TITLE, PHASES, SPONSOR, STUDY_TYPES, meaning};
use super::fields::{distinct, missing, name, prose, quoted};
use super::wire;
use crate::ctgov::Refusal;

/// Sponsor and study of all versions of a study, which have to agree on them.
pub(super) fn header(versions: &[wire::StudyVersion]) -> Result<(RegistryOrganization, ProtocolStudy), Refusal> {
    let mut sponsor: Option<RegistryOrganization> = None;
    let mut study = ProtocolStudy::default();
    for (index, version) in versions.iter().enumerate() {
        let path = format!("study.versions[{index}]");
        let organization = sponsor_of(version, &path)?;
        let named = organization_named(organization, &path)?;
        match &sponsor {
            Some(other) if other.key() != named.key() => {
                let (one, other) = (quoted(&other.name), quoted(&named.name));
                return Err(Refusal::at(path, format_args!("the sponsor is {other} here and {one} in a version before; name one")));
            }
            _ => sponsor = sponsor.or(Some(named)),
        }
        numbers(version, organization, &path, &mut study)?;
        titles(version, &path, &mut study)?;
        for design in version.study_designs.iter().flatten() {
            let kind = design.study_type.as_ref().and_then(|kind| kind.code.as_deref());
            study.study_type = kind.and_then(|code| meaning(STUDY_TYPES, code.trim())).or(study.study_type);
            let phase = design.study_phase.as_ref().and_then(|phase| phase.standard_code.as_ref()).and_then(|code| code.code.as_deref());
            let phases: &[Phase] = phase.and_then(|code| meaning(PHASES, code.trim())).unwrap_or_default();
            study.phases = distinct(study.phases.iter().chain(phases).copied());
        }
    }
    let sponsor = sponsor.ok_or_else(|| missing("study.versions", "a version of the study"))?;
    if study.nct_id.is_none() && study.protocol_number.is_none() {
        let path = "study.versions[0].studyIdentifiers";
        return Err(Refusal::at(path, "neither an NCT id nor a number of the sponsor's: the study cannot be told from others"));
    }
    Ok((sponsor, study))
}

/// The organisation of the sponsor's role; without such a role the one of the type sponsor, and among several of that type the one that
/// numbers the study.
fn sponsor_of<'a>(version: &'a wire::StudyVersion, path: &str) -> Result<&'a wire::Organization, Refusal> {
    let is_sponsor = |code: &Option<wire::Code>| code.as_ref().is_some_and(|code| code.is(SPONSOR));
    let organizations = version.organizations.as_deref().unwrap_or_default();
    let roles = version.roles.iter().flatten().filter(|role| is_sponsor(&role.code));
    let named = distinct(roles.flat_map(|role| role.organization_ids.iter().flatten()));
    match named.as_slice() {
        [id] => {
            let found = organizations.iter().find(|organization| organization.id.as_ref() == Some(*id));
            found.ok_or_else(|| {
                Refusal::at(format!("{path}.roles"), format_args!("the sponsor {} is no organization of the file", quoted(id)))
            })
        }
        [] => {
            let typed: Vec<&wire::Organization> = organizations.iter().filter(|organization| is_sponsor(&organization.kind)).collect();
            let numbers = |organization: &&&wire::Organization| {
                let of_it = |identifier: &wire::Identifier| identifier.scope_id.is_some() && identifier.scope_id == organization.id;
                version.study_identifiers.iter().flatten().any(of_it)
            };
            let numbering: Vec<&&wire::Organization> = typed.iter().filter(numbers).collect();
            match (typed.as_slice(), numbering.as_slice()) {
                ([one], _) => Ok(one),
                (_, [one]) => Ok(one),
                ([], _) => Err(missing(format!("{path}.organizations"), "an organization of the type sponsor (C70793)")),
                _ => Err(several(&format!("{path}.organizations"))),
            }
        }
        _ => Err(several(&format!("{path}.roles"))),
    }
}

fn several(path: &str) -> Refusal {
    Refusal::at(path, "several sponsors; name one by the role sponsor (C70793)")
}

/// The words for people come first: a name is often a mere handle.
fn organization_named(organization: &wire::Organization, path: &str) -> Result<RegistryOrganization, Refusal> {
    let path = format!("{path}.organizations");
    let label = name(organization.label.clone(), &path)?;
    let named = match label {
        Some(label) => Some(label),
        None => name(organization.name.clone(), &path)?,
    };
    Ok(RegistryOrganization { name: named.ok_or_else(|| missing(path, "the sponsor's name"))?, class: None })
}

/// The registry's number is told by its shape, the sponsor's by whose it is.
fn numbers(version: &wire::StudyVersion, sponsor: &wire::Organization, path: &str, study: &mut ProtocolStudy) -> Result<(), Refusal> {
    for (index, identifier) in version.study_identifiers.iter().flatten().enumerate() {
        let path = format!("{path}.studyIdentifiers[{index}].text");
        let Some(number) = name(identifier.text.clone(), &path)? else { continue };
        if let Ok(nct_id) = number.parse::<NctId>() {
            match &study.nct_id {
                Some(other) if *other != nct_id => {
                    return Err(Refusal::at(path, format_args!("{nct_id} and {other} are two studies; a file is about one")));
                }
                _ => study.nct_id = Some(nct_id),
            }
        } else if sponsor.id.is_some() && identifier.scope_id == sponsor.id && study.protocol_number.is_none() {
            study.protocol_number = Some(number);
        }
    }
    Ok(())
}

fn titles(version: &wire::StudyVersion, path: &str, study: &mut ProtocolStudy) -> Result<(), Refusal> {
    for (index, title) in version.titles.iter().flatten().enumerate() {
        let Some(kind) = &title.kind else { continue };
        let slot = match kind {
            kind if kind.is(BRIEF_TITLE) => &mut study.brief_title,
            kind if kind.is(OFFICIAL_TITLE) => &mut study.official_title,
            kind if kind.is(ACRONYM) => &mut study.acronym,
            _ => continue,
        };
        if let Some(text) = prose(title.text.clone(), &format!("{path}.titles[{index}].text"))? {
            *slot = Some(text);
        }
    }
    Ok(())
}
