//! Nothing acknowledged is ever lost: the server is killed in the middle of a write load and started again, many times over.
//! The database is judged by the log of the clients, who are in another process; a made-up loss of every kind is noticed.

mod eye;
mod ledger;
pub(crate) mod server;
mod verdict;
mod writer;

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tandem_domain::clock::{SystemClock, SystemIds};
use tandem_gateway::demo;
use tandem_persistence::{Connect, Vault};
use tandem_tests::house::{BOTH, Backend};
use tandem_tests::operations::rng::Rng;
use tandem_tests::postgres::{Postgres, postgres};

use eye::{Eye, Kept};
use ledger::{Fate, Sent, Verb};
use server::{Server, cut_short, program};
use writer::Writer;

/// How many clients write at once.
const WRITERS: usize = 12;

/// What is told at the end.
#[derive(Default)]
struct Figures {
    /// How long each start took until the server was ready.
    ready: Vec<Duration>,
    /// How many acknowledged writes were sent again.
    confirmed: usize,
    /// How many writes of unknown fate were sent again, under their key.
    repeated: usize,
    /// How often PostgreSQL ended too.
    crashes: usize,
}

/// A database that keeps what it has acknowledged, and the clients' log of what that is.
struct Trial {
    folder: tempfile::TempDir,
    url: String,
    /// The server of PostgreSQL, of this trial alone; nothing on SQLite.
    postgres: Option<Postgres>,
    writers: Vec<Writer>,
    rng: Rng,
    figures: Figures,
    /// What was last seen.
    kept: Kept,
}

impl Trial {
    async fn on(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = (backend == Backend::Postgres).then(|| Postgres::durable().unwrap());
        let url = match &postgres {
            Some(server) => server.url(&server.create_database()),
            None => format!("sqlite://{}", folder.path().join("tandem.sqlite").display()),
        };
        let connect = Connect::to(&url);
        let vault = Vault::open(&connect, Arc::new(SystemClock), Arc::new(SystemIds)).await.unwrap();
        vault.migrate().await.unwrap();
        vault.close().await;
        demo::seed(&connect).await.unwrap();
        let seed: u64 = std::env::var("TANDEM_KILLED_SEED").map_or(1, |text| text.parse().unwrap());
        let mut rng = Rng::new(seed);
        let writers =
            (0..WRITERS).map(|name| Writer::new(name, seed * 1_000 + u64::try_from(rng.below(1_000) + name * 1_000).unwrap())).collect();
        Self { folder, url, postgres, writers, rng, figures: Figures::default(), kept: Kept::default() }
    }

    async fn start(&mut self) -> Server {
        let server = Server::start(&self.url, self.folder.path()).await;
        self.figures.ready.push(server.ready_after);
        server
    }

