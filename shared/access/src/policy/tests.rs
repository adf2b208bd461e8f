use super::*;
use crate::caller::{Assurance, CallerKind};
use crate::descriptor::Operation;
use crate::purpose::Purpose;

const POLICY: &str = r#"
    permit (principal, action == Action::"land:own", resource)
    when { principal.kind == "citizen" && principal.assurance >= 1 };
    permit (principal, action == Action::"land:search", resource)
    when { principal.kind == "officer" && principal.functions.contains("land") && context.case_number
           && ["family-tracing"].contains(context.purpose) };
    permit (principal, action == Action::"land:public", resource);
    forbid (principal, action, resource) when { principal.agency == "suspended" };
"#;

fn descriptor(policy: &str) -> Descriptor {
    let operation = |name: &str| Operation {
        action: name.to_owned(),
        resource: "parcel".to_owned(),
        method: "GET".to_owned(),
        path: format!("/v1/{name}"),
    };
    Descriptor {
        service: "land".to_owned(),
        operations: ["own", "search", "public", "unnamed"].map(operation).to_vec(),
        policy: policy.to_owned(),
    }
}

fn store() -> PolicyStore {
    PolicyStore::new([descriptor(POLICY)]).unwrap()
}

fn caller(kind: CallerKind, assurance: Assurance) -> Caller {
    Caller { kind, assurance, ..Caller::anonymous(None) }
}

fn officer() -> Caller {
    Caller {
        functions: ["land".to_owned()].into(),
        purpose: Some(Purpose::FamilyTracing),
        case_number: Some("C-1".parse().unwrap()),
        ..caller(CallerKind::Officer, Assurance::Strong)
    }
}

#[test]
fn what_a_policy_permits_is_permitted_and_nothing_else() {
    let store = store();
    let citizen = caller(CallerKind::Citizen, Assurance::Basic);
    assert!(store.permits(&citizen, "land", "own", "parcel"));
    assert!(!store.permits(&citizen, "land", "search", "parcel"));
    assert!(store.permits(&officer(), "land", "search", "parcel"));
    assert!(!store.permits(&officer(), "land", "own", "parcel"));
    assert!(store.permits(&Caller::anonymous(None), "land", "public", "parcel"));
}

#[test]
fn what_no_policy_names_is_denied_to_everybody() {
    let store = store();
    for kind in [
        CallerKind::Anonymous,
        CallerKind::Citizen,
        CallerKind::Officer,
        CallerKind::Auditor,
        CallerKind::Service,
    ] {
        let caller = Caller { kind, ..officer() };
        assert!(!store.permits(&caller, "land", "unnamed", "parcel"), "{kind}");
    }
}

#[test]
fn an_unknown_service_action_resource_or_route_is_denied() {
    let store = store();
    let anyone = Caller::anonymous(None);
    assert!(!store.permits(&anyone, "sea", "public", "parcel"));
    assert!(!store.permits(&anyone, "land", "nothing", "parcel"));
    assert!(!store.permits(&anyone, "land", "public", "building"));
    assert!(!store.permits_route(&anyone, "land", "POST", "/v1/public"));
    assert!(store.permits_route(&anyone, "land", "GET", "/v1/public"));
}

#[test]
fn each_condition_counts_and_a_change_of_the_caller_counts_at_once() {
    let store = store();
    let without = [
        Caller { functions: ["sea".to_owned()].into(), ..officer() },
        Caller { purpose: None, ..officer() },
        Caller { purpose: Some(Purpose::Audit), ..officer() },
        Caller { case_number: None, ..officer() },
        Caller { kind: CallerKind::Clinician, ..officer() },
        Caller { agency: Some("suspended".to_owned()), ..officer() },
    ];
    for caller in without {
        assert!(!store.permits(&caller, "land", "search", "parcel"), "{caller:?}");
    }
    let unproven = caller(CallerKind::Citizen, Assurance::None);
    assert!(!store.permits(&unproven, "land", "own", "parcel"));
}

#[test]
fn policies_that_are_broken_or_misspelt_refuse_to_start() {
    for broken in [
        "permit (principal, action, resource",
        r#"permit (principal, action == Action::"land:owm", resource);"#,
        r#"permit (principal, action, resource) when { principal.knid == "citizen" };"#,
        r#"permit (principal, action, resource) when { principal.assurance == "1" };"#,
        r#"permit (principal, action, resource) when { context.reason == "x" };"#,
    ] {
        assert!(PolicyStore::new([descriptor(broken)]).is_err(), "{broken}");
    }
    assert!(matches!(
        PolicyStore::new([descriptor(POLICY), descriptor(POLICY)]),
        Err(PolicyFault::Twice(_))
    ));
}
