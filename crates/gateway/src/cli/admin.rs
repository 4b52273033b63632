//! `tandem admin`: makes an organisation that uses Tandem, and its first administrator. For whoever has the database.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use tandem_domain::access::Role;
use tandem_domain::party::OrganizationType;
use tandem_domain::value::CountryCode;
use tandem_domain::vocabulary::Vocabulary;
use tandem_persistence::NewOrganization;

use super::{Failure, open, print};
use crate::config::SettingsArgs;

/// Make organisations and their first administrators; for whoever has the database, and journalled
#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    Organization(OrganizationArgs),
    Grant(GrantArgs),
}

/// Make an organisation that uses Tandem; one that is known by this name already becomes one
#[derive(Debug, Args)]
pub(super) struct OrganizationArgs {
    /// Its name
    #[arg(long)]
    name: String,
    /// What it is
    #[arg(long = "type", value_parser = terms::<OrganizationType>(), ignore_case = true)]
    organization_type: OrganizationType,
    /// The country it is established in, ISO 3166-1 alpha-2, such as DE
    #[arg(long, value_name = "CC")]
    country: Option<CountryCode>,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Give a person a role over a whole organisation; invites the person where the address is not known
#[derive(Debug, Args)]
pub(super) struct GrantArgs {
    /// The person's e-mail address, as the identity provider verifies it
    #[arg(long)]
    email: String,
    /// The organisation's id or exact name
    #[arg(long)]
    organization: String,
    /// The role: S_ for sponsors, V_ for vendors
    #[arg(long, value_parser = roles(), ignore_case = true)]
    role: Role,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Admin {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Organization(args) => args.run().await,
            Self::Grant(args) => args.run().await,
        }
    }
}

impl OrganizationArgs {
    async fn run(self) -> Result<(), Failure> {
        let name = self.name.trim().to_owned();
        if name.is_empty() {
            return Err(Failure::usage("--name: an organisation needs a name"));
        }
        let settings = open::settings(self.settings)?;
        let vault = open::current(&settings.database_url, &open::patiently(&settings.database_url)).await?;
        let new = NewOrganization { name: name.clone(), organization_type: self.organization_type, country_code: self.country };
        let id = vault.admin_organization(new).await?;
        print::line(format_args!("{id} {name} uses Tandem now"));
        vault.close().await;
        Ok(())
    }
}

impl GrantArgs {
    async fn run(self) -> Result<(), Failure> {
        let settings = open::settings(self.settings)?;
        let vault = open::current(&settings.database_url, &open::patiently(&settings.database_url)).await?;
        let organization = vault.find_organization(&self.organization).await?;
        let (person, membership) = vault.admin_grant(&self.email, organization, self.role).await?;
        print::line(format_args!("{membership} {} {person} has the role {} in {organization} now", self.email, self.role));
        vault.close().await;
        Ok(())
    }
}

/// Reads a term of a vocabulary, in any case, and lists all of them in help and errors.
fn terms<V: Vocabulary>() -> impl clap::builder::TypedValueParser<Value = V> {
    choice(V::TERMS.terms.iter().map(|(term, _)| *term).collect())
}

/// The roles that people have; a machine client's is none of them.
fn roles() -> impl clap::builder::TypedValueParser<Value = Role> {
    choice(Role::ALL.iter().filter(|role| role.side().is_some()).map(|role| role.term()).collect())
}

fn choice<V: Vocabulary>(terms: Vec<&'static str>) -> impl clap::builder::TypedValueParser<Value = V> {
    PossibleValuesParser::new(terms)
        .try_map(|text| V::from_term(&text.to_ascii_uppercase()).ok_or_else(|| format!("{text} is no term of the list")))
}
