//! What policies are told of a caller and of why they ask, put into Cedar's terms once.

use std::collections::{BTreeSet, HashMap, HashSet};

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression,
};

use super::schema;
use crate::caller::Caller;
use crate::purpose::Purpose;

/// Who asks, as far as it is the same for all requests with one token. It holds no decision.
pub struct Principal {
    pub(super) uid: EntityUid,
    pub(super) entities: Entities,
}

impl Principal {
    /// None where Cedar does not take it; then everything is denied.
    pub(super) fn of(caller: &Caller, kind: &EntityTypeName) -> Option<Self> {
        let name = EntityId::new(caller.kind.as_str());
        let uid = EntityUid::from_type_name_and_id(kind.clone(), name);
        // The resource has neither attributes nor parents: its name says it all.
        let known = Entity::new(uid.clone(), attributes(caller), HashSet::new()).ok()?;
        let entities = Entities::from_entities([known], None).ok()?;
        Some(Self { uid, entities })
    }
}

fn attributes(caller: &Caller) -> HashMap<String, RestrictedExpression> {
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let set = |names: &BTreeSet<String>| {
        RestrictedExpression::new_set(
            names
                .iter()
                .map(|name| RestrictedExpression::new_string(name.clone())),
        )
    };
    HashMap::from([
        ("kind".into(), text(caller.kind.as_str())),
        ("subject".into(), text(&caller.subject)),
        (
            "assurance".into(),
            RestrictedExpression::new_long(caller.assurance.level().into()),
        ),
        (
            "agency".into(),
            text(caller.agency.as_deref().unwrap_or_default()),
        ),
        ("functions".into(), set(&caller.functions)),
        ("clearances".into(), set(&caller.clearances)),
    ])
}

/// Every purpose with and without a case: there are not many.
pub(super) struct Contexts(HashMap<(Option<Purpose>, bool), Context>);

impl Contexts {
    pub(super) fn all() -> Result<Self, String> {
        let purposes = Purpose::ALL.map(Some).into_iter().chain([None]);
        let each = purposes.flat_map(|purpose| [false, true].map(|case| (purpose, case)));
        each.map(|why| Ok((why, context(why)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Why this caller asks this time.
    pub(super) fn of(&self, caller: &Caller) -> Option<Context> {
        let why = (caller.purpose, caller.case_number.is_some());
        self.0.get(&why).cloned()
    }
}

fn context((purpose, case): (Option<Purpose>, bool)) -> Result<Context, String> {
    let purpose = purpose.map_or("", Purpose::as_str).to_owned();
    Context::from_pairs([
        ("purpose".into(), RestrictedExpression::new_string(purpose)),
        ("case_number".into(), RestrictedExpression::new_bool(case)),
    ])
    .map_err(|fault| fault.to_string())
}

/// The type of callers; reading a type's name costs more than a decision.
pub(super) fn kind() -> Result<EntityTypeName, String> {
    schema::kind("Caller")
}
