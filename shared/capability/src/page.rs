//! Paging by cursor: a page continues after the last key of the one before, so rows are neither lost nor repeated.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use runtime::problem::{Kind, Problem};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Characters a cursor may have.
const LONGEST_CURSOR: usize = 1_024;

/// Where the next page starts; opaque to callers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor after the row with this key.
    #[must_use]
    pub fn after(key: &impl Serialize) -> Self {
        Self(URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default()))
    }

    /// The key it stands for.
    ///
    /// # Errors
    /// 400 on a cursor that this operation did not hand out.
    pub fn key<K: DeserializeOwned>(&self) -> Result<K, Problem> {
        let refused = || {
            Problem::new(Kind::Malformed).field(
                "cursor",
                "not a cursor of this list; start again without it",
                "頁次標記無效，請由第一頁重新查詢",
            )
        };
        if self.0.len() > LONGEST_CURSOR {
            return Err(refused());
        }
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).map_err(|_| refused())?;
        serde_json::from_slice(&bytes).map_err(|_| refused())
    }
}

/// The paging parameters of a list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before. 頁次標記
    pub cursor: Option<Cursor>,
    /// Rows wanted, 1 to 100. 每頁筆數
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_gives_its_key_back_and_refuses_what_it_did_not_make() {
        let key = ("臺北市".to_owned(), 7_u32);
        assert_eq!(Cursor::after(&key).key::<(String, u32)>().unwrap(), key);
        for broken in ["", "!", "bm90IGpzb24", &"A".repeat(2_000)] {
            assert!(
                Cursor(broken.to_owned()).key::<(String, u32)>().is_err(),
                "{broken}"
            );
        }
    }
}
