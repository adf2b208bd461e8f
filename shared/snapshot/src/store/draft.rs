//! A snapshot that is being made: begun, or taken up where a killed load left it.

use std::path::Path;

use uuid::{NoContext, Timestamp, Uuid};

use crate::flow::PartDone;
use crate::package::Package;
use crate::plan::Plan;
use crate::store::aside;
use crate::store::loader::Loader;
use crate::store::{LoadError, LoadOptions, Snapshot, State, Store};

/// What a new snapshot is made from.
pub(super) struct Draft<'a> {
    pub(super) store: &'a Store,
    pub(super) package: &'a Package,
    pub(super) options: &'a LoadOptions,
    pub(super) unsigned: Option<String>,
    pub(super) quarantine: Option<&'a Path>,
}

impl Draft<'_> {
    /// Takes up the load of the same package that was killed, or begins a new one.
    pub(super) async fn begin_or_resume<L: Loader>(
        self,
        loader: &mut L,
        snapshots: &[Snapshot],
        plan: &Plan,
    ) -> Result<(Snapshot, Vec<PartDone>), LoadError> {
        let quarantine = self.quarantine.map(|dir| dir.display().to_string());
        let same = |snapshot: &&Snapshot| {
            snapshot.state == State::Loading
                && snapshot.package == self.package.digest()
                && snapshot.definition == *self.store.fingerprint
                && snapshot.quarantine == quarantine
                && snapshot.unsigned == self.unsigned
        };
        let resumed = snapshots.iter().find(same);
        for other in snapshots
            .iter()
            .filter(|other| matches!(other.state, State::Loading | State::Dropping))
        {
            if resumed.is_none_or(|resumed| resumed.id != other.id) {
                loader.discard(other).await?;
                aside::forget(other);
            }
        }
        if let Some(resumed) = resumed {
            let done = loader.done(resumed, plan).await?;
            return Ok((resumed.clone(), done));
        }
        let now = self.options.clock.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let id = Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            seconds,
            now.timestamp_subsec_nanos(),
        ));
        let hex = id.simple().to_string();
        let origin = &self.package.origin;
        let draft = Snapshot {
            id,
            state: State::Loading,
            system: origin.system.clone(),
            agency: origin.agency.clone(),
            taken_at: origin.taken_at,
            sequence: origin.sequence,
            schema_version: origin.schema_version,
            rows: 0,
            rows_quarantined: 0,
            unsigned: self.unsigned,
            package: self.package.digest(),
            definition: self.store.fingerprint.to_string(),
            quarantine,
            // The end of a version 7 UUID is random; its beginning is the same for loads of the same time.
            place: loader.place(&hex[hex.len() - 12..]),
            begun_at: now,
            activated_at: None,
        };
        loader.begin(&draft, &self.store.system.tables).await?;
        Ok((draft, Vec::new()))
    }
}
