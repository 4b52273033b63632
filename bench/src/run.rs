//! A run from beginning to end: tables of arguments, the server, each question as each role, the statements beside it.

use std::rc::Rc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::chance::Chance;
use crate::cluster::Cluster;
use crate::load::{Asker, Line, Manner, Site, drive};
use crate::questions::Question;
use crate::report::{By, Cell, Report};
use crate::roles::Role;
use crate::server::Server;
use crate::{Arguments, Fail, mutation, proc, say};

/// How often server and statement are compared before anything is measured.
const COMPARED: usize = 5;

/// How many study sites are changed at most.
const CHANGED: usize = 640;

struct Bench<'a> {
    arguments: &'a Arguments,
    cluster: Cluster,
    questions: Vec<Question>,
    roles: Vec<Role>,
    report: Report,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), Fail> {
    let named = |names: &[String]| -> Vec<Question> {
        Question::ALL.into_iter().filter(|question| names.iter().any(|name| name.eq_ignore_ascii_case(question.name()))).collect()
    };
    let mut bench = Bench {
        arguments,
        cluster: Cluster { programs: arguments.programs.clone(), folder: arguments.cluster.clone(), port: arguments.port },
        questions: named(&arguments.queries),
        roles: Role::ALL.into_iter().filter(|role| arguments.roles.iter().any(|name| name == role.name())).collect(),
        report: Report::default(),
    };
    bench.prepare()?;
    say(&Cell::headline());
    bench.serve(false, &bench.questions.clone()).await?;
    let resolvers = named(&arguments.resolvers);
    if !resolvers.is_empty() {
        bench.serve(true, &resolvers).await?;
    }
    say("\nratios");
    say(&bench.report.comparison());
    let about = json!({ "words": arguments.about, "secondsPerLine": arguments.seconds });
    std::fs::write(&arguments.out, serde_json::to_string_pretty(&bench.report.json(about))?)?;
    say(&format!("figures: {}", arguments.out.display()));
    Ok(())
}

