//! S3 and Azure, by `object_store`.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3;
use object_store::client::{HttpClient, HttpRequest, HttpRequestBody};
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{
    GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
};
use reqwest::Method;

use super::answer::{Doing, Fault, exists_already};
use super::wire::{Created, Reading, Wire};
use super::{Kind, Listed};

/// For how long a signed request may be on its way.
const SIGNED_FOR: Duration = Duration::from_mins(5);

/// A provider that `object_store` knows.
#[derive(Debug)]
pub(super) struct Store<S> {
    pub(super) store: S,
    /// Removes the only version of an object, where the provider keeps versions.
    pub(super) versions: Option<Versions>,
}

/// S3 answers a plain deletion in a bucket with versions by hiding the object and keeping it: neither is it gone, nor was
/// its lock asked. So the version itself is deleted.
#[derive(Debug)]
pub(super) struct Versions {
    pub(super) signer: AmazonS3,
    pub(super) client: HttpClient,
}

impl Versions {
    async fn delete(&self, path: &Path, version: &str) -> Result<(), Fault> {
        let fault = |error: object_store::Error| Fault::of(&error, Doing::Deleting);
        let options = SignedUrlOptions::new().with_query([("versionId", version)]);
        let url = self
            .signer
            .signed_url_opts(Method::DELETE, path, SIGNED_FOR, &options)
            .await
            .map_err(fault)?;
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.method_mut() = Method::DELETE;
        *request.uri_mut() = url
            .as_str()
            .parse()
            .map_err(|_| Fault::lasting(Kind::Other, "the object's address cannot be used"))?;
        let deleted = self.client.execute(request).await;
        deleted.map_err(|error| Fault::of(&error, Doing::Deleting))?;
        Ok(())
    }
}

#[async_trait]
impl<S: ObjectStore> Wire for Store<S> {
    async fn create(&self, path: &Path, bytes: Bytes) -> Result<Created, Fault> {
        let options = PutOptions::from(PutMode::Create);
        match self.store.put_opts(path, bytes.into(), options).await {
            Ok(_) => Ok(Created::New),
            Err(error) if exists_already(&error) => Ok(Created::ExistsAlready),
            Err(error) => Err(Fault::of(&error, Doing::Creating)),
        }
    }

    async fn length(&self, path: &Path) -> Result<u64, Fault> {
        let head = self.store.head(path).await;
        Ok(head
            .map_err(|error| Fault::of(&error, Doing::Reading))?
            .size)
    }

    async fn read(&self, path: &Path, from: u64, tag: Option<&str>) -> Result<Reading, Fault> {
        let options = GetOptions {
            range: (from > 0).then_some(GetRange::Offset(from)),
            if_match: tag.map(str::to_owned),
            ..GetOptions::default()
        };
        let fault = |error: object_store::Error| Fault::of(&error, Doing::Reading);
        let answer = self.store.get_opts(path, options).await.map_err(fault)?;
        Ok(Reading {
            length: answer.meta.size,
            tag: answer.meta.e_tag.clone(),
            chunks: answer.into_stream().map_err(fault).boxed(),
        })
    }

    async fn list(
        &self,
        folder: &Path,
        after: Option<&Path>,
        found: &mut Vec<Listed>,
    ) -> Result<(), Fault> {
        let mut objects = match after {
            Some(after) => self.store.list_with_offset(Some(folder), after),
            None => self.store.list(Some(folder)),
        };
        while let Some(object) = objects.next().await {
            let object = object.map_err(|error| Fault::of(&error, Doing::Listing))?;
            found.push(listed(object));
        }
        Ok(())
    }

    async fn folders(&self, folder: &Path) -> Result<Vec<String>, Fault> {
        let list = self.store.list_with_delimiter(Some(folder)).await;
        let list = list.map_err(|error| Fault::of(&error, Doing::Listing))?;
        Ok(list.common_prefixes.into_iter().map(String::from).collect())
    }

    async fn delete(&self, path: &Path) -> Result<(), Fault> {
        if let Some(versions) = &self.versions {
            let head = self.store.head(path).await;
            let head = head.map_err(|error| Fault::of(&error, Doing::Deleting))?;
            if let Some(version) = head.version {
                return versions.delete(path, &version).await;
            }
        }
        let deleted = self.store.delete(path).await;
        deleted.map_err(|error| Fault::of(&error, Doing::Deleting))
    }
}

fn listed(object: ObjectMeta) -> Listed {
    Listed {
        name: object.location.into(),
        bytes: object.size,
        modified: object.last_modified,
    }
}
