//! Real handshakes over loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, ClientConfig, Error, SupportedProtocolVersion};
use test_support::authority::{Authority, Issued, Term};
use tls::{Acceptor, EdgeSettings, EdgeTls, Minimum, MutualTls, Outbound, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// A service's files, as its settings name them.
struct Files(tempfile::TempDir);

impl Files {
    fn of(authority: &Authority, own: &Issued) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.show(own);
        files.trust(authority);
        files
    }

    fn show(&self, own: &Issued) {
        own.write(self.0.path(), "own");
    }

    fn trust(&self, authority: &Authority) {
        std::fs::write(self.file("ca.crt"), authority.certificate()).unwrap();
    }

    fn revoke(&self, list: &str) {
        std::fs::write(self.file("crl.pem"), list).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn settings(&self) -> Settings {
        let crl = self.file("crl.pem");
        Settings {
            certificate_file: self.file("own.crt"),
            key_file: self.file("own.key"),
            ca_file: self.file("ca.crt"),
            crl_file: crl.exists().then_some(crl),
            reload_s: 1,
        }
    }

    fn open(&self) -> MutualTls {
        MutualTls::open(&self.settings()).unwrap()
    }
}

/// Both sides of a handshake and of a word over it; what each made of it.
async fn shake(
    server: &Acceptor,
    client: ClientConfig,
    called: &str,
) -> (std::io::Result<()>, std::io::Result<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(server.config());
    let serving = tokio::spawn(async move {
        let (io, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(io).await?;
        let mut word = [0; 2];
        stream.read_exact(&mut word).await?;
        stream.write_all(&word).await?;
        stream.shutdown().await
    });
    let name = ServerName::try_from(called.to_owned()).unwrap();
    let calling = async {
        let io = TcpStream::connect(address).await.unwrap();
        let mut stream = TlsConnector::from(Arc::new(client))
            .connect(name, io)
            .await?;
        stream.write_all(b"hi").await?;
        let mut word = [0; 2];
        stream.read_exact(&mut word).await.map(drop)
    };
    let called = calling.await;
    (serving.await.unwrap(), called)
}

fn refusal(outcome: &std::io::Result<()>) -> &Error {
    let error = outcome.as_ref().unwrap_err();
    error
        .get_ref()
        .and_then(|error| error.downcast_ref())
        .unwrap_or_else(|| panic!("not an error of TLS: {error}"))
}

/// Waits until the files' change is seen.
async fn changed(tls: &MutualTls, before: u64) {
    let seen = async {
        while tls.generation().current() == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), seen)
        .await
        .unwrap();
}

#[tokio::test]
async fn services_of_one_authority_understand_each_other() {
    let authority = Authority::new("ours");
    let household = Files::of(&authority, &authority.issue(&["household"], Term::Current)).open();
    let gateway = Files::of(&authority, &authority.issue(&["gateway"], Term::Current)).open();
    let server = household.acceptor(["identity", "gateway"]).unwrap();
    let (taken, called) = shake(&server, gateway.client().unwrap(), "household").await;
    taken.unwrap();
    called.unwrap();
}

#[tokio::test]
async fn whoever_shows_no_certificate_or_a_wrong_one_is_refused() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let files = Files::of(&ours, &ours.issue(&["household"], Term::Current));
    let revoked = ours.issue(&["gateway"], Term::Current);
    files.revoke(&ours.revocations(&[&revoked]));
    let server = files.open().acceptor(["gateway"]).unwrap();

    let certificate = |outcome: &std::io::Result<()>| match refusal(outcome) {
        Error::InvalidCertificate(reason) => reason.clone(),
        other => panic!("{other}"),
    };
    let client = |own: &Issued| {
        let files = Files::of(&ours, own);
        files.open().client().unwrap()
    };
    let stranger = client(&theirs.issue(&["gateway"], Term::Current));
    let (taken, called) = shake(&server, stranger, "household").await;
    assert_eq!(certificate(&taken), CertificateError::UnknownIssuer);
    called.unwrap_err();

    let (taken, _) = shake(&server, client(&revoked), "household").await;
    assert_eq!(certificate(&taken), CertificateError::Revoked);

    let other = client(&ours.issue(&["land-registry"], Term::Current));
    let (taken, _) = shake(&server, other, "household").await;
    assert_eq!(certificate(&taken), CertificateError::NotValidForName);

    let nobody = anybody(&ours, &TLS13);
    let (taken, called) = shake(&server, nobody, "household").await;
    assert!(matches!(refusal(&taken), Error::NoCertificatesPresented));
    called.unwrap_err();
}

/// A client that believes the authority and shows nothing.
fn anybody(authority: &Authority, version: &'static SupportedProtocolVersion) -> ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let pem = authority.certificate();
    roots
        .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[tokio::test]
async fn a_server_of_another_name_or_taken_back_is_not_talked_to() {
    let authority = Authority::new("ours");
    let own = authority.issue(&["household"], Term::Current);
    let server = Files::of(&authority, &own).open();
    let server = server.acceptor(["gateway"]).unwrap();
    let files = Files::of(&authority, &authority.issue(&["gateway"], Term::Current));
    let gateway = files.open();
    let (_, called) = shake(&server, gateway.client().unwrap(), "land-registry").await;
    assert!(matches!(
        refusal(&called),
        Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. })
    ));
    let (_, called) = shake(&server, Outbound::new(None).unwrap().config, "household").await;
    assert!(matches!(refusal(&called), Error::InvalidCertificate(_)));

    files.revoke(&authority.revocations(&[&own]));
    let gateway = files.open();
    let (_, called) = shake(&server, gateway.client().unwrap(), "household").await;
    assert!(matches!(
        refusal(&called),
        Error::InvalidCertificate(CertificateError::Revoked)
    ));
}

