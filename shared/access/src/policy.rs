//! Decisions by Cedar policies: compiled once for each service, asked on every request, denied when in doubt.

mod schema;

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, ValidationMode, Validator,
};

use crate::caller::Caller;
use crate::descriptor::Descriptor;

/// Policies that must not be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFault {
    /// Not Cedar.
    #[error("the policies of {service} cannot be read: {said}")]
    Unreadable {
        /// Whose.
        service: String,
        /// What the parser said.
        said: String,
    },
    /// They name actions or attributes that do not exist.
    #[error("the policies of {service} do not fit its operations: {said}")]
    Unfit {
        /// Whose.
        service: String,
        /// What the validator said.
        said: String,
    },
    /// Two documents for one service.
    #[error("{0} is described twice")]
    Twice(String),
}

/// The policies of every service that this process decides for.
#[derive(Debug)]
pub struct PolicyStore {
    authorizer: Authorizer,
    services: HashMap<String, Service>,
}

#[derive(Debug)]
struct Service {
    policies: PolicySet,
    /// By operation.
    actions: HashMap<String, Action>,
    /// Operation by method and path template.
    routes: HashMap<(String, String), String>,
}

/// An action and the kind of resource it is about.
#[derive(Debug)]
struct Action {
    uid: EntityUid,
    kind: String,
    resource: EntityUid,
}

impl PolicyStore {
    /// Compiles the policies of `descriptors` and checks them strictly against the operations they speak of.
    ///
    /// # Errors
    /// [`PolicyFault`]; a process with such policies must not start.
    pub fn new(descriptors: impl IntoIterator<Item = Descriptor>) -> Result<Self, PolicyFault> {
        let mut services = HashMap::new();
        for descriptor in descriptors {
            let name = descriptor.service.clone();
            if services.insert(name.clone(), Service::compile(descriptor)?).is_some() {
                return Err(PolicyFault::Twice(name));
            }
        }
        Ok(Self { authorizer: Authorizer::new(), services })
    }

    /// Whether `caller` may do `action` of `service` to a resource of kind `resource`. What is not known, and whatever
    /// the engine stumbles over, is denied.
    #[must_use]
    pub fn permits(&self, caller: &Caller, service: &str, action: &str, resource: &str) -> bool {
        let asked = self.services.get(service).and_then(|service| {
            let action = service.actions.get(action).filter(|action| action.kind == resource)?;
            self.ask(service, caller, action)
        });
        asked.unwrap_or(false)
    }

    /// As [`PolicyStore::permits`], for the operation at `method` and path template `path`.
    #[must_use]
    pub fn permits_route(&self, caller: &Caller, service: &str, method: &str, path: &str) -> bool {
        let asked = self.services.get(service).and_then(|service| {
            let operation = service.routes.get(&(method.to_owned(), path.to_owned()))?;
            self.ask(service, caller, service.actions.get(operation)?)
        });
        asked.unwrap_or(false)
    }

    fn ask(&self, service: &Service, caller: &Caller, action: &Action) -> Option<bool> {
        let principal = schema::principal(caller)?;
        let context = Context::from_pairs([
            ("purpose".to_owned(), text(caller.purpose.map(|purpose| purpose.to_string()).unwrap_or_default())),
            ("case_number".to_owned(), RestrictedExpression::new_bool(caller.case_number.is_some())),
        ]);
        let request =
            Request::new(principal.uid(), action.uid.clone(), action.resource.clone(), context.ok()?, None).ok()?;
        let entities = Entities::from_entities([principal], None).ok()?;
        let answer = self.authorizer.is_authorized(&request, &service.policies, &entities);
        // A policy that fails to evaluate could be the one that forbids.
        let clean = answer.diagnostics().errors().next().is_none();
        Some(clean && answer.decision() == Decision::Allow)
    }
}

impl Service {
    fn compile(descriptor: Descriptor) -> Result<Self, PolicyFault> {
        let Descriptor { service, operations, policy } = descriptor;
        let unfit = |said: String| PolicyFault::Unfit { service: service.clone(), said };
        let policies: PolicySet = policy
            .parse()
            .map_err(|error| PolicyFault::Unreadable { service: service.clone(), said: format!("{error}") })?;
        let mut actions = HashMap::new();
        let mut routes = HashMap::new();
        for operation in operations {
            let action = Action {
                uid: uid("Action", &format!("{service}:{}", operation.action)).map_err(unfit)?,
                resource: uid("Resource", &format!("{service}/{}", operation.resource)).map_err(unfit)?,
                kind: operation.resource,
            };
            routes.insert((operation.method, operation.path), operation.action.clone());
            actions.insert(operation.action, action);
        }
        let names: HashSet<&str> = actions.keys().map(String::as_str).collect();
        let schema = schema::of(&service, &names).map_err(unfit)?;
        let verdict = Validator::new(schema).validate(&policies, ValidationMode::Strict);
        if !verdict.validation_passed_without_warnings() {
            let errors = verdict.validation_errors().map(ToString::to_string);
            let warnings = verdict.validation_warnings().map(ToString::to_string);
            return Err(unfit(errors.chain(warnings).collect::<Vec<_>>().join("; ")));
        }
        Ok(Self { policies, actions, routes })
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let name: EntityTypeName = kind.parse().map_err(|error| format!("{error}"))?;
    Ok(EntityUid::from_type_name_and_id(name, EntityId::new(id)))
}

fn text(value: impl Into<String>) -> RestrictedExpression {
    RestrictedExpression::new_string(value.into())
}

/// An entity of `kind` called `id`.
fn entity(kind: &str, id: &str, attributes: HashMap<String, RestrictedExpression>) -> Option<Entity> {
    Entity::new(uid(kind, id).ok()?, attributes, HashSet::new()).ok()
}

#[cfg(test)]
mod tests;
