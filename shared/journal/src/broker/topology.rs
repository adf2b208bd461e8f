//! The exchanges and queues, declared by whoever comes first and found as they are by everybody after.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, ExchangeKind};

use super::SettingsError;

/// Where applications are published; their capability is the routing key.
pub(crate) const EXCHANGE: &str = "lifeboat.applications";

/// Where those go that nobody could handle.
pub(crate) const DEAD_EXCHANGE: &str = "lifeboat.applications.dead";

/// How many times the broker hands out a message again, after its first delivery, before it parks it.
pub const DELIVERY_LIMIT: i64 = 5;

/// A capability's queue, with the one for its dead letters.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    pub(crate) capability: ShortString,
    pub(crate) name: ShortString,
    pub(crate) dead: ShortString,
}

impl Queue {
    pub(crate) fn of(capability: &str) -> Result<Self, SettingsError> {
        let spelt = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=64).contains(&capability.len()) || !capability.bytes().all(spelt) {
            return Err(SettingsError::Name);
        }
        Ok(Self {
            capability: capability.into(),
            name: format!("{EXCHANGE}.{capability}").into(),
            dead: format!("{DEAD_EXCHANGE}.{capability}").into(),
        })
    }

    /// Declares both exchanges and both queues.
    ///
    /// # Errors
    /// When the broker is lost, or holds something else under one of these names.
    pub(crate) async fn declare(&self, channel: &Channel) -> lapin::Result<()> {
        self.declare_one(channel, DEAD_EXCHANGE, &self.dead, dead())
            .await?;
        self.declare_one(channel, EXCHANGE, &self.name, live())
            .await
    }

    async fn declare_one(
        &self,
        channel: &Channel,
        exchange: &str,
        queue: &ShortString,
        arguments: FieldTable,
    ) -> lapin::Result<()> {
        let durable = ExchangeDeclareOptions {
            durable: true,
            ..ExchangeDeclareOptions::default()
        };
        let nothing = FieldTable::default;
        channel
            .exchange_declare(exchange.into(), ExchangeKind::Direct, durable, nothing())
            .await?;
        channel
            .queue_declare(queue.clone(), QueueDeclareOptions::durable(), arguments)
            .await?;
        channel
            .queue_bind(
                queue.clone(),
                exchange.into(),
                self.capability.clone(),
                QueueBindOptions::default(),
                nothing(),
            )
            .await
    }
}

/// A dead letter leaves this queue only when the other one has it, which the broker does for queues that never drop
/// their oldest messages.
fn live() -> FieldTable {
    let texts = [
        ("x-dead-letter-exchange", DEAD_EXCHANGE),
        ("x-dead-letter-strategy", "at-least-once"),
        ("x-overflow", "reject-publish"),
    ];
    let mut arguments = quorum(DELIVERY_LIMIT);
    for (name, value) in texts {
        arguments.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    arguments
}

/// Looking at a parked message counts as delivering it, and from version 4 on RabbitMQ drops what was delivered twenty
/// times unless told otherwise.
fn dead() -> FieldTable {
    quorum(i32::MAX.into())
}

fn quorum(limit: i64) -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert(
        "x-queue-type".into(),
        AMQPValue::LongString("quorum".into()),
    );
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongLongInt(limit));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_capabilities_become_names_of_queues() {
        let queue = Queue::of("land-registry").unwrap();
        assert_eq!(queue.name.as_str(), "lifeboat.applications.land-registry");
        assert_eq!(
            queue.dead.as_str(),
            "lifeboat.applications.dead.land-registry"
        );
        for name in ["", "Land", "a.b", "戶政", &"a".repeat(65)] {
            assert!(matches!(Queue::of(name), Err(SettingsError::Name)));
        }
    }
}
