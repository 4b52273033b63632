//! From the registry's shape to Tandem's record: each rule on what must be there and how it must be written.
//! Paths are spelled as the registry spells its fields, so that they can be searched for in the file.

use tandem_domain::registry::{Enrollment, GeoPoint, NctId, Phase, RegistryLocation, RegistryOrganization, RegistryRecord, country_code};

use super::fields::{date, day, distinct_texts, kind_of, missing, optional, required, text};
use super::refusal::Refusal;
use super::wire;

const IDENTIFICATION: &str = "protocolSection.identificationModule";
const STATUS: &str = "protocolSection.statusModule";
const SPONSORS: &str = "protocolSection.sponsorCollaboratorsModule";
const DESIGN: &str = "protocolSection.designModule";
const CONDITIONS: &str = "protocolSection.conditionsModule.conditions";
const LOCATIONS: &str = "protocolSection.contactsLocationsModule.locations";

/// What one wire record says.
///
/// A record is taken whole or not at all: a study that came in without one of its places would look complete and not be.
///
/// # Errors
/// The first thing in the record that cannot be taken.
pub(super) fn record(wire: wire::Record) -> Result<RegistryRecord, Refusal> {
    let Some(section) = wire.protocol_section else {
        return Err(Refusal::at(
            "protocolSection",
            "missing, so this is no registry record; give a snapshot line, a raw record or an API page of studies",
        ));
    };
    let identification = section.identification_module.ok_or_else(|| missing(format!("{IDENTIFICATION}.nctId"), "the NCT id"))?;
    let nct_id = nct_id(wire.nct_id, identification.nct_id.as_deref())?;
    let modules = Modules {
        identification: wire::Identification { nct_id: None, ..identification },
        status: section.status_module,
        sponsors: section.sponsor_collaborators_module,
        has_dmc: section.oversight_module.and_then(|module| module.oversight_has_dmc),
        conditions: section.conditions_module.and_then(|module| module.conditions).unwrap_or_default(),
        design: section.design_module,
        locations: section.contacts_locations_module.and_then(|module| module.locations).unwrap_or_default(),
    };
    let number = nct_id.to_string();
    numbered(nct_id, modules).map_err(|refusal| refusal.of(Some(&number)))
}

/// The modules of a record whose number is known.
struct Modules {
    identification: wire::Identification,
    status: Option<wire::Status>,
    sponsors: Option<wire::Sponsors>,
    has_dmc: Option<bool>,
    conditions: Vec<String>,
    design: Option<wire::Design>,
    locations: Vec<wire::Location>,
}

fn numbered(nct_id: NctId, modules: Modules) -> Result<RegistryRecord, Refusal> {
    let Modules { identification, status, sponsors, has_dmc, conditions, design, locations } = modules;
    let status = status.ok_or_else(|| missing(format!("{STATUS}.overallStatus"), "the study's status"))?;
    let sponsors = sponsors.ok_or_else(|| missing(format!("{SPONSORS}.leadSponsor"), "the lead sponsor"))?;
    let design = design.ok_or_else(|| missing(format!("{DESIGN}.studyType"), "the study type"))?;
    let numbers = secondary_numbers(identification.secondary_id_infos.unwrap_or_default())?;
    let official_title = text(identification.official_title, || format!("{IDENTIFICATION}.officialTitle"))?;
    let lead_sponsor = sponsors.lead_sponsor.ok_or_else(|| missing(format!("{SPONSORS}.leadSponsor"), "the lead sponsor"))?;

    Ok(RegistryRecord {
        nct_id,
        protocol_number: text(identification.org_study_id_info.and_then(|info| info.id), || format!("{IDENTIFICATION}.orgStudyIdInfo.id"))?,
        eu_ct_number: numbers.eu_ct,
        eudra_ct_number: numbers.eudra_ct,
        ind_number: numbers.ind,
        acronym: text(identification.acronym, || format!("{IDENTIFICATION}.acronym"))?,
        // Some old records have the scientific title only; a study without any title can't be told from others.
        brief_title: text(identification.brief_title, || format!("{IDENTIFICATION}.briefTitle"))?
            .or_else(|| official_title.clone())
            .ok_or_else(|| missing(format!("{IDENTIFICATION}.briefTitle"), "the title"))?,
        official_title,
        study_type: required(design.study_type, format!("{DESIGN}.studyType"), "the study type")?,
        phases: phases(design.phases.unwrap_or_default())?,
        overall_status: required(status.overall_status, format!("{STATUS}.overallStatus"), "the study's status")?,
        why_stopped: text(status.why_stopped, || format!("{STATUS}.whyStopped"))?,
        start_date: date(status.start_date_struct, &format!("{STATUS}.startDateStruct"))?,
        primary_completion_date: date(status.primary_completion_date_struct, &format!("{STATUS}.primaryCompletionDateStruct"))?,
        completion_date: date(status.completion_date_struct, &format!("{STATUS}.completionDateStruct"))?,
        enrollment: enrollment(design.enrollment_info)?,
        masking: optional(design.design_info.and_then(|info| info.masking_info).and_then(|info| info.masking), || {
            format!("{DESIGN}.designInfo.maskingInfo.masking")
        })?,
        has_dmc,
        conditions: distinct_texts(conditions, CONDITIONS)?,
        lead_sponsor: organization(lead_sponsor, &format!("{SPONSORS}.leadSponsor"))?,
        collaborators: sponsors
            .collaborators
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .map(|(index, collaborator)| organization(collaborator, &format!("{SPONSORS}.collaborators[{index}]")))
            .collect::<Result<_, _>>()?,
        last_update_posted: day(status.last_update_post_date_struct, &format!("{STATUS}.lastUpdatePostDateStruct"))?,
        locations: locations
            .into_iter()
            .enumerate()
            .map(|(index, wire)| location(wire, &format!("{LOCATIONS}[{index}]")))
            .collect::<Result<_, _>>()?,
    })
}

