//! Decisions by Cedar policies: each service's own (`access.cedar`, out of its descriptor) and the few of `base.cedar`
//! that hold for all.
//!
//! What no policy permits is denied; so is an operation that is not known, and every failure. Policies are checked
//! against a schema made from the descriptors, compiled once, and asked on every request: no decision is remembered, so
//! that a change counts from the next request on.

mod principal;
mod schema;

use std::collections::HashMap;
use std::fmt;

use cedar_policy::{
    ActionConstraint, Authorizer, Decision as Verdict, EntityTypeName, EntityUid, PolicySet,
    Request, ValidationMode, Validator,
};

use crate::caller::Caller;
use crate::descriptor::{Descriptor, Operation};
use principal::Contexts;
pub use principal::Principal;

/// What holds for every service.
const BASE: &str = include_str!("policy/base.cedar");

/// Why there are no decisions: a service with such policies does not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the policies of {service}: {fault}")]
pub struct PolicyFault {
    service: String,
    fault: String,
}

/// The outcome of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A policy permits it, and none forbids it.
    Allow,
    /// No policy permits it, or one forbids it.
    Deny,
    /// There is no such operation; denied.
    Unknown,
    /// The question could not be answered; denied.
    Failed,
}

/// The compiled policies of all services in a catalogue.
pub struct PolicyStore {
    services: HashMap<String, Service>,
    authorizer: Authorizer,
    caller: EntityTypeName,
    contexts: Contexts,
}

struct Service {
    actions: HashMap<String, Action>,
    descriptor: Descriptor,
}

struct Action {
    /// Those policies of the service that can apply to this action.
    policies: PolicySet,
    uid: EntityUid,
    resource: EntityUid,
    kind: String,
}

impl PolicyStore {
    /// Compiles the policies of these services and checks them strictly.
    ///
    /// # Errors
    /// [`PolicyFault`], for policies that do not parse, do not fit the schema, or can never apply.
    pub fn new(descriptors: impl IntoIterator<Item = Descriptor>) -> Result<Self, PolicyFault> {
        let mut services = HashMap::new();
        for descriptor in descriptors {
            let name = descriptor.service.clone();
            let fault = |fault: String| PolicyFault {
                service: name.clone(),
                fault,
            };
            let service = Service::compile(descriptor).map_err(fault)?;
            if services.insert(name.clone(), service).is_some() {
                return Err(fault("two services of this name".into()));
            }
        }
        let fault = |fault| PolicyFault {
            service: String::new(),
            fault,
        };
        Ok(Self {
            services,
            authorizer: Authorizer::new(),
            caller: principal::kind().map_err(fault)?,
            contexts: Contexts::all().map_err(fault)?,
        })
    }

    /// What the policies are told of `caller`, whatever they ask; none where it cannot be told, and then nothing is permitted.
    #[must_use]
    pub fn principal(&self, caller: &Caller) -> Option<Principal> {
        Principal::of(caller, &self.caller)
    }

    /// Whether `caller` may do `action` of `service` on a resource of this kind.
    #[must_use]
    pub fn permits(&self, caller: &Caller, service: &str, action: &str, kind: &str) -> bool {
        self.decide(caller, service, action, kind) == Decision::Allow
    }

    /// As [`Self::permits`], for the operation of that method at that path template.
    #[must_use]
    pub fn permits_route(
        &self,
        caller: &Caller,
        service: &str,
        method: &str,
        template: &str,
    ) -> bool {
        let descriptor = self
            .services
            .get(service)
            .map(|service| &service.descriptor);
        let operation = descriptor.and_then(|descriptor| descriptor.operation(method, template));
        operation.is_some_and(|Operation { id, resource, .. }| {
            self.permits(caller, service, id, resource)
        })
    }

    /// As [`Self::permits`], where what policies are told of this caller was made before.
    #[must_use]
    pub fn permits_as(
        &self,
        principal: &Principal,
        caller: &Caller,
        service: &str,
        action: &str,
        kind: &str,
    ) -> bool {
        self.judge(Some(principal), caller, service, action, kind) == Decision::Allow
    }

    /// Decides, and says how.
    #[must_use]
    pub fn decide(&self, caller: &Caller, service: &str, action: &str, kind: &str) -> Decision {
        let principal = self.principal(caller);
        self.judge(principal.as_ref(), caller, service, action, kind)
    }

    fn judge(
        &self,
        principal: Option<&Principal>,
        caller: &Caller,
        service: &str,
        action: &str,
        kind: &str,
    ) -> Decision {
        let Some(service) = self.services.get(service) else {
            return Decision::Unknown;
        };
        let Some(action) = service
            .actions
            .get(action)
            .filter(|action| action.kind == kind)
        else {
            return Decision::Unknown;
        };
        let answer = principal.and_then(|principal| self.ask(principal, caller, action));
        answer.unwrap_or_else(|| {
            tracing::error!(action = %action.uid, "a policy could not be evaluated; denied");
            Decision::Failed
        })
    }

    /// The answer; `None` where anything at all went wrong.
    fn ask(&self, principal: &Principal, caller: &Caller, action: &Action) -> Option<Decision> {
        let request = Request::new(
            principal.uid.clone(),
            action.uid.clone(),
            action.resource.clone(),
            self.contexts.of(caller)?,
            None,
        )
        .ok()?;
        let response =
            self.authorizer
                .is_authorized(&request, &action.policies, &principal.entities);
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        Some(match response.decision() {
            Verdict::Allow => Decision::Allow,
            Verdict::Deny => Decision::Deny,
        })
    }
}

impl Service {
    fn compile(descriptor: Descriptor) -> Result<Self, String> {
        // Alone first, so that a fault is located in the service's own text.
        let own: PolicySet = descriptor
            .policy
            .parse()
            .map_err(|fault| format!("{fault:?}"))?;
        if own.num_of_templates() > 0 {
            return Err("templates are not used".into());
        }
        let policies: PolicySet = format!("{BASE}\n{}", descriptor.policy)
            .parse()
            .map_err(|fault| format!("{fault}"))?;
        let validator = Validator::new(schema::of(&descriptor)?);
        let checked = validator.validate(&policies, ValidationMode::Strict);
        let faults = checked.validation_errors().map(ToString::to_string);
        let faults: Vec<_> = faults
            .chain(checked.validation_warnings().map(ToString::to_string))
            .collect();
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        let mut actions = HashMap::new();
        for operation in &descriptor.operations {
            let uid = schema::uid("Action", &schema::action(&descriptor, operation))?;
            let resource = format!("{}/{}", descriptor.service, operation.resource);
            let action = Action {
                policies: applicable(&policies, &uid)?,
                uid,
                resource: schema::uid("Resource", &resource)?,
                kind: operation.resource.clone(),
            };
            actions.insert(operation.id.clone(), action);
        }
        Ok(Self {
            actions,
            descriptor,
        })
    }
}

/// The policies that name `action` or none in particular. The others could never apply, since actions have no groups;
/// leaving them out halves the work of a decision.
fn applicable(policies: &PolicySet, action: &EntityUid) -> Result<PolicySet, String> {
    let applicable = policies
        .policies()
        .filter(|policy| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::In(actions) => actions.contains(action),
            ActionConstraint::Eq(only) => only == *action,
        });
    PolicySet::from_policies(applicable.cloned()).map_err(|fault| fault.to_string())
}

impl fmt::Debug for PolicyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyStore")
            .field("services", &self.services.len())
            .finish_non_exhaustive()
    }
}
