//! The names of objects. Without the cloud's key they cannot be linked, neither between clouds nor to what they name.

use super::text::hex;
use super::{
    CloudId, CloudKey, CloudNumber, Epoch, Generation, PackId, RepositoryId, RepositoryKey, Run,
    Sequence,
};

/// Names the objects on one cloud of a repository.
#[derive(Debug, Clone)]
pub struct Names {
    cloud: CloudId,
    key: CloudKey,
}

impl Names {
    /// The names on cloud `i` of `repository`, whose folder there is `cloud`.
    #[must_use]
    pub fn new(
        key: &RepositoryKey,
        repository: RepositoryId,
        cloud: CloudId,
        i: CloudNumber,
    ) -> Self {
        Self {
            cloud,
            key: key.cloud_key(repository, i),
        }
    }

    /// The descriptor's full name.
    #[must_use]
    pub fn descriptor(&self) -> String {
        let name = self.name(&[b"r", &[0; 16]]);
        format!("{}{name}", folders::descriptor(self.cloud))
    }

    /// The full name of a generation's keyring.
    #[must_use]
    pub fn keyring(&self, generation: Generation) -> String {
        let name = self.name(&[b"k", &[0; 12], &generation.get().to_be_bytes()]);
        format!("{}{name}", folders::keyrings(self.cloud))
    }

    /// The full name of an epoch.
    #[must_use]
    pub fn epoch(&self, epoch: &Epoch) -> String {
        format!("{}/e/{}", self.cloud, self.name(&[b"e", epoch.as_bytes()]))
    }

    /// The full name of the head of a sequence.
    #[must_use]
    pub fn head(&self, sequence: Sequence) -> String {
        let name = self.name(&[b"h", &[0; 8], &sequence.get().to_be_bytes()]);
        format!(
            "{}{:010}-{}",
            folders::heads(self.cloud),
            sequence.get(),
            &name[..32]
        )
    }

    /// The full name of piece `j`, from 0, of a run's catalogue.
    #[must_use]
    pub fn catalogue(&self, run: &Run, j: u32) -> String {
        let name = self.name(&[b"c", &j.to_be_bytes(), run.as_bytes()]);
        format!("{}/c/{name}", self.cloud)
    }

    /// The full name of this cloud's fragment of a pack.
    #[must_use]
    pub fn fragment(&self, pack: &PackId) -> String {
        let name = self.name(&[b"f", pack.as_bytes()]);
        format!("{}{}/{name}", folders::fragments(self.cloud), &name[..2])
    }

    fn name(&self, parts: &[&[u8]]) -> String {
        let mut hasher = blake3::Hasher::new_keyed(self.key.expose());
        for part in parts {
            hasher.update(part);
        }
        hex(hasher.finalize().as_bytes())
    }
}

/// What a reader lists who knows nothing yet: prefixes, with a final `/`.
pub mod folders {
    use super::CloudId;

    /// Where the one descriptor lies.
    #[must_use]
    pub fn descriptor(cloud: CloudId) -> String {
        format!("{cloud}/r/")
    }

    /// Where the keyrings lie.
    #[must_use]
    pub fn keyrings(cloud: CloudId) -> String {
        format!("{cloud}/k/")
    }

    /// Where the heads lie, in order of their sequence.
    #[must_use]
    pub fn heads(cloud: CloudId) -> String {
        format!("{cloud}/h/")
    }

    /// Where the fragments lie.
    #[must_use]
    pub fn fragments(cloud: CloudId) -> String {
        format!("{cloud}/f/")
    }
}

/// The sequence that the full name of a head claims; none if it is not such a name. Only the head itself proves it.
#[must_use]
pub fn head_sequence(name: &str) -> Option<Sequence> {
    let (_, name) = name.rsplit_once("/h/")?;
    let (digits, rest) = name.split_once('-')?;
    let well_formed = digits.len() >= 10
        && (digits.len() == 10 || !digits.starts_with('0'))
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && rest.len() == 32
        && rest
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if !well_formed {
        return None;
    }
    digits.parse().ok().and_then(Sequence::new)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use uuid::Uuid;
    use zeroize::Zeroizing;

    use super::*;

    fn names(i: u8) -> Names {
        let key = RepositoryKey::from_bytes(Zeroizing::new([1; 32]));
        let repository = RepositoryId(Uuid::from_bytes([2; 16]));
        Names::new(
            &key,
            repository,
            CloudId([0xc0 + i; 16]),
            CloudNumber::new(i).unwrap(),
        )
    }

    #[test]
    fn names_have_the_form_of_the_format() {
        let names = names(1);
        let top = "c1".repeat(16);
        for (name, folder, digits) in [
            (names.descriptor(), "r", 64),
            (names.keyring(Generation::FIRST), "k", 64),
            (names.epoch(&Epoch(Uuid::nil())), "e", 64),
            (names.catalogue(&Run(Uuid::nil()), 3), "c", 64),
        ] {
            let (start, end) = name.rsplit_once('/').unwrap();
            assert_eq!(start, format!("{top}/{folder}"));
            assert_eq!(end.len(), digits);
        }
        let fragment = names.fragment(&PackId([9; 16]));
        let parts: Vec<_> = fragment.split('/').collect();
        assert_eq!((parts[0], parts[1]), (top.as_str(), "f"));
        assert_eq!(parts[2], &parts[3][..2]);
    }

    #[test]
    fn a_heads_name_tells_its_sequence() {
        let name = names(1).head(Sequence::new(1234).unwrap());
        assert!(name.contains("/h/0000001234-"), "{name}");
        assert_eq!(head_sequence(&name), Sequence::new(1234));
        let far = names(1).head(Sequence::new(u64::MAX).unwrap());
        assert_eq!(head_sequence(&far), Sequence::new(u64::MAX));
        for wrong in [
            name.replace("/h/", "/k/"),
            name.replace("1234", "123x"),
            name.replace("0000001234", "0000000000"),
            name.replace("0000001234", "+000001234"),
            name.replace("0000001234", "1234"),
            format!("{name}0"),
        ] {
            assert_eq!(head_sequence(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_pack_has_unrelated_names_on_two_clouds() {
        let pack = PackId([9; 16]);
        let names: HashSet<_> = (1..=5)
            .map(|i| names(i).fragment(&pack).split_off(37))
            .collect();
        assert_eq!(names.len(), 5);
    }

    proptest! {
        #[test]
        fn any_text_may_stand_where_a_heads_name_should(text in "\\PC*") {
            let _ = head_sequence(&text);
            let _ = head_sequence(&format!("x/h/{text}"));
        }
    }
}