impl Bench<'_> {
    /// Tables from which scripts take their arguments: a role's studies, and its study sites.
    fn prepare(&self) -> Result<(), Fail> {
        let mut sql = "DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench; \
            CREATE TABLE bench.study (role text, n bigint, id uuid, PRIMARY KEY (role, n)); \
            CREATE TABLE bench.site (role text, n bigint, id uuid, study_id uuid, PRIMARY KEY (role, n)); "
            .to_owned();
        for role in Role::ALL {
            let org = self.organization(role)?;
            let (name, study, site) = (role.name(), role.place("study", "a", &org), role.place("study_site", "s", &org));
            sql.push_str(&format!(
                "INSERT INTO bench.study SELECT '{name}', row_number() OVER (ORDER BY a.id), a.id FROM study a WHERE {study}; "
            ));
            sql.push_str(&format!(
                "INSERT INTO bench.site SELECT '{name}', row_number() OVER (ORDER BY s.id), s.id, s.study_id FROM study_site s WHERE {site}; "
            ));
        }
        sql.push_str("ANALYZE bench.study; ANALYZE bench.site;");
        self.cluster.psql(&sql, &[])?;
        Ok(())
    }

    fn organization(&self, role: Role) -> Result<String, Fail> {
        self.cluster.psql(role.organization(), &[])
    }

    /// Starts a server and puts these questions as every role.
    async fn serve(&mut self, resolvers: bool, questions: &[Question]) -> Result<(), Fail> {
        let url = self.cluster.url();
        let server = match Server::start(&self.arguments.tandem, &url, resolvers) {
            Err(why) if resolvers => {
                say(&format!("resolvers: NOT MEASURED, this server does not take TANDEM_READ_PATH ({why})"));
                return Ok(());
            }
            other => other?,
        };
        let by = if resolvers { By::Resolvers } else { By::Server };
        for question in questions {
            for role in self.roles.clone().into_iter().filter(|role| question.is_for(*role)) {
                let asker = self.asker(&server, &url, role, *question).await?;
                let script = if resolvers { None } else { Some(self.script(&asker, role, *question).await?) };
                for clients in self.arguments.clients.clone() {
                    // Anew each time: what is sent by hand changes study sites too.
                    let asker = Rc::new(self.asker(&server, &url, role, *question).await?);
                    let cell = self.measure(&server, &asker, (by, *question, role, clients)).await?;
                    self.keep(cell);
                    // Reading by hand is compared at each number of clients as well: it shares the processors with nobody.
                    if let Some(script) = &script {
                        self.by_hand(script, *question, role, clients)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, cell: Cell) {
        say(&cell.line());
        self.report.cells.push(cell);
    }

    async fn measure(&self, server: &Server, asker: &Rc<Asker>, what: (By, Question, Role, u64)) -> Result<Cell, Fail> {
        let (by, question, role, clients) = what;
        let measured = Duration::from_secs(self.arguments.seconds);
        let manner = Manner { question, clients, warm: (measured / 4).min(Duration::from_secs(1)), measured };
        let seen = drive(asker, manner, || Ok((proc::used(server.pid())?, self.cluster.used()?))).await?;
        let requests = f64::from(u32::try_from(seen.times.len())?);
        if seen.times.is_empty() {
            return Err("no request ended within the measured time: give more --seconds".into());
        }
        let at = |share: usize| {
            let place = (seen.times.len() * share / 100).min(seen.times.len() - 1);
            f64::from(u32::try_from(seen.times[place]).unwrap_or(u32::MAX)) / 1_000.0
        };
        Ok(Cell {
            by,
            question,
            role,
            clients,
            per_second: requests / seen.seconds,
            p50: at(50),
            p99: at(99),
            server_cpu: (seen.after.0 - seen.before.0) * 1_000.0 / requests,
            database_cpu: (seen.after.1 - seen.before.1) * 1_000.0 / requests,
            memory: proc::memory(server.pid())?,
        })
    }

    fn by_hand(&mut self, script: &str, question: Question, role: Role, clients: u64) -> Result<(), Fail> {
        let many = u32::try_from(clients)?;
        let load = self.cluster.pgbench(script, many, self.arguments.seconds)?;
        let latency = f64::from(many) * 1_000.0 / load.per_second;
        self.keep(Cell {
            by: By::Hand,
            question,
            role,
            clients,
            per_second: load.per_second,
            // Of pgbench only the mean is known.
            p50: latency,
            p99: f64::NAN,
            server_cpu: 0.0,
            database_cpu: load.cpu,
            memory: (0, 0),
        });
        Ok(())
    }

    /// A role with its token, its studies, and for changes its study sites as they are now.
    async fn asker(&self, server: &Server, url: &str, role: Role, question: Question) -> Result<Asker, Fail> {
        let token = server.token(role, url)?;
        let mut line = Line::open(&server.address, &token).await?;
        let studies = all(&mut line, "studies").await?.into_iter().map(|(id, _)| id).collect();
        let mut sites = Vec::new();
        if question == Question::Q5 {
            for (id, version) in all(&mut line, "studySites").await? {
                if sites.len() < CHANGED && may_change(&mut line, &id, version).await? {
                    sites.push(Site { id, version: AtomicU64::new(version) });
                }
            }
        }
        Ok(Asker { address: server.address.clone(), token, studies, sites })
    }

    /// The script of pgbench; before it is worth measuring, statement and server have to answer alike.
    async fn script(&self, asker: &Asker, role: Role, question: Question) -> Result<String, Fail> {
        let org = self.organization(role)?;
        let studies = asker.studies.len() as u64;
        let mut line = Line::open(&asker.address, &asker.token).await?;
        let Some(statement) = question.statement(role, &org) else { return self.change(asker, role, &mut line).await };
        let mut chance = Chance::new(99);
        let root = if question == Question::Q1 {
            "study"
        } else if question == Question::Q6 {
            "deliverables"
        } else if question == Question::Q4 {
            "studySites"
        } else {
            "studies"
        };
        for _ in 0..COMPARED {
            let some = Question::arguments(&mut chance, studies);
            let answer = line.data(&question.document(root), &question.variables(some, &asker.studies)).await?;
            let variables = [("study", some.study), ("planned", some.planned), ("state", some.state), ("days", some.days)];
            let by_hand = self.cluster.json(&statement, &variables)?;
            if answer != by_hand {
                return Err(format!("{} as {}: the server says\n{answer}\nby hand it is\n{by_hand}", question.name(), role.name()).into());
            }
        }
        question.script(role, &org, studies).ok_or_else(|| "there is no statement".into())
    }

    async fn log_statements(&self, which: &str) -> Result<(), Fail> {
        self.cluster.psql(&format!("ALTER SYSTEM SET log_statement = '{which}'"), &[])?;
        self.cluster.psql("SELECT pg_reload_conf()", &[])?;
        // The server's processes hear of it by a signal.
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(())
    }

    /// Q5: has the database log one change, and makes a script of what it says.
    async fn change(&self, asker: &Asker, role: Role, line: &mut Line) -> Result<String, Fail> {
        let site = asker.sites.first().ok_or("there is no study site")?;
        let log = self.cluster.folder.join("log/server.json");
        let document = Question::Q5.document("it");
        self.log_statements("all").await?;
        let offset = std::fs::metadata(&log)?.len();
        let version = site.version.load(std::sync::atomic::Ordering::Relaxed);
        let variables = json!({ "id": site.id, "version": version, "target": 7_000_000 + version });
        let answer = line.data(&document, &variables).await?;
        site.version.store(version + 1, std::sync::atomic::Ordering::Relaxed);
        self.log_statements("none").await?;
        if !answer["it"]["userErrors"].as_array().is_some_and(Vec::is_empty) {
            return Err(format!("{document} {variables}: {answer}").into());
        }
        let statements = mutation::statements(&log, offset)?;
        let ids = self
            .cluster
            .psql(&format!("SELECT id || ' ' || study_id FROM study_site WHERE target_enrollment = {}", 7_000_000 + version), &[])?;
        let (id, study) = ids.split_once(' ').ok_or("the changed study site is not found")?;
        let script = mutation::script(&statements, role.name(), asker.sites.len() as u64, id, study);
        let copy = self.arguments.out.with_extension(format!("q5-{}.sql", role.name()));
        std::fs::write(&copy, &script)?;
        say(&format!("Q5 as {}: {} statements in a change, by hand as {}", role.name(), statements.len(), copy.display()));
        Ok(script)
    }
}

/// Whether the role may change this study site; of what it sees, a vendor may not change all. Any other refusal ends the run.
async fn may_change(line: &mut Line, id: &str, version: u64) -> Result<bool, Fail> {
    let document = "mutation($id: ID!, $version: Int!) { studySiteUpdate(input: { id: $id, expectedVersion: $version, \
         targetEnrollment: 1, dryRun: true }) { userErrors { code } } }";
    let answer = line.data(document, &json!({ "id": id, "version": version })).await?;
    let errors = answer["studySiteUpdate"]["userErrors"].as_array().ok_or("no answer to a dry run")?;
    match errors.first().and_then(|error| error["code"].as_str()) {
        None => Ok(true),
        Some("FORBIDDEN") => Ok(false),
        Some(_) => Err(format!("{id}: {answer}").into()),
    }
}

/// Ids and versions of everything in a list, in the order of ids.
async fn all(line: &mut Line, list: &str) -> Result<Vec<(String, u64)>, Fail> {
    let document = format!(
        "query($after: String) {{ {list}(first: 100, after: $after, orderBy: [{{ field: ID }}]) \
         {{ nodes {{ id version }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let mut found = Vec::new();
    let mut after = Json::Null;
    loop {
        let page = line.data(&document, &json!({ "after": after })).await?;
        let page = &page[list];
        for node in page["nodes"].as_array().into_iter().flatten() {
            found.push((node["id"].as_str().unwrap_or_default().to_owned(), node["version"].as_u64().unwrap_or(0)));
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return Ok(found);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}
