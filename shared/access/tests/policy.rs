//! What no policy permits is denied, and a service with doubtful policies does not start.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::caller::{Assurance, Caller, CallerKind};
use access::descriptor::Descriptor;
use access::policy::{Decision, PolicyFault, PolicyStore};
use access::purpose::Purpose;
use serde_json::{Value, json};

const POLICY: &str = r#"
    permit (principal, action == Action::"echo:own_record", resource)
    when { principal.kind == "citizen" && principal.assurance >= 1 };
    permit (principal, action in [Action::"echo:person", Action::"echo:own_record"], resource)
    when { ["officer", "clinician", "auditor"].contains(principal.kind) && principal.functions.contains("echo") };
    permit (principal, action == Action::"echo:check", resource)
    when { principal.kind == "service" && principal.subject == "identity" };
    permit (principal, action == Action::"echo:notice", resource);
"#;

fn operation(id: &str, tag: &str) -> Value {
    json!({ "operationId": id, "tags": [tag], "responses": {} })
}

fn document(policy: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "servers": [{ "url": "/echo" }],
        "x-lifeboat": { "service": "echo", "system_name": "測試系統", "recovery_tier": 2, "policy": policy },
        "paths": {
            "/v1/me": { "get": operation("own_record", "person") },
            "/v1/persons/{national_id}": { "get": operation("person", "person"), "parameters": [] },
            "/v1/checks": { "post": operation("check", "person") },
            "/v1/notices": { "get": operation("notice", "notice") },
            "/v1/sealed": { "get": operation("sealed", "person") },
        },
    })
}

fn store(policy: &str) -> Result<PolicyStore, PolicyFault> {
    PolicyStore::new([Descriptor::from_openapi(&document(policy).to_string()).unwrap()])
}

fn caller(kind: CallerKind, assurance: Assurance) -> Caller {
    Caller {
        kind,
        assurance,
        subject: "A123456789".into(),
        ..Caller::anonymous(None)
    }
}

fn officer() -> Caller {
    let mut officer = caller(CallerKind::Officer, Assurance::Strong);
    officer.functions.insert("echo".into());
    officer.purpose = Some(Purpose::FamilyTracing);
    officer.case_number = "113/1".parse().ok();
    officer
}

#[test]
fn what_no_policy_permits_is_denied_for_everybody() {
    let store = store(POLICY).unwrap();
    let kinds = [
        CallerKind::Anonymous,
        CallerKind::Citizen,
        CallerKind::Officer,
        CallerKind::Clinician,
        CallerKind::AgencySystem,
        CallerKind::Auditor,
        CallerKind::Service,
    ];
    for kind in kinds {
        let caller = Caller { kind, ..officer() };
        assert_eq!(
            store.decide(&caller, "echo", "sealed", "person"),
            Decision::Deny,
            "{kind}"
        );
    }
    assert_eq!(
        self::store("")
            .unwrap()
            .decide(&officer(), "echo", "person", "person"),
        Decision::Deny
    );
}

#[test]
fn policies_permit_what_they_say() {
    let store = store(POLICY).unwrap();
    let (weak, basic) = (
        caller(CallerKind::Citizen, Assurance::None),
        caller(CallerKind::Citizen, Assurance::Basic),
    );
    assert!(store.permits(&basic, "echo", "own_record", "person"));
    assert!(!store.permits(&weak, "echo", "own_record", "person"));
    assert!(!store.permits(&basic, "echo", "person", "person"));
    assert!(store.permits(&Caller::anonymous(None), "echo", "notice", "notice"));
    assert!(!store.permits(&Caller::anonymous(None), "echo", "own_record", "person"));
    assert!(store.permits(&Caller::service("identity"), "echo", "check", "person"));
    assert!(!store.permits(&Caller::service("gateway"), "echo", "check", "person"));
    assert!(store.permits(&officer(), "echo", "person", "person"));
}

