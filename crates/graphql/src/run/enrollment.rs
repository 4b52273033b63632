//! `enrollmentTotals`: how far enrolment had come in a study and its countries by a day. Totals are never stored: they are the sums of
//! what the sites reported (I-15).

use std::borrow::Cow;

use async_graphql::parser::types::Field as AskedField;
use async_graphql::registry::{MetaField, MetaInputValue, Registry};
use async_graphql::{Context, ContextSelectionSet, OutputType, Positioned, ServerResult, SimpleObject, Value};
use chrono::NaiveDate;
use serde_json::{Map, Value as Json};
use tandem_domain::id::decode;
use tandem_domain::record::Kind;
use tandem_persistence::EnrollmentCounts as Counts;

use super::error::Failure;
use super::queue::Day;
use super::record::{fail, object};
use super::session::Session;

/// The root field's name.
pub(super) const NAME: &str = "enrollmentTotals";

/// How far enrolment had come in a study.
#[derive(SimpleObject)]
pub(crate) struct EnrollmentTotals {
    /// By the end of which day.
    as_of: Day,
    /// All sites that you see together: of each, the last that was reported until then.
    all: EnrollmentCounts,
    /// The same by country, in the order of their codes.
    by_country: Vec<CountryEnrollment>,
}

/// How far enrolment had come in a country.
#[derive(SimpleObject)]
pub(crate) struct CountryEnrollment {
    /// The country, ISO 3166-1 alpha-2.
    country_code: Code,
    /// Its sites together.
    counts: EnrollmentCounts,
}

/// How many participants had come how far.
#[derive(SimpleObject)]
pub(crate) struct EnrollmentCounts {
    /// How many sites had reported.
    sites: i64,
    /// How many participants were screened.
    screened: i64,
    /// How many of them failed screening.
    screen_failures: i64,
    /// How many were randomised or, where nobody is randomised, enrolled.
    randomised: i64,
    /// How many of these were treated.
    treated: i64,
    /// How many of these left before the end.
    discontinued: i64,
    /// How many of these came to the end.
    completed: i64,
}

impl From<Counts> for EnrollmentCounts {
    fn from(counts: Counts) -> Self {
        let Counts { sites, screened, screen_failures, randomised, treated, discontinued, completed } = counts;
        Self { sites, screened, screen_failures, randomised, treated, discontinued, completed }
    }
}

/// A country's code, as the graph's `CountryCode`.
struct Code(String);

impl OutputType for Code {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("CountryCode")
    }

    fn create_type_info(_: &mut Registry) -> String {
        "CountryCode!".to_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<AskedField>) -> ServerResult<Value> {
        Ok(Value::String(self.0.clone()))
    }
}

/// The root field.
pub(super) fn field() -> MetaField {
    let argument = |name: &str, ty: &str, doc: &str| MetaInputValue { description: Some(doc.to_owned()), ..MetaInputValue::new(name, ty) };
    let doc = "How far enrolment had come in a study and its countries by the end of a day: the sums of what its sites last reported until \
               then, as far as you see it. Null where you do not see the study.";
    let mut field = MetaField { description: Some(doc.to_owned()), ..MetaField::new(NAME, "EnrollmentTotals") };
    let given = [argument("studyId", "ID!", "The study."), argument("asOf", "Date", "The day; today where it is left out.")];
    field.args = given.into_iter().map(|argument| (argument.name.clone(), argument)).collect();
    field
}

pub(super) async fn answer(ctx: &Context<'_>, session: &Session, given: &Map<String, Json>) -> ServerResult<Value> {
    match totals(session, given).await.map_err(|failure| fail(ctx, &failure))? {
        Some(totals) => object(ctx, totals).await,
        None => Ok(Value::Null),
    }
}

async fn totals(session: &Session, given: &Map<String, Json>) -> Result<Option<EnrollmentTotals>, Failure> {
    let study = given.get("studyId").and_then(Json::as_str).and_then(decode).filter(|(kind, _)| *kind == Kind::Study);
    let Some((_, study)) = study else { return Ok(None) };
    if session.loaders().row(Kind::Study, study).await?.is_none() {
        return Ok(None);
    }
    let day = match given.get("asOf").and_then(Json::as_str) {
        None => session.viewer.now.date_naive(),
        Some(day) => day.parse::<NaiveDate>().map_err(|_| Failure::bad_input("`asOf` is a day: `2026-03-01`."))?,
    };
    let countries = session.store().enrollment(study, day).await?;
    let all = countries.iter().fold(Counts::default(), |all, (_, counts)| all + *counts);
    let by_country = countries.into_iter().map(|(code, counts)| CountryEnrollment { country_code: Code(code), counts: counts.into() });
    Ok(Some(EnrollmentTotals { as_of: Day::of(day), all: all.into(), by_country: by_country.collect() }))
}
