//! What it takes to verify a development token (HS256): one that is remembered, and one that is seen for the first time.

use std::sync::Arc;

use criterion::{BatchSize, Criterion};
use tandem_domain::clock::{IdSource as _, SystemIds};
use tandem_gateway::config::Settings;
use tandem_gateway::demo;
use tandem_gateway::identity::{Bearer, DevelopmentSecret, Mint, Verifier};
use tokio::runtime::Runtime;

use crate::Fail;

const SECRET: &str = "a secret for benches only, 0123456789 abcdefghij";

pub(crate) fn measure(criterion: &mut Criterion, runtime: &Runtime) -> Result<(), Fail> {
    let mint = Mint::new(&DevelopmentSecret::new(SECRET)?, demo::ISSUER, demo::AUDIENCE);
    let bearer = Bearer::Person { email: "marisol@quillfen.example.org" };
    let token = || mint.token(bearer, demo::epoch(), Mint::SHORT, SystemIds.random());
    let verifier = || {
        let settings = Settings {
            jwt_issuer: Some(demo::ISSUER.to_owned()),
            jwt_audience: Some(demo::AUDIENCE.to_owned()),
            jwt_secret: Some(SECRET.to_owned().into()),
            ..Settings::default()
        };
        Verifier::from_settings(&settings, Arc::new(demo::epoch))
    };
    let mut group = criterion.benchmark_group("token");

    let (known, remembering) = (token()?, verifier()?);
    runtime.block_on(remembering.verify(&known))?;
    group.bench_function("remembered", |bencher| bencher.to_async(runtime).iter(|| remembering.verify(&known)));

    // Each is minted for its one use, which is not measured: of tokens that come round again the verifier would know some.
    let meeting = &verifier()?;
    let meet = |token: String| async move { meeting.verify(&token).await };
    runtime.block_on(meet(token()?))?;
    group.bench_function("seen for the first time", |bencher| {
        bencher.to_async(runtime).iter_batched(|| token().unwrap_or_default(), meet, BatchSize::SmallInput);
    });
    group.finish();
    Ok(())
}
