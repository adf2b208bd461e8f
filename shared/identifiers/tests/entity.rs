//! Identifiers as columns and keys of sea-orm entities, on a real database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unreachable_pub, reason = "sea-orm's derives want public entities")]

use identifiers::{AreaCode, NationalId, ParcelKey, PersonId, PersonName, Share};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, Database, DatabaseConnection, EntityTrait,
    QueryFilter, Set,
};

mod person {
    use identifiers::{AreaCode, NationalId, PersonId, PersonName};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub national_id: NationalId,
        pub name: PersonName,
        pub spouse_id: Option<PersonId>,
        #[sea_orm(indexed)]
        pub area_code: AreaCode,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod ownership {
    use identifiers::{ParcelKey, PersonId, Share};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ownership")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub parcel: ParcelKey,
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner: PersonId,
        pub share: Share,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

async fn database() -> DatabaseConnection {
    let database = Database::connect("sqlite::memory:").await.unwrap();
    let schema = sea_orm::Schema::new(database.get_database_backend());
    for table in [
        schema.create_table_from_entity(person::Entity),
        schema.create_table_from_entity(ownership::Entity),
    ] {
        database.execute(&table).await.unwrap();
    }
    database
}

#[tokio::test]
async fn a_record_keyed_by_a_national_id_is_found_again() {
    let database = database().await;
    let id: NationalId = "A123456789".parse().unwrap();
    let name: PersonName = "王𠊎明".parse().unwrap();
    let area_code: AreaCode = "65000260".parse().unwrap();
    let spouse_id = Some(PersonId::from("F131104093".parse::<NationalId>().unwrap()));
    let row = person::ActiveModel {
        national_id: Set(id),
        name: Set(name.clone()),
        spouse_id: Set(spouse_id),
        area_code: Set(area_code),
    };
    row.insert(&database).await.unwrap();

    let found = person::Entity::find_by_id(id)
        .one(&database)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        found,
        person::Model {
            national_id: id,
            name: name.clone(),
            spouse_id,
            area_code
        }
    );
    assert_eq!(found.name.as_str(), "王𠊎明");
    let named = person::Entity::find()
        .filter(person::COLUMN.name.eq(name))
        .all(&database)
        .await
        .unwrap();
    assert_eq!(named.len(), 1);
    let nobody = person::Entity::find()
        .filter(person::Column::SpouseId.is_null())
        .one(&database)
        .await
        .unwrap();
    assert_eq!(nobody, None);
}

#[tokio::test]
async fn keys_of_several_identifiers_work() {
    let database = database().await;
    let parcel: ParcelKey = "AD-0453-2-1".parse().unwrap();
    let owner: PersonId = "A800000014".parse().unwrap();
    let share: Share = "25/100".parse().unwrap();
    ownership::ActiveModel {
        parcel: Set(parcel),
        owner: Set(owner),
        share: Set(share),
    }
    .insert(&database)
    .await
    .unwrap();
    let found = ownership::Entity::find_by_id((parcel, owner))
        .one(&database)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.share.to_string(), "25/100");
}

#[tokio::test]
async fn a_value_that_breaks_its_rule_is_an_error_when_read_and_is_not_repeated() {
    let database = database().await;
    database
        .execute_unprepared("INSERT INTO person VALUES ('A123456788', '王小明', NULL, '65000')")
        .await
        .unwrap();
    let error = person::Entity::find().one(&database).await.unwrap_err();
    assert!(!error.to_string().contains("A123456788"), "{error}");
}
