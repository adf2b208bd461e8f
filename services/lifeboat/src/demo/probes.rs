//! The first questions: a citizen's and an officer's, through the gateway, as they would ask.

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use runtime::clock::SharedClock;

use crate::client::Client;
use crate::outcome::Failure;

use super::ready_file::ReadyFile;

/// Asks what only the citizen may ask, of every capability that answers.
pub(crate) async fn as_citizen(ready: &ReadyFile, clock: &SharedClock) -> Result<(), Failure> {
    let mut client = ready.signed_in(false, clock).await?;
    for capability in &ready.capabilities {
        // A citizen need not have a record everywhere; 404 is an answer too.
        expect(
            &mut client,
            &format!("/{capability}/v1/me"),
            &[],
            &[200, 404],
        )
        .await?;
    }
    expect(&mut client, "/household/v1/me/household", &[], &[200]).await?;
    expect(&mut client, "/household/v1/me/kin", &[], &[200]).await?;
    expect(&mut client, "/identity/v1/me/access-log", &[], &[200]).await
}

/// Asks what an officer may ask, with purpose and case number.
pub(crate) async fn as_officer(ready: &ReadyFile, clock: &SharedClock) -> Result<(), Failure> {
    let mut client = ready.signed_in(true, clock).await?;
    let reason = [
        (
            HeaderName::from_static("lookup-purpose"),
            HeaderValue::from_static("family-tracing"),
        ),
        (
            HeaderName::from_static("case-number"),
            HeaderValue::from_static("DEMO-1"),
        ),
    ];
    let person = format!("/household/v1/persons/{}", ready.citizen.national_id);
    expect(&mut client, &person, &reason, &[200]).await?;
    expect(&mut client, &format!("{person}/kin"), &reason, &[200]).await
}

async fn expect(
    client: &mut Client,
    path: &str,
    headers: &[(HeaderName, HeaderValue)],
    statuses: &[u16],
) -> Result<(), Failure> {
    let answer = client.send(&Method::GET, path, headers, None).await?;
    if statuses.contains(&answer.status().as_u16()) {
        return Ok(());
    }
    let status = answer.status();
    Err(Failure::failed(format!(
        "{path} answered {status}: {}",
        answer.text().await?
    )))
}
