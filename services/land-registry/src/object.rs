//! The rows of a parcel or a building in the tables that refer to it.

use identifiers::{LandObject, LandOffice, ObjectKind, ObjectNo, Section};
use sea_orm::{ColumnTrait, Condition};

use crate::tables::{encumbrance, ownership};

/// A parcel or a building, as the columns of a row name it.
#[derive(Clone, Copy)]
pub(crate) struct Object {
    office: LandOffice,
    section: Section,
    kind: ObjectKind,
    number: ObjectNo,
}

impl From<LandObject> for Object {
    fn from(object: LandObject) -> Self {
        let (office, section, number) = match object {
            LandObject::Parcel(key) => (key.office, key.section, key.number.into()),
            LandObject::Building(key) => (key.office, key.section, key.number.into()),
        };
        Self {
            office,
            section,
            kind: object.kind(),
            number,
        }
    }
}

impl Object {
    /// Its entries of ownership.
    pub(crate) fn owned(&self) -> Condition {
        use ownership::Column;
        self.named([
            Column::LandOffice,
            Column::Section,
            Column::ObjectKind,
            Column::ObjectNo,
        ])
    }

    /// Its entries of what burdens it.
    pub(crate) fn burdened(&self) -> Condition {
        use encumbrance::Column;
        self.named([
            Column::LandOffice,
            Column::Section,
            Column::ObjectKind,
            Column::ObjectNo,
        ])
    }

    fn named<C: ColumnTrait>(&self, columns: [C; 4]) -> Condition {
        let key = [
            self.office.as_str(),
            self.section.as_str(),
            self.kind.as_str(),
            self.number.as_str(),
        ];
        let equal = columns
            .iter()
            .zip(key)
            .map(|(column, part)| column.eq(part));
        equal.fold(Condition::all(), Condition::add)
    }
}
