//! The rows, as sea-orm entities. Instants are microseconds since 1970.

/// `Debug` that shows nothing: sea-orm demands it, and the rows are secrets and people.
macro_rules! undisclosed {
    ($name:literal) => {
        impl std::fmt::Debug for Model {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct($name).finish_non_exhaustive()
            }
        }
    };
}

/// A key that signs access tokens.
pub(crate) mod signing_key {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, DeriveEntityModel)]
    #[sea_orm(table_name = "signing_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub kid: String,
        /// The private key, sealed.
        pub sealed: Vec<u8>,
        /// `next`, `current` or `retired`.
        pub slot: String,
        pub created_us: i64,
        pub retired_us: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    undisclosed!("signing_key");
}

/// The single row that copies of identity agree by on who rotates.
pub(crate) mod key_rotation {
    use sea_orm::entity::prelude::*;

    /// The row.
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "key_rotation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub generation: i64,
        pub rotated_us: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a citizen signed in to, until it ends.
pub(crate) mod session {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, DeriveEntityModel)]
    #[sea_orm(table_name = "session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub subject: String,
        pub client_id: String,
        /// Thumbprint of the key that every token of the session is bound to.
        pub jkt: String,
        pub started_us: i64,
        pub ends_us: i64,
        pub revoked_us: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    undisclosed!("session");
}

/// A refresh token, known only by its hash.
pub(crate) mod refresh_token {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, DeriveEntityModel)]
    #[sea_orm(table_name = "refresh_token")]
    pub struct Model {
        /// SHA-256 of the token.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
        pub session_id: String,
        pub issued_us: i64,
        pub used_us: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        /// The session it belongs to.
        #[sea_orm(
            belongs_to = "super::session::Entity",
            from = "Column::SessionId",
            to = "super::session::Column::Id"
        )]
        Session,
    }

    impl Related<super::session::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Session.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}

    undisclosed!("refresh_token");
}

/// A session or token that is refused until it would have expired.
pub(crate) mod revocation {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "revocation")]
    pub struct Model {
        /// `sid` or `jti`.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// `session` or `token`.
        pub kind: String,
        pub ends_us: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
