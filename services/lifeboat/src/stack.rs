//! Several services in one process: each with its own listener, reached over HTTP like in production.

use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use runtime::process::StartError;
use runtime::server::{Readiness, Running};
use tokio::task::JoinHandle;
use url::Url;

use crate::journals::{self, JournalOption, Keeper};
use crate::outcome::Failure;
use crate::registry;
use crate::settings::Settings;

/// Services at work, in the order in which they are stopped: the gateway first.
pub(crate) struct Stack {
    keeping: Option<(JoinHandle<()>, Drain)>,
    services: Vec<(String, Running)>,
    gateway: Option<Url>,
}

impl Stack {
    /// Starts what `settings` name: capabilities, then identity, then the gateway. A service of this process is an
    /// upstream of the gateway unless the settings name another.
    pub(crate) async fn start(
        mut settings: Settings,
        clock: &SharedClock,
    ) -> Result<Self, Failure> {
        let mut services = Vec::new();
        let mut here = Vec::new();
        for (name, part) in &settings.capabilities {
            let capability = registry::find(name).ok_or_else(|| {
                Failure::usage(format!("capabilities.{name}: there is no such capability"))
            })?;
            let parts = capability::Parts::read(part, clock.clone()).map_err(not_started(name))?;
            let running = capability::start(*capability, part, parts)
                .await
                .map_err(not_started(name))?;
            here.push((name.clone(), running.url()));
            services.push((name.clone(), running));
        }
        if let Some(part) = settings.identity.take() {
            let running = identity::start(
                part,
                identity::Parts {
                    clock: clock.clone(),
                },
            )
            .await
            .map_err(not_started("identity"))?;
            here.push(("identity".to_owned(), running.url()));
            services.push(("identity".to_owned(), running));
        }
        let mut gateway = None;
        if let Some(mut part) = settings.gateway.take() {
            for (name, url) in here {
                part.upstreams.entry(name).or_insert(Url::parse(&url)?);
            }
            let parts = gateway::Parts {
                clock: clock.clone(),
                ..gateway::Parts::default()
            };
            let running = gateway::start(part, parts)
                .await
                .map_err(not_started("gateway"))?;
            gateway = Some(Url::parse(&running.url())?);
            services.push(("gateway".to_owned(), running));
        }
        services.reverse();
        let keeping = match settings.journal_backup.clone() {
            Some(part) => {
                let journals = journals::open(&[], &JournalOption::default(), &settings).await?;
                let drain = Drain::default();
                let keeper = Keeper::new(part, journals, clock.clone());
                Some((tokio::spawn(keeper.run(drain.clone())), drain))
            }
            None => None,
        };
        Ok(Self {
            keeping,
            services,
            gateway,
        })
    }

    /// Where the gateway answers.
    pub(crate) fn gateway(&self) -> Option<&Url> {
        self.gateway.as_ref()
    }

    /// Whether nothing was started.
    pub(crate) fn is_empty(&self) -> bool {
        self.services.is_empty()
    }

    /// Whether each service is ready.
    pub(crate) fn readiness(&self) -> Vec<Readiness> {
        let services = self.services.iter();
        services
            .map(|(_, running)| running.readiness().clone())
            .collect()
    }

    /// Each service and its own address.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = (&str, String)> {
        self.services
            .iter()
            .map(|(name, running)| (name.as_str(), running.url()))
    }

    /// Stops the gateway, so that nothing new comes in, then the others.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        for (name, running) in self.services {
            running
                .stop()
                .await
                .map_err(|error| Failure::failed(format!("{name}: {error}")))?;
        }
        if let Some((keeping, drain)) = self.keeping {
            drain.begin();
            keeping.await?;
        }
        Ok(())
    }
}

fn not_started(name: &str) -> impl FnOnce(StartError) -> Failure + '_ {
    move |error| Failure::failed(format!("{name} did not start: {error}"))
}
