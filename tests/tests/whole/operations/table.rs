//! Which operations there are, what a case of one is, and the cases that follow from an operation alone.

use std::borrow::Cow;

/// What each operation must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Success,
    Malformed,
    NoToken,
    WrongToken,
    NotAllowed,
    /// Somebody else's record, or one that the caller may not know of.
    SomeoneElses,
    /// It answers with its database, and 503 without.
    DependencyDown,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Success,
        Self::Malformed,
        Self::NoToken,
        Self::WrongToken,
        Self::NotAllowed,
        Self::SomeoneElses,
        Self::DependencyDown,
    ];
}

/// As whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    Citizen,
    /// The citizen who is `{other}`.
    OtherCitizen,
    Officer,
    /// An officer of another function.
    OfficerElsewhere,
    Clinician,
    AgencySystem,
    /// The citizen's token with another signature, and a proof that would hold.
    Forger,
}

impl Who {
    /// Everybody whom an operation may be closed to.
    const CALLERS: [Self; 5] = [
        Self::Citizen,
        Self::Officer,
        Self::OfficerElsewhere,
        Self::Clinician,
        Self::AgencySystem,
    ];

    /// Those who say why they ask.
    fn states_purpose(self) -> bool {
        !matches!(self, Self::Nobody | Self::Citizen | Self::OtherCitizen)
    }
}

const JSON: &str = "application/json";

/// A purpose that no operation of a capability is open to, and one that is none.
const NEVER: &str = "audit";
const UNKNOWN: &str = "curiosity";

/// One request and what must come of it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) operation: &'static str,
    pub(super) kind: Kind,
    pub(super) who: Who,
    pub(super) method: &'static str,
    pub(super) path: Cow<'static, str>,
    /// Media type and text.
    pub(super) body: Option<(&'static str, Cow<'static, str>)>,
    pub(super) purpose: Option<&'static str>,
    /// Whether an `Idempotency-Key` of its own is sent.
    pub(super) with_key: bool,
    /// Whether somebody without a token proves possession of a key all the same.
    pub(super) with_proof: bool,
    pub(super) status: u16,
    /// Whether an error has the form of RFC 6749 instead of RFC 9457.
    pub(super) oauth_error: bool,
    pub(super) absent: &'static [&'static str],
    pub(super) present: &'static [&'static str],
}

impl Case {
    /// A case that answers 200.
    pub(super) const fn of(operation: &'static str, kind: Kind, who: Who) -> Self {
        Self {
            operation,
            kind,
            who,
            method: "GET",
            path: Cow::Borrowed(""),
            body: None,
            purpose: None,
            with_key: false,
            with_proof: false,
            status: 200,
            oauth_error: false,
            absent: &[],
            present: &[],
        }
    }

    pub(super) fn get(self, path: &'static str) -> Self {
        Self {
            path: path.into(),
            ..self
        }
    }

    pub(super) fn post(
        self,
        path: &'static str,
        media_type: &'static str,
        text: &'static str,
    ) -> Self {
        Self {
            method: "POST",
            path: path.into(),
            body: Some((media_type, text.into())),
            ..self
        }
    }

    pub(super) fn purpose(self, purpose: &'static str) -> Self {
        Self {
            purpose: Some(purpose),
            ..self
        }
    }

    pub(super) fn with_proof(self) -> Self {
        Self {
            with_proof: true,
            ..self
        }
    }

    pub(super) fn oauth_error(self) -> Self {
        Self {
            oauth_error: true,
            ..self
        }
    }

    pub(super) fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn without(self, absent: &'static [&'static str]) -> Self {
        Self { absent, ..self }
    }

    pub(super) fn with(self, present: &'static [&'static str]) -> Self {
        Self { present, ..self }
    }
}

/// What is asked that is somebody else's, and what must come of it.
#[derive(Debug, Clone, Copy)]
enum Foreign {
    /// Nothing further is asked: the own answer holds nobody else.
    Own,
    /// Another path.
    Path(&'static str, u16, &'static [&'static str]),
    /// Another form.
    Form(&'static str, u16),
    /// The same by another citizen.
    Other(u16, &'static [&'static str]),
    /// Nothing that could be derived.
    ByHand,
}

/// One operation of a service: whoever may ask, an example, and what follows from it.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) service: &'static str,
    pub(super) id: &'static str,
    /// The kinds of case that it cannot have, and why.
    pub(super) without: Vec<(Kind, &'static str)>,
    by: &'static [Who],
    example: Option<Case>,
    is_public: bool,
    malformed: &'static [&'static str],
    malformed_forms: &'static [&'static str],
    foreign: Foreign,
}

