//! Where contents of documents are kept: a folder, or a bucket that speaks S3. Each is found by its document, never by its hash: a shared
//! hash would tell that another party has the same file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use futures::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig, WriteMultipart};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Bytes that are sent on at once; S3 takes no smaller parts but the last.
const PART: usize = 5 * 1024 * 1024;
/// Parts of one content under way at once.
const AT_ONCE: usize = 2;
/// How long a bucket may take to be reached.
const CONNECTING: Duration = Duration::from_secs(5);
/// How long a bucket may be silent, and a refused request is tried again.
const SILENCE: Duration = Duration::from_secs(20);
/// The age at which what a killed process has left of a content is cleared away.
const LEFT_BEHIND: Duration = Duration::from_secs(86_400);

/// Why a content could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder or bucket cannot be used.
    #[error("contents of documents cannot be kept at {place}: {source}; check TANDEM_FILE_STORE")]
    Place {
        /// Where.
        place: String,
        /// What was said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A content could not be kept or read.
    #[error(transparent)]
    Store(#[from] object_store::Error),
}

/// The contents of documents.
#[derive(Clone)]
pub struct Files {
    place: String,
    store: Arc<OnceCell<Arc<dyn ObjectStore>>>,
}

impl fmt::Debug for Files {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Files").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Files {
    /// Contents at this place, a folder or an `s3://` address; it is opened when it is first needed.
    #[must_use]
    pub fn at(place: &str) -> Self {
        Self { place: place.to_owned(), store: Arc::default() }
    }

    /// Opens the place, so that a wrong setting is told at the start.
    ///
    /// # Errors
    /// [`FilesError::Place`].
    pub async fn open(&self) -> Result<(), FilesError> {
        self.store().await.map(|_| ())
    }

    async fn store(&self) -> Result<&Arc<dyn ObjectStore>, FilesError> {
        self.store
            .get_or_try_init(|| async { open(&self.place).map_err(|source| FilesError::Place { place: self.place.clone(), source }) })
            .await
    }

    /// Begins to keep a content; nothing of it is there before [`Keeping::finish`].
    ///
    /// # Errors
    /// [`FilesError`].
    pub async fn keep(&self, document: Uuid, sha256: &str) -> Result<Keeping, FilesError> {
        let upload = self.store().await?.put_multipart(&key(document, sha256)).await?;
        Ok(Keeping(Some(WriteMultipart::new_with_chunk_size(upload, PART))))
    }

    /// The pieces of a content and its size; nothing where there is none.
    ///
    /// # Errors
    /// [`FilesError`].
    pub async fn read(
        &self,
        document: Uuid,
        sha256: &str,
    ) -> Result<Option<(u64, BoxStream<'static, object_store::Result<Bytes>>)>, FilesError> {
        match self.store().await?.get(&key(document, sha256)).await {
            Ok(found) => Ok(Some((found.meta.size, found.into_stream()))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A content that is being kept. Dropped before it is finished, it leaves nothing.
pub struct Keeping(Option<WriteMultipart>);

impl Keeping {
    /// Takes a piece, and waits while too many are under way.
    ///
    /// # Errors
    /// [`FilesError`].
    pub async fn write(&mut self, piece: Bytes) -> Result<(), FilesError> {
        if let Some(upload) = &mut self.0 {
            upload.wait_for_capacity(AT_ONCE).await?;
            upload.put(piece);
        }
        Ok(())
    }

    /// Makes the whole content be there, at once.
    ///
    /// # Errors
    /// [`FilesError`]; nothing is there then.
    pub async fn finish(mut self) -> Result<(), FilesError> {
        if let Some(upload) = self.0.take() {
            upload.finish().await?;
        }
        Ok(())
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        // A bucket keeps the parts of what was never ended until it is told that they are not wanted.
        if let (Some(upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(%error, "the parts of a broken content could not be cleared away");
                }
            });
        }
    }
}

fn key(document: Uuid, sha256: &str) -> Key {
    Key::from_iter([document.simple().to_string(), sha256.to_owned()])
}

fn open(place: &str) -> Result<Arc<dyn ObjectStore>, Box<dyn std::error::Error + Send + Sync>> {
    if place.starts_with("s3://") {
        let (bucket, prefix) = place.trim_start_matches("s3://").split_once('/').unwrap_or((place.trim_start_matches("s3://"), ""));
        // A content takes as long as it is large; what counts is that it goes on.
        let client = ClientOptions::new().with_timeout_disabled().with_connect_timeout(CONNECTING).with_read_timeout(SILENCE);
        let retry = RetryConfig { max_retries: 3, retry_timeout: SILENCE, ..RetryConfig::default() };
        let builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry);
        let plain = std::env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value == "true");
        let store = builder.with_client_options(client.with_allow_http(plain)).build()?;
        return Ok(Arc::new(PrefixStore::new(store, Key::parse(prefix)?)));
    }
    if place.contains("://") {
        return Err("a folder or s3://BUCKET/PREFIX is known".into());
    }
    let folder = PathBuf::from(place);
    std::fs::create_dir_all(&folder)?;
    clear_left_behind(&folder)?;
    // A content counts as kept once it is on the disk, as a row does.
    Ok(Arc::new(LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true)))
}

/// Removes what killed processes have left of contents, once nobody can be writing it any more.
#[expect(clippy::disallowed_methods, reason = "the age of a file is told by the machine's clock, as its time is")]
fn clear_left_behind(folder: &Path) -> std::io::Result<()> {
    for document in std::fs::read_dir(folder)? {
        let document = document?;
        if !document.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(document.path())? {
            let file = file?;
            let unfinished = file.file_name().to_string_lossy().contains('#');
            let age = SystemTime::now().duration_since(file.metadata()?.modified()?).unwrap_or_default();
            if unfinished && age > LEFT_BEHIND {
                std::fs::remove_file(file.path())?;
            }
        }
    }
    Ok(())
}