    /// Load, and in the middle of it the end of the server; with `crash` first that of PostgreSQL.
    async fn kill_under_load(&mut self, server: Server, crash: bool) {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let strange: usize = self.writers.iter().map(|writer| writer.strange.len()).sum();
        let running: Vec<_> = self
            .writers
            .drain(..)
            .map(|mut writer| {
                let (address, acknowledged) = (server.address.clone(), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    writer.work(&address, &acknowledged).await;
                    writer
                })
            })
            .collect();
        let least = self.rng.within(40, 120);
        let begun = Instant::now();
        while acknowledged.load(Ordering::Relaxed) < least && begun.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let reached = acknowledged.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_micros(u64::try_from(self.rng.below(60_000)).unwrap())).await;
        let last_words = server.last_words();
        match self.postgres.as_ref().filter(|_| crash) {
            Some(postgres) => {
                // Everything of PostgreSQL ends at once; what was in its memory only is gone.
                tokio::task::block_in_place(|| postgres.crash().unwrap());
                self.figures.crashes += 1;
                // The server has lost every connection, and finds new ones by itself.
                server.become_ready().await;
                server.kill().await;
            }
            None => server.kill().await,
        }
        for writer in running {
            self.writers.push(writer.await.unwrap());
        }
        let told: Vec<_> = self.writers.iter().flat_map(|writer| &writer.strange).collect();
        assert!(reached >= least, "{reached} acknowledged writes in a minute; {told:?}\n{last_words}");
        // A write without an answer is of unknown fate. An answer that does not say it is a fault, but for one about a database that is gone.
        assert!(crash || told.len() == strange, "the server answered, and did not say what became of a write: {told:?}\n{last_words}");
    }

    /// Everything that was ever sent.
    fn sent(&self) -> Vec<Sent> {
        self.writers.iter().flat_map(|writer| writer.sent.clone()).collect()
    }

    /// The database by the log.
    async fn judge(&mut self) {
        let eye = Eye::open(&self.url).await;
        let kept = eye.look().await;
        eye.close().await;
        let mut wrong = verdict::complaints(&self.sent(), &kept);
        wrong.extend(self.writers.iter().flat_map(|writer| writer.wrong.clone()));
        if !kept.order.starts_with(&self.kept.order) {
            wrong.push("positions that were given have changed".to_owned());
        }
        assert!(
            wrong.is_empty(),
            "{} things are wrong after {} starts: {:#?}",
            wrong.len(),
            self.figures.ready.len(),
            &wrong[..wrong.len().min(20)]
        );
        self.kept = kept;
    }

    /// What is still unknown and has a key is asked for again, this time in peace.
    async fn settle(&mut self, server: &Server) {
        for writer in &mut self.writers {
            assert!(writer.settle(&server.address).await, "{:?}\n{}", writer.strange, server.last_words());
        }
        self.figures.repeated = self.writers.iter().map(|writer| writer.repeated).sum();
        self.figures.confirmed = self.writers.iter().map(|writer| writer.confirmed).sum();
    }

    fn report(&self, backend: Backend, kills: usize, begun: Instant) -> String {
        let sent = self.sent();
        let count = |wanted: fn(&Sent) -> bool| sent.iter().filter(|one| wanted(one)).count();
        let acknowledged = |one: &Sent| matches!(one.fate, Fate::Acknowledged { .. });
        let unknown_done = {
            let done: std::collections::BTreeSet<_> = self.kept.entries.iter().filter_map(|entry| entry.marker.as_deref()).collect();
            sent.iter().filter(|one| one.fate == Fate::Unknown && done.contains(one.marker.as_str())).count()
        };
        let mut ready = self.figures.ready[1..].to_vec();
        ready.sort();
        format!(
            "{backend:?}: {kills} kills ({} with PostgreSQL itself) in {:.0} s; {} writes sent, {} acknowledged ({} creations), {} refused, {} left \
             unknown of which {unknown_done} had happened; {} unknown writes repeated under their key, {} of which had happened before; {} \
             acknowledged ones repeated; {} entries, {} positions; ready after {} ms (median), {} ms (longest)",
            self.figures.crashes,
            begun.elapsed().as_secs_f32(),
            sent.len(),
            count(acknowledged),
            count(|one| matches!(one.fate, Fate::Acknowledged { .. }) && one.verb.creates()),
            count(|one| matches!(one.fate, Fate::Refused(_))),
            count(|one| one.fate == Fate::Unknown),
            self.figures.repeated,
            verdict::found_done(&sent, &self.kept),
            self.figures.confirmed,
            self.kept.entries.len(),
            self.kept.order.len(),
            ready[ready.len() / 2].as_millis(),
            ready[ready.len() - 1].as_millis(),
        )
    }
}

