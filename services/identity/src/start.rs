//! The composition root.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use access::internal::{InternalSigner, InternalVerifier, ServiceKeys, TrustedServices};
use access::proof::{Nonces, ProofVerifier};
use access::replay::Replay;
use access::token::{AUDIENCE, AccessVerifier, LIFETIME};
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use audit::AuditLog;
use chrono::TimeDelta;
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use runtime::process::StartError;
use runtime::server::{self, Running};
use secrecy::{ExposeSecret, SecretString};
use tls::MutualTls;
use url::Url;
use utoipa_actix_web::AppExt;

use crate::clients::Clients;
use crate::endpoints::{self, Readiness};
use crate::gate::{self, SERVICE};
use crate::household::Household;
use crate::keys::{Keys, SealingKey};
use crate::service::{Names, Service};
use crate::settings::{Parts, Settings};
use crate::store::Store;
use crate::throttle::Throttle;

/// Looks at what has expired, once in so many looks at the keys.
const SWEEP: u32 = 60;

/// The whole `main` of identity's process.
#[must_use]
pub fn main() -> ExitCode {
    runtime::process::run(|settings: Settings| {
        let clock = runtime::clock::system();
        start(settings, Parts { clock })
    })
}

/// Starts identity.
///
/// # Errors
/// When a setting is wrong, a file cannot be read, the store or the log does not answer, or the address is taken.
pub async fn start(settings: Settings, parts: Parts) -> Result<Running, StartError> {
    let names = names(&settings)?;
    check(&settings)?;
    let clock = parts.clock;
    let (own, trusted) = internal_keys(&settings)?;
    let verifier = InternalVerifier::new(SERVICE, &own, &trusted, clock.clone())?;
    let verifier = web::Data::new(verifier);
    let signer = InternalSigner::new(SERVICE, &own, &trusted, clock.clone())?;
    let tls = settings.tls.as_ref().map(MutualTls::open).transpose()?;
    let acceptor = match &tls {
        Some(tls) => Some(tls.acceptor(trusted.services())?),
        None => None,
    };
    let household = Household::new(&settings.household, tls.as_ref(), signer)?;
    let service = web::Data::new(service(&settings, household, names, clock).await?);
    let drain = Drain::default();
    let readiness = Readiness {
        drain: drain.clone(),
        store_answers: Arc::new(AtomicBool::new(true)),
    };
    let limits = settings.limits;
    let listener = server::bind(&settings.server)?;
    let (shared, ready) = (service.clone(), web::Data::new(readiness.clone()));
    let running = server::serve(&settings.server, listener, acceptor, drain.clone(), move || {
        let deadline = Duration::from_millis(limits.deadline_ms);
        let (app, _) = App::new()
            .into_utoipa_app()
            .configure(endpoints::public)
            .split_for_parts();
        let app = app
            .configure(endpoints::private)
            .app_data(verifier.clone())
            .app_data(shared.clone())
            .app_data(ready.clone())
            .wrap(from_fn(gate::admit));
        runtime::http::bounded(app, limits.body_bytes, deadline)
    })?;
    let answers = readiness.store_answers.clone();
    let running = running.with_readiness(Arc::new(move || answers.load(Ordering::Relaxed)));
    let every = Duration::from_millis(limits.tend_ms);
    tokio::spawn(tend(service.into_inner(), readiness, every));
    Ok(running)
}

/// Rotates the signing key now, for all copies: they take it over at their next look. Returns the new key's `kid`.
///
/// # Errors
/// When a setting is wrong, or the store does not answer.
pub async fn rotate_signing_key(settings: &Settings, parts: &Parts) -> Result<String, StartError> {
    let store = Store::open(settings.database.expose_secret(), 1).await?;
    let keys = keys(settings, store, &parts.clock).await?;
    keys.rotate().await?;
    Ok(keys.ring().signing().kid().to_owned())
}

