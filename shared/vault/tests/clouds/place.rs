//! Where a test stores: an own folder in a cloud of each kind.

use std::io::Write;
use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;
use tempfile::{NamedTempFile, TempDir};
use test_support::clouds::{self, BUCKET, Emulated};
use test_support::proxy::Proxy;
use uuid::Uuid;
use vault::cloud::{Cloud, CloudSettings, open};

/// An own folder in some cloud.
pub(crate) struct Place {
    pub(crate) settings: CloudSettings,
    /// Whether it refuses to overwrite. Google's emulator does not, unlike Google.
    pub(crate) keeps_names: bool,
    _folder: Option<TempDir>,
    _credentials: Option<NamedTempFile>,
}

impl Place {
    pub(crate) fn folder() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = url::Url::from_directory_path(folder.path()).unwrap();
        Self {
            settings: CloudSettings::new("folder", url),
            keeps_names: true,
            _folder: Some(folder),
            _credentials: None,
        }
    }

    pub(crate) fn s3() -> Self {
        Self::s3_of(&clouds::s3(), BUCKET)
    }

    pub(crate) fn s3_of(s3: &Emulated, bucket: &str) -> Self {
        let credentials = format!(
            "access_key_id = \"{}\"\nsecret_access_key = \"{}\"\n",
            s3.user, s3.secret
        );
        Self::remote("s3", bucket, s3, &credentials, true)
    }

    pub(crate) fn azure() -> Self {
        Self::azure_of(&clouds::azure())
    }

    pub(crate) fn azure_of(azure: &Emulated) -> Self {
        let credentials = format!(
            "account = \"{}\"\naccess_key = \"{}\"\n",
            azure.user, azure.secret
        );
        Self::remote("az", BUCKET, azure, &credentials, true)
    }

    pub(crate) fn google() -> Self {
        Self::remote(
            "gs",
            BUCKET,
            &clouds::google(),
            "token = \"anything\"\n",
            false,
        )
    }

    fn remote(
        scheme: &str,
        bucket: &str,
        cloud: &Emulated,
        credentials: &str,
        keeps_names: bool,
    ) -> Self {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(credentials.as_bytes()).unwrap();
        let own = Uuid::new_v4().simple();
        let url = format!("{scheme}://{bucket}/tests/{own}").parse().unwrap();
        let mut settings = CloudSettings::new(scheme, url);
        settings.endpoint = Some(cloud.endpoint.parse().unwrap());
        settings.credentials = Some(file.path().to_owned());
        Self {
            settings,
            keeps_names,
            _folder: None,
            _credentials: Some(file),
        }
    }

    pub(crate) fn open(&self) -> Arc<dyn Cloud> {
        open(&self.settings, 1, &runtime::clock::system()).unwrap()
    }

    /// Leads the requests of clouds that are opened from now on to this address.
    pub(crate) fn lead_to(&mut self, address: std::net::SocketAddr) {
        let endpoint = self.settings.endpoint.as_mut().unwrap();
        endpoint.set_port(Some(address.port())).unwrap();
    }

    /// `host:port` of the emulator.
    pub(crate) fn upstream(&self) -> String {
        let endpoint = self.settings.endpoint.as_ref().unwrap();
        format!("127.0.0.1:{}", endpoint.port().unwrap())
    }

    /// A line that a test can break, in front of the emulator.
    pub(crate) async fn behind_proxy(&mut self) -> Proxy {
        let proxy = Proxy::start(self.upstream()).await;
        self.lead_to(proxy.address());
        proxy
    }

    pub(crate) fn patient_for(mut self, seconds: u32) -> Self {
        self.settings.patience_seconds = NonZeroU32::new(seconds).unwrap();
        self
    }
}

/// Bytes that nothing compresses.
pub(crate) fn noise(length: usize) -> Bytes {
    std::iter::repeat_with(|| fastrand::u8(..))
        .take(length)
        .collect()
}
