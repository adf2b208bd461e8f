/// Why a file was not cut. Odd bytes are never a reason.
#[derive(Debug, thiserror::Error)]
pub enum CutError {
    /// The source stopped giving bytes.
    #[error("the source cannot be read")]
    Read(#[source] std::io::Error),
    /// The list of rows, which lies in the state folder, cannot be written or read.
    #[error("the list of rows in the state folder cannot be used")]
    State(#[source] std::io::Error),
    /// The extents were not taken: packing or storing failed.
    #[error("an extent was not taken: {0}")]
    Refused(String),
    /// A file of more than 2³² extents.
    #[error("the file has more extents than a manifest can count")]
    TooManyExtents,
}
