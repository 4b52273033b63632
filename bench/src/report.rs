//! What was measured: a table for people, a file for programs, and what follows from comparing.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::questions::Question;
use crate::roles::Role;

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The server as it is.
    Server,
    /// The server with TANDEM_READ_PATH=resolvers.
    Resolvers,
    /// The statement written by hand.
    Hand,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Resolvers => "resolvers",
            Self::Hand => "by hand",
        }
    }
}

/// One line of the table. Times in milliseconds.
pub(crate) struct Cell {
    pub(crate) by: By,
    pub(crate) question: Question,
    pub(crate) role: Role,
    pub(crate) clients: u64,
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) server_cpu: f64,
    pub(crate) database_cpu: f64,
    /// Megabytes: at the end, and the most so far.
    pub(crate) memory: (u64, u64),
}

impl Cell {
    pub(crate) fn headline() -> String {
        format!(
            "{:<3} {:<8} {:<9} {:>3} {:>9} {:>9} {:>9} {:>9} {:>9} {:>5} {:>5}",
            "", "role", "by", "n", "req/s", "p50 ms", "p99 ms", "srv cpu", "db cpu", "RSS", "peak"
        )
    }

    pub(crate) fn line(&self) -> String {
        format!(
            "{:<3} {:<8} {:<9} {:>3} {:>9.1} {:>9.2} {:>9.2} {:>9.3} {:>9.3} {:>5} {:>5}",
            self.question.name(),
            self.role.name(),
            self.by.name(),
            self.clients,
            self.per_second,
            self.p50,
            self.p99,
            self.server_cpu,
            self.database_cpu,
            self.memory.0,
            self.memory.1
        )
    }

    fn json(&self) -> Json {
        json!({
            "question": self.question.name(), "role": self.role.name(), "by": self.by.name(), "clients": self.clients,
            "requestsPerSecond": self.per_second, "p50Ms": self.p50, "p99Ms": self.p99, "serverCpuMs": self.server_cpu,
            "databaseCpuMs": self.database_cpu, "serverRssMb": self.memory.0, "serverPeakMb": self.memory.1,
        })
    }
}

/// Everything that was measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) cells: Vec<Cell>,
}

struct Ratio {
    what: &'static str,
    question: Question,
    role: Role,
    clients: u64,
    value: f64,
}

impl Report {
    fn find(&self, by: By, like: &Cell) -> Option<&Cell> {
        self.cells.iter().find(|one| one.by == by && (one.question, one.role, one.clients) == (like.question, like.role, like.clients))
    }

    fn ratios(&self) -> Vec<Ratio> {
        let mut ratios = Vec::new();
        for cell in self.cells.iter().filter(|cell| cell.by == By::Server) {
            let (question, role, clients) = (cell.question, cell.role, cell.clients);
            let mut add = |what, value: f64| ratios.push(Ratio { what, question, role, clients, value });
            let cpu = cell.server_cpu + cell.database_cpu;
            if let Some(hand) = self.find(By::Hand, cell) {
                add("cpu (server + database) / by hand", cpu / hand.database_cpu);
                add("database cpu / by hand", cell.database_cpu / hand.database_cpu);
                if question == Question::Q5 {
                    add("throughput / by hand", cell.per_second / hand.per_second);
                }
            }
            if let Some(resolvers) = self.find(By::Resolvers, cell) {
                add("server cpu: resolvers / default", resolvers.server_cpu / cell.server_cpu);
                add("cpu: resolvers / default", (resolvers.server_cpu + resolvers.database_cpu) / cpu);
            }
            if clients == 64 {
                add("p99 / p50", cell.p99 / cell.p50);
            }
        }
        ratios
    }

    /// What follows from comparing.
    pub(crate) fn comparison(&self) -> String {
        let mut text = String::new();
        for one in self.ratios() {
            let _ =
                writeln!(text, "{:<3} {:<8} {:>3}  {:>8.2}  {}", one.question.name(), one.role.name(), one.clients, one.value, one.what);
        }
        text
    }

    pub(crate) fn json(&self, about: Json) -> Json {
        let ratios = self.ratios().into_iter().map(|one| {
            json!({
                "what": one.what, "question": one.question.name(), "role": one.role.name(), "clients": one.clients,
                "value": if one.value.is_finite() { json!(one.value) } else { Json::Null },
            })
        });
        json!({
            "about": about, "cells": self.cells.iter().map(Cell::json).collect::<Vec<_>>(), "ratios": ratios.collect::<Vec<_>>(),
        })
    }
}
