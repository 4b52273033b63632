//! `tandem export`: what somebody may read, out into files, with a manifest by which they can be held against the graph.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{ArgGroup, Args, ValueEnum};
use serde_json::{Value as Json, json};
use tandem_domain::access::Viewer;
use tandem_domain::clock::{Clock as _, SystemClock};
use tandem_domain::id::decode;
use tandem_domain::record::Kind;
use tandem_exchange::export::{Format, Writer};
use tandem_graphql::{ExportKind, Graph, GraphOptions};
use tandem_persistence::Vault;
use uuid::Uuid;

use super::{Failure, open, print};
use crate::config::SettingsArgs;

/// Write out what a person or a machine client may read
///
/// One file for each kind of record, each record as the graph gives it to whom the export is for: its own values, the ids of what it names,
/// and the parts that his role may read. `manifest.json` beside them says how many records there are of each kind and gives two hashes: of
/// the file, and of ids and versions, which `exportManifest` of the graph computes too. Nothing is bound or signed in by it; it is for
/// whoever has the database.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true).args(["email", "client"]))]
pub(super) struct Export {
    /// As a person, by e-mail address
    #[arg(long = "as", value_name = "EMAIL")]
    email: Option<String>,
    /// As a machine client, by its client id
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// A scope of the machine client, such as study:read; may be given several times. None given: all that it has
    #[arg(long = "scope", value_name = "SCOPE", conflicts_with = "email", value_delimiter = ' ')]
    scopes: Vec<String>,
    /// For which organisation, by its id or name, where he belongs to several
    #[arg(long, value_name = "ORGANIZATION")]
    organization: Option<String>,
    /// Only what belongs to this study, by its id
    #[arg(long, value_name = "STUDY_ID")]
    study: Option<String>,
    /// A kind of records, such as DELIVERABLE; may be given several times. None given: all
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',')]
    kinds: Vec<String>,
    /// As what records are written
    #[arg(long, value_enum, default_value_t = Shape::Ndjson)]
    format: Shape,
    /// The folder that is made for the files; it must not be there yet
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shape {
    /// A line of JSON for each record
    Ndjson,
    /// A table for spreadsheets; what begins like a formula has an apostrophe before it
    Csv,
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let settings = open::settings(self.settings.clone())?;
        let url = &settings.database_url;
        let kinds = self.asked_kinds()?;
        let study = match &self.study {
            None => None,
            Some(id) => match decode(id) {
                Some((Kind::Study, study)) => Some(study),
                _ => return Err(Failure::usage("--study: give the id of a study; it begins with study_")),
            },
        };
        let vault = open::current(url, &open::patiently(url)).await?;
        let viewer = self.viewer(&vault).await?;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.map_err(|error| Failure::failed(error.to_string()))?;
        fs::create_dir(&self.out).map_err(|error| Failure::failed(format!("{}: {error}", self.out.display())))?;
        let out = Out { graph, folder: &self.out, format: self.format.into(), study };
        let (mut files, mut total) = (Vec::new(), 0);
        for kind in kinds.iter().filter(|kind| study.is_none() || kind.is_of_study()) {
            // Whose access ends while it runs is given nothing more.
            let now = self.viewer(&vault).await?;
            let (file, count) = out.write(kind, &now).await?;
            total += count;
            files.push(file);
        }
        let manifest = json!({
            "as": self.email.as_ref().or(self.client.as_ref()),
            "organizationId": viewer.organization.to_string(),
            "studyId": self.study,
            "writtenAt": SystemClock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "files": files,
        });
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| Failure::failed(error.to_string()))?;
        write_whole(&self.out.join("manifest.json"), &format!("{text}\n"))?;
        print::line(format!("exported {total} records of {} kinds into {}", files.len(), self.out.display()));
        vault.close().await;
        Ok(())
    }

    fn asked_kinds(&self) -> Result<Vec<ExportKind>, Failure> {
        let all = ExportKind::all();
        if let Some(unknown) = self.kinds.iter().find(|name| !all.iter().any(|kind| kind.term == **name)) {
            let names: Vec<&str> = all.iter().map(|kind| kind.term.as_str()).collect();
            return Err(Failure::usage(format!("--kind: there is no {unknown}; there are {}", names.join(", "))));
        }
        Ok(all.into_iter().filter(|kind| self.kinds.is_empty() || self.kinds.contains(&kind.term)).collect())
    }

    /// As whom; his access as it is at this moment.
    async fn viewer(&self, vault: &Vault) -> Result<Arc<Viewer>, Failure> {
        let mut viewers = match (&self.email, &self.client) {
            (Some(email), _) => vault.viewers_named(email).await?,
            (None, Some(client)) => {
                let scopes = (!self.scopes.is_empty()).then_some(self.scopes.as_slice());
                vault.viewers_of_client(client, scopes).await?
            }
            (None, None) => return Err(Failure::usage("say as whom: --as EMAIL or --client CLIENT_ID")),
        };
        if let Some(organization) = &self.organization {
            let organization = vault.find_organization(organization).await?;
            viewers.retain(|viewer| viewer.organization == organization);
        }
        match (viewers.pop(), viewers.is_empty()) {
            (Some(viewer), true) => Ok(Arc::new(viewer)),
            (None, _) => Err(Failure::failed("nobody of this name may act here: nothing is granted to him, or he is not known")),
            (Some(_), false) => Err(Failure::failed("he belongs to several organisations: say for which by --organization")),
        }
    }
}

impl From<Shape> for Format {
    fn from(shape: Shape) -> Self {
        match shape {
            Shape::Ndjson => Self::Ndjson,
            Shape::Csv => Self::Csv,
        }
    }
}

/// Where records go.
struct Out<'a> {
    graph: Graph,
    folder: &'a Path,
    format: Format,
    study: Option<Uuid>,
}

impl Out<'_> {
    /// Writes everything of a kind, page by page; answers its entry in the manifest and how many records it has.
    async fn write(&self, kind: &ExportKind, viewer: &Arc<Viewer>) -> Result<(Json, u64), Failure> {
        let name = format!("{}.{}", kind.term.to_ascii_lowercase(), self.format.extension());
        let path = self.folder.join(&name);
        let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
        let file = BufWriter::new(Hashing::new(File::create_new(&path).map_err(failed)?));
        let mut writer = Writer::new(file, self.format, kind.columns.clone()).map_err(failed)?;
        let mut after = None;
        loop {
            let page = self.graph.export_page(Arc::clone(viewer), kind, self.study, after.as_deref()).await;
            let page = page.map_err(|error| Failure::failed(error.to_string()))?;
            for row in &page.rows {
                writer.write(row).map_err(failed)?;
            }
            after = page.after;
            if after.is_none() {
                break;
            }
        }
        let (file, tally) = writer.finish().map_err(failed)?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.file.sync_all().map_err(failed)?;
        let entry = json!({
            "kind": kind.term, "file": name, "fileSha256": file.hash(), "recordCount": tally.count(), "sha256": tally.hash(),
        });
        Ok((entry, tally.count()))
    }
}

/// A file, and the hash of what was written into it.
struct Hashing {
    file: File,
    hasher: sha2::Sha256,
}

impl Hashing {
    fn new(file: File) -> Self {
        Self { file, hasher: sha2::Sha256::default() }
    }

    fn hash(&self) -> String {
        use sha2::Digest as _;
        self.hasher.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        sha2::Digest::update(&mut self.hasher, bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// The manifest comes last: a folder without one is of an export that did not come to its end.
fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}
