//! A small system of two tables for these tests, and a table that it has in some of them.
#![expect(unreachable_pub, reason = "sea-orm's derive wants a public model")]

pub(crate) mod person {
    use identifiers::{NationalId, PersonName};
    use sea_orm::entity::prelude::*;

    /// A person.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
    #[sea_orm(table_name = "person")]
    #[snapshot(index(name, birth_date))]
    pub struct Model {
        /// 身分證統一編號
        #[sea_orm(primary_key, auto_increment = false)]
        pub national_id: NationalId,
        /// 姓名
        pub name: PersonName,
        /// 出生日期
        #[sea_orm(indexed)]
        pub birth_date: chrono::NaiveDate,
        /// 保護註記
        pub protected: bool,
        /// 記事
        pub note: Option<String>,
        /// 記點
        pub points: Option<i32>,
    }
}

pub(crate) mod stay {
    use sea_orm::entity::prelude::*;

    /// A stay, with a key of three columns, one of them a word of SQL.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
    #[sea_orm(table_name = "stay")]
    pub struct Model {
        /// Place.
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: String,
        /// First day.
        #[sea_orm(primary_key, auto_increment = false)]
        pub from: chrono::NaiveDate,
        /// Number.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        /// When it was written down.
        pub seen_at: Option<chrono::DateTime<chrono::Utc>>,
    }
}

pub(crate) mod remark {
    use sea_orm::entity::prelude::*;

    /// A remark, of which an agency may have none.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
    #[sea_orm(table_name = "remark")]
    #[snapshot(index(text), may_be_absent)]
    pub struct Model {
        /// Number.
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        /// Text.
        pub text: Option<String>,
    }
}

pub(crate) fn system() -> snapshot::System {
    use snapshot::Table as _;
    snapshot::System {
        name: "test-register",
        schema_version: 1,
        tables: vec![person::Model::definition(), stay::Model::definition()],
        probes: Vec::new(),
    }
}
