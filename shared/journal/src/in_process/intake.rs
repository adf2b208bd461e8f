//! What the consumer within the process does with a message: proves it whole, and keeps it.
//!
//! While no agency's program can be reached, the journal is the agency's tray: an export hands on what lies in it. So
//! a message is taken when nothing of it can be wrong that only the agency would find out, weeks later.

use access::keys::KeySet;
use runtime::clock::SharedClock;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::broker::{Handler, Inbox, Message, Outcome};
use crate::journal::{Journal, Unreachable};
use crate::receipt::{Receipt, ReceiptFault, form_hash};

/// Takes messages into the inbox of the journal's own database.
#[derive(Debug)]
pub struct Intake {
    journal: Journal,
    inbox: Inbox,
    /// The public keys of receipts as last read.
    keys: Mutex<KeySet>,
}

/// What of a message's body the receipt vouches for.
#[derive(Deserialize)]
struct Body {
    application_id: Uuid,
    form: Value,
    receipt: String,
}

impl Intake {
    /// That of this journal.
    #[must_use]
    pub fn new(journal: Journal, clock: SharedClock) -> Self {
        Self {
            inbox: Inbox::new(journal.db.clone(), clock),
            journal,
            keys: Mutex::default(),
        }
    }

    /// What is wrong with the message, in words that hold nobody's data.
    async fn fault(&self, message: &Message) -> Result<Option<String>, Unreachable> {
        let Ok(body) = serde_json::from_slice::<Body>(&message.body) else {
            return Ok(Some("its body cannot be read".to_owned()));
        };
        let receipt = match self.receipt(&body.receipt).await? {
            Ok(receipt) => receipt,
            Err(fault) => return Ok(Some(format!("its receipt does not hold: {fault}"))),
        };
        let vouched = receipt.iss == message.capability
            && receipt.jti == message.id
            && receipt.jti == body.application_id
            && receipt.kind == message.kind
            && receipt.form == form_hash(&body.form.to_string());
        Ok((!vouched).then(|| "its receipt is of something else".to_owned()))
    }

    /// What the receipt says. A key that is not known is looked for in the journal: another copy of the service may have
    /// brought it.
    async fn receipt(&self, text: &str) -> Result<Result<Receipt, ReceiptFault>, Unreachable> {
        let mut keys = self.keys.lock().await;
        let receipt = Receipt::verify(text, &keys);
        if receipt != Err(ReceiptFault::UnknownKey) {
            return Ok(receipt);
        }
        let members = self.journal.receipt_keys().await?;
        *keys = KeySet::from_members(&members).map_err(|error| {
            tracing::error!(%error, "the keys of receipts cannot be read");
            Unreachable
        })?;
        Ok(Receipt::verify(text, &keys))
    }

    async fn take(&self, message: &Message) -> Result<(), Unreachable> {
        if let Some(transaction) = self.inbox.begin(message.id).await? {
            transaction.commit().await?;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Handler for Intake {
    async fn handle(&self, message: &Message) -> Outcome {
        match self.fault(message).await {
            Ok(Some(fault)) => return Outcome::Poison(fault),
            Ok(None) => (),
            Err(Unreachable) => return Outcome::Retry,
        }
        match self.take(message).await {
            Ok(()) => Outcome::Done,
            Err(Unreachable) => Outcome::Retry,
        }
    }
}