#[tokio::test]
async fn what_changes_in_the_files_holds_for_the_next_connection() {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let household = Files::of(&old, &old.issue(&["household"], Term::Current));
    let caller = old.issue(&["gateway"], Term::Current);
    household.revoke(&old.revocations(&[]));
    let server_side = household.open();
    let server = server_side.acceptor(["gateway"]).unwrap();
    let gateway = Files::of(&old, &caller);
    let client_side = gateway.open();
    let client = client_side.client().unwrap();
    let era = server.era();
    let (taken, _) = shake(&server, client.clone(), "household").await;
    taken.unwrap();
    assert!(!era.is_over());

    let before = server_side.generation().current();
    household.revoke(&old.revocations(&[&caller]));
    changed(&server_side, before).await;
    assert!(era.is_over());
    let (taken, _) = shake(&server, client.clone(), "household").await;
    assert!(matches!(
        refusal(&taken),
        Error::InvalidCertificate(CertificateError::Revoked)
    ));

    // Another authority for both, the server's first.
    let before = server_side.generation().current();
    household.show(&new.issue(&["household"], Term::Current));
    household.trust(&new);
    household.revoke(&new.revocations(&[]));
    changed(&server_side, before).await;
    let before = client_side.generation().current();
    gateway.show(&new.issue(&["gateway"], Term::Current));
    gateway.trust(&new);
    changed(&client_side, before).await;
    // What the watcher saw may have been half of it: the other half follows.
    for _ in 0..100 {
        if let (Ok(()), Ok(())) = shake(&server, client.clone(), "household").await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the new authority is never believed");
}

#[tokio::test]
async fn a_certificate_without_its_key_changes_nothing_until_the_key_is_there() {
    let authority = Authority::new("ours");
    let files = Files::of(&authority, &authority.issue(&["household"], Term::Current));
    let server_side = files.open();
    let server = server_side.acceptor(["gateway"]).unwrap();
    let own = authority.issue(&["gateway"], Term::Current);
    let gateway = Files::of(&authority, &own).open();
    let next = authority.issue(&["next-household"], Term::Current);
    std::fs::write(files.file("own.crt"), &next.certificate).unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(server_side.generation().current(), 0);
    let (taken, _) = shake(&server, gateway.client().unwrap(), "household").await;
    taken.unwrap();

    std::fs::write(files.file("own.key"), &next.key).unwrap();
    changed(&server_side, 0).await;
    let (taken, _) = shake(&server, gateway.client().unwrap(), "next-household").await;
    taken.unwrap();
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let authority = Authority::new("ours");
    let own = authority.issue(&["household"], Term::Current);
    let refused = |spoil: &dyn Fn(&Files), file: &str, words: &str| {
        let files = Files::of(&authority, &own);
        spoil(&files);
        let said = MutualTls::open(&files.settings()).unwrap_err().to_string();
        assert!(said.contains(file) && said.contains(words), "{said}");
        assert!(!said.contains("BEGIN"), "{said}");
    };
    refused(
        &|files| std::fs::remove_file(files.file("own.crt")).unwrap(),
        "own.crt",
        "No such file",
    );
    refused(
        &|files| std::fs::write(files.file("ca.crt"), "hello").unwrap(),
        "ca.crt",
        "there is none in it",
    );
    refused(
        &|files| std::fs::write(files.file("own.key"), &own.certificate).unwrap(),
        "own.key",
        "no private key",
    );
    let other = authority.issue(&["household"], Term::Current);
    refused(
        &|files| std::fs::write(files.file("own.key"), &other.key).unwrap(),
        "own.crt",
        "key",
    );
    refused(
        &|files| files.show(&authority.issue(&["household"], Term::Expired)),
        "own.crt",
        "2001",
    );
    refused(
        &|files| files.revoke("-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----\n"),
        "crl.pem",
        "PEM",
    );
}

#[tokio::test]
async fn the_edge_asks_nobody_for_a_certificate_and_speaks_what_it_is_told_to() {
    let authority = Authority::new("public");
    let folder = tempfile::tempdir().unwrap();
    let edge = |minimum| {
        let (certificate_file, key_file) = authority
            .issue(&["lifeboat.example"], Term::Current)
            .write(folder.path(), "edge");
        let settings = EdgeSettings {
            certificate_file,
            key_file,
            minimum,
            reload_s: 1,
        };
        EdgeTls::open(&settings).unwrap().acceptor().unwrap()
    };
    let (old, new) = (anybody(&authority, &TLS12), anybody(&authority, &TLS13));
    for (minimum, client, understood) in [
        (Minimum::Tls13, &new, true),
        (Minimum::Tls13, &old, false),
        (Minimum::Tls12, &new, true),
        (Minimum::Tls12, &old, true),
    ] {
        let (taken, called) = shake(&edge(minimum), client.clone(), "lifeboat.example").await;
        assert_eq!((taken.is_ok(), called.is_ok()), (understood, understood));
    }
}