#[test]
fn people_in_office_need_function_purpose_case_and_a_strong_proof() {
    let store = store(POLICY).unwrap();
    for denied in [
        Caller {
            purpose: None,
            ..officer()
        },
        Caller {
            case_number: None,
            ..officer()
        },
        Caller {
            assurance: Assurance::Basic,
            ..officer()
        },
        Caller {
            functions: ["land-registry".to_owned()].into(),
            ..officer()
        },
    ] {
        assert!(!store.permits(&denied, "echo", "person", "person"));
        // Not even what everybody may do.
        let open = denied.functions.contains("echo");
        assert_eq!(store.permits(&denied, "echo", "notice", "notice"), !open);
    }
}

#[test]
fn an_auditor_looks_up_nobody() {
    let store = store(POLICY).unwrap();
    let auditor = Caller {
        kind: CallerKind::Auditor,
        ..officer()
    };
    assert!(!store.permits(&auditor, "echo", "person", "person"));
    assert!(store.permits(
        &Caller {
            purpose: Some(Purpose::Audit),
            ..auditor
        },
        "echo",
        "person",
        "person"
    ));
}

#[test]
fn what_is_not_known_is_denied() {
    let store = store(POLICY).unwrap();
    for (service, action, kind) in [
        ("echo", "unknown", "person"),
        ("echo", "echo:person", "person"),
        ("echo", "person", "notice"),
        ("echo", "", ""),
        ("other", "person", "person"),
    ] {
        assert_eq!(
            store.decide(&officer(), service, action, kind),
            Decision::Unknown,
            "{service} {action} {kind}"
        );
    }
}

#[test]
fn a_route_is_decided_on_like_its_operation() {
    let store = store(POLICY).unwrap();
    for template in ["/v1/checks", "/echo/v1/checks"] {
        assert!(store.permits_route(&Caller::service("identity"), "echo", "POST", template));
        assert!(!store.permits_route(&Caller::service("gateway"), "echo", "POST", template));
        assert!(!store.permits_route(&Caller::service("identity"), "echo", "GET", template));
    }
    assert!(!store.permits_route(&Caller::service("identity"), "echo", "POST", "/v1/other"));
    assert!(!store.permits_route(&Caller::service("identity"), "other", "POST", "/v1/checks"));
}

#[test]
fn doubtful_policies_refuse_to_start() {
    for (policy, why) in [
        ("permit (principal, action, resource", "does not parse"),
        (
            r#"permit (principal, action == Action::"echo:unknown", resource);"#,
            "unknown action",
        ),
        (
            r#"permit (principal, action == Action::"other:person", resource);"#,
            "another service's action",
        ),
        (
            "permit (principal, action, resource) when { principal.rank > 1 };",
            "unknown attribute",
        ),
        (
            r#"permit (principal, action, resource) when { principal.assurance == "2" };"#,
            "never true",
        ),
        (
            r#"permit (principal, action, resource) when { principal.assurance > "2" };"#,
            "wrong type",
        ),
        (
            "permit (principal, action, resource) when { context.role };",
            "unknown context",
        ),
        (
            "permit (principal is Person, action, resource);",
            "unknown type",
        ),
        (
            "permit (principal == ?principal, action, resource);",
            "a template",
        ),
        (
            "permit (principal, action, resource) when { false };",
            "can never apply",
        ),
    ] {
        assert!(store(policy).is_err(), "{why}");
    }
    let twice = || Descriptor::from_openapi(&document(POLICY).to_string()).unwrap();
    assert!(PolicyStore::new([twice(), twice()]).is_err());
}

#[test]
fn a_policy_that_fails_denies_all_it_has_a_say_in() {
    let store = store("permit (principal, action, resource) when { 9223372036854775807 + principal.assurance > 0 };").unwrap();
    let citizen = |assurance| caller(CallerKind::Citizen, assurance);
    assert_eq!(
        store.decide(&citizen(Assurance::None), "echo", "person", "person"),
        Decision::Allow
    );
    assert_eq!(
        store.decide(&citizen(Assurance::Basic), "echo", "person", "person"),
        Decision::Failed
    );
    let overflowing_forbid = format!(
        "{POLICY} forbid (principal, action, resource) when {{ 9223372036854775807 + principal.assurance < 0 }};"
    );
    let store = self::store(&overflowing_forbid).unwrap();
    assert_eq!(
        store.decide(&citizen(Assurance::Basic), "echo", "own_record", "person"),
        Decision::Failed
    );
}
