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
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use runtime::opening::{first_try, until_opened};
use runtime::operations;
use runtime::process::StartError;
use runtime::server::{self, Running};
use secrecy::{ExposeSecret, SecretString};
use tls::MutualTls;
use tokio::sync::oneshot;
use url::Url;

use crate::clients::Clients;
use crate::endpoints::{self, Readiness};
use crate::gate::{self, SERVICE};
use crate::household::Household;
use crate::keys::Keys;
use crate::measures;
use crate::opened::Place;
use crate::service::{Names, Service};
use crate::settings::{Parts, Settings};
use crate::store::Store;
use crate::stored::{Stored, StoredFault};
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
/// When a setting is wrong, a file cannot be read, the keys in the store cannot be opened, or the address is taken. A store or a
/// log that does not answer yet is no error: readiness says so.
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
    let drain = Drain::default();
    let log = settings.audit.database.expose_secret();
    let writer = settings.audit.writer.clone();
    let audit = AuditLog::attend(log, writer, clock.clone(), &drain).await?;
    let assemble = assembly(&settings, household, names, clock.clone(), audit.clone()).await?;
    let stored = Stored::of(&settings, clock)?;
    let readiness = Readiness {
        drain: drain.clone(),
        store_answers: Arc::new(AtomicBool::new(false)),
        audit,
    };
    let limits = settings.limits;
    measures::register();
    runtime::metrics::ready(SERVICE, false);
    let every = Duration::from_millis(limits.tend_ms);
    let listener = server::bind(&settings.server)?;
    let place = web::Data::new(Place::new());
    let (tried, first) = oneshot::channel();
    let (opened, ready) = (place.clone(), readiness.clone());
    let work = tokio::spawn(async move {
        let open = || stored.open();
        let Some((store, keys)) = until_opened("the store", &ready.drain, tried, open).await else {
            return;
        };
        let service = Arc::new(assemble(store, keys));
        opened.get_or_init(|| Arc::clone(&service));
        ready.store_answers.store(true, Ordering::Relaxed);
        runtime::metrics::ready(SERVICE, ready.is_ready());
        tend(service, ready, every).await;
    });
    if let Some(fault @ StoredFault::Keys(_)) = first_try(first).await {
        work.abort();
        return Err(fault.into());
    }
    let ready = web::Data::new(readiness.clone());
    let running = server::serve(
        &settings.server,
        listener,
        acceptor,
        drain.clone(),
        move || {
            let deadline = Duration::from_millis(limits.deadline_ms);
            let app = App::new()
                .configure(|config| operations::serve(config, endpoints::public))
                .configure(endpoints::private)
                .app_data(verifier.clone())
                .app_data(place.clone())
                .app_data(ready.clone())
                .wrap(from_fn(gate::admit));
            runtime::http::bounded(app, SERVICE, limits.body_bytes, deadline)
        },
    )?;
    let running = running.with_readiness(Arc::new(move || readiness.is_ready()));
    Ok(running)
}

/// Rotates the signing key now, for all copies: they take it over at their next look. Returns the new key's `kid`.
///
/// # Errors
/// When a setting is wrong, or the store does not answer.
pub async fn rotate_signing_key(settings: &Settings, parts: &Parts) -> Result<String, StartError> {
    let (_, keys) = Stored::of(settings, parts.clock.clone())?.open().await?;
    keys.rotate().await?;
    Ok(keys.ring().signing().kid().to_owned())
}

/// Makes everything that needs no store, and returns what puts the service together when there is one.
async fn assembly(
    settings: &Settings,
    household: Household,
    names: Names,
    clock: SharedClock,
    audit: AuditLog,
) -> Result<impl FnOnce(Store, Keys) -> Service + Send + use<>, StartError> {
    let shared = settings.counters.store().await?;
    let proofs = ProofVerifier::new(clock.clone());
    let nonces = Nonces::new(settings.nonce_key.expose_secret().as_bytes(), clock.clone())?;
    let replay = match &shared {
        None => Replay::memory(clock.clone()),
        Some(store) => Replay::shared(store.clone()),
    };
    let throttle = Throttle::new(settings.rates, shared.as_ref(), &clock)?;
    let clients = Clients::read(&settings.clients)?;
    let own_tokens = AccessVerifier::new(names.issuer.clone(), AUDIENCE, clock.clone());
    let lifetimes = settings.lifetimes;
    Ok(move |store, keys| Service {
        names,
        clock,
        store,
        keys,
        proofs,
        nonces,
        replay,
        throttle,
        clients,
        household,
        audit,
        own_tokens,
        lifetimes,
    })
}

fn internal_keys(settings: &Settings) -> Result<(ServiceKeys, TrustedServices), StartError> {
    let pem = SecretString::from(read(&settings.internal_key_file)?);
    let own = ServiceKeys::from_pkcs8_pem(pem.expose_secret())?;
    let trusted = TrustedServices::from_jwks(&read(&settings.trusted_services_file)?)?;
    Ok((own, trusted))
}

pub(crate) fn read(path: &Path) -> Result<String, StartError> {
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
        runtime::metrics::ready(SERVICE, readiness.is_ready());
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(SWEEP) && sweep(&service).await.is_err() {
            tracing::warn!("what has expired could not be swept out");
        }
    }
    runtime::metrics::ready(SERVICE, false);
}

async fn sweep(service: &Service) -> Result<(), crate::store::StoreFault> {
    let now = service.now();
    service.store.forget_tries(now).await?;
    service.store.forget_ended(now).await
}
