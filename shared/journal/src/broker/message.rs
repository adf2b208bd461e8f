//! One message, and how it is written as AMQP 0-9-1.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use uuid::Uuid;

/// The header with [`Message::position`].
const POSITION: &str = "position";

/// `delivery-mode` of what survives a restart of the broker.
pub(crate) const PERSISTENT: u8 = 2;

/// Something filed with a capability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same however often it is published.
    pub id: Uuid,
    /// Whose queue it goes to.
    pub capability: String,
    /// What was filed, in the capability's own words; at most 255 bytes.
    pub kind: String,
    /// Where it stands in the order of filing.
    pub position: i64,
    /// What was filed.
    pub body: Vec<u8>,
}

/// What arrived was not written by [`Message`]; its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) Vec<u8>);

/// Its kind is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Message {
    pub(crate) fn properties(&self) -> Result<BasicProperties, TooLong> {
        let kind = ShortString::try_new(self.kind.as_str()).map_err(|_| TooLong)?;
        let mut headers = FieldTable::default();
        headers.insert(POSITION.into(), AMQPValue::LongLongInt(self.position));
        Ok(BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_message_id(self.id.to_string().into())
            .with_type(kind)
            .with_headers(headers))
    }

    pub(crate) fn read(
        capability: &ShortString,
        properties: &BasicProperties,
        body: Vec<u8>,
    ) -> Result<Self, Unreadable> {
        let head = || Some((id(properties)?, kind(properties)?, position(properties)?));
        let Some((id, kind, position)) = head() else {
            return Err(Unreadable(body));
        };
        Ok(Self {
            id,
            capability: capability.to_string(),
            kind,
            position,
            body,
        })
    }
}

pub(crate) fn id(properties: &BasicProperties) -> Option<Uuid> {
    Uuid::try_parse(properties.message_id().as_ref()?.as_str()).ok()
}

pub(crate) fn kind(properties: &BasicProperties) -> Option<String> {
    properties.kind().as_ref().map(ToString::to_string)
}

pub(crate) fn position(properties: &BasicProperties) -> Option<i64> {
    number(properties, POSITION)
}

/// A header that is a whole number, of whatever width the broker chose.
pub(crate) fn number(properties: &BasicProperties, header: &str) -> Option<i64> {
    match properties.headers().as_ref()?.inner().get(header)? {
        AMQPValue::ShortShortInt(number) => Some((*number).into()),
        AMQPValue::ShortShortUInt(number) => Some((*number).into()),
        AMQPValue::ShortInt(number) => Some((*number).into()),
        AMQPValue::ShortUInt(number) => Some((*number).into()),
        AMQPValue::LongInt(number) => Some((*number).into()),
        AMQPValue::LongUInt(number) => Some((*number).into()),
        AMQPValue::LongLongInt(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            id: Uuid::from_u128(7),
            capability: "land-registry".to_owned(),
            kind: "change-of-address".to_owned(),
            position: i64::MAX,
            body: b"filed".to_vec(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = message().properties().unwrap();
        let read = Message::read(&"land-registry".into(), &written, b"filed".to_vec());
        assert_eq!(read, Ok(message()));
    }

    #[test]
    fn a_message_that_lacks_anything_is_not_read() {
        let whole = message().properties().unwrap();
        for lacking in [
            BasicProperties::default(),
            whole.clone().with_message_id("not an id".into()),
            whole.with_headers(FieldTable::default()),
        ] {
            let read = Message::read(&"land-registry".into(), &lacking, b"kept".to_vec());
            assert_eq!(read, Err(Unreadable(b"kept".to_vec())));
        }
    }

    #[test]
    fn a_kind_that_amqp_cannot_hold_is_refused() {
        let kind = "k".repeat(256);
        assert_eq!(
            Message { kind, ..message() }.properties().unwrap_err(),
            TooLong
        );
    }
}
