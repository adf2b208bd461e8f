//! Puts the gateway together and starts it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use access::descriptor::Descriptor;
use access::internal::{InternalSigner, ServiceKeys, TrustedServices};
use access::policy::PolicyStore;
use access::proof::{Nonces, ProofVerifier};
use access::replay::Replay;
use access::store::SharedStore;
use access::token::{AUDIENCE, AccessVerifier};
use actix_web::{App, HttpRequest, HttpResponse, web};
use audit::AuditLog;
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use runtime::process::StartError;
use runtime::server::{self, Running};
use secrecy::{ExposeSecret, SecretString};
use tls::{EdgeTls, MutualTls, Outbound};
use tokio::task::JoinSet;
use url::Url;

use crate::catalogue::{Catalogue, Documents, IDENTITY, Measures};
use crate::door::identify::Identify;
use crate::door::load::Budget;
use crate::door::lookup_log::LookupLog;
use crate::door::rates::RateGate;
use crate::door::{Door, Shared};
use crate::forward::client::Client;
use crate::forward::upstream;
use crate::health::Health;
use crate::listener;
use crate::pages::Pages;
use crate::settings::{Forwarding, Settings};
use crate::trust::{Asker, Keys, Revocations, UnknownKey};

/// The service name under which the gateway signs and calls.
const NAME: &str = "gateway";

/// How long a read from identity may take: well below the age at which revocations are no longer trusted.
const READ_TIMEOUT_MS: u64 = 1_500;

/// What is handed in, so that tests and the demo own it.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The services' OpenAPI documents.
    pub documents: Documents,
    /// Tells the time.
    pub clock: SharedClock,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            documents: Documents::embedded(),
            clock: runtime::clock::system(),
        }
    }
}

/// Starts the gateway; it listens when this returns.
///
/// # Errors
/// When settings contradict each other, a file or document cannot be read, or the address is taken. An audit log that is not
/// there yet is no error: readiness says so.
pub async fn start(settings: Settings, parts: Parts) -> Result<Running, StartError> {
    let socket = server::bind(&settings.server)?;
    let address = socket.local_addr()?;
    let drain = Drain::default();
    let edge = match &settings.edge_tls {
        Some(edge) => Some(EdgeTls::open(edge)?.acceptor()?),
        None => None,
    };
    let is_secure = edge.is_some();
    let tls = settings.tls.as_ref().map(MutualTls::open).transpose()?;
    let outbound = Outbound::new(tls.as_ref())?;
    let origin = match &settings.public_url {
        Some(url) => url.clone(),
        None if is_secure => Url::parse(&format!("https://{address}"))?,
        None => Url::parse(&format!("http://{address}"))?,
    };
    let (shared, background) = assemble(&settings, &parts, &drain, origin, &outbound).await?;
    let (known, forwarding) = (shared.clone(), settings.forwarding.clone());
    let make = move || {
        // Called on each worker's own thread: the client's connections stay there.
        let client = Client::new(&forwarding, &outbound);
        let door = web::Data::new(Door::new(shared.clone(), client));
        App::new().app_data(door).default_service(web::to(answer))
    };
    let server = listener::server(&settings.server, &settings.limits, socket, edge, make)?;
    let handle = server.handle();
    let task = tokio::spawn(async move {
        let ended = server.await;
        drop(background);
        ended
    });
    let running = Running::new(&settings.server, address, is_secure, drain, handle, task);
    Ok(running.with_readiness(Arc::new(move || known.is_ready())))
}

async fn answer(
    request: HttpRequest,
    payload: web::Payload,
    door: web::Data<Door>,
) -> HttpResponse {
    door.answer(&request, payload.into_inner()).await
}

