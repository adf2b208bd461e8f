//! Two locks: a generation's secret and k clouds open an epoch; one of them alone opens nothing.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{ceremony, day};
use crate::keys::{
    EpochFault, EpochParts, EpochSecret, GenerationPublic, GenerationSecret, KeyringFault,
    MasterSecret, SharingFault,
};
use crate::object::{
    CloudNumber, EpochKey, EpochObject, Generation, Keyring, RepositoryId, RepositoryKey,
};

const REPOSITORY: RepositoryId = RepositoryId(Uuid::from_bytes([3; 16]));
type CloudShares = Vec<(CloudNumber, Zeroizing<[u8; 32]>)>;

struct Opened {
    public: GenerationPublic,
    secret: GenerationSecret,
    keyring: Keyring,
    repository_key: RepositoryKey,
    master: MasterSecret,
}

fn generation() -> Opened {
    let new = ceremony(2, 3);
    let files: Vec<_> = new.shares[..2]
        .iter()
        .map(|share| crate::keys::CustodianFile {
            name: share.custodian().to_string(),
            bytes: share.to_bytes().unwrap(),
        })
        .collect();
    let (master, _) = crate::keys::Custodians::gather(&new.master, &files, None).unwrap();
    let repository_key = RepositoryKey::generate().unwrap();
    let (keyring, public) = Keyring::create(
        &new.master,
        REPOSITORY,
        Generation::FIRST,
        &repository_key,
        day(),
    )
    .unwrap();
    let keyring = Keyring::from_bytes(&keyring.to_bytes().unwrap()).unwrap();
    let (secret, _) = keyring.open(&master).unwrap();
    Opened {
        public,
        secret,
        keyring,
        repository_key,
        master,
    }
}

fn epoch(public: &GenerationPublic, need: u8, clouds: u8) -> (EpochKey, EpochObject, CloudShares) {
    let (key, parts) =
        EpochSecret::create(public, REPOSITORY, Generation::FIRST, need, clouds).unwrap();
    let object = EpochObject::new(REPOSITORY, Generation::FIRST, day(), &parts);
    let object = EpochObject::from_bytes(&object.to_bytes().unwrap()).unwrap();
    (key, object, shares(&parts))
}

fn shares(parts: &EpochParts) -> CloudShares {
    (1..)
        .filter_map(CloudNumber::new)
        .zip(&parts.shares)
        .map(|(i, share)| (i, Zeroizing::new(*share.expose())))
        .collect()
}

#[test]
fn a_keyring_gives_back_the_generation_and_the_repository_key() {
    let opened = generation();
    let (_, repository_key) = opened.keyring.open(&opened.master).unwrap();
    assert_eq!(repository_key, opened.repository_key);
    assert_eq!(opened.keyring.generation_public, opened.public);
}

#[test]
fn a_keyring_opens_for_no_other_master_repository_or_generation() {
    let opened = generation();
    let other = MasterSecret::from_bytes(Zeroizing::new([5; 32]));
    let closed = |keyring: &Keyring, master: &MasterSecret| {
        matches!(keyring.open(master), Err(KeyringFault::Closed(..)))
    };
    assert!(closed(&opened.keyring, &other));
    let mut keyring = opened.keyring.clone();
    keyring.repository = RepositoryId(Uuid::nil());
    assert!(closed(&keyring, &opened.master));
    let mut keyring = opened.keyring.clone();
    keyring.generation = Generation::new(2).unwrap();
    assert!(closed(&keyring, &opened.master));
    let mut keyring = opened.keyring.clone();
    keyring.sealed[40] ^= 1;
    assert!(closed(&keyring, &opened.master));
    let mut keyring = opened.keyring.clone();
    keyring.generation_public = generation().public;
    assert_eq!(
        keyring.open(&opened.master).unwrap_err(),
        KeyringFault::OtherSecret(Generation::FIRST)
    );
}

#[test]
fn any_k_clouds_and_the_generations_secret_open_an_epoch() {
    let opened = generation();
    for (need, clouds) in [(2, 3), (2, 4), (3, 5)] {
        let (key, object, shares) = epoch(&opened.public, need, clouds);
        let need_of = usize::from(need);
        for window in shares.windows(need_of) {
            let again = EpochSecret::open(&opened.secret, &object, need, window).unwrap();
            assert_eq!(again, key);
        }
        let fault = EpochSecret::open(&opened.secret, &object, need, &shares[1..need_of]);
        assert!(matches!(
            fault.unwrap_err(),
            EpochFault::Shares {
                fault: SharingFault::TooFew { .. },
                ..
            }
        ));
    }
}

#[test]
fn a_changed_share_is_left_out_and_its_cloud_named() {
    let opened = generation();
    let (key, object, mut shares) = epoch(&opened.public, 2, 3);
    shares[0].1[5] ^= 1;
    let again = EpochSecret::open(&opened.secret, &object, 2, &shares).unwrap();
    assert_eq!(again, key);
    let fault = EpochSecret::open(&opened.secret, &object, 2, &shares[..2]).unwrap_err();
    assert!(fault.to_string().contains("changed on cloud 1"), "{fault}");
    // A share that is good, but of another cloud.
    let swapped = (shares[1].0, shares[2].1.clone());
    let fault = EpochSecret::open(&opened.secret, &object, 2, &[swapped, shares[2].clone()]);
    assert!(
        fault
            .unwrap_err()
            .to_string()
            .contains("changed on cloud 2")
    );
}

#[test]
fn all_clouds_without_the_generations_secret_open_nothing() {
    let opened = generation();
    let (_, object, shares) = epoch(&opened.public, 2, 3);
    let other = GenerationSecret::from_bytes(Zeroizing::new([5; 32]));
    assert!(matches!(
        EpochSecret::open(&other, &object, 2, &shares).unwrap_err(),
        EpochFault::OtherKey(_)
    ));
    let mut moved = object;
    moved.generation = Generation::new(2).unwrap();
    assert!(matches!(
        EpochSecret::open(&opened.secret, &moved, 2, &shares).unwrap_err(),
        EpochFault::OtherKey(_)
    ));
}

#[test]
fn no_part_of_an_epoch_shows_a_secret() {
    let opened = generation();
    let (key, parts) =
        EpochSecret::create(&opened.public, REPOSITORY, Generation::FIRST, 2, 3).unwrap();
    let shown = format!("{key:?} {parts:?} {:?} {:?}", opened.secret, opened.master);
    for share in &parts.shares {
        assert!(!shown.contains(&crate::object::hex(share.expose())));
        assert!(!shown.contains(&format!("{:?}", share.expose())));
    }
}
