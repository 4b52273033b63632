//! The versions of a protocol and its amendments, each read by itself.
//! What a file says twice counts once where it is the same; where it is not, neither is taken, for nobody knows which is right.

use chrono::NaiveDate;
use serde_json::Value;
use tandem_domain::portfolio::{AmendmentClass, AmendmentScope, AmendmentState};
use tandem_domain::registry::{AmendmentRecord, ProtocolVersionRecord};
use tandem_domain::value::CountryCode;

use super::codes::{APPROVAL, EFFECTIVE, IMPACTS, PROTOCOL, REASONS, SCOPES, STATUSES, standing};
use super::fields::{coded, days, distinct, element, missing, name, prose, quoted};
use super::wire;
use crate::ctgov::Refusal;
use crate::ctgov::fields::text;

/// A record and where it stands in the file.
type Placed<T> = (String, T);

/// A version of a study, without what is read elsewhere: what its documents and amendments have in common.
pub(super) struct Frame {
    path: String,
    label: Option<String>,
    documents: Vec<String>,
    dates: Vec<Value>,
    /// The number of the amendment that no other follows; nothing where there is none, or more than one.
    head: Option<String>,
    amendments: Vec<Value>,
}

impl Frame {
    pub(super) fn of(index: usize, version: wire::StudyVersion) -> Self {
        let amendments = version.amendments.unwrap_or_default();
        Self {
            path: format!("study.versions[{index}]"),
            label: version.version_identifier,
            documents: version.document_version_ids.unwrap_or_default(),
            dates: version.date_values.unwrap_or_default(),
            head: head(&amendments),
            amendments,
        }
    }
}

/// The number of the last of a chain of amendments, each of which names the one before.
fn head(amendments: &[Value]) -> Option<String> {
    let field = |amendment: &Value, key: &str| amendment.get(key).and_then(Value::as_str).map(str::to_owned);
    let previous: Vec<String> = amendments.iter().filter_map(|amendment| field(amendment, "previousId")).collect();
    let last: Vec<&Value> = amendments.iter().filter(|amendment| field(amendment, "id").is_none_or(|id| !previous.contains(&id))).collect();
    match last.as_slice() {
        [one] => text(field(one, "number"), String::new).ok().flatten(),
        _ => None,
    }
}

/// What is to be taken, and what is not.
pub(super) struct Content {
    pub(super) versions: Vec<ProtocolVersionRecord>,
    pub(super) amendments: Vec<AmendmentRecord>,
    pub(super) refused: Vec<Refusal>,
}

/// Reads the documents of a study and the amendments of its versions.
pub(super) fn content(documents: Vec<Value>, frames: Vec<Frame>) -> Content {
    let mut refused = Vec::new();
    let versions = protocol_versions(documents, &frames, &mut refused);
    let mut amendments: Vec<Placed<AmendmentRecord>> = Vec::new();
    for frame in frames {
        let stands =
            versions.iter().filter(|(_, read)| read.frames.contains(&frame.path)).map(|(_, read)| standing(read.record.status)).max();
        for (index, value) in frame.amendments.into_iter().enumerate() {
            let path = format!("{}.amendments[{index}]", frame.path);
            match amendment(value, stands.unwrap_or(AmendmentState::Draft), &path) {
                Ok(read) => amendments.push((path, read)),
                Err(refusal) => refused.push(refusal),
            }
        }
    }
    let versions = versions.into_iter().map(|(path, read)| (path, read.record)).collect();
    let versions = once(versions, "version", |one| &one.label, |one, other| (one == other).then(|| one.clone()), &mut refused);
    let amendments = once(amendments, "amendment", |one| &one.number, same_amendment, &mut refused);
    Content { versions, amendments, refused }
}

/// The same amendment in two versions of a study may have come further in one of them.
fn same_amendment(one: &AmendmentRecord, other: &AmendmentRecord) -> Option<AmendmentRecord> {
    let further = AmendmentRecord { state: one.state.max(other.state), ..one.clone() };
    (AmendmentRecord { state: further.state, ..other.clone() } == further).then_some(further)
}

