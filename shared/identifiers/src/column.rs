//! Identifiers as database columns.

/// A TEXT column, also as (part of) a primary key. Reading from the database validates like any other reading.
macro_rules! column_traits {
    ($name:ident) => {
        impl From<$name> for sea_orm::Value {
            fn from(value: $name) -> Self {
                sea_orm::Value::from(String::from(value))
            }
        }

        impl From<&$name> for sea_orm::Value {
            fn from(value: &$name) -> Self {
                sea_orm::Value::from(value.to_string())
            }
        }

        impl sea_orm::TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                let text = <String as sea_orm::TryGetable>::try_get_by(row, index)?;
                text.parse().map_err(|invalid: crate::Invalid| {
                    sea_orm::TryGetError::DbErr(sea_orm::DbErr::TryIntoErr {
                        from: "String",
                        into: stringify!($name),
                        source: std::sync::Arc::new(invalid),
                    })
                })
            }
        }

        impl sea_orm::sea_query::ValueType for $name {
            fn try_from(value: sea_orm::Value) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
                let text = <String as sea_orm::sea_query::ValueType>::try_from(value)?;
                text.parse().map_err(|_| sea_orm::sea_query::ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> sea_orm::sea_query::ArrayType {
                sea_orm::sea_query::ArrayType::String
            }

            fn column_type() -> sea_orm::sea_query::ColumnType {
                sea_orm::sea_query::ColumnType::Text
            }
        }

        impl sea_orm::sea_query::Nullable for $name {
            fn null() -> sea_orm::Value {
                sea_orm::Value::String(None)
            }
        }

        impl sea_orm::IntoActiveValue<$name> for $name {
            fn into_active_value(self) -> sea_orm::ActiveValue<$name> {
                sea_orm::ActiveValue::Set(self)
            }
        }

        impl sea_orm::TryFromU64 for $name {
            /// Registry keys are given by agencies, never counted up by the database.
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    };
}

pub(crate) use column_traits;

/// Calls the macro `$each` with every type of this crate that can be a column, so that another crate can implement its own
/// trait for all of them and never misses a new one.
///
/// ```
/// trait Column {}
/// macro_rules! column {
///     ($type:ty) => {
///         impl Column for $type {}
///     };
/// }
/// identifiers::for_each_column!(column);
/// ```
#[macro_export]
macro_rules! for_each_column {
    ($each:ident) => {
        $each!($crate::AreaCode);
        $each!($crate::BuildingKey);
        $each!($crate::BuildingNo);
        $each!($crate::HouseTaxNo);
        $each!($crate::HouseholdNo);
        $each!($crate::InstitutionNo);
        $each!($crate::InsuredUnitCheck);
        $each!($crate::InsuredUnitNo);
        $each!($crate::LandObject);
        $each!($crate::LandOffice);
        $each!($crate::NationalId);
        $each!($crate::Neighbourhood);
        $each!($crate::NhiCardNo);
        $each!($crate::ObjectKind);
        $each!($crate::ObjectNo);
        $each!($crate::ParcelKey);
        $each!($crate::ParcelNo);
        $each!($crate::PartyId);
        $each!($crate::PassportNo);
        $each!($crate::PersonId);
        $each!($crate::PersonName);
        $each!($crate::Plate);
        $each!($crate::RecordNo);
        $each!($crate::Section);
        $each!($crate::Share);
        $each!($crate::ShareType);
        $each!($crate::Ubn);
        $each!($crate::UiNumber);
    };
}