/// Everything that workers share, and what goes on beside the requests until the set is dropped.
async fn assemble(
    settings: &Settings,
    parts: &Parts,
    drain: &Drain,
    public_url: Url,
    outbound: &Outbound,
) -> Result<(Arc<Shared>, JoinSet<()>), StartError> {
    let clock = parts.clock.clone();
    let catalogue = Catalogue::read(&parts.documents)?;
    let descriptors = parts
        .documents
        .texts()
        .map(Descriptor::from_openapi)
        .collect::<Result<Vec<_>, _>>()?;
    let upstreams = upstream::read(
        &settings.upstreams,
        settings.tls.is_some(),
        &settings.forwarding,
    )?;
    let upstreams = Arc::new(upstreams);
    let signer = Arc::new(signer(settings, clock.clone())?);
    let identity = upstreams
        .get(IDENTITY)
        .ok_or("upstreams: identity is missing")?
        .clone();
    let asker = Asker {
        identity,
        client: Client::new(
            &Forwarding {
                timeout_ms: settings.forwarding.timeout_ms.min(READ_TIMEOUT_MS),
                ..settings.forwarding.clone()
            },
            outbound,
        ),
        signer: signer.clone(),
    };
    let store = settings.counters.store().await?;
    let checks = identify(settings, &public_url, store.clone(), clock.clone())?;
    let log = AuditLog::attend(
        settings.audit.database.expose_secret(),
        &settings.audit.writer,
        clock.clone(),
        drain,
    )
    .await?;
    let shared = Arc::new(Shared {
        pages: Pages::write(&catalogue),
        health: Arc::new(Health::new(drain.clone())),
        limits: settings.limits.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
        requests: Budget::new("places", settings.limits.requests),
        bodies: Budget::new("bodies", settings.limits.all_bodies_bytes),
        policies: PolicyStore::new(descriptors)?,
        rates: RateGate::new(&settings.rates, store.as_ref(), &clock),
        lookups: LookupLog::new(
            log,
            Duration::from_millis(settings.audit.deadline_ms),
            clock,
        ),
        unrouted: Measures::new("gateway", "-"),
        secure: public_url.scheme() == "https",
        catalogue,
        upstreams,
        identify: checks,
        signer,
    });
    let background = watch(settings, &shared, asker);
    Ok((shared, background))
}

fn signer(settings: &Settings, clock: SharedClock) -> Result<InternalSigner, StartError> {
    let read = |file: &Path| {
        std::fs::read_to_string(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))
    };
    let own = SecretString::from(read(&settings.internal.key_file)?);
    let own = ServiceKeys::from_pkcs8_pem(own.expose_secret())?;
    let trusted = TrustedServices::from_jwks(&read(&settings.internal.trusted_services_file)?)?;
    let signer = InternalSigner::new(NAME, &own, &trusted, clock)?;
    match settings.upstreams.keys().find(|name| !signer.knows(name)) {
        Some(name) => {
            Err(format!("upstreams.{name}: trusted_services_file has no key of it").into())
        }
        None => Ok(signer),
    }
}

fn identify(
    settings: &Settings,
    public_url: &Url,
    store: Option<SharedStore>,
    clock: SharedClock,
) -> Result<Identify, StartError> {
    let tokens = &settings.tokens;
    let origin = public_url.as_str().trim_end_matches('/').to_owned();
    let issuer = tokens.issuer.clone().unwrap_or_else(|| origin.clone());
    Ok(Identify {
        tokens: Arc::new(AccessVerifier::new(issuer, AUDIENCE, clock.clone())),
        unknown_key: UnknownKey::default(),
        revocations: Revocations::new(Duration::from_millis(tokens.revocations_max_age_ms)),
        proofs: ProofVerifier::new(clock.clone()),
        nonces: Nonces::new(tokens.nonce_key.expose_secret().as_bytes(), clock.clone())?,
        replay: store.map_or_else(|| Replay::memory(clock), Replay::shared),
        origin,
    })
}

/// Starts what goes on beside the requests.
fn watch(settings: &Settings, shared: &Arc<Shared>, asker: Asker) -> JoinSet<()> {
    let mut background = JoinSet::new();
    let readiness = Duration::from_millis(settings.forwarding.readiness_interval_ms);
    background.spawn(shared.health.clone().watch(
        shared.upstreams.clone(),
        asker.client.clone(),
        readiness,
        {
            let shared = shared.clone();
            move || shared.identify.can_check()
        },
    ));
    let identify = &shared.identify;
    let every = Duration::from_millis(settings.tokens.revocations_interval_ms);
    background.spawn(identify.revocations.clone().watch(asker.clone(), every));
    let keys = Keys {
        asker,
        verifier: identify.tokens.clone(),
        unknown: identify.unknown_key.clone(),
        interval: Duration::from_secs(settings.tokens.keys_interval_s),
    };
    background.spawn(keys.watch());
    background
}