/// Each record once, by its name in the study. Of one of which different things are said, every place is refused.
fn once<T: Clone>(
    placed: Vec<Placed<T>>,
    what: &str,
    name: impl Fn(&T) -> &str,
    same: impl Fn(&T, &T) -> Option<T>,
    refused: &mut Vec<Refusal>,
) -> Vec<T> {
    let mut kept: Vec<(Option<T>, Vec<Placed<T>>)> = Vec::new();
    for (path, record) in placed {
        let known = kept.iter_mut().find(|(_, all)| all.first().is_some_and(|(_, first)| name(first) == name(&record)));
        match known {
            Some((merged, all)) => {
                *merged = merged.as_ref().and_then(|merged| same(merged, &record));
                all.push((path, record));
            }
            None => kept.push((Some(record.clone()), vec![(path, record)])),
        }
    }
    let mut records = Vec::new();
    for (merged, all) in kept {
        match merged {
            Some(record) => records.push(record),
            None => refused.extend(all.into_iter().map(|(path, record)| {
                let reason = format!("the file says different things of {what} {}; keep one", quoted(name(&record)));
                Refusal::at(path, reason)
            })),
        }
    }
    records
}

/// A version of a protocol, and the versions of the study that it describes.
struct Version {
    record: ProtocolVersionRecord,
    frames: Vec<String>,
}

fn protocol_versions(documents: Vec<Value>, frames: &[Frame], refused: &mut Vec<Refusal>) -> Vec<Placed<Version>> {
    let mut versions = Vec::new();
    for (index, value) in documents.into_iter().enumerate() {
        let path = format!("study.documentedBy[{index}]");
        let document: wire::Document = match element(value, &path) {
            Ok(document) => document,
            Err(refusal) => {
                refused.push(refusal);
                continue;
            }
        };
        if !document.kind.as_ref().is_some_and(|kind| kind.is(PROTOCOL)) {
            continue;
        }
        for (index, value) in document.versions.unwrap_or_default().into_iter().enumerate() {
            let path = format!("{path}.versions[{index}]");
            match version(value, frames, &path) {
                Ok(version) => versions.push((path, version)),
                Err(refusal) => refused.push(refusal),
            }
        }
    }
    versions
}

fn version(value: Value, frames: &[Frame], path: &str) -> Result<Version, Refusal> {
    let version: wire::DocumentVersion = element(value, path)?;
    let of_it = |frame: &&Frame| version.id.as_ref().is_some_and(|id| frame.documents.contains(id));
    let frames: Vec<&Frame> = frames.iter().filter(of_it).collect();
    let label = name(version.version, &format!("{path}.version"))?;
    let label = match (label, frames.first()) {
        (Some(label), _) => Some(label),
        (None, Some(frame)) => name(frame.label.clone(), &format!("{}.versionIdentifier", frame.path))?,
        (None, None) => None,
    };
    let label = label.ok_or_else(|| missing(format!("{path}.version"), "the version's label"))?;
    let status = coded(version.status, STATUSES, "the status of a document (C188723)", &format!("{path}.status"))?;
    let mut approved = days(&version.date_values.unwrap_or_default(), APPROVAL, &format!("{path}.dateValues"))?;
    if approved.is_empty() {
        for frame in &frames {
            approved.extend(frame_days(frame)?);
        }
    }
    // A document that two versions of a study share was led to by an amendment only if they agree which.
    let heads = distinct(frames.iter().map(|frame| frame.head.clone()));
    let amendment_number = if let [head] = heads.as_slice() { head.clone() } else { None };
    let record = ProtocolVersionRecord { label, status, approved_on: approved.into_iter().max(), amendment_number };
    Ok(Version { record, frames: frames.iter().map(|frame| frame.path.clone()).collect() })
}

fn frame_days(frame: &Frame) -> Result<Vec<NaiveDate>, Refusal> {
    let path = format!("{}.dateValues", frame.path);
    let dates = frame.dates.iter().enumerate().map(|(index, date)| element(date.clone(), &format!("{path}[{index}]")));
    days(&dates.collect::<Result<Vec<_>, _>>()?, APPROVAL, &path)
}