impl Operation {
    /// One whose cases are all written by hand.
    pub(super) fn by_hand(
        service: &'static str,
        id: &'static str,
        without: &[(Kind, &'static str)],
    ) -> Self {
        Self {
            service,
            id,
            without: without.to_vec(),
            by: &[],
            example: None,
            is_public: false,
            malformed: &[],
            malformed_forms: &[],
            foreign: Foreign::ByHand,
        }
    }

    fn example(service: &'static str, id: &'static str, path: &str, by: &'static [Who]) -> Self {
        let example = Case {
            path: format!("/{service}{path}").into(),
            present: &[r#""snapshot""#],
            ..Case::of(id, Kind::Success, by[0])
        };
        Self {
            by,
            example: Some(example),
            ..Self::by_hand(service, id, &[])
        }
    }

    /// A citizen's own record.
    pub(super) fn own(service: &'static str, id: &'static str, path: &str) -> Self {
        Self {
            foreign: Foreign::Own,
            ..Self::example(service, id, path, &[Who::Citizen])
        }
    }

    /// What officers and the like ask, for a purpose and in a case.
    pub(super) fn asked(
        service: &'static str,
        id: &'static str,
        path: &str,
        by: &'static [Who],
        purpose: &'static str,
    ) -> Self {
        let operation = Self::example(service, id, path, by);
        operation.changed(|example| example.purpose(purpose))
    }

    /// What everybody may ask.
    pub(super) fn public(service: &'static str, id: &'static str, path: &str) -> Self {
        let mut operation = Self::example(service, id, path, &[Who::Nobody, Who::Citizen]);
        operation.is_public = true;
        for kind in [Kind::NoToken, Kind::NotAllowed] {
            operation.without.push((kind, "everybody may ask it"));
        }
        operation
    }

    /// What a citizen files; `foreign` is a form that names what is not theirs.
    pub(super) fn filing(
        service: &'static str,
        id: &'static str,
        path: &str,
        form: &'static str,
        foreign: &'static str,
    ) -> Self {
        let operation = Self {
            foreign: Foreign::Form(foreign, 422),
            ..Self::example(service, id, path, &[Who::Citizen])
        };
        operation.changed(|example| Case {
            method: "POST",
            body: Some((JSON, form.into())),
            with_key: true,
            ..example.answers(202).with(&[r#""receipt""#])
        })
    }

    /// What comes with applications, the same in every capability that takes any. `{application:SERVICE}` is one that was
    /// filed before.
    pub(super) fn common(service: &'static str, application: &'static str) -> Vec<Self> {
        let mut list = Self::own(service, "applications", "/v1/applications");
        list.foreign = Foreign::Other(200, &["{me}"]);
        let of_one = |id, path: &str| Self {
            foreign: Foreign::Other(404, &[]),
            ..Self::own(service, id, path)
        };
        let one = format!("/v1/applications/{application}");
        let mut keys = Self::public(service, "receipt_keys", "/v1/receipt-keys")
            .changed(|example| example.with(&[r#""keys""#]));
        keys.without
            .push((Kind::SomeoneElses, "the keys are nobody's"));
        let mut attach = Self::own(service, "attach", "/v1/attachments").changed(|example| Case {
            method: "POST",
            body: Some(("application/pdf", "%PDF-1.7 a scan".into())),
            ..example.answers(201).with(&[])
        });
        attach.foreign = Foreign::ByHand;
        attach
            .without
            .push((Kind::SomeoneElses, "an upload names nobody"));
        vec![
            list,
            of_one("application", &one),
            of_one("receipt_picture", &format!("{one}/receipt.png"))
                .changed(|example| example.with(&[])),
            keys,
            attach,
        ]
    }

    /// Another body than none.
    pub(super) fn posts(self, text: &'static str) -> Self {
        self.changed(|example| Case {
            method: "POST",
            body: Some((JSON, text.into())),
            ..example
        })
    }

    /// A kind of case that it cannot have, and why.
    pub(super) fn excused(mut self, kind: Kind, why: &'static str) -> Self {
        self.without.push((kind, why));
        self
    }

    /// What the answer holds.
    pub(super) fn with(self, present: &'static [&'static str]) -> Self {
        self.changed(|example| example.with(present))
    }

    /// What the answer must not hold.
    pub(super) fn hides(self, absent: &'static [&'static str]) -> Self {
        self.changed(|example| example.without(absent))
    }

    /// Paths that are answered 400; those of one place beginning with `?` follow the example's.
    pub(super) fn malformed(self, malformed: &'static [&'static str]) -> Self {
        Self { malformed, ..self }
    }

    /// Forms that are answered 422.
    pub(super) fn malformed_forms(self, malformed_forms: &'static [&'static str]) -> Self {
        Self {
            malformed_forms,
            ..self
        }
    }

    /// A path of what is somebody else's, the answer's status, and what it must not hold.
    pub(super) fn someone_elses(
        self,
        path: &'static str,
        status: u16,
        absent: &'static [&'static str],
    ) -> Self {
        Self {
            foreign: Foreign::Path(path, status, absent),
            ..self
        }
    }

    fn changed(self, change: impl FnOnce(Case) -> Case) -> Self {
        Self {
            example: self.example.map(change),
            ..self
        }
    }

    /// The cases that follow.
    pub(super) fn cases(&self) -> Vec<Case> {
        let Some(example) = &self.example else {
            return Vec::new();
        };
        let as_kind = |kind| Case {
            kind,
            ..example.clone()
        };
        let refused = |kind, who: Who, status| Case {
            who,
            status,
            present: &[],
            absent: &[],
            purpose: example
                .purpose
                .or(Some("disaster-relief"))
                .filter(|_| who.states_purpose()),
            ..as_kind(kind)
        };
        let mut cases = vec![
            as_kind(Kind::DependencyDown),
            refused(Kind::WrongToken, Who::Forger, 401),
        ];
        for who in self.by {
            cases.push(Case {
                who: *who,
                ..as_kind(Kind::Success)
            });
        }
        cases.extend(self.malformed_cases(&refused(Kind::Malformed, self.by[0], 400)));
        if !self.is_public {
            cases.push(refused(Kind::NoToken, Who::Nobody, 401));
            let others = Who::CALLERS
                .into_iter()
                .filter(|who| !self.by.contains(who));
            cases.extend(others.map(|who| refused(Kind::NotAllowed, who, 403)));
            if example.purpose.is_some() {
                for purpose in [None, Some(NEVER)] {
                    cases.push(Case {
                        purpose,
                        ..refused(Kind::NotAllowed, self.by[0], 403)
                    });
                }
            }
        }
        cases.extend(self.foreign_case(&as_kind(Kind::SomeoneElses)));
        cases.retain(|case| self.without.iter().all(|(kind, _)| *kind != case.kind));
        cases
    }

    fn malformed_cases(&self, refused: &Case) -> Vec<Case> {
        let mut cases = vec![Case {
            purpose: Some(UNKNOWN),
            ..refused.clone()
        }];
        for path in self.malformed {
            let whole = if path.starts_with('?') {
                format!("{}{path}", refused.path)
            } else {
                format!("/{}{path}", self.service)
            };
            cases.push(Case {
                path: whole.into(),
                ..refused.clone()
            });
        }
        let sent = |kind: &'static str, text: String, status| Case {
            body: Some((kind, text.into())),
            status,
            ..refused.clone()
        };
        if let Some((JSON, form)) = &refused.body {
            cases.push(sent(JSON, form[..form.len() - 1].to_owned(), 400));
            cases.push(sent("text/plain", form.to_string(), 415));
            cases.push(sent(JSON, "{}".to_owned(), 422));
            let more = form.replacen('{', r#"{"unknown":1,"#, 1);
            cases.push(sent(JSON, more, 422));
        }
        for form in self.malformed_forms {
            cases.push(sent(JSON, (*form).to_owned(), 422));
        }
        if refused.with_key {
            cases.push(Case {
                with_key: false,
                ..refused.clone()
            });
        }
        cases
    }

    fn foreign_case(&self, asked: &Case) -> Option<Case> {
        let bare = Case {
            present: &[],
            ..asked.clone()
        };
        match self.foreign {
            Foreign::ByHand => None,
            Foreign::Own => Some(bare.without(&["{other}", "{protected}"])),
            Foreign::Path(path, status, absent) => Some(Case {
                path: format!("/{}{path}", self.service).into(),
                ..bare.answers(status).without(absent)
            }),
            Foreign::Form(form, status) => Some(Case {
                body: Some((JSON, form.into())),
                ..bare.answers(status)
            }),
            Foreign::Other(status, absent) => Some(Case {
                who: Who::OtherCitizen,
                ..bare.answers(status).without(absent)
            }),
        }
    }
}
