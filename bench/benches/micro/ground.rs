//! The demo world in a SQLite file of its own, and its people and machines as viewers. The clock stands still at the
//! world's own day, so that what is measured is the same on every day.

use std::sync::Arc;

use tandem_domain::access::Viewer;
use tandem_domain::clock::{FixedClock, SystemIds};
use tandem_gateway::demo;
use tandem_persistence::{Admission, Connect, SignIn, Vault};

use crate::Fail;

/// The world; its file goes with it.
pub(crate) struct Ground {
    /// What holds it.
    pub(crate) vault: Vault,
    _folder: tempfile::TempDir,
}

impl Ground {
    pub(crate) async fn new() -> Result<Self, Fail> {
        let folder = tempfile::tempdir()?;
        let connect = Connect::to(&format!("sqlite://{}", folder.path().join("tandem.sqlite").display()));
        let vault = Vault::open(&connect, Arc::new(FixedClock::at(demo::epoch())), Arc::new(SystemIds)).await?;
        vault.migrate().await?;
        demo::seed(&connect).await?;
        Ok(Self { vault, _folder: folder })
    }

    /// A person, by the address without its end: `marisol@quillfen`.
    pub(crate) async fn person(&self, name: &str) -> Result<Arc<Viewer>, Fail> {
        let email = format!("{name}.example.org");
        self.admit(SignIn { subject: email.clone(), verified_email: Some(email), ..SignIn::default() }).await
    }

    /// A machine client whose token has every scope.
    pub(crate) async fn client(&self, id: &str) -> Result<Arc<Viewer>, Fail> {
        let scopes = ["study:read", "site:read", "engagement:read"].map(str::to_owned).to_vec();
        self.admit(SignIn { subject: id.to_owned(), client: true, scopes: Some(scopes), ..SignIn::default() }).await
    }

    async fn admit(&self, sign_in: SignIn) -> Result<Arc<Viewer>, Fail> {
        let sign_in = SignIn { issuer: demo::ISSUER.to_owned(), ..sign_in };
        match self.vault.admit(&sign_in, None).await? {
            Admission::Admitted(viewer) => Ok(Arc::new(viewer)),
            refused => Err(format!("{} is not admitted: {refused:?}", sign_in.subject).into()),
        }
    }
}
