//! What can be filed, one kind a file.

mod title_certificate_loss;

pub(crate) use title_certificate_loss::TitleCertificateLoss;

capability::applications![TitleCertificateLoss];
