//! What the clouds say was the newest restore point, compared with what this host knows.

use futures_util::future::join_all;

use super::fleet::{Fleet, Member};
use super::{BackupError, Holders, Refusal};
use crate::cloud::{CloudError, Kind};
use crate::object::{
    CloudId, ENVELOPE_AT_MOST, Envelope, Head, ObjectKind, Sequence, VerifyingKeys, Witness,
    folders, head_sequence,
};

/// The newest head on a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Newest {
    None,
    /// By its name; it is one that we made and need not be read.
    Older(Sequence),
    Proven(Witness),
}

/// Asks every cloud, drops those that do not answer or were rolled back, and refuses to go on where the history is not ours.
pub(crate) async fn compare(
    fleet: &Fleet,
    ids: impl Fn(u8) -> Option<CloudId>,
    keys: &VerifyingKeys,
    ours: Option<(Witness, Holders)>,
) -> Result<(), BackupError> {
    let known = ours.map(|(witness, _)| witness);
    let asked = fleet.members().iter().filter_map(|member| {
        let id = ids(member.cloud.number())?;
        Some(async move { (member, newest(member, id, keys, known).await) })
    });
    let mut good = Holders::default();
    let mut rolled_back = Vec::new();
    for (member, answer) in join_all(asked).await {
        let cloud = &member.cloud;
        let newest = match answer {
            Ok(newest) => newest,
            Err(fault) => {
                fleet.drop_cloud(fault);
                continue;
            }
        };
        let Some((ours, holders)) = ours else {
            if let Newest::Proven(theirs) = newest {
                return Err(ahead(member, theirs, None));
            }
            good = good.with(cloud.number());
            continue;
        };
        match newest {
            Newest::Proven(theirs) if theirs == ours => good = good.with(cloud.number()),
            Newest::Proven(theirs) if theirs.sequence == ours.sequence => {
                return Err(BackupError::Refused(Refusal::Fork {
                    number: cloud.number(),
                    cloud: cloud.name().to_owned(),
                    sequence: theirs.sequence,
                }));
            }
            Newest::Proven(theirs) => return Err(ahead(member, theirs, Some(ours))),
            Newest::None | Newest::Older(_) if holders.has(cloud.number()) => {
                rolled_back.push(cloud.name().to_owned());
                let shows = match newest {
                    Newest::Older(sequence) => format!("only {sequence}"),
                    _ => "none".to_owned(),
                };
                let detail = format!(
                    "rolled back: it took restore point {} and now shows {shows}",
                    ours.sequence
                );
                fleet.drop_cloud(fault(member, "", Kind::Missing, detail));
            }
            // It missed the last run, as we know.
            Newest::None | Newest::Older(_) => good = good.with(cloud.number()),
        }
    }
    match ours {
        Some((ours, _)) if !rolled_back.is_empty() && good.count() < fleet.need() => {
            Err(BackupError::Refused(Refusal::RolledBack {
                clouds: rolled_back,
                newest: ours.sequence,
                good: good.count(),
                need: fleet.need(),
            }))
        }
        _ => fleet.enough(good, "answer").map(drop),
    }
}

fn ahead(member: &Member, theirs: Witness, ours: Option<Witness>) -> BackupError {
    BackupError::Refused(Refusal::Ahead {
        number: member.cloud.number(),
        cloud: member.cloud.name().to_owned(),
        theirs,
        ours,
    })
}

fn fault(member: &Member, object: &str, kind: Kind, detail: String) -> CloudError {
    CloudError {
        number: member.cloud.number(),
        cloud: member.cloud.name().to_owned(),
        object: object.to_owned(),
        kind,
        detail,
    }
}

async fn newest(
    member: &Member,
    id: CloudId,
    keys: &VerifyingKeys,
    known: Option<Witness>,
) -> Result<Newest, CloudError> {
    let listed = member.cloud.list(&folders::heads(id)).await?;
    let named = listed.iter().filter_map(|one| {
        let sequence = head_sequence(&one.name)?;
        Some((sequence, &one.name))
    });
    let Some((sequence, name)) = named.max() else {
        return Ok(Newest::None);
    };
    if known.is_some_and(|known| sequence < known.sequence) {
        return Ok(Newest::Older(sequence));
    }
    let bytes = member.cloud.get(name, ENVELOPE_AT_MOST).await?;
    let wrong = |what: String| fault(member, name, Kind::Differs, what);
    let opened = Envelope::open(ObjectKind::Head, &bytes, keys)
        .map_err(|invalid| wrong(format!("not a head of this vault: {invalid}")))?;
    let head = Head::from_bytes(&opened.payload).map_err(|invalid| wrong(invalid.to_string()))?;
    Ok(Newest::Proven(Witness {
        sequence: head.sequence,
        hash: opened.hash,
    }))
}