/// The record's number; a snapshot's own copy of it must agree, or the line was put together wrongly.
fn nct_id(beside: Option<String>, inside: Option<&str>) -> Result<NctId, Refusal> {
    let path = format!("{IDENTIFICATION}.nctId");
    let Some(inside) = inside.map(str::trim).filter(|id| !id.is_empty()) else {
        return Err(missing(path, "the NCT id").of(beside.as_deref()));
    };
    let id: NctId = inside.parse().map_err(|error| Refusal::at(&path, error))?;
    match beside {
        Some(beside) if beside.trim() != id.as_str() => {
            Err(Refusal::at("nctId", format_args!("\"{beside}\" is not the record's own number {id}; the line mixes two studies"))
                .of(Some(id.as_str())))
        }
        _ => Ok(id),
    }
}

/// Numbers of a study in other registers.
#[derive(Default)]
struct Numbers {
    eu_ct: Option<String>,
    eudra_ct: Option<String>,
    ind: Option<String>,
}

/// The first number of each kind. Numbers that the record types as something else, or not at all, are passed over, except
/// an EU CT number under the general type `REGISTRY`: its shape is no other register's.
fn secondary_numbers(infos: Vec<wire::SecondaryId>) -> Result<Numbers, Refusal> {
    let mut numbers = Numbers::default();
    for (index, info) in infos.into_iter().enumerate() {
        let Some(id) = text(info.id, || format!("{IDENTIFICATION}.secondaryIdInfos[{index}].id"))? else {
            continue;
        };
        let slot = match info.kind.as_deref() {
            Some("CTIS") => &mut numbers.eu_ct,
            Some("REGISTRY") if is_eu_ct_number(&id) => &mut numbers.eu_ct,
            Some("EUDRACT_NUMBER") => &mut numbers.eudra_ct,
            Some("IND") => &mut numbers.ind,
            _ => continue,
        };
        slot.get_or_insert(id);
    }
    Ok(numbers)
}

/// `YYYY-5NNNNN-CC-00`: the five after the year is what sets it apart.
fn is_eu_ct_number(id: &str) -> bool {
    let parts: Vec<&str> = id.split('-').collect();
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts[..], [year, number, check, part]
        if digits(year, 4) && digits(number, 6) && number.starts_with('5') && digits(check, 2) && digits(part, 2))
}

/// Phases, each once; an absent list says nothing, `NA` says that phases do not apply.
fn phases(terms: Vec<String>) -> Result<Vec<Phase>, Refusal> {
    let mut phases = Vec::with_capacity(terms.len());
    for (index, term) in terms.into_iter().enumerate() {
        let phase = required(Some(term), format!("{DESIGN}.phases[{index}]"), "a phase")?;
        if !phases.contains(&phase) {
            phases.push(phase);
        }
    }
    Ok(phases)
}

fn enrollment(wire: Option<wire::Enrollment>) -> Result<Option<Enrollment>, Refusal> {
    let path = format!("{DESIGN}.enrollmentInfo");
    let Some(wire::Enrollment { count: Some(count), kind }) = wire else {
        return Ok(None);
    };
    let Some(count) = u32::try_from(count).ok().filter(|count| i32::try_from(*count).is_ok()) else {
        return Err(Refusal::at(
            format!("{path}.count"),
            format_args!("{count} is no number of participants; it lies between 0 and {}", i32::MAX),
        ));
    };
    Ok(Some(Enrollment { count, kind: kind_of(kind, &path)? }))
}

fn organization(wire: wire::Sponsor, path: &str) -> Result<RegistryOrganization, Refusal> {
    Ok(RegistryOrganization {
        name: text(wire.name, || format!("{path}.name"))?.ok_or_else(|| missing(format!("{path}.name"), "the organisation's name"))?,
        class: optional(wire.class, || format!("{path}.class"))?,
    })
}

fn location(wire: wire::Location, path: &str) -> Result<RegistryLocation, Refusal> {
    let country_path = || format!("{path}.country");
    let country = text(wire.country, country_path)?
        .ok_or_else(|| missing(country_path(), "the country, without which the place belongs to no country of the study,"))?;
    Ok(RegistryLocation {
        facility: text(wire.facility, || format!("{path}.facility"))?,
        city: text(wire.city, || format!("{path}.city"))?,
        state: text(wire.state, || format!("{path}.state"))?,
        postcode: text(wire.zip, || format!("{path}.zip"))?,
        country: country_code(&country).map_err(|error| Refusal::at(country_path(), error))?,
        status: optional(wire.status, || format!("{path}.status"))?,
        geo: geo_point(wire.geo_point, path)?,
    })
}

/// A position with both of its numbers; half a position is none.
fn geo_point(wire: Option<wire::GeoPoint>, path: &str) -> Result<Option<GeoPoint>, Refusal> {
    let Some(wire::GeoPoint { lat: Some(latitude), lon: Some(longitude) }) = wire else {
        return Ok(None);
    };
    if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return Err(Refusal::at(
            format!("{path}.geoPoint"),
            format_args!("{latitude}, {longitude} is no place on the globe; latitude ends at 90, longitude at 180"),
        ));
    }
    Ok(Some(GeoPoint { latitude, longitude }))
}