async fn service(
    settings: &Settings,
    household: Household,
    names: Names,
    clock: SharedClock,
) -> Result<Service, StartError> {
    let database = settings.database.expose_secret();
    let store = Store::open(database, settings.limits.database_connections).await?;
    let shared = settings.counters.store().await?;
    let log = settings.audit.database.expose_secret();
    Ok(Service {
        keys: keys(settings, store.clone(), &clock).await?,
        store,
        proofs: ProofVerifier::new(clock.clone()),
        nonces: Nonces::new(settings.nonce_key.expose_secret().as_bytes(), clock.clone())?,
        replay: match &shared {
            None => Replay::memory(clock.clone()),
            Some(store) => Replay::shared(store.clone()),
        },
        throttle: Throttle::new(settings.rates, shared.as_ref(), &clock)?,
        clients: Clients::read(&settings.clients)?,
        household,
        audit: AuditLog::open(log, settings.audit.writer.clone(), clock.clone()).await?,
        own_tokens: AccessVerifier::new(names.issuer.clone(), AUDIENCE, clock.clone()),
        lifetimes: settings.lifetimes,
        names,
        clock,
    })
}

async fn keys(settings: &Settings, store: Store, clock: &SharedClock) -> Result<Keys, StartError> {
    let sealing = SealingKey::parse(&SecretString::from(read(&settings.sealing_key_file)?))?;
    let lifetimes = settings.lifetimes;
    Ok(Keys::open(
        store,
        sealing,
        clock.clone(),
        TimeDelta::hours(i64::from(lifetimes.signing_key_h)),
        TimeDelta::seconds(i64::from(lifetimes.access_token_s)),
    )
    .await?)
}

fn internal_keys(settings: &Settings) -> Result<(ServiceKeys, TrustedServices), StartError> {
    let pem = SecretString::from(read(&settings.internal_key_file)?);
    let own = ServiceKeys::from_pkcs8_pem(pem.expose_secret())?;
    let trusted = TrustedServices::from_jwks(&read(&settings.trusted_services_file)?)?;
    Ok((own, trusted))
}

fn read(path: &Path) -> Result<String, StartError> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}

fn names(settings: &Settings) -> Result<Names, StartError> {
    let issuer = settings.issuer.clone();
    let sound = Url::parse(&issuer).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
    });
    if !sound || issuer.ends_with('/') {
        return Err(
            "issuer: an http(s) address without query and without a slash at the end".into(),
        );
    }
    Ok(Names {
        token_endpoint: format!("{issuer}/{SERVICE}/v1/token"),
        revocation_endpoint: format!("{issuer}/{SERVICE}/v1/revoke"),
        issuer,
    })
}

fn check(settings: &Settings) -> Result<(), StartError> {
    let lifetimes = settings.lifetimes;
    if !(1..=LIFETIME).contains(&lifetimes.access_token_s) {
        return Err(format!("lifetimes.access_token_s: 1 to {LIFETIME}").into());
    }
    if lifetimes.session_min == 0 || lifetimes.signing_key_h == 0 {
        return Err("lifetimes: session_min and signing_key_h are at least 1".into());
    }
    Ok(())
}

/// Looks after keys and leftovers until the service drains.
async fn tend(service: Arc<Service>, readiness: Readiness, every: Duration) {
    let mut looks = 0_u32;
    while readiness.drain.sleep(every).await {
        let tended = service.keys.tend().await;
        if let Err(error) = &tended {
            tracing::error!(%error, "the signing keys could not be looked after");
        }
        readiness
            .store_answers
            .store(tended.is_ok(), Ordering::Relaxed);
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(SWEEP) && sweep(&service).await.is_err() {
            tracing::warn!("what has expired could not be swept out");
        }
    }
}

async fn sweep(service: &Service) -> Result<(), crate::store::StoreFault> {
    let now = service.now();
    service.store.forget_tries(now).await?;
    service.store.forget_ended(now).await
}