/// So many kills; in every so many of them PostgreSQL ends too. Answers the log, and what was kept.
async fn survives(backend: Backend, kills: usize, crash_every: usize) -> (Vec<Sent>, Kept) {
    let begun = Instant::now();
    let mut trial = Trial::on(backend).await;
    for round in 1..=kills {
        if round % 3 == 0 {
            // One that does not even get to serve: killed while it opens what the one before has left.
            let after = Duration::from_millis(u64::try_from(trial.rng.below(200)).unwrap());
            cut_short(program("serve", &trial.url, trial.folder.path()), after).await;
        }
        let server = trial.start().await;
        trial.judge().await;
        trial.kill_under_load(server, round % crash_every == 0).await;
    }
    let server = trial.start().await;
    trial.judge().await;
    trial.settle(&server).await;
    trial.judge().await;
    server.kill().await;
    println!("{}", trial.report(backend, kills, begun));
    let sent = trial.sent();
    // A test of losses is none where nothing was written, or nothing of each kind.
    for verb in Verb::ALL {
        for keyed in [false, true] {
            let done =
                sent.iter().filter(|one| one.verb == verb && one.keyed == keyed && matches!(one.fate, Fate::Acknowledged { .. })).count();
            assert!(done >= kills, "{done} acknowledged {verb:?}, keyed: {keyed}");
        }
    }
    let figures = &trial.figures;
    assert!(figures.repeated > 0 && figures.confirmed > 0, "the kills came in the middle, and writes were asked for again");
    (sent, std::mem::take(&mut trial.kept))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_on_sqlite() {
    let (sent, kept) = survives(Backend::Sqlite, 3, 2).await;
    every_loss_is_noticed(&sent, &kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_on_postgres() {
    let (sent, kept) = survives(Backend::Postgres, 3, 3).await;
    every_loss_is_noticed(&sent, &kept);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute or two: 20 kills"]
async fn twenty_kills_lose_nothing_on_sqlite() {
    survives(Backend::Sqlite, 20, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute or two: 20 kills, four of them of PostgreSQL too"]
async fn twenty_kills_lose_nothing_on_postgres() {
    survives(Backend::Postgres, 20, 5).await;
}

/// A step of the schema is taken whole or not at all: however early or late it is killed, it can be taken again.
#[tokio::test]
async fn a_killed_migration_is_taken_up_again() {
    const KILLS: u32 = 8;
    for backend in BOTH {
        let mut takes = Duration::ZERO;
        for kill in 0..=KILLS {
            let folder = tempfile::tempdir().unwrap();
            let url = match backend {
                Backend::Sqlite => format!("sqlite://{}", folder.path().join("new.sqlite").display()),
                Backend::Postgres => postgres().url(&postgres().create_database()),
            };
            if kill > 0 {
                cut_short(program("migrate", &url, folder.path()), takes * kill / (KILLS + 1)).await;
            }
            let begun = Instant::now();
            let again = program("migrate", &url, folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).output().await.unwrap();
            assert!(again.status.success(), "{backend:?}, kill {kill}: {}", String::from_utf8_lossy(&again.stderr));
            if kill == 0 {
                takes = begun.elapsed();
            }
            let check = program("migrate", &url, folder.path()).arg("--check").status().await.unwrap();
            assert!(check.success(), "{backend:?}, kill {kill}");
        }
    }
}

/// What the database is set to decides whether "acknowledged" is true; the doctor looks, and a server says it at its start.
#[tokio::test]
async fn a_database_that_may_lose_what_it_acknowledged_is_named() {
    const LAX: &str = "fsync, full_page_writes, synchronous_commit off: a write that was acknowledged may be lost";
    let folder = tempfile::tempdir().unwrap();
    let durable = Postgres::durable().unwrap();
    let lazy_user = durable.create_database();
    durable.psql(&lazy_user, &format!("ALTER DATABASE {lazy_user} SET synchronous_commit = off")).unwrap();
    let safe = "ok     durability: a write is on the disk before it is answered".to_owned();
    for (url, expected) in [
        (format!("sqlite://{}", folder.path().join("file.sqlite").display()), safe.clone()),
        (durable.url(&durable.create_database()), safe),
        (durable.url(&lazy_user), "wrong  durability: synchronous_commit off".to_owned()),
        (postgres().url(&postgres().create_database()), format!("wrong  durability: {LAX}")),
    ] {
        let made = program("migrate", &url, folder.path()).status().await.unwrap();
        assert!(made.success());
        let said = program("doctor", &url, folder.path()).stdout(Stdio::piped()).output().await.unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        assert!(said.lines().any(|line| line.starts_with(&expected)), "{expected}: {said}");
        let server = Server::start(&url, folder.path()).await;
        assert_eq!(server.last_words().contains("may be lost"), expected.starts_with("wrong"), "{}", server.last_words());
        server.kill().await;
        std::fs::remove_file(folder.path().join("server.log")).unwrap();
    }
}

/// A fault made up in the log or in what was kept.
type Fault = (&'static str, fn(&mut Vec<Sent>, &mut Kept));

/// The last entry that a writer made and that was acknowledged, by its place.
fn acknowledged(sent: &[Sent], kept: &Kept, creates: bool) -> usize {
    let markers: Vec<&str> = sent
        .iter()
        .filter(|one| one.verb.creates() == creates && one.keyed && matches!(one.fate, Fate::Acknowledged { .. }))
        .map(|one| one.marker.as_str())
        .collect();
    kept.entries.iter().rposition(|entry| entry.marker.as_deref().is_some_and(|marker| markers.contains(&marker))).unwrap()
}

const FAULTS: &[Fault] = &[
    ("acknowledged and lost", |sent, _| {
        let mut never = sent.iter().find(|one| matches!(one.fate, Fate::Acknowledged { .. })).unwrap().clone();
        never.marker = "kill-never-sent".to_owned();
        sent.push(never);
    }),
    ("acknowledged and lost", |sent, kept| {
        let at = acknowledged(sent, kept, false);
        kept.entries.remove(at);
    }),
    ("has entries and no row", |sent, kept| {
        let lost = kept.entries[acknowledged(sent, kept, true)].subject.clone();
        kept.rows.retain(|row| row.subject != lost);
    }),
    ("has entries of", |sent, kept| {
        let back = kept.entries[acknowledged(sent, kept, false)].subject.clone();
        kept.rows.iter_mut().find(|row| row.subject == back).unwrap().version -= 1;
    }),
    ("the row is not its last entry", |sent, kept| {
        let back = kept.entries[acknowledged(sent, kept, false)].subject.clone();
        kept.rows.iter_mut().find(|row| row.subject == back).unwrap().marker = Some("kill-other".to_owned());
    }),
    ("kept 2 times", |sent, kept| {
        let mut twice = kept.entries[acknowledged(sent, kept, true)].clone();
        twice.id = "another".to_owned();
        kept.entries.push(twice);
    }),
    ("two records are what one write made", |sent, kept| {
        let at = acknowledged(sent, kept, true);
        let marker = kept.entries[at].marker.clone();
        let row = kept.rows.iter_mut().find(|row| row.marker.is_some() && row.marker != marker).unwrap();
        row.marker.clone_from(&marker);
        let subject = kept.entries[at].subject.clone();
        kept.rows.iter_mut().find(|row| row.subject == subject).unwrap().marker = marker;
    }),
    ("kept otherwise than sent", |sent, kept| {
        let at = acknowledged(sent, kept, true);
        kept.entries[at].operation = "UPDATED".to_owned();
    }),
    ("acknowledged otherwise than kept", |sent, kept| {
        let at = acknowledged(sent, kept, true);
        let other = kept.rows.iter().find(|row| row.subject != kept.entries[at].subject).unwrap().subject.clone();
        kept.entries[at].subject = other;
    }),
    ("refused and kept", |sent, kept| {
        let marker = kept.entries[acknowledged(sent, kept, false)].marker.clone();
        sent.iter_mut().find(|one| Some(&one.marker) == marker.as_ref()).unwrap().fate = Fate::Refused("CONFLICT".to_owned());
    }),
    ("nobody wrote", |sent, kept| {
        let marker = kept.entries[acknowledged(sent, kept, false)].marker.clone();
        sent.retain(|one| Some(&one.marker) != marker.as_ref());
    }),
    ("the key is kept", |sent, kept| {
        let key = sent.iter().find(|one| one.keyed && matches!(one.fate, Fate::Acknowledged { .. })).unwrap().key().unwrap();
        kept.keys.remove(&key);
    }),
    ("a hole or a double", |_, kept| {
        let middle = kept.order.len() / 2;
        kept.order.remove(middle);
    }),
    ("a hole or a double", |_, kept| kept.order.last_mut().unwrap().0 -= 1),
    ("positions name", |_, kept| {
        kept.order.pop();
    }),
    ("turns the versions", |sent, kept| {
        let entry = &kept.entries[acknowledged(sent, kept, false)];
        let before = kept.entries.iter().find(|one| one.subject == entry.subject && one.version == 1).unwrap().id.clone();
        let place = |id: &str| kept.order.iter().position(|(_, entry)| entry == id).unwrap();
        let (first, second) = (place(&before), place(&entry.id));
        (kept.order[first].1, kept.order[second].1) = (kept.order[second].1.clone(), kept.order[first].1.clone());
    }),
    ("the database:", |_, kept| kept.unsound.push("a page is torn".to_owned())),
];

/// The judge finds nothing in what there is, and each made-up fault by its name.
fn every_loss_is_noticed(sent: &[Sent], kept: &Kept) {
    assert_eq!(verdict::complaints(sent, kept), [""; 0]);
    for (number, (expected, make)) in FAULTS.iter().enumerate() {
        let (mut sent, mut kept) = (sent.to_vec(), kept.clone());
        make(&mut sent, &mut kept);
        let wrong = verdict::complaints(&sent, &kept);
        assert!(wrong.iter().any(|words| words.contains(expected)), "fault {number}, {expected}: {wrong:#?}");
    }
}