fn amendment(value: Value, stands: AmendmentState, path: &str) -> Result<AmendmentRecord, Refusal> {
    let amendment: wire::Amendment = element(value, path)?;
    let at = |field: &str| format!("{path}.{field}");
    let required = |text: Option<String>, field: &str, what: &str| text.ok_or_else(|| missing(at(field), what));
    let number = required(name(amendment.number, &at("number"))?, "number", "the amendment's number")?;
    let summary = required(prose(amendment.summary, &at("summary"))?, "summary", "the summary")?;
    let reason =
        |reason: wire::Reason, path: &str| coded(reason.code, REASONS, "the reasons of amendments (C207415)", &format!("{path}.code"));
    let primary = amendment.primary_reason.ok_or_else(|| missing(at("primaryReason"), "the main reason"))?;
    let primary_reason = reason(primary, &at("primaryReason"))?;
    let secondary = amendment.secondary_reasons.unwrap_or_default().into_iter().enumerate();
    let secondary: Vec<_> =
        secondary.map(|(index, one)| reason(one, &format!("{path}.secondaryReasons[{index}]"))).collect::<Result<_, _>>()?;
    let mut substantial = Vec::new();
    let mut impacts = Vec::new();
    for (index, impact) in amendment.impacts.unwrap_or_default().into_iter().enumerate() {
        let path = format!("{path}.impacts[{index}]");
        impacts.push(coded(impact.kind, IMPACTS, "the impacts of amendments (C215481)", &format!("{path}.type"))?);
        let is = impact.is_substantial.ok_or_else(|| missing(format!("{path}.isSubstantial"), "whether the impact is substantial"))?;
        substantial.push(is);
    }
    let class = match substantial.as_slice() {
        [] => None,
        all if all.contains(&true) => Some(AmendmentClass::Substantial),
        _ => Some(AmendmentClass::NonSubstantial),
    };
    let (scope, region_codes, country_codes) = scopes(amendment.geographic_scopes.unwrap_or_default(), &at("geographicScopes"))?;
    let dates = amendment.date_values.unwrap_or_default();
    let approved = !days(&dates, APPROVAL, &at("dateValues"))?.is_empty();
    let planned_effective_date = days(&dates, EFFECTIVE, &at("dateValues"))?.into_iter().min();
    Ok(AmendmentRecord {
        number,
        class,
        state: if approved { stands.max(AmendmentState::Approved) } else { stands },
        primary_reason,
        secondary_reasons: distinct(secondary.into_iter().filter(|reason| *reason != primary_reason)),
        impacts: distinct(impacts),
        summary,
        scope,
        region_codes,
        country_codes,
        planned_effective_date,
    })
}

type Scopes = (AmendmentScope, Vec<String>, Vec<CountryCode>);

/// The widest of what is named, and the codes of regions and countries.
fn scopes(scopes: Vec<wire::GeographicScope>, path: &str) -> Result<Scopes, Refusal> {
    let (mut kinds, mut regions, mut countries) = (Vec::new(), Vec::new(), Vec::new());
    for (index, scope) in scopes.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        let kind = coded(scope.kind, SCOPES, "the scopes (C207412)", &format!("{path}.type"))?;
        let path = format!("{path}.code.standardCode.code");
        let code = name(scope.code.and_then(|code| code.standard_code).and_then(|code| code.code), &path)?;
        match kind {
            AmendmentScope::Global => {}
            AmendmentScope::Region => regions.push(code.ok_or_else(|| missing(path, "the region"))?),
            AmendmentScope::Country => {
                let code = code.ok_or_else(|| missing(&path, "the country"))?;
                let country = CountryCode::from_alpha3(&code).or_else(|| code.parse().ok());
                let unknown = || Refusal::at(path, format_args!("{} is no code of a country (ISO 3166-1)", quoted(&code)));
                countries.push(country.ok_or_else(unknown)?);
            }
        }
        kinds.push(kind);
    }
    let widest = [AmendmentScope::Global, AmendmentScope::Region, AmendmentScope::Country].into_iter().find(|scope| kinds.contains(scope));
    Ok((widest.ok_or_else(|| missing(path, "where the amendment counts"))?, distinct(regions), distinct(countries)))
}
