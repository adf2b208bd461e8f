//! Which operations there are, and what a case of one is.

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
    /// 200 with its database, 503 without.
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
    Officer,
    /// An officer of another function.
    OfficerElsewhere,
    AgencySystem,
    /// The citizen's token with another signature, and a proof that would hold.
    Forger,
}

/// One operation of a service.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) service: &'static str,
    pub(super) id: &'static str,
    /// The kinds of case that it cannot have, and why.
    pub(super) without: &'static [(Kind, &'static str)],
}

/// One request and what must come of it.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) operation: &'static str,
    pub(super) kind: Kind,
    pub(super) who: Who,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// Media type and text.
    pub(super) body: Option<(&'static str, &'static str)>,
    pub(super) purpose: Option<&'static str>,
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
            path: "",
            body: None,
            purpose: None,
            with_proof: false,
            status: 200,
            oauth_error: false,
            absent: &[],
            present: &[],
        }
    }

    pub(super) const fn get(self, path: &'static str) -> Self {
        Self { path, ..self }
    }

    pub(super) const fn post(
        self,
        path: &'static str,
        media_type: &'static str,
        text: &'static str,
    ) -> Self {
        Self {
            method: "POST",
            path,
            body: Some((media_type, text)),
            ..self
        }
    }

    pub(super) const fn purpose(self, purpose: &'static str) -> Self {
        Self {
            purpose: Some(purpose),
            ..self
        }
    }

    pub(super) const fn with_proof(self) -> Self {
        Self {
            with_proof: true,
            ..self
        }
    }

    pub(super) const fn oauth_error(self) -> Self {
        Self {
            oauth_error: true,
            ..self
        }
    }

    pub(super) const fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) const fn without(self, absent: &'static [&'static str]) -> Self {
        Self { absent, ..self }
    }

    pub(super) const fn with(self, present: &'static [&'static str]) -> Self {
        Self { present, ..self }
    }
}

pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        service: "household",
        id: "own_record",
        without: &[],
    },
    Operation {
        service: "household",
        id: "own_household",
        without: &[],
    },
    Operation {
        service: "household",
        id: "own_kin",
        without: &[],
    },
    Operation {
        service: "household",
        id: "person_by_id",
        without: &[],
    },
    Operation {
        service: "household",
        id: "persons_by_name",
        without: &[],
    },
    Operation {
        service: "household",
        id: "kin_of_person",
        without: &[],
    },
    Operation {
        service: "household",
        id: "household_by_number",
        without: &[],
    },
    Operation {
        service: "household",
        id: "households_at_address",
        without: &[],
    },
    Operation {
        service: "household",
        id: "check_identity",
        without: &[],
    },
    Operation {
        service: "identity",
        id: "token",
        without: &[
            (Kind::NoToken, "nobody has a token before"),
            (Kind::WrongToken, "a token is what is asked for"),
            (
                Kind::NotAllowed,
                "who may not sign in is told that the facts do not match",
            ),
        ],
    },
    Operation {
        service: "identity",
        id: "revoke",
        without: &[
            (Kind::NoToken, "whoever holds a token may hand it back"),
            (Kind::WrongToken, "whoever holds a token may hand it back"),
            (Kind::NotAllowed, "whoever holds a token may hand it back"),
        ],
    },
    Operation {
        service: "identity",
        id: "own_access_log",
        without: &[],
    },
    Operation {
        service: "identity",
        id: "authorization_server_metadata",
        without: &[
            (Kind::NoToken, "it is public and the same for everybody"),
            (Kind::WrongToken, "it is public and the same for everybody"),
            (Kind::NotAllowed, "it is public and the same for everybody"),
            (
                Kind::SomeoneElses,
                "it is public and the same for everybody",
            ),
            (Kind::Malformed, "it takes nothing"),
            (Kind::DependencyDown, "it is in memory"),
        ],
    },
    Operation {
        service: "identity",
        id: "jwks",
        without: &[
            (Kind::NoToken, "it is public and the same for everybody"),
            (Kind::WrongToken, "it is public and the same for everybody"),
            (Kind::NotAllowed, "it is public and the same for everybody"),
            (
                Kind::SomeoneElses,
                "it is public and the same for everybody",
            ),
            (Kind::Malformed, "it takes nothing"),
            (Kind::DependencyDown, "it is in memory"),
        ],
    },
];
